"""Undo: takes one act of a person back, where nobody changed anything since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.apply import apply_stage
from crmdesk.core.changes.change_set import (
    RecordChange,
    Source,
    history_digest,
    open_change_set,
)
from crmdesk.core.changes.plan import settle
from crmdesk.core.changes.stage import Stage, scratch_path
from crmdesk.core.changes.undo import stage_undo
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.stopping import stoppable
from crmdesk.core.errors import PermissionDenied
from crmdesk.core.jobs.job import JobKind
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.records.associations import (
    AssociationService,
    changed_since,
    refuse_undone,
    undo_associations,
)
from crmdesk.core.records.bulk_model import AT_ONCE
from crmdesk.core.records.bulk_stage import RULES
from crmdesk.core.records.merges import MergeService
from crmdesk.core.records.record import read_record
from crmdesk.core.records.record_entries import RecordEntries
from crmdesk.core.records.schema import load_object_type
from crmdesk.core.records.undo_acts import Act, ActKind, last_act, read_act, refuse_impossible
from crmdesk.core.records.undo_rights import (
    DELETING,
    require_taking_back,
    touches_sensitive,
)
from crmdesk.core.records.undo_rows import TakenBack, take_back

_ACTIONS = {RecordChange.ARCHIVE: Action.DELETE, RecordChange.UNARCHIVE: Action.RESTORE}


@dataclass(frozen=True, slots=True)
class Undone:
    """An act that was taken back.

    Attributes:
        records: how many records were written.
        skipped: what was left alone, by reason: changed since, or impossible by now.
    """

    change_id: int
    act: Act
    records: int
    skipped: Mapping[str, int] = field(default_factory=dict)


class Undoing:
    """Everybody takes back what they did themselves, a Super Admin also what others did.

    Args:
        folder: of staging files, inside the workspace.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        jobs: JobQueue,
        associations: AssociationService,
        merges: MergeService,
        folder: Path,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._entries = RecordEntries(audit_log)
        self._jobs = jobs
        self._associations = associations
        self._merges = merges
        self._folder = folder

    def last(self, actor: Actor) -> Act | None:
        """The last thing the actor did; its ``reason`` says why it cannot be undone, if so."""
        self._guard.require(actor, Permission.USE_RECORDS)
        if actor.user_id is None:
            return None
        with self._database.read() as tx:
            return last_act(tx, actor.user_id)

    def act(self, actor: Actor, change_id: int) -> Act:
        """What a change was.

        Raises:
            UserError: ``change_unknown``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return read_act(tx, change_id)

    def undo(self, actor: Actor, change_id: int) -> Undone:
        """Take an act back, of a few hundred records at most; larger ones by :meth:`start`.

        Raises:
            UserError: ``change_unknown``, ``undo_impossible``, ``changed_since`` when nothing of
                it still is as the act left it.
            PermissionDenied: somebody else's act, deletions without the right to delete, or
                sensitive values without the right to edit those.
        """
        act = self._allowed(actor, change_id)
        if act.kind is ActKind.MERGE:
            unmerged = self._merges.undo(actor, change_id)
            skipped = {"changed_since": unmerged.skipped} if unmerged.skipped else {}
            return Undone(unmerged.change_id, act, 2, skipped)
        if act.kind is ActKind.ASSOCIATE:
            taken = self._associations.undo(actor, change_id)
            skipped = {"changed_since": taken.skipped} if taken.skipped else {}
            return Undone(taken.change_id, act, act.records, skipped)
        with self._database.write() as tx:
            return self._write(tx, actor, act, None, None)

    def start(self, actor: Actor, change_id: int) -> str:
        """Queue the undo of a large act, and return the job's id; raises as :meth:`undo`."""
        act = self._allowed(actor, change_id)
        with self._database.write() as tx:
            refuse_undone(tx, change_id)
            params = {"change_id": change_id, "object": act.object_name}
            return self._jobs.enqueue(tx, actor, JobKind.BULK_UNDO, params)

    # -- the job -----------------------------------------------------------------------------
    def run(self, context: JobContext) -> None:
        """Work of an undo job.

        Raises:
            UserError: as :meth:`undo`; nothing was written.
        """
        with self._database.read() as tx:
            act = read_act(tx, int(context.params["change_id"]))
            self._refuse_lost_rights(tx, context.actor, act)
        refuse_impossible(act)
        # What came back goes to the bin again with its values; the few others stand in their way.
        staged = act.values > AT_ONCE and act.kind is not ActKind.BRING_BACK
        stage = self._stage(act) if staged else None
        context.report("applying")
        try:
            path = None if stage is None else stage.path
            with self._database.write(stage=path) as tx, stoppable(tx, context.cancelled):
                context.stop_if_cancelled()
                done = self._write(tx, context.actor, act, stage, context.job.id)
                context.succeed(
                    tx,
                    {
                        "change_id": done.change_id,
                        "object": act.object_name,
                        "records_changed": done.records,
                        "skipped": dict(done.skipped),
                    },
                )
        finally:
            if stage is not None:
                stage.path.unlink(missing_ok=True)

    # -- within ------------------------------------------------------------------------------
    def _allowed(self, actor: Actor, change_id: int) -> Act:
        self._guard.require(actor, Permission.USE_RECORDS)
        act = require_taking_back(self._database, self._guard, actor, change_id)
        refuse_impossible(act)
        return act

    def _refuse_lost_rights(self, tx: Tx, actor: Actor, act: Act) -> None:
        """Rights that went between asking for a job and its beginning."""
        wanted = [Permission.DELETE_RECORDS] if act.kind in DELETING else []
        if touches_sensitive(tx, act.change_id):
            wanted.append(Permission.EDIT_SENSITIVE)
        standing = None if actor.user_id is None else self._guard.standing(tx, actor.user_id)
        for permission in wanted:
            if standing is None or not standing.allows(permission):
                raise PermissionDenied(
                    "permission_denied",
                    "You may no longer do this. Nothing was undone.",
                    "A Super Admin can give you the permission.",
                    permission=permission.value,
                )

    def _stage(self, act: Act) -> Stage:
        with self._database.read() as tx:
            object_type = load_object_type(tx, act.object_name)
        stage = stage_undo(self._database, scratch_path(self._folder), object_type, act.change_id)
        with self._database.staging(stage.path) as tx:
            settle(tx, stage, RULES, sample_size=0)
        return stage

    def _write(
        self, tx: Tx, actor: Actor, act: Act, stage: Stage | None, job_id: str | None
    ) -> Undone:
        refuse_undone(tx, act.change_id)
        undo_id = open_change_set(
            tx, actor, Source.ACTIVITY_LOG_REVERT, job_id=job_id, undoes=act.change_id
        )
        staged = "" if stage is None else stage.object_type.name
        done = take_back(tx, actor, act.change_id, undo_id, staged=staged)
        records = sum(len(ids) for ids in done.ids.values())
        skipped = dict(done.skipped)
        if stage is not None:
            records += apply_stage(tx, stage, undo_id).updated
            rows = tx.sql("SELECT reason, count(*) FROM stage.skips GROUP BY reason")
            skipped |= dict(rows.fetchall())
        links = undo_associations(tx, act.change_id, undo_id)
        if not records and not links.undone:
            raise changed_since()
        self._log(tx, actor, act, done, undo_id, records if stage is not None else 0)
        return Undone(undo_id, act, records, skipped)

    def _log(
        self, tx: Tx, actor: Actor, act: Act, done: TakenBack, undo_id: int, staged: int
    ) -> None:
        facts: dict[str, Any] = {"undo_of": act.change_id}
        for (name, change), ids in done.records.items():
            object_type = load_object_type(tx, name)
            self._entries.records(tx, actor, object_type, ids, _ACTIONS[change], **facts)
        few = len(done.cells) == 1
        for (name, record_id), cells in done.cells.items() if few else ():
            object_type = load_object_type(tx, name)
            record = read_record(tx, object_type, record_id)
            self._entries.values(tx, actor, object_type, record, cells, **facts)
        many = staged or (0 if few else len(done.cells))
        if many:
            self._audit_log.log(
                tx,
                actor,
                kinds.property_value(act.object_name),
                object_type=act.object_name,
                subjects=many,
                details={
                    **facts,
                    "records_changed": many,
                    "history_digest": history_digest(tx, undo_id),
                },
            )
