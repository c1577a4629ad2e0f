"""The histogram as a table: the same figures for those who read rather than look."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from crmdesk.ui import words
from crmdesk.ui.audit.histogram import Bar
from crmdesk.ui.audit.say import say
from crmdesk.ui.queries import Queries
from crmdesk.ui.tables.cells import Align, Cell, Column, Row
from crmdesk.ui.tables.table_popover import TablePopover

_WIDTH = 460


class BarsTable(TablePopover):
    """Opens below its link, newest first; a line zooms in as its column would.

    Signals:
        picked: place of a column.
    """

    picked = Signal(int)

    def __init__(self, queries: Queries, parent: QWidget) -> None:
        columns = (
            Column("time", say("Time"), 200, stretch=True, sortable=False),
            Column("total", say("Entries"), 80, align=Align.END, sortable=False),
            Column("losses", say("Deletions and exports"), 150, align=Align.END, sortable=False),
        )
        super().__init__(say("Entries over time"), columns, _WIDTH, queries, parent)
        self.opened.connect(self.picked)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show other figures; columns without entries are left out."""
        shown = [(place, bar) for place, bar in enumerate(bars) if bar.total]
        self.show_rows(_row(place, bar) for place, bar in reversed(shown))


def _row(place: int, bar: Bar) -> Row:
    cells = {
        "time": Cell(bar.time),
        "total": Cell(words.number(bar.total)),
        "losses": Cell(words.number(bar.losses) if bar.losses else ""),
    }
    return Row(place, cells)
