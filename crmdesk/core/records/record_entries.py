"""What the log tells of records: made, deleted, brought back, edited by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import CellChange
from crmdesk.core.db.engine import Tx
from crmdesk.core.records.reader import masked
from crmdesk.core.records.record import MASKED, Record, display_name, read_record
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.single_rows import loggable

#: Ids that an entry about many records names one by one; their history has the others.
NAMED = 1000


class RecordEntries:
    """Writes entries about records; sensitive values never stand in them."""

    def __init__(self, audit_log: AuditLog) -> None:
        self._audit_log = audit_log

    def record(
        self,
        tx: Tx,
        actor: Actor,
        object_type: ObjectType,
        record: Record,
        action: Action,
        **facts: Any,
    ) -> None:
        """One record as a whole, with the values it had."""
        shown = masked(object_type, record)
        self._audit_log.log(
            tx,
            actor,
            kinds.crm_object(object_type.name, action),
            object_type=object_type.name,
            object_id=record.id,
            link=f"records/{object_type.name}/{record.id}",
            details={
                "name": display_name(object_type, shown.values),
                "values": {
                    name: "masked" if value == MASKED else value
                    for name, value in shown.values.items()
                    if value is not None and not object_type.by_name[name].calculated
                },
                **facts,
            },
        )

    def records(
        self,
        tx: Tx,
        actor: Actor,
        object_type: ObjectType,
        record_ids: Sequence[int],
        action: Action,
        job_id: str | None = None,
        **facts: Any,
    ) -> None:
        """One entry, however many records; one record is told of by name."""
        if len(record_ids) == 1:
            record = read_record(tx, object_type, record_ids[0])
            self.record(tx, actor, object_type, record, action, **facts)
            return
        self._audit_log.log(
            tx,
            actor,
            kinds.crm_object(object_type.name, action),
            object_type=object_type.name,
            job_id=job_id,
            subjects=len(record_ids),
            details={"record_ids": list(record_ids[:NAMED]), **facts},
        )

    def values(
        self,
        tx: Tx,
        actor: Actor,
        object_type: ObjectType,
        record: Record,
        cells: Sequence[CellChange],
        *,
        revised: bool = False,
        **facts: Any,
    ) -> None:
        """Values of one record, from old to new.

        Args:
            revised: they were put back from the history; that is security activity as well.
        """
        changes = [
            {
                "property": cell.property.name,
                "old": loggable(cell.property, cell.old),
                "new": loggable(cell.property, cell.new),
            }
            for cell in cells
        ]
        name = display_name(object_type, masked(object_type, record).values)
        again = (kinds.PROPERTY_REVISED,) if revised else ()
        for kind in (kinds.property_value(object_type.name), *again):
            self._audit_log.log(
                tx,
                actor,
                kind,
                object_type=object_type.name,
                object_id=record.id,
                link=f"records/{object_type.name}/{record.id}",
                details={"name": name, "changes": changes, **facts},
            )
