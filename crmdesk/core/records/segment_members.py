"""Who is put into a static segment, or taken out."""

from __future__ import annotations

from collections.abc import Sequence

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.picking import Picked, picked_condition
from crmdesk.core.records.schema import ObjectType


def add_members(tx: Tx, object_type: ObjectType, segment_id: int, members: Picked) -> int:
    """Put live records in; returns how many were not in yet.

    Raises:
        UserError: ``import_unknown``, and what a query may raise.
    """
    where, values = picked_condition(tx, object_type, members)
    return tx.sql(
        "INSERT OR IGNORE INTO segment_members (segment_id, record_id, added_at) "
        f"SELECT ?, id, ? FROM {quoted(object_type.table)} WHERE {where} "
        "AND archived_at IS NULL",
        [segment_id, tx.now_text, *values],
    ).rowcount


def remove_members(tx: Tx, object_type: ObjectType, segment_id: int, members: Picked) -> int:
    """Take records out; returns how many were in."""
    where, values = picked_condition(tx, object_type, members)
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
