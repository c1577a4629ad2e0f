"""The row of an import as its undo sees it: whether it can be taken back, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select

from crmdesk.core.clock import from_text, optional_from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import change_sets, import_details, imports
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import OPEN, JobState
from crmdesk.core.records.schema import object_type_by_id
from crmdesk.core.settings import read_setting
from crmdesk.core.transfer.undo_model import NoUndo

_WORDS = {
    NoUndo.NO_IMPORT: "a restore is undone under Restore, and an undo stays",
    NoUndo.NOT_DONE: "it was not completed",
    NoUndo.NOTHING_WRITTEN: "it changed nothing",
    NoUndo.UNDONE: "that has been done already",
    NoUndo.TOO_OLD: "the time for it is over",
    NoUndo.OBJECT_GONE: "its object was removed",
}


def undo_refusal(tx: Tx, row: Row[Any]) -> NoUndo | None:
    """Why an import cannot be taken back; None when it can.

    Args:
        row: of ``imports``, beside ``undo_until`` of its details.
    """
    if row.kind != "import":
        return NoUndo.NO_IMPORT
    if row.state != JobState.SUCCEEDED.value or row.change_id is None:
        return NoUndo.NOT_DONE
    if tx.scalar(select(change_sets.c.id).where(change_sets.c.undoes == row.change_id)):
        return NoUndo.UNDONE
    if not _wrote(tx, row.change_id):
        return NoUndo.NOTHING_WRITTEN
    if _is_too_old(tx, row):
        return NoUndo.TOO_OLD
    return NoUndo.OBJECT_GONE if object_type_by_id(tx, row.object_type_id) is None else None


def refuse_impossible(tx: Tx, row: Row[Any]) -> None:
    """Raise ``undo_impossible`` with the reason, or ``undo_running``."""
    reason = undo_refusal(tx, row)
    if reason is not None:
        raise UserError(
            "undo_impossible",
            f"“{row.name}” cannot be undone: {_WORDS[reason]}.",
            "Change the records themselves, or restore from a backup.",
            reason=reason.value,
        )
    if undo_running(tx, row.id):
        raise UserError(
            "undo_running",
            f"“{row.name}” is being undone at this moment.",
            "Look at the list of imports in a moment.",
        )


def undo_running(tx: Tx, import_id: str) -> bool:
    """Whether a job is taking this import back."""
    found = tx.scalar(
        select(imports.c.id)
        .join(import_details, import_details.c.import_id == imports.c.id)
        .where(
            import_details.c.undoes == import_id,
            imports.c.state.in_([state.value for state in OPEN]),
        )
    )
    return found is not None


def _wrote(tx: Tx, change_id: int) -> bool:
    tables = ("record_history", "value_history", "association_history")
    parts = " OR ".join(f"EXISTS (SELECT 1 FROM {t} WHERE change_id = ?1)" for t in tables)
    return bool(tx.sql(f"SELECT {parts}", (change_id,)).fetchone()[0])


def _is_too_old(tx: Tx, row: Row[Any]) -> bool:
    until = optional_from_text(row.undo_until)
    if until is not None:
        return until <= tx.steady_now
    # It came in before undo did: its end is known by the wall clock only.
    days = int(read_setting(tx, "import.undo_days"))
    return from_text(row.finished_at) + timedelta(days=days) <= tx.now
