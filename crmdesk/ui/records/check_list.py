"""Choices to tick, with a search above them where there are many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QListView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.search_field import SearchField

_KEY = Qt.ItemDataRole.UserRole
_ROW, _MOST_ROWS, _SEARCH_FROM = 32, 8, 9


class RowDelegate(QStyledItemDelegate):
    """Rows that a finger finds, as high as the list reckons with."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(super().sizeHint(option, index).width(), px(_ROW))


class CheckList(QWidget):
    """Any number of choices; Space ticks the current one.

    Args:
        name: what is chosen; the list's accessible name.
        choices: value and label of each.
        rows: how many are seen at once at most.

    Signals:
        changed: a tick came or went.
    """

    changed = Signal()

    def __init__(
        self,
        name: str,
        choices: Sequence[tuple[str, str]],
        *,
        rows: int = _MOST_ROWS,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._rows = rows
        self._items = QStandardItemModel(self)
        self.search = SearchField(self.tr("Search options"))
        self.search.textChanged.connect(self._narrow)
        self.list = QListView()
        self.list.setProperty("role", "plain")
        self.list.setAccessibleName(name)
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setModel(self._items)
        self.list.setItemDelegate(RowDelegate(self.list))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.list)
        # Only now: the search has its place, and does not open as a window of its own.
        self.offer(choices)
        self._items.itemChanged.connect(self._tell)
        self.setFocusProxy(self.list)

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer other choices, none of them ticked."""
        self._items.clear()
        for value, label in choices:
            item = QStandardItem(label)
            item.setData(value, _KEY)
            item.setCheckable(True)
            item.setEditable(False)
            self._items.appendRow(item)
        self.search.setHidden(len(choices) < _SEARCH_FROM)
        self.list.setFixedHeight(px(_ROW) * max(1, min(len(choices), self._rows)))

    def chosen(self) -> tuple[str, ...]:
        """The ticked values, in the order of the list."""
        items = [self._items.item(row) for row in range(self._items.rowCount())]
        ticked = Qt.CheckState.Checked
        return tuple(str(item.data(_KEY)) for item in items if item.checkState() is ticked)

    def choose(self, values: Iterable[str]) -> None:
        """Tick exactly these."""
        wanted = set(values)
        for row in range(self._items.rowCount()):
            item = self._items.item(row)
            ticked = item.data(_KEY) in wanted
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)

    def _tell(self, _item: QStandardItem) -> None:
        self.changed.emit()

    def _narrow(self, text: str) -> None:
        wanted = text.casefold()
        for row in range(self._items.rowCount()):
            index: QModelIndex = self._items.index(row, 0)
            self.list.setRowHidden(row, wanted not in str(index.data()).casefold())
