"""Writes a plan: records, history and all, in the one transaction it is given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from crmdesk.core.changes.change_set import RecordChange
from crmdesk.core.changes.history_rows import (
    Printed,
    PrintedBeside,
    keep_rows,
    print_rows,
    printed_beside,
)
from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_counts import follow_activities

# SQLite gathers what one UPDATE reads from another table before it writes any of it: for a million
# records that would be gigabytes.
_ROWS_AT_ONCE = 5_000
_RANGES_WORTH_A_THREAD = 2


@dataclass(frozen=True, slots=True)
class Applied:
    """What was written."""

    created: int
    updated: int
    values: int


def apply_stage(tx: Tx, stage: Stage, change_id: int, *, beside: bool = False) -> Applied:
    """Create and update the staged records, or raise and change nothing.

    Args:
        beside: the stage stands in its file as it is, so that of a large change another thread
            may print the history while this one writes the records.

    A value that breaks a rule of the table after all ends the whole transaction (OR ROLLBACK):
    to be able to take back one statement only, SQLite would keep each page it changes twice.

    Raises:
        UserError: ``plan_outdated`` when a record was edited or deleted since the plan was made.
    """
    refuse_outdated(tx, stage)
    ranges = _row_ranges(tx)
    if beside and len(ranges) >= _RANGES_WORTH_A_THREAD and stage.columns:
        with printed_beside(tx, stage) as printed:
            applied = _write(tx, stage, change_id, ranges, printed)
    else:
        applied = _write(tx, stage, change_id, ranges, None)
    follow_activities(tx, stage.object_type, change_id)
    return applied


def _write(
    tx: Tx,
    stage: Stage,
    change_id: int,
    ranges: Sequence[tuple[int, int]],
    printed: PrintedBeside | None,
) -> Applied:
    """Write records and history; what is not printed beside is printed before."""
    values = 0

    def keep(rows: Iterable[Sequence[Printed]]) -> None:
        nonlocal values
        values += sum(keep_rows(tx, stage, change_id, some) for some in rows)

    if printed is None:
        keep(print_rows(tx, stage))
    # A new record may take a unique value that another one gives up.
    standing = _clear_moving_unique_values(tx, stage)
    created = _create(tx, stage, change_id)
    updated = 0
    for some in _updates(tx, stage, ranges, standing):
        updated += some
        if printed is not None:
            keep(printed.ready())
    if printed is not None:
        keep(printed.rest())
    return Applied(created, updated, values)


def refuse_outdated(tx: Tx, stage: Stage) -> None:
    """Check the versions that the plan read against those that stand.

    Raises:
        UserError: ``plan_outdated``, with the number of records as ``records``.
    """
    table = quoted(stage.object_type.table)
    outdated = tx.sql(
        f"SELECT count(*) FROM stage.rows r LEFT JOIN main.{table} o ON o.id = r.record_id "
        "WHERE r.outcome = 'update' "
        "AND (o.id IS NULL OR o.version IS NOT r.base_version OR o.archived_at IS NOT NULL)"
    ).fetchone()[0]
    if outdated:
        raise plan_outdated(outdated)


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
    waiting = tx.sql("SELECT count(*) FROM stage.rows WHERE outcome = 'create'").fetchone()[0]
    if not waiting:
        return 0
    object_type = stage.object_type
    table = quoted(object_type.table)
    sequence = tx.sql(
        "SELECT seq FROM sqlite_sequence WHERE name = ?", (object_type.table,)
    ).fetchone()
    first = (sequence[0] if sequence else 0) + 1
    # Ids are given here, in the order of the rows, so that history and sources can name them;
    # beside the rows, since writing into each of them would write the whole stage again.
    tx.sql(
        "INSERT INTO stage.created SELECT row, ? - 1 + row_number() OVER (ORDER BY row) "
        "FROM stage.rows WHERE outcome = 'create'",
        (first,),
    )
    columns = "".join(f", {quoted(column.column)}" for column in stage.columns)
    cells = "".join(f", r.c{index}" for index in range(len(stage.columns)))
    tx.sql(
        f"INSERT OR ROLLBACK INTO main.{table} (id, created_at, updated_at, version{columns}) "
        f"SELECT n.record_id, ?, ?, 1{cells} FROM stage.created n "
        "LEFT JOIN stage.cells r ON r.row = n.row ORDER BY n.row",
        (tx.now_text, tx.now_text),
    )
    tx.sql(
        "INSERT INTO main.record_history (change_id, object_type_id, record_id, kind) "
        "SELECT ?, ?, record_id, ? FROM stage.created ORDER BY record_id",
        (change_id, object_type.id, RecordChange.CREATE.value),
    )
    return int(waiting)


def _row_ranges(tx: Tx) -> list[tuple[int, int]]:
    """First and last row of each part of the rows to update, so that none fills the memory."""
    ends = [
        row
        for (row,) in tx.sql(
            "SELECT max(row) FROM (SELECT row, (row_number() OVER (ORDER BY row) - 1) / ? AS part "
            "FROM stage.rows WHERE outcome = 'update') GROUP BY part ORDER BY part",
            (_ROWS_AT_ONCE,),
        )
    ]
    return list(zip([0, *(end + 1 for end in ends)], ends, strict=False))


def _updates(
    tx: Tx, stage: Stage, ranges: Sequence[tuple[int, int]], standing: Collection[int]
) -> Iterator[int]:
    """Update the records range by range; yields how many of each."""
    if not stage.columns:
        return
    table = quoted(stage.object_type.table)
    kept = [f"{table}.{quoted(column.column)}" for column in stage.columns]
    assignments = "".join(
        f"{quoted(column.column)} = "
        + (f"coalesce(r.c{index}, {kept[index]}), " if stage.blank_keeps else f"r.c{index}, ")
        for index, column in enumerate(stage.columns)
        if index not in standing
    )
    statement = (
        f"UPDATE OR ROLLBACK main.{table} SET {assignments}updated_at = ?, version = version + 1 "
        f"FROM stage.rows r WHERE r.outcome = 'update' AND r.record_id = {table}.id "
        "AND r.row BETWEEN ? AND ?"
    )
    for first, last in ranges:
        yield tx.sql(statement, (tx.now_text, first, last)).rowcount


def _clear_moving_unique_values(tx: Tx, stage: Stage) -> set[int]:
    """Empty the unique values that are about to change hands.

    A swap of two values fails even inside one UPDATE, since uniqueness is checked row by row.

    Returns:
        the unique columns in which no value changes: writing them would only move their index.
    """
    table = quoted(stage.object_type.table)
    standing = set()
    for position, column in enumerate(stage.columns):
        if column.unique:
            cleared = tx.sql(
                f"UPDATE main.{table} SET {quoted(column.column)} = NULL WHERE id IN "
                f"(SELECT o.id FROM {stage.join} WHERE {stage.changed(position)})"
            ).rowcount
            if not cleared:
                standing.add(position)
    return standing
