"""Restores that were made, each with its summary and its undo."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.jobs.job import OPEN, JobState
from crmdesk.core.restore.model import Restore
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.restore.roomy_list import roomy_list
from crmdesk.ui.restore.words import STATE_TONES, state_word, undo_reason
from crmdesk.ui.tables.cells import Align, Cell, Column, Row, RowAction, Tone


class PastRestores(QWidget):
    """A table of restores and undos, newest first.

    Signals:
        shown: id of the restore whose summary is wanted.
        undone: id of the restore to be undone.
    """

    shown = Signal(str)
    undone = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._restores: list[Restore] = []
        self._source, self.table = roomy_list(
            self, desk, self.tr("Past restores"), self._columns(), self._actions_of
        )
        self.table.opened.connect(self._show)
        self.table.action_chosen.connect(self._act)

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("name", self.tr("Restore"), 260, sortable=False, stretch=True, least=180),
            Column("state", self.tr("State"), 120, sortable=False),
            Column("values", self.tr("Values"), 90, align=Align.END, sortable=False),
            Column("records", self.tr("Records"), 90, rank=2, align=Align.END, sortable=False),
            Column("undo", self.tr("Undo"), 320, rank=1, sortable=False),
        )

    def show_restores(self, restores: Sequence[Restore]) -> None:
        """Show these restores."""
        self._restores = list(restores)
        self._source.replace(self._row(n, found) for n, found in enumerate(restores))
        self.table.refresh()

    def _row(self, number: int, found: Restore) -> Row:
        when = self._desk.moment(found.created_at, inside=True)
        by = self.tr("{who}, {when}").format(when=when, who=found.user_name)
        tone = STATE_TONES.get(found.state, Tone.INFO)
        wrote = found.state is JobState.SUCCEEDED
        cells = {
            "name": Cell(found.name, by),
            "state": Cell(state_word(found.state), badge=tone),
            "values": Cell(words.number(found.values_written) if wrote else ""),
            "records": Cell(words.number(found.records_changed) if wrote else ""),
            "undo": self._undo_cell(found),
        }
        return Row(number, cells)

    def _undo_cell(self, found: Restore) -> Cell:
        if found.state in OPEN:
            return Cell("")
        if not found.can_undo:
            return Cell(undo_reason(found.undo_reason), quiet=True)
        until = "" if found.undo_until is None else words.day(found.undo_until.date())
        return Cell(self.tr("Possible until {date}").format(date=until), quiet=True)

    def _actions_of(self, row: Row) -> Sequence[RowAction]:
        found = self._restores[row.id] if row.id < len(self._restores) else None
        if found is None:
            return ()
        reason = "" if found.can_undo else undo_reason(found.undo_reason)
        return (
            RowAction("show", self.tr("Show summary"), "file-text"),
            RowAction("undo", self.tr("Undo"), "undo-2", prominent=True, reason=reason),
        )

    @Slot(str, object)
    def _act(self, key: str, row_id: int) -> None:
        signal = self.undone if key == "undo" else self.shown
        signal.emit(self._restores[row_id].id)

    @Slot(object)
    def _show(self, row_id: int) -> None:
        self.shown.emit(self._restores[row_id].id)
