"""The popover behind "Filter": which property to filter by."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from crmdesk.core.records.schema import Property
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.widgets.search_field import SearchField

_WIDTH, _LIST_HEIGHT, _ROW = 300, 280, 28
_KEY = Qt.ItemDataRole.UserRole


class PropertyPicker(Popover):
    """Properties with a search; Enter or a click takes one.

    Signals:
        picked: internal name of the property.
    """

    picked = Signal(str)

    def __init__(self, properties: Sequence[Property], parent: QWidget | None = None) -> None:
        super().__init__("", _WIDTH, parent)
        self.setAccessibleName(self.tr("Filter by a property"))
        self._items = QStandardItemModel(self)
        for found in sorted(properties, key=lambda item: item.label.casefold()):
            item = QStandardItem(found.label)
            item.setData(found.name, _KEY)
            item.setEditable(False)
            item.setSizeHint(QSize(0, px(_ROW)))
            self._items.appendRow(item)
        self.search = SearchField(self.tr("Search properties"))
        self.search.textChanged.connect(self._narrow)
        self.search.down_pressed.connect(self._go_into_list)
        self.search.returnPressed.connect(self._take_first)
        self.list = QListView()
        self.list.setProperty("role", "plain")
        self.list.setAccessibleName(self.tr("Properties"))
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setFixedHeight(px(_LIST_HEIGHT))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setModel(self._items)
        self.list.clicked.connect(self._take)
        column = QVBoxLayout()
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.list)
        self.body.addLayout(column)

    def _narrow(self, text: str) -> None:
        wanted = text.casefold()
        for row in range(self._items.rowCount()):
            hidden = wanted not in str(self._items.index(row, 0).data()).casefold()
            self.list.setRowHidden(row, hidden)

    def _topmost(self) -> QModelIndex:
        rows = range(self._items.rowCount())
        return next(
            (self._items.index(row, 0) for row in rows if not self.list.isRowHidden(row)),
            QModelIndex(),
        )

    def _go_into_list(self) -> None:
        self.list.setCurrentIndex(self._topmost())
        self.list.setFocus()

    def _take_first(self) -> None:
        self._take(self._topmost())

    def _take(self, index: QModelIndex) -> None:
        if index.isValid():
            name = str(index.data(_KEY))
            self.dismiss()
            self.picked.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.list.currentIndex())
            return
        super().keyPressEvent(event)
