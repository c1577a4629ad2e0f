"""Takes a change set back, where the values still are what it wrote."""

from __future__ import annotations

from pathlib import Path

from crmdesk.core.changes.plan import find_records
from crmdesk.core.changes.rules import Reason
from crmdesk.core.changes.stage import Stage, create_stage
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.schema import ObjectType


def stage_undo(database: Database, path: Path, object_type: ObjectType, change_id: int) -> Stage:
    """Stage the history of ``change_id`` backwards.

    Values that were changed again since, and properties that are gone, are noted as skipped.
    """
    with database.read() as tx:
        names = {
            row[0]
            for row in tx.sql(
                "SELECT DISTINCT property_id FROM property_history WHERE change_id = ? AND "
                "object_type_id = ?",
                (change_id, object_type.id),
            )
        }
    columns = [p for p in object_type.writable if p.id in names]
    stage = create_stage(path, object_type, columns, blank_keeps=False)
    with database.staging(path) as tx:
        _fill(tx, stage, change_id)
        _note_gone(tx, {p.id for p in columns})
        if not columns:
            # Nothing that it wrote is there any more: no record would change.
            tx.sql("UPDATE stage.verdicts SET outcome = 'unchanged' WHERE outcome = 'update'")
    return stage


def _fill(tx: Tx, stage: Stage, change_id: int) -> None:
    # Unfolded once: the columns below each look up their own values.
    tx.sql(
        "CREATE TABLE stage.history (property_id INTEGER, record_id INTEGER, old TEXT, new TEXT, "
        "PRIMARY KEY (property_id, record_id)) WITHOUT ROWID"
    )
    tx.sql(
        "INSERT INTO stage.history SELECT property_id, record_id, old, new "
        "FROM main.property_history WHERE change_id = ? AND object_type_id = ?",
        (change_id, stage.object_type.id),
    )
    tx.sql(
        "INSERT INTO stage.verdicts (row, line, record_id) "
        "SELECT record_id, record_id, record_id FROM "
        "(SELECT DISTINCT record_id FROM stage.history) ORDER BY record_id"
    )
    find_records(tx, stage)
    table = quoted(stage.object_type.table)
    now = "".join(f", {stage.live(position)}" for position in range(len(stage.columns)))
    tx.sql(
        f"INSERT INTO stage.cells SELECT v.row{now} FROM stage.verdicts v "
        f"JOIN main.{table} o ON o.id = v.record_id ORDER BY v.row"
    )
    for position, column in enumerate(stage.columns):
        live = stage.live(position)
        tx.sql(
            f"INSERT OR IGNORE INTO stage.skips SELECT o.id, o.id, {position}, "
            f"'{Reason.CHANGED_SINCE}' "
            f"FROM stage.history h JOIN main.{table} o ON o.id = h.record_id "
            f"WHERE h.property_id = ? AND {live} IS NOT h.new "
            "AND o.archived_at IS NULL",
            (column.id,),
        )
        tx.sql(
            f"UPDATE stage.cells AS r SET c{position} = h.old FROM stage.history h "
            # Rows of an undo are numbered by their record.
            f"WHERE h.property_id = ? AND h.record_id = r.row "
            f"AND r.c{position} IS h.new",
            (column.id,),
        )


def _note_gone(tx: Tx, kept: set[int]) -> None:
    marks = ", ".join("?" * len(kept))
    tx.sql(
        "INSERT OR IGNORE INTO stage.skips SELECT record_id, record_id, -property_id, "
        f"'{Reason.PROPERTY_GONE}' FROM stage.history "
        f"WHERE property_id NOT IN ({marks})",
        tuple(kept),
    )
