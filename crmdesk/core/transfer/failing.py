"""Fails staged rows, and keeps beside each what is wrong with it."""

from __future__ import annotations

from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.problems import ImportErrorType
from crmdesk.core.transfer.filling import REDACTED


def fail_rows(
    tx: Tx,
    stage: Stage,
    condition: str,
    error_type: ImportErrorType,
    message: str,
    *,
    column: str = "",
    position: int | None = None,
) -> int:
    """Fail the rows that are still in and meet ``condition``, SQL over ``r`` and ``o``.

    Args:
        column: as the file names it.
        position: place of the cell at fault, whose value is kept beside the message.
    """
    value = "''"
    if position is not None:
        sensitive = stage.columns[position].sensitive
        value = f"'{REDACTED}'" if sensitive else f"coalesce(substr(r.c{position}, 1, 1000), '')"
    table = quoted(stage.object_type.table)
    failed = tx.sql(
        "INSERT INTO stage.problems "
        f"SELECT r.row, r.line, ?, ?, ?, {value} FROM stage.rows r "
        f"LEFT JOIN main.{table} o ON o.id = r.record_id "
        f"WHERE r.outcome <> 'failed' AND ({condition})",
        (column, error_type.value, message),
    ).rowcount
    if failed:
        tx.sql(
            "UPDATE stage.verdicts SET outcome = 'failed' "
            "WHERE row IN (SELECT row FROM stage.problems WHERE type = ? AND message = ?)",
            (error_type.value, message),
        )
    return failed


def fail_later(
    tx: Tx,
    stage: Stage,
    value: str,
    error_type: ImportErrorType,
    message: str,
    *,
    column: str,
) -> None:
    """Fail rows that share a value, an indexed column of verdicts, with an earlier good row."""
    tx.sql("DELETE FROM stage.repeated")
    repeated = tx.sql(
        f"INSERT INTO stage.repeated SELECT {value} FROM stage.verdicts "
        f"WHERE {value} IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
    ).rowcount
    if repeated:
        fail_rows(
            tx,
            stage,
            "r.row IN (SELECT row FROM (SELECT row, row_number() OVER "
            f"(PARTITION BY {value} ORDER BY row) AS place FROM stage.rows "
            f"WHERE outcome <> 'failed' AND {value} IN (SELECT value FROM stage.repeated)) "
            "WHERE place > 1)",
            error_type,
            message,
            column=column,
        )
