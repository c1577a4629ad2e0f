"""From how many records on each Super Admin is told of an export."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import export_thresholds
from crmdesk.core.exports.alerts import valid_threshold


class ExportThresholds:
    """Each Super Admin sets their own, and sees nobody else's."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    def own(self, actor: Actor) -> int | None:
        """From how many records on the actor is told of an export; None for never."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return _threshold(tx, actor)

    def set(self, actor: Actor, records: int | None) -> None:
        """Be told of exports of more records than this; None for never.

        Raises:
            UserError: ``threshold_invalid``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        wanted = valid_threshold(records)
        with self._database.write() as tx:
            old = _threshold(tx, actor)
            mine = export_thresholds.c.user_id == actor.user_id
            if wanted is None:
                tx.execute(delete(export_thresholds).where(mine))
            else:
                statement = upsert(export_thresholds).values(user_id=actor.user_id, records=wanted)
                tx.execute(
                    statement.on_conflict_do_update(
                        index_elements=["user_id"], set_={"records": wanted}
                    )
                )
            self._audit_log.log(
                tx,
                actor,
                kinds.EXPORT_THRESHOLD_CHANGED,
                object_type="user",
                object_id=actor.user_id,
                details={"old": old, "new": wanted},
            )


def _threshold(tx: Tx, actor: Actor) -> int | None:
    found: int | None = tx.scalar(
        select(export_thresholds.c.records).where(export_thresholds.c.user_id == actor.user_id)
    )
    return found
