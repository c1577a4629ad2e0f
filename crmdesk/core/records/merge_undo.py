"""Taking a merge back: the two records it joined, and the values that may stand again."""

from __future__ import annotations

from sqlalchemy import select

from crmdesk.core.changes.change_set import CellChange, RecordChange, Source, write_record_change
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import change_sets, property_history, record_history
from crmdesk.core.errors import UserError
from crmdesk.core.records.merge_rows import remove_alias, winner_of
from crmdesk.core.records.record import Record, read_record
from crmdesk.core.records.schema import ObjectType, object_type_by_id
from crmdesk.core.records.single_rows import refuse_taken
from crmdesk.core.records.types import PropertyFormat
from crmdesk.core.records.undo_rows import refusal_of

_PATH = (PropertyFormat.PIPELINE, PropertyFormat.STAGE)


def both_of(tx: Tx, change_id: int) -> tuple[ObjectType, Record, Record]:
    """The winner and the loser of a merge, which must both still be there for it.

    Raises:
        UserError: ``not_a_merge``, ``merge_undo_gone``.
    """
    change = tx.execute(select(change_sets).where(change_sets.c.id == change_id)).one()
    rows = tx.execute(
        select(record_history).where(
            record_history.c.change_id == change_id,
            record_history.c.kind == RecordChange.MERGE.value,
        )
    ).all()
    loser_row = next((row for row in rows if str(row.record_id) != change.source_id), None)
    if change.source != Source.MERGE_OBJECTS.value or loser_row is None:
        raise UserError(
            "not_a_merge", "This change is not a merge.", "Look at the history of the record again."
        )
    object_type = object_type_by_id(tx, loser_row.object_type_id)
    winner_id, loser_id = int(change.source_id), int(loser_row.record_id)
    if object_type is None or winner_of(tx, object_type, loser_id) != winner_id:
        raise _gone()
    try:
        winner = read_record(tx, object_type, winner_id)
        loser = read_record(tx, object_type, loser_id)
    except UserError as error:
        raise _gone() from error
    if winner.archived_at is not None:
        raise _gone()
    return object_type, winner, loser


def _gone() -> UserError:
    return UserError(
        "merge_undo_gone",
        "One of the two records was deleted, or merged into another since, so this merge cannot "
        "be taken back.",
        "Undo what happened later first, or add the record anew.",
    )


def values_back(
    tx: Tx, object_type: ObjectType, change_id: int, winner: Record
) -> tuple[list[CellChange], int]:
    """The winner's values from before, and how many stay as they are.

    Those go back that still are what the merge wrote, and that may stand again.
    """
    by_id = {column.id: column for column in object_type.writable}
    back, skipped = [], 0
    rows = tx.execute(
        select(property_history).where(
            property_history.c.change_id == change_id,
            property_history.c.record_id == winner.id,
        )
    )
    for row in rows:
        column = by_id.get(row.property_id)
        if column is None or winner.values[column.name] != row.new:
            skipped += 1
        else:
            back.append(CellChange(column, row.new, row.old))
    standing = []
    for group in _together(back):
        # A value that another record holds by now is told by name, when it is written.
        if refusal_of(tx, object_type, winner, group) in ("", "not_unique"):
            standing += group
        else:
            skipped += len(group)
    return standing, skipped


def _together(cells: list[CellChange]) -> list[list[CellChange]]:
    """What goes back as one: a pipeline with its stage, every other value alone."""
    paths = [cell for cell in cells if cell.property.format in _PATH]
    return [[cell] for cell in cells if cell.property.format not in _PATH] + (
        [paths] if paths else []
    )


def bring_back(
    tx: Tx, object_type: ObjectType, undo_id: int, winner_id: int, loser: Record
) -> None:
    """Make the loser a record of its own again.

    Raises:
        UserError: ``value_not_unique``.
    """
    refuse_taken(tx, object_type, loser.values, loser.id)
    tx.sql(
        f"UPDATE {quoted(object_type.table)} SET archived_at = NULL, archived_by = NULL, "
        "version = version + 1 WHERE id = ?",
        (loser.id,),
    )
    write_record_change(tx, undo_id, object_type, [loser.id], RecordChange.UNARCHIVE)
    remove_alias(tx, object_type, winner_id, loser.id)
