"""A small table that opens below a link: figures of a chart, to be read and chosen from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui.queries import Queries
from crmdesk.ui.tables.cells import Column, Lead, Row, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.window_state import TableState

_TALL = 320


class TablePopover(Popover):
    """Rows that are all there; it closes when one is opened.

    Args:
        name: what it is a table of.

    Signals:
        opened: number of the row.
    """

    opened = Signal(int)

    def __init__(
        self,
        name: str,
        columns: Sequence[Column],
        width: int,
        queries: Queries,
        parent: QWidget,
    ) -> None:
        super().__init__(name, width, parent)
        self._source = ListSource(tuple(columns))
        self.table = DataTable(
            name, self._source, queries, lead=Lead.CARD, start=TableState(height=RowHeight.COMPACT)
        )
        self.table.setFixedHeight(px(_TALL))
        self.table.opened.connect(self._open)
        inside = QVBoxLayout()
        inside.setContentsMargins(0, 8, 0, 8)
        inside.addWidget(self.table)
        self.body.addLayout(inside)

    def show_rows(self, rows: Iterable[Row]) -> None:
        """Show other rows."""
        self._source.replace(rows)
        if self.isVisible():
            self.table.refresh()

    def about_to_open(self) -> None:
        self.table.refresh()

    @Slot(object)
    def _open(self, number: int) -> None:
        self.dismiss()
        self.opened.emit(number)
