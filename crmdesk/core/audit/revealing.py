"""Sensitive values that an entry tells of without naming them, shown on request and logged."""

from __future__ import annotations

import json
from dataclasses import dataclass

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.bulk import changes_of
from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.audit.query import AuditLogReader
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.errors import UserError
from crmdesk.core.records.schema import load_object_type

# Change and entry were written in one transaction, so that they have one time.
_CELLS = (
    "SELECT h.cells FROM value_history h JOIN change_sets c ON c.id = h.change_id "
    "WHERE h.object_type_id = ? AND h.record_id = ? AND c.at = ? AND c.user_id IS ?"
)
_CELLS_OF_ONE = (
    "SELECT cells FROM value_history WHERE object_type_id = ? AND record_id = ? "
    "AND change_id IN (SELECT value FROM json_each(?)) ORDER BY change_id"
)


@dataclass(frozen=True, slots=True)
class RevealedChange:
    """What a sensitive property held before and after; the name is the internal one."""

    property: str
    old: str | None
    new: str | None


class SensitiveValues:
    """Looks into the history of the record, since no entry holds a sensitive value itself."""

    def __init__(
        self, database: Database, guard: Guard, audit_log: AuditLog, reader: AuditLogReader
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._reader = reader

    def reveal(
        self, actor: Actor, event_id: int, record_id: int | None = None
    ) -> tuple[RevealedChange, ...]:
        """Show the sensitive values of an edit; who saw which is an entry of its own.

        Args:
            record_id: one of the records of an entry that tells of many, e.g. of a bulk edit or a
                restore; nobody sees the values of all of them at once.

        Raises:
            PermissionDenied: the actor is not a Super Admin, or may not see sensitive values.
            UserError: ``audit_event_not_found``; ``values_not_kept`` when the record was deleted
                for good since, or the entry is of no edit of it.
        """
        event = self._reader.event(actor, event_id)
        self._guard.require(actor, Permission.VIEW_SENSITIVE)
        with self._database.write() as tx:
            found = _changes(tx, event) if record_id is None else _of_one(tx, event, record_id)
            if not found:
                raise UserError(
                    "values_not_kept",
                    "The values that this entry tells of are not kept any more.",
                    "A backup from that time may hold them.",
                )
            self._audit_log.log(
                tx,
                actor,
                kinds.SENSITIVE_REVEALED,
                object_type=event.object,
                object_id=event.object_id if record_id is None else str(record_id),
                link=f"audit/{event_id}",
                details={"properties": [each.property for each in found], "entry": event_id},
            )
        return found


def _changes(tx: Tx, event: AuditEvent) -> tuple[RevealedChange, ...]:
    if not (event.object_id or "").isdigit():
        return ()
    given = (int(event.object_id or 0), to_text(event.at), event.user_id)
    return _revealed(tx, event, _CELLS, given)


def _of_one(tx: Tx, event: AuditEvent, record_id: int) -> tuple[RevealedChange, ...]:
    given = (record_id, json.dumps(changes_of(tx, event)))
    return _revealed(tx, event, _CELLS_OF_ONE, given)


def _revealed(
    tx: Tx, event: AuditEvent, query: str, given: tuple[object, ...]
) -> tuple[RevealedChange, ...]:
    try:
        object_type = load_object_type(tx, event.object or "")
    except UserError:
        return ()
    hidden = {each.id: each.name for each in object_type.properties if each.sensitive}
    rows = tx.sql(query, (object_type.id, *given)).fetchall()
    cells = [cell for row in rows for cell in json.loads(row[0]) if cell[0] in hidden]
    return tuple(RevealedChange(hidden[number], old, new) for number, old, new in cells)
