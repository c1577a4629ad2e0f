"""The histogram as a table: the same figures for those who read rather than look."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui import words
from crmdesk.ui.audit.histogram import Bar
from crmdesk.ui.audit.say import say
from crmdesk.ui.queries import Queries
from crmdesk.ui.tables.cells import Align, Cell, Column, Lead, Row, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.window_state import TableState

_WIDTH, _TALL = 460, 320


class BarsTable(Popover):
    """Opens below its link, newest first; a line zooms in as its column would.

    Signals:
        picked: place of a column.
    """

    picked = Signal(int)

    def __init__(self, queries: Queries, parent: QWidget) -> None:
        super().__init__(say("Entries over time"), _WIDTH, parent)
        self._source = ListSource(
            (
                Column("time", say("Time"), 200, stretch=True, sortable=False),
                Column("total", say("Entries"), 80, align=Align.END, sortable=False),
                Column(
                    "losses", say("Deletions and exports"), 150, align=Align.END, sortable=False
                ),
            )
        )
        self.table = DataTable(
            self.accessibleName(),
            self._source,
            queries,
            lead=Lead.CARD,
            start=TableState(height=RowHeight.COMPACT),
        )
        self.table.setFixedHeight(px(_TALL))
        self.table.opened.connect(self._pick)
        inside = QVBoxLayout()
        inside.setContentsMargins(0, 8, 0, 8)
        inside.addWidget(self.table)
        self.body.addLayout(inside)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show other figures; columns without entries are left out."""
        shown = [(place, bar) for place, bar in enumerate(bars) if bar.total]
        self._source.replace(_row(place, bar) for place, bar in reversed(shown))
        if self.isVisible():
            self.table.refresh()

    def about_to_open(self) -> None:
        self.table.refresh()

    @Slot(object)
    def _pick(self, place: int) -> None:
        self.dismiss()
        self.picked.emit(place)


def _row(place: int, bar: Bar) -> Row:
    cells = {
        "time": Cell(bar.time),
        "total": Cell(words.number(bar.total)),
        "losses": Cell(words.number(bar.losses) if bar.losses else ""),
    }
    return Row(place, cells)
