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
        beside: the stage stands in its file as it is, so that of a large change another thread
            may print the history while this one writes the records.

    A value that breaks a rule of the table after all ends the whole transaction (OR ROLLBACK):
    to be able to take back an UPDATE alone, SQLite would keep each page it changes twice.

    Raises:
        UserError: ``plan_outdated`` when a record was edited or deleted since the plan was made.
    """
    refuse_outdated(tx, stage)
    ranges = _row_ranges(tx, Outcome.UPDATE)
    if beside and len(ranges) > 1 and stage.columns:
        with printed_beside(tx, stage) as printed:
            created, updated = _write(tx, stage, change_id, ranges)
            with page_kept(tx.driver, "sqlite_sequence"):
                kept = printed.keep(tx, change_id)
                applied = Applied(created, updated, kept.values, kept)
    else:
        values = write_history(tx, stage, change_id) if stage.columns else 0
        applied = Applied(*_write(tx, stage, change_id, ranges), values)
    follow_activities(tx, stage.object_type, change_id)
    return applied


def _write(
    tx: Tx, stage: Stage, change_id: int, ranges: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """Write the records; returns how many were created and updated."""
    with page_kept(tx.driver, "sqlite_sequence"):
        # A new record may take a unique value that another one gives up.
        standing = _clear_moving_unique_values(tx, stage)
        # Before new records stand behind them: what the tree of all has in common is written once.
        updated = _update(tx, stage, ranges, standing) if stage.columns else 0
        return _create(tx, stage, change_id), updated


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
    object_type = stage.object_type
    table = quoted(object_type.table)
    sequence = tx.sql(
        "SELECT seq FROM sqlite_sequence WHERE name = ?", (object_type.table,)
    ).fetchone()
    first = (sequence[0] if sequence else 0) + 1
    # Ids are given here, in the order of the rows, so that history and sources can name them;
    # beside the rows, since writing into each of them would write the whole stage again.
    created = tx.sql(
        "INSERT INTO stage.created SELECT row, ? - 1 + row_number() OVER (ORDER BY row) "
        "FROM stage.verdicts WHERE outcome = 'create'",
        (first,),
    ).rowcount
    if not created:
        return 0
    columns = "".join(f", {quoted(column.column)}" for column in stage.columns)
    cells = "".join(f", r.c{index}" for index in range(len(stage.columns)))
    for rows in _row_ranges(tx, Outcome.CREATE):
        tx.sql(
            f"INSERT OR ROLLBACK INTO main.{table} (id, created_at, updated_at, version{columns}) "
            f"SELECT n.record_id, ?, ?, 1{cells} FROM stage.created n "
            "LEFT JOIN stage.cells r ON r.row = n.row "
            "WHERE n.row BETWEEN ? AND ? ORDER BY n.row",
            (tx.now_text, tx.now_text, *rows),
        )
    tx.sql(
        "INSERT INTO main.record_history (change_id, object_type_id, record_id, kind) "
        "SELECT ?, ?, record_id, ? FROM stage.created ORDER BY record_id",
        (change_id, object_type.id, RecordChange.CREATE.value),
    )
    return int(created)


def _row_ranges(tx: Tx, outcome: Outcome) -> list[tuple[int, int]]:
    """First and last row of each part of the rows of an outcome."""
    ranges: list[tuple[int, int]] = []
    last = -1
    while True:
        found = tx.sql(
            "SELECT max(row) FROM (SELECT row FROM stage.verdicts WHERE outcome = ? "
            "AND row > ? ORDER BY row LIMIT ?)",
            (outcome.value, last, _ROWS_AT_ONCE),
        ).fetchone()[0]
        if found is None:
            return ranges
        ranges.append((last + 1, found))
        last = found


def _update(
    tx: Tx, stage: Stage, ranges: Sequence[tuple[int, int]], standing: Collection[int]
) -> int:
    index_records(tx)
    table = quoted(stage.object_type.table)
    written = [index for index in range(len(stage.columns)) if index not in standing]
    names = [quoted(stage.columns[index].column) for index in written]
    values = [
        f"coalesce(r.c{index}, {table}.{name})" if stage.blank_keeps else f"r.c{index}"
        for index, name in zip(written, names, strict=True)
    ]
    # A fifth faster than UPDATE … FROM, which keeps a copy of all values it reads first.
    assignment = (
        f"({', '.join(names)}) = (SELECT {', '.join(values)} FROM stage.verdicts v "
        "LEFT JOIN stage.cells r ON r.row = v.row "
        f"WHERE v.record_id = {table}.id AND v.outcome = 'update'), "
    )
    statement = (
        f"UPDATE OR ROLLBACK main.{table} SET {assignment if names else ''}"
        "updated_at = ?, version = version + 1 WHERE id IN "
        "(SELECT record_id FROM stage.verdicts WHERE outcome = 'update' AND row BETWEEN ? AND ?)"
    )
    return sum(tx.sql(statement, (tx.now_text, first, last)).rowcount for first, last in ranges)


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
