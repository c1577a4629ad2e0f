"""The values that a change set wrote, page by page, wherever in millions of them a page lies."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import properties, property_history
from crmdesk.core.records.schema import Property, object_type_by_id
from crmdesk.core.restore.describe import hide, record_names
from crmdesk.core.restore.model import ChangedValue


@dataclass(frozen=True, slots=True)
class _Marks:
    """Every few hundredth record of a change set, and the number of values before it."""

    change_id: int
    records: array[int]
    before: array[int]


class ChangedPages:
    """Reads pages of a change set of one object; of the last one asked for in a moment.

    History keeps the values of a record in one row. To find a page by counting values took longer
    than everything else; so the first page counts once, and later ones look it up. What is purged
    meanwhile shifts them a little.

    Args:
        apart: records from one mark to the next.
    """

    def __init__(self, apart: int = 500) -> None:
        self._apart = apart
        self._marks: _Marks | None = None

    def page(self, tx: Tx, change_id: int, limit: int, offset: int) -> list[ChangedValue]:
        """Values by record, sensitive ones masked; also of properties now gone."""
        marks = self._marks
        if marks is None or marks.change_id != change_id:
            # One assignment: the table asks from the window's thread and from another.
            marks = self._marks = _counted(tx, change_id, self._apart)
        rows = tx.execute(_statement(marks, limit, offset)).all() if marks.records else []
        if not rows:
            return []
        object_type = object_type_by_id(tx, rows[0].object_type_id)
        if object_type is None:
            return [_changed(row, None, "") for row in rows]
        names = record_names(tx, object_type, [row.record_id for row in rows])
        columns = {column.id: column for column in object_type.properties}
        return [
            _changed(row, columns.get(row.property_id), names.get(row.record_id, ""))
            for row in rows
        ]


def _counted(tx: Tx, change_id: int, apart: int) -> _Marks:
    records, before = array("q"), array("q")
    values = 0
    rows = tx.sql(
        "SELECT record_id, json_array_length(cells) FROM value_history WHERE change_id = ? "
        "ORDER BY object_type_id, record_id",
        (change_id,),
    )
    for place, (record_id, many) in enumerate(rows):
        if place % apart == 0:
            records.append(record_id)
            before.append(values)
        values += many
    return _Marks(change_id, records, before)


def _statement(marks: _Marks, limit: int, offset: int) -> Select[Any]:
    first = max(bisect_right(marks.before, offset) - 1, 0)
    end = bisect_left(marks.before, offset + limit)
    statement = (
        select(property_history, properties.c.name, properties.c.is_sensitive)
        .join(properties, properties.c.id == property_history.c.property_id)
        .where(
            property_history.c.change_id == marks.change_id,
            property_history.c.record_id >= marks.records[first],
        )
        .order_by(property_history.c.record_id, property_history.c.property_id)
        .limit(limit)
        .offset(offset - marks.before[first])
    )
    if end == len(marks.records):
        return statement
    return statement.where(property_history.c.record_id < marks.records[end])


def _changed(row: Row[Any], column: Property | None, name: str) -> ChangedValue:
    old, new = row.old, row.new
    if column is not None:
        old, new = hide(column, old), hide(column, new)
    elif row.is_sensitive:
        old = new = None
    return ChangedValue(row.record_id, name, row.name, old, new)
