"""The undo of an import as a stage: its history backwards, and the records that it made.

Beside the values of :func:`stage_undo <crmdesk.core.changes.undo.stage_undo>` the stage holds a
table ``made``: each record that the import created or brought back, its version, and why it stays,
if it does.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.changes.apply import apply_stage, plan_outdated, refuse_outdated
from crmdesk.core.changes.change_set import RecordChange
from crmdesk.core.changes.plan import (
    PlanCounts,
    count,
    forget_equal_sets,
    plan_hash,
    skip_violations,
)
from crmdesk.core.changes.stage import Stage
from crmdesk.core.changes.undo import stage_undo
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.association_counts import recount_around
from crmdesk.core.records.associations import undo_associations
from crmdesk.core.records.bulk_stage import RULES
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.transfer.undo_model import Kept

_KEYS = ("from_type_id", "from_id", "to_type_id", "to_id", "label_id")


@dataclass(frozen=True, slots=True)
class UndoStage:
    """A filled stage and what it would do.

    Attributes:
        deleted: records that go to the recycle bin.
        associations: rows that the import made and that still stand.
    """

    stage: Stage
    counts: PlanCounts
    deleted: int
    associations: int
    left_alone: dict[str, int]
    hash: str


@dataclass(frozen=True, slots=True)
class Written:
    """What an undo wrote."""

    deleted: int
    updated: int
    values: int
    associations: int


def stage_import_undo(
    database: Database, path: Path, object_type: ObjectType, change_id: int, sample_size: int = 200
) -> UndoStage:
    """Work out what taking the change set of an import back would do.

    Args:
        path: of the staging file, which is removed when this fails.
    """
    stage = stage_undo(database, path, object_type, change_id)
    try:
        with database.staging(path) as tx:
            _find_made(tx, object_type, change_id)
            _settle(tx, stage)
            counts = count(tx, stage, sample_size=sample_size)
            links = _standing_links(tx, change_id)
            return UndoStage(
                stage,
                counts,
                _number(tx, "SELECT count(*) FROM stage.made WHERE reason = ''"),
                len(links),
                _left_alone(tx, counts),
                _hash(tx, stage, links),
            )
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def apply_import_undo(tx: Tx, stage: Stage, change_id: int, undo_id: int) -> Written:
    """Write a staged undo under the change set ``undo_id``, or raise and change nothing.

    Raises:
        UserError: ``plan_outdated`` when a record was edited, deleted or associated since.
    """
    object_type = stage.object_type
    refuse_outdated(tx, stage)
    _refuse_touched(tx, object_type, change_id)
    links = undo_associations(tx, change_id, undo_id)
    # Deleting first frees the unique values that other records are to have back; what came out
    # of the bin goes back there last, with its values as they were.
    created = _delete(tx, object_type, undo_id, RecordChange.CREATE)
    applied = apply_stage(tx, stage, undo_id)
    returned = _delete(tx, object_type, undo_id, RecordChange.UNARCHIVE)
    gone = [row[0] for row in tx.sql("SELECT record_id FROM stage.made WHERE reason = ''")]
    recount_around(tx, object_type, gone)
    return Written(created + returned, applied.updated, applied.values, links.undone)


def _find_made(tx: Tx, object_type: ObjectType, change_id: int) -> None:
    """Records the import made or brought back, each with why it has to stay."""
    tx.sql(
        "CREATE TABLE stage.made "
        "(record_id INTEGER PRIMARY KEY, kind TEXT, version INTEGER, reason TEXT)"
    )
    tx.sql(
        "INSERT INTO stage.made SELECT h.record_id, h.kind, o.version, CASE "
        f"WHEN o.id IS NULL THEN '{Kept.DELETED_FOR_GOOD}' "
        f"WHEN o.archived_at IS NOT NULL THEN '{Kept.IN_RECYCLE_BIN}' "
        f"WHEN {_later('record_history')} OR {_later('value_history')} "
        f"THEN '{Kept.CHANGED_SINCE}' "
        f"WHEN {_associated_since('from')} OR {_associated_since('to')} "
        f"THEN '{Kept.ASSOCIATED_SINCE}' ELSE '' END "
        f"FROM main.record_history h LEFT JOIN main.{quoted(object_type.table)} o "
        "ON o.id = h.record_id WHERE h.change_id = ? AND h.object_type_id = ? "
        f"AND h.kind IN ('{RecordChange.CREATE}', '{RecordChange.UNARCHIVE}')",
        (change_id, object_type.id),
    )


def _later(table: str) -> str:
    """SQL over ``h``: something happened to the record after this change set."""
    return (
        f"EXISTS (SELECT 1 FROM main.{table} x WHERE x.object_type_id = h.object_type_id "
        "AND x.record_id = h.record_id AND x.change_id > h.change_id)"
    )


def _associated_since(side: str) -> str:
    """SQL over ``h``: an association that was added later still stands."""
    same = " AND ".join(f"a.{key} = x.{key}" for key in _KEYS)
    return (
        f"EXISTS (SELECT 1 FROM main.association_history x JOIN main.associations a ON {same} "
        f"WHERE x.{side}_type_id = h.object_type_id AND x.{side}_id = h.record_id "
        "AND x.change_id > h.change_id)"
    )


def _settle(tx: Tx, stage: Stage) -> None:
    forget_equal_sets(tx, stage)
    _free_unique_values(tx, stage)
    skip_violations(tx, stage, RULES)
    for table in ("skips", "cells", "verdicts"):
        tx.sql(
            f"DELETE FROM stage.{table} WHERE row IN "
            f"(SELECT record_id FROM stage.made WHERE kind = '{RecordChange.CREATE}')"
        )


def _free_unique_values(tx: Tx, stage: Stage) -> None:
    """While the rules look, records that go stand in the stage without their unique values."""
    if not any(column.unique for column in stage.columns):
        return
    going = f"SELECT record_id FROM stage.made WHERE reason = '' AND kind = '{RecordChange.CREATE}'"
    tx.sql(
        "INSERT OR IGNORE INTO stage.verdicts (row, line, record_id, base_version, outcome) "
        f"SELECT o.id, o.id, o.id, o.version, 'update' FROM main."
        f"{quoted(stage.object_type.table)} o WHERE o.id IN ({going})"
    )
    cells = ", ".join(
        "NULL" if column.unique else stage.live(place) for place, column in enumerate(stage.columns)
    )
    tx.sql(
        f"INSERT OR IGNORE INTO stage.cells SELECT o.id, {cells} FROM main."
        f"{quoted(stage.object_type.table)} o WHERE o.id IN ({going})"
    )


def _standing_links(tx: Tx, change_id: int) -> list[tuple[int, ...]]:
    """Rows that the import made and that nobody removed since."""
    same = " AND ".join(f"a.{key} = h.{key}" for key in _KEYS)
    return tx.sql(
        f"SELECT {', '.join(f'h.{key}' for key in _KEYS)} FROM main.association_history h "
        f"JOIN main.associations a ON {same} "
        f"WHERE h.change_id = ? AND h.kind = 'associate' ORDER BY 1, 2, 3, 4, 5",
        (change_id,),
    ).fetchall()


def _left_alone(tx: Tx, counts: PlanCounts) -> dict[str, int]:
    left = dict(counts.skipped)
    for reason, many in tx.sql(
        "SELECT reason, count(*) FROM stage.made WHERE reason <> '' GROUP BY reason"
    ):
        left[reason] = left.get(reason, 0) + many
    return left


def _hash(tx: Tx, stage: Stage, links: list[tuple[int, ...]]) -> str:
    digest = hashlib.sha256(plan_hash(tx, stage, "undo").encode())
    for row in tx.sql(
        "SELECT record_id, version FROM stage.made WHERE reason = '' ORDER BY record_id"
    ):
        digest.update(f"{row[0]}:{row[1]} ".encode())
    for link in links:
        digest.update(f"{link} ".encode())
    return digest.hexdigest()


def _refuse_touched(tx: Tx, object_type: ObjectType, change_id: int) -> None:
    """Records that go must be as the plan found them."""
    touched = _number(
        tx,
        f"SELECT count(*) FROM stage.made m LEFT JOIN main.{quoted(object_type.table)} o "
        "ON o.id = m.record_id JOIN main.record_history h ON h.record_id = m.record_id "
        f"AND h.change_id = {int(change_id)} AND h.object_type_id = {object_type.id} "
        "AND h.kind = m.kind WHERE m.reason = '' AND (o.version IS NOT m.version "
        f"OR o.archived_at IS NOT NULL OR {_associated_since('from')} "
        f"OR {_associated_since('to')})",
    )
    if touched:
        raise plan_outdated(touched)


def _delete(tx: Tx, object_type: ObjectType, undo_id: int, kind: RecordChange) -> int:
    going = f"SELECT record_id FROM stage.made WHERE reason = '' AND kind = '{kind}'"
    tx.sql(
        "INSERT INTO main.record_history (change_id, object_type_id, record_id, kind) "
        f"SELECT ?, ?, record_id, '{RecordChange.ARCHIVE}' FROM ({going}) ORDER BY record_id",
        (undo_id, object_type.id),
    )
    return tx.sql(
        f"UPDATE main.{quoted(object_type.table)} SET archived_at = ?, "
        "archived_by = (SELECT user_id FROM main.change_sets WHERE id = ?), "
        f"version = version + 1 WHERE id IN ({going})",
        (tx.now_text, undo_id),
    ).rowcount


def _number(tx: Tx, statement: str) -> int:
    return int(tx.sql(statement).fetchone()[0])
