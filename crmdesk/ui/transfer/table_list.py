"""The tables that the chosen files hold, to tick and to look at."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QListView, QVBoxLayout, QWidget

from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.transfer.bundle import Bundle, Entry
from crmdesk.ui.transfer.wording import filled, say
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.labels import label

_ROW, _MOST_ROWS = 32, 6


class TableList(QWidget):
    """One line for each table; Space ticks it, and the one that is current is in sight.

    Signals:
        shown: place of the table that a person went to.
        ticked: place of a table, and whether it shall be imported.
        all_asked: every table shall be imported.
    """

    shown = Signal(int)
    ticked = Signal(int, bool)
    all_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filling = False
        self._items = QStandardItemModel(self)
        self._title = label("", TextStyle.STRONG)
        self.all_button = Button(say("Choose all"), ButtonKind.GHOST)
        self.all_button.setObjectName("choose_all_tables")
        self.list = QListView()
        self.list.setProperty("role", "plain")
        self.list.setObjectName("import_tables")
        self.list.setAccessibleName(say("Tables to import"))
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setModel(self._items)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.all_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.list)
        self.list.selectionModel().currentChanged.connect(self._show)
        self._items.itemChanged.connect(self._tick)
        self.all_button.clicked.connect(self.all_asked)

    def show_bundle(self, bundle: Bundle, objects: Mapping[str, str]) -> None:
        """Show the tables; the list keeps its place and its focus.

        Args:
            objects: plural labels by API name.
        """
        self._filling = True
        entries = bundle.entries
        self._items.setRowCount(min(self._items.rowCount(), len(entries)))
        for place, each in enumerate(entries):
            if place == self._items.rowCount():
                self._items.appendRow(_item())
            item = self._items.item(place)
            item.setText(_text(each, objects))
            item.setToolTip(item.text())
            item.setCheckState(Qt.CheckState.Checked if each.taken else Qt.CheckState.Unchecked)
        self.list.setCurrentIndex(self._items.index(bundle.current, 0))
        self.list.setFixedHeight(px(_ROW) * max(1, min(len(entries), _MOST_ROWS)))
        told = filled(say("%1 of %2 tables"), str(len(bundle.taken)), str(len(entries)))
        self._title.setText(told)
        self.all_button.setVisible(len(bundle.taken) < len(entries))
        self._filling = False

    def tick(self, place: int, ticked: bool) -> None:
        """Tick a table, or take its tick away, as a person does."""
        state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        self._items.item(place).setCheckState(state)

    def _show(self, current: QModelIndex, _before: QModelIndex) -> None:
        if not self._filling and current.isValid():
            self.shown.emit(current.row())

    def _tick(self, item: QStandardItem) -> None:
        if not self._filling:
            self.ticked.emit(item.row(), item.checkState() is Qt.CheckState.Checked)


def _item() -> QStandardItem:
    item = QStandardItem()
    item.setEditable(False)
    item.setCheckable(True)
    return item


def _text(entry: Entry, objects: Mapping[str, str]) -> str:
    goes = objects.get(entry.object_name or "")
    return entry.title if goes is None else filled(say("%1 → %2"), entry.title, goes)
