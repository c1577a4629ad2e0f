"""Brings deleted records back from any backup, with their associations where it knows them."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from sqlalchemy import insert, select, update

from crmdesk.core.access.actor import Actor, SignInType
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.step_up import StepUpPurpose, spend_step_up
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import from_text, to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import plans, source_records
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobKind
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.records.association_rows import End, Link
from crmdesk.core.restore.deleted_model import (
    Comeback,
    DeletedPlan,
    DeletedRequest,
    nothing_comes_back,
)
from crmdesk.core.restore.deleted_rows import Found, find_deleted
from crmdesk.core.restore.deleted_rules import Judge, Judged
from crmdesk.core.restore.plan_store import PLANS_LAST, plan_unknown
from crmdesk.core.restore.sources import TrustedBackup, open_source
from crmdesk.core.restore.starting import LOCK

KIND = "revive"


class DeletedPlanner:
    """Works out how deleted records come back; the job does it once more before it writes.

    Args:
        workspace_id: under which the old ids are remembered.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        verify_key: bytes,
        workspace_id: str,
        tombstone_key: bytes,
    ) -> None:
        self._database = database
        self._vault = folder / "vault" / "backups"
        self._verify_key = verify_key
        self.workspace_id = workspace_id
        self._tombstone_key = tombstone_key

    def open(self, source: str) -> TrustedBackup:
        """Open a backup that this workspace made.

        Raises:
            UserError: as for a restore of values.
        """
        with self._database.read() as tx:
            return open_source(tx, source, self._vault, self._verify_key)

    def find(self, backup: TrustedBackup, request: DeletedRequest) -> Found:
        """Read the deleted records; takes as long as reading the backup."""
        return find_deleted(self._database, backup, request)

    def judge(self, tx: Tx, backup: TrustedBackup, found: Found) -> list[Judged]:
        """Say how each comes back, as of this transaction."""
        return Judge(tx, backup, found, self.workspace_id, self._tombstone_key).judge()


def returning_links(
    tx: Tx, found: Found, judged: Sequence[Judged], source: str
) -> list[tuple[Link, Link]]:
    """Associations of records that come anew, whose other end comes too or is there.

    Args:
        source: under which old ids are remembered.

    Returns:
        Each as the backup has it, and with the ids of what came back earlier under another.
    """
    states = {each.end: each.told.comeback for each in judged}
    coming = {end for end, state in states.items() if state is not Comeback.REFUSED}
    anew = {end for end in coming if states[end] is Comeback.ANEW}
    links = []
    for link in found.links:
        if not {link.first, link.second} & anew:
            continue
        ends = [
            end if end in coming else present_end(tx, found, end, source)
            for end in (link.first, link.second)
        ]
        if ends[0] is not None and ends[1] is not None:
            links.append((link, Link(ends[0], ends[1], link.label_id)))
    return links


def present_end(tx: Tx, found: Found, end: End, source: str) -> End | None:
    """A record of the backup as it is known now, live or in the bin; None when it is gone."""
    table = quoted(found.types[end.type_id].table)
    if tx.sql(f"SELECT 1 FROM {table} WHERE id = ?", (end.record_id,)).fetchone():
        return end
    record_id = tx.scalar(
        select(source_records.c.record_id).where(
            source_records.c.object_type_id == end.type_id,
            source_records.c.source == source,
            source_records.c.source_record_id == str(end.record_id),
        )
    )
    if record_id is None:
        return None
    there = tx.sql(f"SELECT 1 FROM {table} WHERE id = ?", (record_id,)).fetchone()
    return End(end.type_id, record_id) if there else None


def hash_of(
    request: DeletedRequest,
    backup: TrustedBackup,
    judged: Sequence[Judged],
    links: Sequence[tuple[Link, Link]],
) -> str:
    """SHA-256 over what would be written: the code is given for exactly this."""
    digest = hashlib.sha256()
    digest.update(json.dumps(asdict(request), sort_keys=True).encode())
    digest.update(to_text(backup.manifest.snapshot_at).encode())
    for each in judged:
        facts = [each.end.type_id, each.end.record_id, each.told.comeback.value]
        digest.update(json.dumps([facts, sorted(each.values.items())]).encode())
    for _, link in links:
        digest.update(json.dumps(link.row).encode())
    return digest.hexdigest()


