"""The row above a list of exports or imports: a search, chips, and the choice of columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.date_chip import DateChip
from crmdesk.ui.exports.tick_chip import TickChip
from crmdesk.ui.exports.words import say
from crmdesk.ui.records.flow import FlowLayout
from crmdesk.ui.tables.column_chooser import ColumnChooser
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.search_field import SearchField

_PAUSE_MS, _SEARCH_WIDTH, _SEARCH_LEAST, _GAP = 250, 320, 144, 8


class ListFilters(QWidget):
    """The list follows each change; chips that do not fit beside each other take another line.

    Args:
        search: what the search field says while it is empty.

    Signals:
        changed: something else is wanted.
        down_pressed: go on into the table.
    """

    changed = Signal()
    down_pressed = Signal()

    def __init__(self, desk: Desk, search: str) -> None:
        super().__init__()
        self.search = SearchField(search)
        self.search.setMinimumWidth(_SEARCH_LEAST)
        self.search.setMaximumWidth(_SEARCH_WIDTH)
        self.time = DateChip(desk, self)
        self.time.changed.connect(self._tell)
        self.columns = IconButton("columns-3", say("Choose columns"))
        self.columns.setObjectName("choose_columns")
        self._ticked: list[TickChip] = []
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self.search.textChanged.connect(self._pause.start)
        self.search.cleared.connect(self._tell)
        self.search.returnPressed.connect(self._tell)
        self.search.down_pressed.connect(self.down_pressed)
        self._pause.timeout.connect(self._tell)

    def lay_out(self, chips: Sequence[TickChip]) -> None:
        """Put the parts in their row; the date comes last."""
        self._ticked = list(chips)
        holder = QWidget()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        holder.setSizePolicy(policy)
        flow = FlowLayout(_GAP, holder)
        # Chips of 28 stand in the middle of a search field of 32.
        flow.setContentsMargins(0, 2, 0, 2)
        every: list[Chip] = [*chips, self.time]
        for chip in every:
            flow.addWidget(chip)
        top = Qt.AlignmentFlag.AlignTop
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        row.addWidget(self.search, 3, top)
        row.addWidget(holder, 8)
        row.addWidget(self.columns, 0, top)
        for each in chips:
            each.changed.connect(self._tell)

    def choose_columns_of(self, table: DataTable) -> None:
        """Let the button at the end choose the columns of a table."""
        self.columns.clicked.connect(partial(self._open_columns, table))

    def clear(self) -> None:
        """Show everything."""
        self._silently(self._clear)

    def _clear(self) -> None:
        for chip in self._ticked:
            chip.choose(())
        self.time.set_days(0)
        self.search.clear_search()

    def _silently(self, act: Callable[[], object]) -> None:
        """Change several parts, and tell of it once."""
        blocked = self.blockSignals(True)
        act()
        self.blockSignals(blocked)
        self._tell()

    def _open_columns(self, table: DataTable) -> None:
        chooser = ColumnChooser(table, self.window())
        chooser.closed.connect(chooser.deleteLater)
        chooser.open_under(self.columns)

    @Slot()
    def _tell(self) -> None:
        self._pause.stop()
        self.changed.emit()
