"""What several services of exports do in the same words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import exists, or_, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import EventKind, Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import exports, user_permissions, users
from crmdesk.core.errors import UserError
from crmdesk.core.exports.alerts import tell_decision
from crmdesk.core.exports.listing import EVERYTHING, Sight, export_unknown, read_export
from crmdesk.core.exports.model import Export, ExportState
from crmdesk.core.jobs.job import JobKind
from crmdesk.core.jobs.queue import JobQueue

_SEALED = (
    *("user_id", "actor", "request", "name", "source", "source_name", "object_name"),
    *("format", "records", "sensitive"),
)


def log_export(
    audit_log: AuditLog,
    tx: Tx,
    actor: Actor,
    kind: EventKind,
    found: Export,
    details: dict[str, object] | None = None,
) -> None:
    """An entry of the log about one export."""
    audit_log.log(
        tx,
        actor,
        kind,
        object_type=found.object_name,
        object_id=found.id,
        link=f"exports/{found.id}",
        details={"name": found.name, "records": found.records} | (details or {}),
    )


def sight_of(guard: Guard, actor: Actor) -> Sight:
    """Which exports somebody may see: a Super Admin all, who approves also those that wait."""
    if guard.allows(actor, Permission.SUPER_ADMIN):
        return EVERYTHING
    return Sight(actor.user_id, guard.allows(actor, Permission.APPROVE_EXPORTS))


def find_seen(
    database: Database,
    audit_log: AuditLog,
    vault: Path,
    sight: Sight,
    actor: Actor,
    export_id: str,
) -> Export:
    """One export that somebody may see.

    Raises:
        UserError: ``export_unknown``, for another user's as for none; that one is logged.
    """
    with database.read() as tx:
        try:
            return read_export(tx, vault, sight, export_id)
        except UserError:
            is_there = tx.scalar(select(exports.c.id).where(exports.c.id == export_id))
    if is_there is not None:
        with database.write() as tx:
            audit_log.log(
                tx,
                actor,
                kinds.PERMISSION_REFUSED,
                result=Result.REFUSED,
                object_type="export",
                object_id=export_id,
                details={"permission": "export", "reason": "export_of_another_user"},
            )
    raise export_unknown(export_id)


def decide(tx: Tx, actor: Actor, export_id: str, state: ExportState, reason: str = "") -> None:
    """Put a waiting export into the state that somebody chose for it; its notices say so."""
    final = state is not ExportState.QUEUED
    tell_decision(tx, export_id, state.value if final else "approved", actor.full_name)
    tx.execute(
        update(exports)
        .where(exports.c.id == export_id)
        .values(
            state=state.value,
            decided_by=actor.user_id,
            decided_at=tx.now_text,
            reason=reason or None,
            finished_at=tx.now_text if final else None,
        )
    )


def seal_of(jobs: JobQueue, values: Mapping[str, Any]) -> str:
    """What binds a waiting export to what was asked for, and to what is shown of it.

    Who approves it signs the job with it: a row that was altered meanwhile must not pass.

    Args:
        values: its row, as it is written or as it was read.
    """
    return jobs.seal(str(values["id"]), {name: values[name] for name in _SEALED})


def enqueue_export(
    jobs: JobQueue, tx: Tx, actor: Actor, export_id: str, request: dict[str, Any]
) -> str:
    """Queue the job of an export; returns its id."""
    return jobs.enqueue(tx, actor, JobKind.EXPORT, {"export_id": export_id, "request": request})


def who_decide(tx: Tx, requester: Actor) -> list[int]:
    """Everybody who may approve an export, but whoever asks for it."""
    may = exists().where(
        user_permissions.c.user_id == users.c.id,
        user_permissions.c.permission == Permission.APPROVE_EXPORTS.value,
    )
    return list(
        tx.execute(
            select(users.c.id).where(
                or_(users.c.super_admin == 1, may),
                users.c.active == 1,
                users.c.removed_at.is_(None),
                users.c.id != requester.user_id,
            )
        ).scalars()
    )
