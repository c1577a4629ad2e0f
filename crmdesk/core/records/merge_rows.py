"""The rows of merges: which record a merged one became part of."""

from __future__ import annotations

from collections.abc import Sequence

from crmdesk.core.db.engine import Tx
from crmdesk.core.errors import UserError
from crmdesk.core.records.schema import ObjectType


def winner_of(tx: Tx, object_type: ObjectType, record_id: int) -> int | None:
    """The record that another one was merged into; ``None`` when it was not."""
    row = tx.sql(
        "SELECT winner_id FROM record_aliases WHERE object_type_id = ? AND alias_id = ?",
        (object_type.id, record_id),
    ).fetchone()
    return None if row is None else int(row[0])


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