class DeletedRecords:
    """Plans and starts; Super Admins only, with a second factor like any restore."""

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        jobs: JobQueue,
        planner: DeletedPlanner,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._jobs = jobs
        self._planner = planner

    def plan(self, actor: Actor, request: DeletedRequest) -> DeletedPlan:
        """Work out what would come back, and keep that for a day; writes no record.

        Raises:
            UserError: what is wrong with the backup; ``object_not_restorable``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        backup = self._planner.open(request.source)
        found = self._planner.find(backup, request)
        if request.object_name not in {each.name for each in found.types.values()}:
            raise UserError(
                "object_not_restorable",
                f"{request.object_name} cannot be restored from this backup.",
                "Choose another object or another backup.",
            )
        with self._database.read() as tx:
            judged = self._planner.judge(tx, backup, found)
            links = returning_links(tx, found, judged, self._planner.workspace_id)
        plan = DeletedPlan(
            secrets.token_hex(8),
            hash_of(request, backup, judged, links),
            request.source,
            backup.name,
            backup.manifest.snapshot_at,
            request.object_name,
            tuple(each.told for each in judged),
            len(links),
            backup.manifest.complete,
            actor.sign_in_type != SignInType.SSO.value,
        )
        with self._database.write() as tx:
            tx.execute(
                insert(plans).values(
                    id=plan.id,
                    kind=KIND,
                    user_id=actor.user_id,
                    created_at=tx.now_text,
                    expires_at=to_text(tx.steady_now + PLANS_LAST),
                    plan_hash=plan.hash,
                    params=json.dumps(asdict(request)),
                    summary=json.dumps({"counts": plan.counts(), "source_name": backup.name}),
                )
            )
        return plan

    def start(self, actor: Actor, plan_id: str, *, step_up_id: str) -> str:
        """Queue what a plan describes, and return the job's id.

        Args:
            step_up_id: a code given for this plan's hash (purpose ``restore``).

        Raises:
            SecondFactorRefused: the code is missing or was given for something else.
            Busy: another restore runs.
            UserError: ``plan_unknown``, ``nothing_to_restore``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            row = tx.execute(
                select(plans).where(plans.c.id == plan_id, plans.c.kind == KIND)
            ).first()
            good = row is not None and row.used_at is None and row.user_id == actor.user_id
            if row is None or not good or from_text(row.expires_at) <= tx.steady_now:
                raise plan_unknown()
            counts = json.loads(row.summary)["counts"]
            if not any(each.get(way) for each in counts.values() for way in ("anew", "from_bin")):
                raise nothing_comes_back()
            method = spend_step_up(tx, actor, step_up_id, StepUpPurpose.RESTORE, row.plan_hash)
            params = {"plan_id": plan_id, "plan_hash": row.plan_hash}
            job_id = self._jobs.enqueue(tx, actor, JobKind.REVIVE, params)
            self._jobs.take_lock(tx, LOCK, job_id, actor)
            tx.execute(update(plans).where(plans.c.id == plan_id).values(used_at=tx.now_text))
            self._audit_log.log(
                tx,
                actor,
                kinds.RESTORE_PLANNED,
                object_type=json.loads(row.params)["object_name"],
                object_id=plan_id,
                job_id=job_id,
                details={"plan_hash": row.plan_hash, "two_factor": method, "deleted": counts},
            )
        return job_id


def request_of(params: str) -> DeletedRequest:
    """A request as a plan's row keeps it."""
    facts = json.loads(params)
    ids = facts["record_ids"]
    request = DeletedRequest(facts["source"], facts["object_name"], None, bool(facts["related"]))
    return replace(request, record_ids=None if ids is None else tuple(ids))
