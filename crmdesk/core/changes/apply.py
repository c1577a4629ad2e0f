"""Writes a plan: records, history and all, in the one transaction it is given."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crmdesk.core.changes.change_set import Printed, RecordChange
from crmdesk.core.changes.history_rows import printed_beside, write_history
from crmdesk.core.changes.rules import index_records
from crmdesk.core.changes.stage import Outcome, Stage
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import page_kept, quoted
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_counts import follow_activities

# To be able to take back one statement, SQLite keeps in memory what it changes, and all that must
# leave the cache meanwhile.
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Applied:
    """What was written.

    Attributes:
        printed: its history of values, where another thread has looked at all of it.
    """

    created: int
    updated: int
    values: int
    printed: Printed | None = None


def apply_stage(tx: Tx, stage: Stage, change_id: int, *, beside: bool = False) -> Applied:
    """Create and update the staged records, or raise and change nothing.

    Args:
        beside: see :func:`apply_piece`.

    Raises:
        UserError: ``plan_outdated`` when a record was edited or deleted since the plan was made.
    """
    applied = apply_piece(tx, stage, change_id, beside=beside)
    follow_activities(tx, stage.object_type, change_id)
    return applied


def apply_piece(
    tx: Tx,
    stage: Stage,
    change_id: int,
    *,
    beside: bool = False,
    before: Printed | None = None,
) -> Applied:
    """Write one stage of several; when all are written, activities have to be followed.

    Args:
        beside: the stage stands in its file as it is, so that of a large change another thread
            may print the history while this one writes the records.
        before: the history of the pieces before it, where it was printed so.

    A value that breaks a rule of the table after all ends the whole transaction (OR ROLLBACK):
    to be able to take back an UPDATE alone, SQLite would keep each page it changes twice.

    Raises:
        UserError: ``plan_outdated`` when a record was edited or deleted since the plan was made.
    """
    moving = refuse_outdated(tx, stage)
    ranges = _updated_ranges(tx, stage)
    # Of many records, or behind others of them: then it goes on with their digest.
    if beside and stage.columns and (len(ranges) > 1 or (ranges and before is not None)):
        with printed_beside(tx, stage, before) as printed:
            created, updated = _write(tx, stage, change_id, ranges, moving)
            with page_kept(tx.driver, "sqlite_sequence"):
                kept = printed.keep(tx, change_id)
                applied = Applied(created, updated, kept.values, kept)
    else:
        values = write_history(tx, stage, change_id) if stage.columns and ranges else 0
        applied = Applied(*_write(tx, stage, change_id, ranges, moving), values)
    return applied


def _write(
    tx: Tx,
    stage: Stage,
    change_id: int,
    ranges: Sequence[tuple[int, int]],
    moving: Collection[int],
) -> tuple[int, int]:
    """Write the records; returns how many were created and updated."""
    with page_kept(tx.driver, "sqlite_sequence"):
        # A new record may take a unique value that another one gives up.
        _clear_moving_unique_values(tx, stage, moving)
        # Before new records stand behind them: what the tree of all has in common is written once.
        updated = _update(tx, stage, ranges, moving) if stage.columns else 0
        return _create(tx, stage, change_id), updated


def refuse_outdated(tx: Tx, stage: Stage) -> set[int]:
    """Check the versions that the plan read against those that stand.

    Returns:
        the places of unique columns in which values change, looked at in the same pass.

    Raises:
        UserError: ``plan_outdated``, with the number of records as ``records``.
    """
    table = quoted(stage.object_type.table)
    unique = [position for position, column in enumerate(stage.columns) if column.unique]
    outdated, *moving = tx.sql(
        "SELECT count(*) FILTER (WHERE o.id IS NULL OR o.version IS NOT r.base_version "
        "OR o.archived_at IS NOT NULL)"
        + "".join(f", max({stage.changed(position)})" for position in unique)
        + f" FROM {stage.schema}.rows r LEFT JOIN main.{table} o ON o.id = r.record_id "
        "WHERE r.outcome = 'update'"
    ).fetchone()
    if outdated:
        raise plan_outdated(outdated)
    return {position for position, moves in zip(unique, moving, strict=True) if moves}


def plan_outdated(records: int) -> UserError:
    """The refusal of a plan that no longer fits the data."""
    many = f"{records:,} records" if records != 1 else "1 record"
    return UserError(
        "plan_outdated",
        f"{many} changed since the review, so nothing was written.",
        "Review again: the plan is made anew in moments.",
        records=records,
    )


def _create(tx: Tx, stage: Stage, change_id: int) -> int:
    object_type = stage.object_type
    table = quoted(object_type.table)
    sequence = tx.sql(
        "SELECT seq FROM sqlite_sequence WHERE name = ?", (object_type.table,)
    ).fetchone()
    first = (sequence[0] if sequence else 0) + 1
    # Ids are given here, in the order of the rows, so that history and sources can name them;
    # beside the rows, since writing into each of them would write the whole stage again.
    tx.sql("INSERT OR IGNORE INTO temp.created VALUES (?, NULL)", (first - 1,))
    created = tx.sql(
        "INSERT INTO temp.created (row) "
        f"SELECT row FROM {stage.schema}.verdicts WHERE outcome = 'create' ORDER BY row"
    ).rowcount
    tx.sql("DELETE FROM temp.created WHERE record_id = ? AND row IS NULL", (first - 1,))
    columns = "".join(f", {quoted(column.column)}" for column in stage.columns)
    cells = "".join(f", r.c{index}" for index in range(len(stage.columns)))
    for start in range(first, first + created, _ROWS_AT_ONCE):
        tx.sql(
            f"INSERT OR ROLLBACK INTO main.{table} (id, created_at, updated_at, version{columns}) "
            f"SELECT n.record_id, ?, ?, 1{cells} FROM temp.created n "
            f"LEFT JOIN {stage.schema}.cells r ON r.row = n.row "
            "WHERE n.record_id BETWEEN ? AND ? ORDER BY n.record_id",
            (tx.now_text, tx.now_text, start, start + _ROWS_AT_ONCE - 1),
        )
    tx.sql(
        "INSERT INTO main.record_history (change_id, object_type_id, record_id, kind) "
        "SELECT ?, ?, record_id, ? FROM temp.created WHERE record_id >= ? ORDER BY record_id",
        (change_id, object_type.id, RecordChange.CREATE.value, first),
    )
    return int(created)


def _updated_ranges(tx: Tx, stage: Stage) -> list[tuple[int, int]]:
    """First and last row of each part of the rows whose records are there."""
    ranges: list[tuple[int, int]] = []
    last = -1
    while True:
        found = tx.sql(
            f"SELECT max(row) FROM (SELECT row FROM {stage.schema}.verdicts WHERE outcome = ? "
            "AND row > ? ORDER BY row LIMIT ?)",
            (Outcome.UPDATE.value, last, _ROWS_AT_ONCE),
        ).fetchone()[0]
        if found is None:
            return ranges
        ranges.append((last + 1, found))
        last = found


def _update(
    tx: Tx, stage: Stage, ranges: Sequence[tuple[int, int]], moving: Collection[int]
) -> int:
    index_records(tx, stage)
    table = quoted(stage.object_type.table)
    # Writing a unique column in which no value changes would only move its index.
    written = [
        index for index, column in enumerate(stage.columns) if index in moving or not column.unique
    ]
    names = [quoted(stage.columns[index].column) for index in written]
    values = [
        f"coalesce(r.c{index}, {table}.{name})" if stage.blank_keeps else f"r.c{index}"
        for index, name in zip(written, names, strict=True)
    ]
    # A fifth faster than UPDATE … FROM, which keeps a copy of all values it reads first.
    assignment = (
        f"({', '.join(names)}) = (SELECT {', '.join(values)} FROM {stage.schema}.verdicts v "
        f"LEFT JOIN {stage.schema}.cells r ON r.row = v.row "
        f"WHERE v.record_id = {table}.id AND v.outcome = 'update'), "
    )
    statement = (
        f"UPDATE OR ROLLBACK main.{table} SET {assignment if names else ''}"
        "updated_at = ?, version = version + 1 WHERE id IN "
        f"(SELECT record_id FROM {stage.schema}.verdicts WHERE outcome = 'update' "
        "AND row BETWEEN ? AND ?)"
    )
    return sum(tx.sql(statement, (tx.now_text, first, last)).rowcount for first, last in ranges)


def _clear_moving_unique_values(tx: Tx, stage: Stage, moving: Collection[int]) -> None:
    """Empty the unique values that are about to change hands.

    A swap of two values fails even inside one UPDATE, since uniqueness is checked row by row.
    """
    table = quoted(stage.object_type.table)
    for position in moving:
        tx.sql(
            f"UPDATE main.{table} SET {quoted(stage.columns[position].column)} = NULL WHERE id IN "
            f"(SELECT o.id FROM {stage.join} WHERE {stage.changed(position)})"
        )
