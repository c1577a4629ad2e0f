"""The popover behind a table's columns button: columns, row height, back to the start."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QListView, QVBoxLayout, QWidget

from crmdesk.ui.tables.cells import Column, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.widgets.search_field import SearchField
from crmdesk.ui.widgets.segmented import Segmented

_WIDTH = 320
_LIST_HEIGHT = 288
_KEY = Qt.ItemDataRole.UserRole


class _ColumnList(QListView):
    """Check boxes, one a column; Space ticks, Alt+Up and Alt+Down move the column."""

    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(step)
            return
        super().keyPressEvent(event)


class ColumnChooser(Popover):
    """Chooses the columns of a table, their order and the row height.

    Args:
        table: the table; every change shows there at once.
    """

    def __init__(self, table: DataTable, parent: QWidget | None = None) -> None:
        super().__init__("", _WIDTH, parent)
        self.setObjectName("column_chooser")
        self.setAccessibleName(self.tr("Columns"))
        self._table = table
        self._items = QStandardItemModel(self)
        self._filling = False
        column = QVBoxLayout()
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(self._head())
        self.search = SearchField(self.tr("Search columns"), self)
        self.search.setObjectName("search_columns")
        self.search.textChanged.connect(self._filter)
        column.addWidget(self.search)
        column.addWidget(self._list())
        column.addWidget(label(self.tr("Alt and arrow keys move a column"), TextStyle.CAPTION))
        self.body.addLayout(column)
        self.body.addWidget(rule(self))
        self.body.addLayout(self._heights())
        self._fill()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(label(self.tr("Columns"), TextStyle.HEADING))
        row.addStretch(1)
        reset = Link(self.tr("Reset"))
        reset.setObjectName("reset_columns")
        reset.setAccessibleName(self.tr("Reset columns, order and row height"))
        reset.clicked.connect(self._reset)
        row.addWidget(reset)
        return row

    def _list(self) -> QListView:
        self.list = _ColumnList(self)
        self.list.setObjectName("columns")
        self.list.setProperty("role", "plain")
        self.list.setAccessibleName(self.tr("Columns"))
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setFixedHeight(px(_LIST_HEIGHT))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setDragDropMode(QListView.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.setModel(self._items)
        self.list.moved.connect(self._move)
        self._items.itemChanged.connect(self._apply)
        self._items.rowsRemoved.connect(self._apply)
        return self.list

    def _heights(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 10, 16, 10)
        choices = (
            (RowHeight.COMPACT.name, self.tr("Compact")),
            (RowHeight.NORMAL.name, self.tr("Normal")),
            (RowHeight.ROOMY.name, self.tr("Roomy")),
        )
        self.heights = Segmented(self.tr("Row height"), choices)
        self.heights.set_current(self._table.view.row_height.name)
        self.heights.changed.connect(self._set_height)
        row.addWidget(self.heights)
        row.addStretch(1)
        return row

    def _fill(self) -> None:
        chosen = [column.key for column in self._table.columns]
        others = [column for column in self._table.every_column if column.key not in chosen]
        self._filling = True
        self._items.clear()
        for column in (*self._table.columns, *others):
            self._items.appendRow(self._item(column, shown=column.key in chosen))
        self._filling = False
        self._keep_one()

    @staticmethod
    def _item(column: Column, *, shown: bool) -> QStandardItem:
        item = QStandardItem(column.title)
        item.setData(column.key, _KEY)
        item.setCheckable(True)
        item.setDropEnabled(False)
        item.setEditable(False)
        item.setCheckState(Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked)
        return item

    def chosen(self) -> list[str]:
        """Keys of the ticked columns, in their order."""
        items = [self._items.item(row) for row in range(self._items.rowCount())]
        ticked = Qt.CheckState.Checked
        return [str(item.data(_KEY)) for item in items if item.checkState() is ticked]

    @Slot()
    def _apply(self) -> None:
        keys = self.chosen()
        if not self._filling and keys and keys != [column.key for column in self._table.columns]:
            self._table.set_columns(keys)
            self._keep_one()

    def _keep_one(self) -> None:
        # A table without a column could not be left again: the last one cannot be unticked.
        keys = self.chosen()
        self._filling = True
        for row in range(self._items.rowCount()):
            item = self._items.item(row)
            item.setCheckable(not (len(keys) == 1 and item.data(_KEY) == keys[0]))
            if not item.isCheckable():
                item.setCheckState(Qt.CheckState.Checked)
        self._filling = False

    @Slot(int)
    def _move(self, step: int) -> None:
        row = self.list.currentIndex().row()
        if row < 0 or not 0 <= row + step < self._items.rowCount():
            return
        self._filling = True
        self._items.insertRow(row + step, self._items.takeRow(row))
        self._filling = False
        self.list.setCurrentIndex(self._items.index(row + step, 0))
        self._apply()

    @Slot(str)
    def _filter(self, text: str) -> None:
        wanted = text.casefold()
        for row in range(self._items.rowCount()):
            index: QModelIndex = self._items.index(row, 0)
            self.list.setRowHidden(row, wanted not in str(index.data()).casefold())

    @Slot(str)
    def _set_height(self, name: str) -> None:
        self._table.set_row_height(RowHeight[name])

    @Slot()
    def _reset(self) -> None:
        self._table.reset_columns()
        self.heights.set_current(self._table.view.row_height.name)
        self._fill()
