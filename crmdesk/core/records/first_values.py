"""The value that a property had when its record was made.

Making a record writes one line of history, whatever its values: a million imported records cost a
million lines and not sixty million. What stood there first is what the first change replaced, or
where there was none what stands there now.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from crmdesk.core.changes.change_set import RecordChange
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import change_sets, properties, record_history, users
from crmdesk.core.records.schema import ObjectType, Property


def making_of(tx: Tx, object_type: ObjectType, record_id: int, of: Property) -> Row[Any] | None:
    """The change set that made a record; None where it is not known.

    Nor for a property that came later: its first value may be a copy of another's.
    """
    statement = (
        select(change_sets, users.c.full_name)
        .join(record_history, record_history.c.change_id == change_sets.c.id)
        .join(properties, properties.c.id == of.id)
        .outerjoin(users, users.c.id == change_sets.c.user_id)
        .where(
            record_history.c.object_type_id == object_type.id,
            record_history.c.record_id == record_id,
            record_history.c.kind == RecordChange.CREATE.value,
            properties.c.created_at <= change_sets.c.at,
        )
    )
    return tx.execute(statement).first()


def first_value(tx: Tx, object_type: ObjectType, record_id: int, of: Property) -> str | None:
    """The value that a record was made with."""
    if of.calculated:
        return None
    row = tx.sql(
        "SELECT old FROM property_history "
        "WHERE object_type_id = ? AND record_id = ? AND property_id = ? "
        "ORDER BY change_id LIMIT 1",
        (object_type.id, record_id, of.id),
    ).fetchone()
    if row is None:
        row = tx.sql(
            f"SELECT {quoted(of.column)} FROM {quoted(object_type.table)} WHERE id = ?",
            (record_id,),
        ).fetchone()
    return None if row is None or row[0] is None else str(row[0])
