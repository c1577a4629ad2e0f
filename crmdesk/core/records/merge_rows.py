"""The rows of merges: which record a merged one became part of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.errors import UserError
from crmdesk.core.records.picking import keep_ids
from crmdesk.core.records.schema import ObjectType

#: From the few that lead to a record: the history of an object may have millions of rows.
_MERGES = (
    "FROM record_aliases a CROSS JOIN record_history h "
    "ON h.object_type_id = a.object_type_id AND h.record_id = a.alias_id "
    "CROSS JOIN change_sets c ON c.id = h.change_id "
    "WHERE a.object_type_id = ?1 AND a.winner_id = ?2 AND h.kind = 'merge' "
    "AND c.source = 'MERGE_OBJECTS' AND c.source_id <> CAST(h.record_id AS TEXT) "
    "AND NOT EXISTS (SELECT 1 FROM change_sets n WHERE n.undoes = c.id)"
)


def winner_of(tx: Tx, object_type: ObjectType, record_id: int) -> int | None:
    """The record that another one was merged into; ``None`` when it was not."""
    row = tx.sql(
        "SELECT winner_id FROM record_aliases WHERE object_type_id = ? AND alias_id = ?",
        (object_type.id, record_id),
    ).fetchone()
    return None if row is None else int(row[0])


def merged_ids(tx: Tx, object_type: ObjectType) -> set[int]:
    """Every record of an object that is part of another one by now."""
    rows = tx.sql("SELECT alias_id FROM record_aliases WHERE object_type_id = ?", (object_type.id,))
    return {row[0] for row in rows}


def refuse_merged(tx: Tx, object_type: ObjectType, record_ids: Sequence[int]) -> None:
    """Raise ``record_merged`` when one of these was merged into another record."""
    for record_id in record_ids:
        winner = winner_of(tx, object_type, record_id)
        if winner is not None:
            raise UserError(
                "record_merged",
                f"{object_type.label} {record_id} was merged into {winner} and does not come "
                "back from the recycle bin.",
                "Undo the merge in the history of that record.",
                record_id=record_id,
                winner_id=winner,
            )


def merged_into(tx: Tx, object_type: ObjectType, record_ids: Sequence[int]) -> list[int]:
    """The records that were merged into these and are still in the recycle bin."""
    if not record_ids:
        return []
    keep_ids(tx, record_ids)
    cursor = tx.sql(
        f"SELECT a.alias_id FROM main.record_aliases a JOIN main.{quoted(object_type.table)} o "
        "ON o.id = a.alias_id WHERE a.object_type_id = ? "
        "AND a.winner_id IN (SELECT id FROM temp.picked)",
        (object_type.id,),
    )
    return [row[0] for row in cursor]


def forget_kept_aliases(tx: Tx, object_type: ObjectType) -> None:
    """Ids that led to the kept ones, which are deleted for good, lead nowhere any more."""
    tx.sql(
        "DELETE FROM main.record_aliases WHERE object_type_id = ? "
        "AND winner_id IN (SELECT id FROM temp.picked)",
        (object_type.id,),
    )


def add_alias(tx: Tx, object_type: ObjectType, winner_id: int, loser_id: int) -> None:
    """From now on the loser's id means the winner, and so do ids that meant the loser."""
    tx.sql(
        "UPDATE record_aliases SET winner_id = ? WHERE object_type_id = ? AND winner_id = ?",
        (winner_id, object_type.id, loser_id),
    )
    tx.sql(
        "INSERT INTO record_aliases (object_type_id, alias_id, winner_id, merged_at) "
        "VALUES (?, ?, ?, ?)",
        (object_type.id, loser_id, winner_id, tx.now_text),
    )


def remove_alias(tx: Tx, object_type: ObjectType, winner_id: int, loser_id: int) -> None:
    """The loser is itself again, and so are the ids that led to the winner through it."""
    tx.sql(
        "DELETE FROM record_aliases WHERE object_type_id = ? AND alias_id = ?",
        (object_type.id, loser_id),
    )
    waiting, own = {loser_id}, set[int]()
    while waiting:
        through = waiting.pop()
        for merged in _merged_by_hand(tx, object_type, through, winner_id) - own:
            own.add(merged)
            waiting.add(merged)
    tx.driver.executemany(
        "UPDATE record_aliases SET winner_id = ? WHERE object_type_id = ? AND winner_id = ? "
        "AND alias_id = ?",
        [(loser_id, object_type.id, winner_id, merged) for merged in sorted(own)],
    )


def _merged_by_hand(tx: Tx, object_type: ObjectType, into: int, leads_to: int) -> set[int]:
    """Records whose standing merge named ``into`` as the winner, of those that lead elsewhere."""
    cursor = tx.sql(
        f"SELECT h.record_id {_MERGES} AND c.source_id = ?3",
        (object_type.id, leads_to, str(into)),
    )
    return {row[0] for row in cursor}


@dataclass(frozen=True, slots=True)
class MergeDone:
    """A merge that stands: whom it made part of the record, when, and by whom.

    Attributes:
        undoable: whether whoever asked may take it back.
    """

    change_id: int
    loser_id: int
    at: datetime
    by: str
    undoable: bool


def standing_merges(
    tx: Tx, object_type: ObjectType, winner_id: int, may_undo: Callable[[int, int | None], bool]
) -> list[MergeDone]:
    """The merges into a record that nobody took back, newest first.

    Args:
        may_undo: given change id and user id, whether that merge may be taken back.
    """
    cursor = tx.sql(
        "SELECT c.id, h.record_id, c.at, coalesce((SELECT full_name FROM users WHERE id = "
        f"c.user_id), ''), c.user_id {_MERGES} AND c.source_id = CAST(?2 AS TEXT) "
        "ORDER BY c.id DESC",
        (object_type.id, winner_id),
    )
    return [
        MergeDone(row[0], row[1], from_text(row[2]), row[3], may_undo(row[0], row[4]))
        for row in cursor.fetchall()
    ]
