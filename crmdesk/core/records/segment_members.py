"""Who is put into a static segment, or taken out: by id, by a query, or from an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import imports
from crmdesk.core.errors import UserError
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.segment_rows import query_conditions


@dataclass(frozen=True, slots=True)
class Members:
    """Records by one of three ways.

    Attributes:
        ids: picked one by one; unknown and deleted ones are passed over.
        query: whatever it finds at this moment.
        import_id: the records that an import created or changed.
    """

    ids: Sequence[int] = ()
    query: RecordQuery | None = None
    import_id: str | None = None


def add_members(tx: Tx, object_type: ObjectType, segment_id: int, members: Members) -> int:
    """Put live records in; returns how many were not in yet.

    Raises:
        UserError: ``import_unknown``, and what a query may raise.
    """
    where, values = _condition(tx, object_type, members)
    return tx.sql(
        "INSERT OR IGNORE INTO segment_members (segment_id, record_id, added_at) "
        f"SELECT ?, id, ? FROM {quoted(object_type.table)} WHERE {where} "
        "AND archived_at IS NULL",
        [segment_id, tx.now_text, *values],
    ).rowcount


def remove_members(tx: Tx, object_type: ObjectType, segment_id: int, members: Members) -> int:
    """Take records out; returns how many were in."""
    where, values = _condition(tx, object_type, members)
    return tx.sql(
        "DELETE FROM segment_members WHERE segment_id = ? AND record_id IN "
        f"(SELECT id FROM {quoted(object_type.table)} WHERE {where})",
        [segment_id, *values],
    ).rowcount


def forget_members(tx: Tx, object_type: ObjectType, record_ids: Sequence[int]) -> None:
    """Take records that are deleted for good out of every segment of their object."""
    tx.driver.executemany(
        "DELETE FROM segment_members WHERE record_id = ? AND segment_id IN "
        "(SELECT id FROM segments WHERE object_type_id = ?)",
        [(record_id, object_type.id) for record_id in record_ids],
    )


def _condition(tx: Tx, object_type: ObjectType, members: Members) -> tuple[str, list[str | int]]:
    if members.query is not None:
        return query_conditions(tx, object_type, members.query)
    if members.import_id is not None:
        change_id = _change_of(tx, members.import_id)
        both = " UNION ".join(
            f"SELECT record_id FROM {table} WHERE change_id = ? AND object_type_id = ?"
            for table in ("record_history", "value_history")
        )
        return f"id IN ({both})", [change_id, object_type.id] * 2
    tx.sql("CREATE TEMP TABLE IF NOT EXISTS picked (id INTEGER PRIMARY KEY)")
    tx.sql("DELETE FROM temp.picked")
    tx.driver.executemany(
        "INSERT OR IGNORE INTO temp.picked VALUES (?)", ((one,) for one in members.ids)
    )
    return "id IN (SELECT id FROM temp.picked)", []


def _change_of(tx: Tx, import_id: str) -> int:
    change_id = tx.scalar(select(imports.c.change_id).where(imports.c.id == import_id))
    if change_id is None:
        raise UserError(
            "import_unknown",
            f"There is no finished import “{import_id}”.",
            "The imports are listed under Import & Export.",
        )
    return int(change_id)
