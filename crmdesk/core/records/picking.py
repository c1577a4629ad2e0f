"""Records picked for a bulk action or a segment: by id, by a query, or from an import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted, unique_expression
from crmdesk.core.db.tables import imports
from crmdesk.core.errors import UserError
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.segment_rows import query_conditions, refuse_sensitive


@dataclass(frozen=True, slots=True)
class Picked:
    """Records by one of three ways.

    Attributes:
        ids: one by one; unknown ones are passed over.
        query: whatever it finds at this moment.
        import_id: the records that an import created or changed.
    """

    ids: Sequence[int] = ()
    query: RecordQuery | None = None
    import_id: str | None = None


def picked_condition(
    tx: Tx, object_type: ObjectType, picked: Picked
) -> tuple[str, list[str | int]]:
    """SQL over the object's table that is true for the picked records, and its parameters.

    Raises:
        UserError: ``import_unknown``, ``property_sensitive``, and what a query may raise.
    """
    if picked.query is not None:
        # The number of records that were picked would tell a masked value as a list of them does.
        asked = [each.property for group in picked.query.groups for each in group]
        refuse_sensitive(object_type, asked)
        return query_conditions(tx, object_type, picked.query)
    if picked.import_id is not None:
        change_id = _change_of(tx, picked.import_id)
        both = " UNION ".join(
            f"SELECT record_id FROM main.{table} WHERE change_id = ? AND object_type_id = ?"
            for table in ("record_history", "value_history")
        )
        return f"id IN ({both})", [change_id, object_type.id] * 2
    keep_ids(tx, picked.ids)
    return "id IN (SELECT id FROM temp.picked)", []


def keep_ids(tx: Tx, record_ids: Iterable[int]) -> None:
    """Put ids into the connection's table ``temp.picked``: statements take few parameters."""
    tx.sql("CREATE TEMP TABLE IF NOT EXISTS picked (id INTEGER PRIMARY KEY)")
    tx.sql("DELETE FROM temp.picked")
    tx.driver.executemany(
        "INSERT OR IGNORE INTO temp.picked VALUES (?)", ((one,) for one in record_ids)
    )


def twins_of_kept(object_type: ObjectType, unique: Property) -> str:
    """SQL for the kept ids that hold a unique value of a smaller kept id, with that id.

    Records of the recycle bin may share a value. One pass in the order of the values: compared
    with one another, ten thousand of them take half a minute.
    """
    column = quoted(unique.column)
    return (
        "SELECT id, first FROM (SELECT o.id, "
        f"min(o.id) OVER (PARTITION BY {unique_expression(unique.column, 'o')}) AS first "
        f"FROM temp.picked p JOIN main.{quoted(object_type.table)} o ON o.id = p.id "
        f"WHERE o.{column} IS NOT NULL) WHERE first < id"
    )


def _change_of(tx: Tx, import_id: str) -> int:
    change_id = tx.scalar(select(imports.c.change_id).where(imports.c.id == import_id))
    if change_id is None:
        raise UserError(
            "import_unknown",
            f"There is no finished import “{import_id}”.",
            "The imports are listed under Import & Export.",
        )
    return int(change_id)
