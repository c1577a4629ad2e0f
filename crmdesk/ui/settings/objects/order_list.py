"""A list whose order people choose: by dragging, by its buttons, or with Alt and the arrows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crmdesk.ui.settings.objects.words import say
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.buttons import IconButton

_KEY = Qt.ItemDataRole.UserRole
_HEIGHT, _ROW = 220, 32


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One line: its key, what is read, and whether it is ticked."""

    key: str
    text: str
    checked: bool = False


class OrderList(QWidget):
    """Lines in an order.

    Args:
        name: what the lines are; the accessible name.
        editable: whether a line can be reworded, with F2 or a double click.
        checkable: whether a line has a tick.
        removable: whether a line can be taken out.

    Signals:
        changed: a person moved, reworded, ticked or removed a line.
        removed: key of the line that was taken out.
    """

    changed = Signal()
    removed = Signal(str)

    def __init__(
        self,
        name: str,
        *,
        editable: bool = False,
        checkable: bool = False,
        removable: bool = True,
        height: int = _HEIGHT,
    ) -> None:
        super().__init__()
        self._editable, self._checkable = editable, checkable
        self.list = _Lines(self)
        self.list.setAccessibleName(name)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setFixedHeight(px(height))
        self.up = IconButton("arrow-up", say("Move up (Alt+Up)"))
        self.down = IconButton("arrow-down", say("Move down (Alt+Down)"))
        self.remove = IconButton("x", say("Remove"))
        if not removable:
            self.remove.hide()
        buttons = QVBoxLayout()
        buttons.setSpacing(2)
        for button in (self.up, self.down, self.remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.list, 1)
        row.addLayout(buttons)
        self.setFocusProxy(self.list)
        self._connect()

    def _connect(self) -> None:
        self.up.clicked.connect(lambda: self.shift(-1))
        self.down.clicked.connect(lambda: self.shift(1))
        self.remove.clicked.connect(self._take_out)
        self.list.itemChanged.connect(lambda _item: self.changed.emit())
        self.list.model().rowsMoved.connect(lambda *_: self.changed.emit())
        self.list.currentRowChanged.connect(lambda _row: self._follow())

    def show_items(self, items: Iterable[OrderItem]) -> None:
        """Show these lines; the current one stays where it is."""
        current = self.current
        self.list.blockSignals(True)
        self.list.clear()
        for item in items:
            self._insert(self.list.count(), item)
        keys = [item.key for item in self.items()]
        if keys:
            self.list.setCurrentRow(keys.index(current) if current in keys else 0)
        self.list.blockSignals(False)
        self._follow()

    def add(self, item: OrderItem) -> None:
        """Add a line at the end, as a person does."""
        self.list.blockSignals(True)
        self._insert(self.list.count(), item)
        self.list.blockSignals(False)
        self.list.setCurrentRow(self.list.count() - 1)
        self._follow()
        self.changed.emit()

    def items(self) -> list[OrderItem]:
        """The lines as they are now."""
        return [self._item(self.list.item(row)) for row in range(self.list.count())]

    @property
    def current(self) -> str:
        """Key of the current line; empty when there is none."""
        item = self.list.currentItem() if self.list.count() else None
        return str(item.data(_KEY)) if item is not None else ""

    def shift(self, by: int) -> None:
        """Move the current line."""
        row = self.list.currentRow()
        if row < 0 or not 0 <= row + by < self.list.count():
            return
        self.list.blockSignals(True)
        item = self.list.takeItem(row)
        self.list.insertItem(row + by, item)
        self.list.setCurrentRow(row + by)
        self.list.blockSignals(False)
        self._follow()
        self.changed.emit()

    def _take_out(self) -> None:
        row = self.list.currentRow()
        if row < 0:
            return
        key = str(self.list.takeItem(row).data(_KEY))
        self._follow()
        self.removed.emit(key)
        self.changed.emit()

    def _insert(self, row: int, given: OrderItem) -> None:
        item = QListWidgetItem(given.text)
        item.setData(_KEY, given.key)
        # The sheet's height is not known before the list is seen for the first time.
        item.setSizeHint(QSize(0, px(_ROW)))
        flags = item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled
        if self._editable:
            flags |= Qt.ItemFlag.ItemIsEditable
        if self._checkable:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
            ticked = Qt.CheckState.Checked if given.checked else Qt.CheckState.Unchecked
            item.setCheckState(ticked)
        item.setFlags(flags)
        self.list.insertItem(row, item)

    def _item(self, item: QListWidgetItem) -> OrderItem:
        ticked = self._checkable and item.checkState() is Qt.CheckState.Checked
        return OrderItem(str(item.data(_KEY)), item.text(), ticked)

    def _follow(self) -> None:
        row, count = self.list.currentRow(), self.list.count()
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < count - 1)
        self.remove.setEnabled(row >= 0)


class _Lines(QListWidget):
    """The list itself; Alt with an arrow moves the current line."""

    def __init__(self, owner: OrderList) -> None:
        super().__init__()
        self._owner = owner

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if alt and event.key() in steps:
            self._owner.shift(steps[Qt.Key(event.key())])
            return
        if event.key() == Qt.Key.Key_Delete and self._owner.remove.isVisible():
            self._owner.remove.click()
            return
        super().keyPressEvent(event)
