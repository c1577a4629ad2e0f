"""Writes a plan: records, history and all, in the one transaction it is given."""

from __future__ import annotations

from dataclasses import dataclass

from crmdesk.core.changes.change_set import RecordChange
from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.errors import UserError


@dataclass(frozen=True, slots=True)
class Applied:
    """What was written."""

    created: int
    updated: int
    values: int


def apply_stage(tx: Tx, stage: Stage, change_id: int) -> Applied:
    """Create and update the staged records, or raise and change nothing.

    Raises:
        UserError: ``plan_outdated`` when a record was edited or deleted since the plan was made.
    """
    refuse_outdated(tx, stage)
    created = _create(tx, stage, change_id)
    values = sum(
        _write_history(tx, stage, change_id, position) for position in range(len(stage.columns))
    )
    updated = _update(tx, stage)
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
    # Ids are given here, in the order of the rows, so that history and sources can name them.
    tx.sql(
        "UPDATE stage.rows SET record_id = n.place FROM (SELECT row, ? - 1 + row_number() OVER "
        "(ORDER BY row) AS place FROM stage.rows WHERE outcome = 'create') n "
        "WHERE n.row = stage.rows.row",
        (first,),
    )
    columns = "".join(f", {quoted(column.column)}" for column in stage.columns)
    cells = "".join(f", c{index}" for index in range(len(stage.columns)))
    tx.sql(
        f"INSERT INTO main.{table} (id, created_at, updated_at, version{columns}) "
        f"SELECT record_id, ?, ?, 1{cells} FROM stage.rows WHERE outcome = 'create' ORDER BY row",
        (tx.now_text, tx.now_text),
    )
    tx.sql(
        "INSERT INTO main.record_history (change_id, object_type_id, record_id, kind) "
        "SELECT ?, ?, record_id, ? FROM stage.rows WHERE outcome = 'create' ORDER BY row",
        (change_id, object_type.id, RecordChange.CREATE.value),
    )
    return int(waiting)


def _write_history(tx: Tx, stage: Stage, change_id: int, position: int) -> int:
    cursor = tx.sql(
        "INSERT INTO main.property_history (change_id, property_id, record_id, object_type_id, "
        "old, new) "
        f"SELECT ?, ?, o.id, ?, {stage.live(position)}, r.c{position} FROM {stage.join} "
        f"WHERE {stage.changed(position)} ORDER BY o.id",
        (change_id, stage.columns[position].id, stage.object_type.id),
    )
    return int(cursor.rowcount)


def _update(tx: Tx, stage: Stage) -> int:
    if not stage.columns:
        return 0
    _clear_moving_unique_values(tx, stage)
    table = quoted(stage.object_type.table)
    assignments = ", ".join(
        f"{quoted(column.column)} = "
        + (
            f"coalesce(r.c{index}, {table}.{quoted(column.column)})"
            if stage.blank_keeps
            else f"r.c{index}"
        )
        for index, column in enumerate(stage.columns)
    )
    cursor = tx.sql(
        f"UPDATE main.{table} SET {assignments}, updated_at = ?, version = version + 1 "
        f"FROM stage.rows r WHERE r.outcome = 'update' AND r.record_id = {table}.id",
        (tx.now_text,),
    )
    return int(cursor.rowcount)


def _clear_moving_unique_values(tx: Tx, stage: Stage) -> None:
    """Empty the unique values that are about to change hands.

    A swap of two values fails even inside one UPDATE, since uniqueness is checked row by row.
    """
    table = quoted(stage.object_type.table)
    for position, column in enumerate(stage.columns):
        if column.unique:
            tx.sql(
                f"UPDATE main.{table} SET {quoted(column.column)} = NULL WHERE id IN "
                f"(SELECT o.id FROM {stage.join} WHERE {stage.changed(position)})"
            )
