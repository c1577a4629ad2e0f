"""The days of the overview as a table: what the charts show, in words and numbers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.exports.overview import DayAmount
from crmdesk.ui import words
from crmdesk.ui.exports.words import say
from crmdesk.ui.queries import Queries
from crmdesk.ui.tables.cells import Align, Cell, Column, Lead, Row, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.window_state import TableState

_WIDTH, _TALL = 360, 320


class DaysTable(Popover):
    """Opens below its link; a day chosen here narrows the list to it.

    Signals:
        chosen: a day was opened; carries the filter that finds its exports.
    """

    chosen = Signal(object)

    def __init__(self, queries: Queries, parent: QWidget) -> None:
        super().__init__(say("Exports by day"), _WIDTH, parent)
        self._days: tuple[DayAmount, ...] = ()
        self._source = ListSource(
            (
                Column("day", say("Day"), 130, stretch=True, sortable=False),
                Column("exports", say("Exports"), 80, align=Align.END, sortable=False),
                Column("records", say("Records"), 100, align=Align.END, sortable=False),
            )
        )
        self.table = DataTable(
            say("Exports by day"),
            self._source,
            queries,
            lead=Lead.CARD,
            start=TableState(height=RowHeight.COMPACT),
        )
        self.table.setFixedHeight(px(_TALL))
        self.table.opened.connect(self._choose)
        inside = QVBoxLayout()
        inside.setContentsMargins(0, 8, 0, 8)
        inside.addWidget(self.table)
        self.body.addLayout(inside)

    def show_days(self, days: Sequence[DayAmount]) -> None:
        """Show other days, newest first."""
        self._days = tuple(reversed(days))
        self._source.replace(_row(place, each) for place, each in enumerate(self._days))

    def about_to_open(self) -> None:
        self.table.refresh()

    @Slot(object)
    def _choose(self, place: int) -> None:
        self.dismiss()
        self.chosen.emit(self._days[place].amount.wanted)


def _row(place: int, found: DayAmount) -> Row:
    amount = found.amount
    cells = {
        "day": Cell(words.day(found.day)),
        "exports": Cell(words.number(amount.exports)),
        "records": Cell(words.number(amount.records)),
    }
    return Row(place, cells, dimmed=not amount.exports)
