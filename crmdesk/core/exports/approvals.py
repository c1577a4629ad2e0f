"""Decisions on exports that wait for one: approve, or reject with a reason."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import exports
from crmdesk.core.errors import UserError
from crmdesk.core.exports.deeds import (
    decide,
    enqueue_export,
    find_seen,
    log_export,
    seal_of,
    sight_of,
)
from crmdesk.core.exports.listing import EVERYTHING, read_export
from crmdesk.core.exports.model import Export, ExportState
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.jobs.rows import read_actor
from crmdesk.core.notify.inbox import Inbox, NotificationKind


class ExportApprovals:
    """Whoever may approve exports decides; never on one's own."""

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        jobs: JobQueue,
        inbox: Inbox,
        vault: Path,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._jobs = jobs
        self._inbox = inbox
        self._vault = vault

    def approve(self, actor: Actor, export_id: str) -> str:
        """Let a waiting export go ahead; returns the id of its job.

        Raises:
            UserError: ``export_unknown``, ``export_not_waiting``, ``export_is_own``;
                ``export_altered`` when it is not what was asked for, which is logged.
        """
        self._guard.require(actor, Permission.APPROVE_EXPORTS)
        self._find(actor, export_id)
        with self._database.write() as tx:
            found, row = self._waiting(tx, actor, export_id)
            if hmac.compare_digest(row.seal or "", seal_of(self._jobs, row._mapping)):
                return self._begin(tx, actor, found, row)
            self._log_altered(tx, actor, export_id)
        raise UserError(
            "export_altered",
            f"The request of the export “{found.name}” is no longer what was asked for.",
            "Reject it, and let it be asked for again.",
        )

    def reject(self, actor: Actor, export_id: str, reason: str = "") -> None:
        """Refuse a waiting export, and say why.

        Raises:
            UserError: ``export_unknown``, ``export_not_waiting``, ``export_is_own``.
        """
        self._guard.require(actor, Permission.APPROVE_EXPORTS)
        self._find(actor, export_id)
        with self._database.write() as tx:
            found, row = self._waiting(tx, actor, export_id)
            decide(tx, actor, export_id, ExportState.REJECTED, reason.strip())
            details: dict[str, object] = {"reason": reason.strip()}
            log_export(self._audit_log, tx, actor, kinds.EXPORT_REJECTED, found, details)
            if row.user_id is not None:
                self._inbox.notify(
                    tx,
                    [row.user_id],
                    NotificationKind.EXPORT_REJECTED,
                    {"name": found.name, "reason": reason.strip()},
                    link=f"exports/{export_id}",
                )

    def _find(self, actor: Actor, export_id: str) -> None:
        """Refuse what the actor never saw in the list as one that is not there.

        What somebody decided meanwhile was seen by all who may decide: they are told what it is.
        """
        sight = replace(sight_of(self._guard, actor), decided=True)
        find_seen(self._database, self._audit_log, self._vault, sight, actor, export_id)

    def _begin(self, tx: Tx, actor: Actor, found: Export, row: Any) -> str:
        decide(tx, actor, found.id, ExportState.QUEUED)
        requester = read_actor(json.loads(row.actor))
        job_id = enqueue_export(self._jobs, tx, requester, found.id, json.loads(row.request))
        tx.execute(update(exports).where(exports.c.id == found.id).values(job_id=job_id))
        log_export(self._audit_log, tx, actor, kinds.EXPORT_APPROVED, found)
        return job_id

    def _log_altered(self, tx: Tx, actor: Actor, export_id: str) -> None:
        self._audit_log.log(
            tx,
            actor,
            kinds.PERMISSION_REFUSED,
            result=Result.REFUSED,
            object_type="export",
            object_id=export_id,
            details={"permission": "approve_exports", "reason": "export_altered"},
        )

    def _waiting(self, tx: Tx, actor: Actor, export_id: str) -> tuple[Export, Any]:
        found = read_export(tx, self._vault, EVERYTHING, export_id)
        if found.state is not ExportState.PENDING_APPROVAL:
            raise _not_waiting(found)
        if found.user_id == actor.user_id:
            raise UserError(
                "export_is_own",
                "One's own export is decided by somebody else.",
                "Ask a Super Admin.",
            )
        return found, tx.execute(select(exports).where(exports.c.id == export_id)).one()


def _not_waiting(found: Export) -> UserError:
    """What became of it, for whoever decides on it a second time."""
    state = found.state.replace("_", " ")
    if not found.decided_by:
        why = f"its state is “{state}”"
    elif found.job_id is not None:
        why = f"{found.decided_by} approved it, and its state is “{state}”"
    else:
        why = f"{found.decided_by} {state} it"
    reason = f" Reason: {found.reason}" if found.reason else ""
    return UserError(
        "export_not_waiting",
        f"The export “{found.name}” waits for no decision: {why}.{reason}",
        "Nothing was changed.",
    )
