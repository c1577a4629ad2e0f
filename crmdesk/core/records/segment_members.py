"""Who is put into a static segment, or taken out."""

from __future__ import annotations

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


def forget_kept_members(tx: Tx, object_type: ObjectType) -> None:
    """Take the kept ids, which are deleted for good, out of every segment of their object."""
    tx.sql(
        "DELETE FROM main.segment_members WHERE record_id IN (SELECT id FROM temp.picked) "
        "AND segment_id IN (SELECT id FROM main.segments WHERE object_type_id = ?)",
        (object_type.id,),
    )


def join_as_merged(tx: Tx, object_type: ObjectType, winner_id: int, loser_id: int) -> None:
    """Put the winner of a merge into the static segments that the loser is in.

    The loser keeps its own place: it is hidden in the recycle bin, and comes back with it.
    """
    tx.sql(
        "INSERT OR IGNORE INTO segment_members (segment_id, record_id, added_at) "
        "SELECT m.segment_id, ?, ? FROM segment_members m JOIN segments s ON s.id = m.segment_id "
        "WHERE m.record_id = ? AND s.object_type_id = ?",
        (winner_id, tx.now_text, loser_id, object_type.id),
    )


def leave_as_unmerged(
    tx: Tx, object_type: ObjectType, winner_id: int, loser_id: int, merged_at: str
) -> None:
    """Take the winner out of the segments that the merge put it into.

    Args:
        merged_at: the time of the merge, which its memberships bear; one that was made before
            or after it stays.
    """
    tx.sql(
        "DELETE FROM segment_members WHERE record_id = ?1 AND added_at = ?2 AND segment_id IN "
        "(SELECT m.segment_id FROM segment_members m JOIN segments s ON s.id = m.segment_id "
        "WHERE m.record_id = ?3 AND s.object_type_id = ?4)",
        (winner_id, merged_at, loser_id, object_type.id),
    )
