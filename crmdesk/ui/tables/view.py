"""The table widget: one paint per row, keys and mouse, columns that fit the room."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QTableView, QToolTip, QWidget

from crmdesk.ui.icons import pixmap
from crmdesk.ui.tables.cells import EMPTY, Column, Lead, Row, RowAction, RowHeight
from crmdesk.ui.tables.columns import fit
from crmdesk.ui.tables.header import TableHeader
from crmdesk.ui.tables.marks import CHECK_SIZE, forget_marks
from crmdesk.ui.tables.model import PagedModel
from crmdesk.ui.tables.row_actions import BUTTON, RowActionBars
from crmdesk.ui.tables.row_painter import EDGE, PADDING, RowLook, RowPainter
from crmdesk.ui.tables.row_painter import Slot as Place
from crmdesk.ui.theme.apply import px, theme_signals

ActionsOf = Callable[[Row], Sequence[RowAction]]
_TAB_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class RowTable(QTableView):
    """Shows a :class:`PagedModel`.

    Signals:
        opened: a row was clicked or Enter pressed on it; carries its id.
        current_moved: the current row is another one; carries its id.
        ticks_changed: rows were ticked or unticked; carries how many are ticked.
        action_chosen: a row action was pressed; carries its key and the row's id.
        column_resized: a width was set by hand; carries the column's key and the width.
        sort_pressed: key of the column whose title was pressed.
    """

    opened = Signal(object)
    current_moved = Signal(object)
    ticks_changed = Signal(object)
    action_chosen = Signal(str, object)
    column_resized = Signal(str, int)
    sort_pressed = Signal(str)

    def __init__(
        self,
        model: PagedModel,
        *,
        lead: Lead = Lead.NOTHING,
        actions_of: ActionsOf | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._lead = lead
        model.lead = lead
        self._actions_of = actions_of
        self._row_height = RowHeight.NORMAL
        self._widths: dict[str, int] = {}
        self._open_id: int | None = None
        self._hovered = -1
        self._anchor = -1
        self._by_keyboard = False
        self._fitting = False
        self._painter: RowPainter | None = None
        self._set_up_headers()
        self._set_up_behaviour()
        self.setModel(model)
        self._bars = RowActionBars(self, self.actions_for, self._choose)
        self._settle = QTimer(self, singleShot=True, interval=40)
        self._settle.timeout.connect(self._place_bars)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.horizontalScrollBar().valueChanged.connect(self._scrolled)
        model.modelReset.connect(self._rows_changed)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        theme_signals().changed.connect(self._look_changed)
        self._rows_changed()

    def _set_up_headers(self) -> None:
        self._header = TableHeader(self)
        self._header.lead = self._lead
        self.setHorizontalHeader(self._header)
        self._header.all_pressed.connect(self.toggle_all)
        self._header.sort_pressed.connect(self.sort_pressed)
        self._header.sectionResized.connect(self._section_resized)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(1)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(px(self._row_height))

    def _set_up_behaviour(self) -> None:
        self.setObjectName("row_table")
        self.setAccessibleName(self.tr("Table"))
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)

    # What pages use

    @property
    def header(self) -> TableHeader:
        """The header with the titles."""
        return self._header

    @property
    def row_height(self) -> RowHeight:
        """The height of the rows."""
        return self._row_height

    @property
    def widths(self) -> dict[str, int]:
        """Widths set by hand, by column key, in logical pixels."""
        return dict(self._widths)

    @property
    def current_id(self) -> int | None:
        """Id of the current row."""
        position = self.currentIndex().row()
        return self._model.ids[position] if position >= 0 else None

    @property
    def open_id(self) -> int | None:
        """Id of the row whose panel is open."""
        return self._open_id

    def set_row_height(self, height: RowHeight) -> None:
        """Show the rows in another height."""
        self._row_height = height
        self.verticalHeader().setDefaultSectionSize(px(height))
        self._look_changed()

    def set_widths(self, widths: dict[str, int]) -> None:
        """Use widths that were set by hand earlier."""
        self._widths = dict(widths)
        self.fit_columns()

    def show_open(self, row_id: int | None) -> None:
        """Mark the row whose panel is open, or none."""
        self._open_id = row_id
        self._select_open(-1 if row_id is None else self._model.position_of(row_id))

    def _select_open(self, position: int) -> None:
        # Qt's selection carries the open row for screen readers; painting goes by the id.
        selection = self.selectionModel()
        if position < 0:
            selection.clearSelection()
        else:
            how = QItemSelectionModel.SelectionFlag
            selection.select(self._model.index(position, 0), how.ClearAndSelect | how.Rows)
        self.viewport().update()

    def go_to(self, row_id: int) -> bool:
        """Make a row the current one and bring it into view; False when it is not listed."""
        position = self._model.position_of(row_id)
        if position >= 0:
            self._move_to(position)
        return position >= 0

    def show_ids(self, ids: array[int], current: int, opened: int) -> None:
        """Show rows that were loaded again, and stay where the view was.

        Args:
            ids: the rows.
            current: position of the current row among them, or -1.
            opened: position of the row whose panel is open, or -1; the panel stays anyway.
        """
        first = self.verticalScrollBar().value()
        self._model.set_ids(ids)
        self.verticalScrollBar().setValue(first)
        self.setAutoScroll(False)
        if current >= 0:
            self._set_current(current)
        self.setAutoScroll(True)
        self._select_open(opened)

    def step(self, by: int) -> int | None:
        """Move the current row up or down; the new current id, or None at the end."""
        position = self.currentIndex().row() + by
        if not 0 <= position < self._model.rowCount():
            return None
        self._move_to(position)
        return self.current_id

    def actions_for(self, row: Row) -> Sequence[RowAction]:
        """What can be done with a row."""
        return self._actions_of(row) if self._actions_of is not None else ()

    def row_of(self, position: int) -> Row:
        """The row at a position."""
        return self._model.row_at(position)

    def position_of(self, row_id: int) -> int:
        """Position of an id, or -1."""
        return self._model.position_of(row_id)

    def ground_of(self, position: int) -> str:
        """Token of the fill a row is painted with."""
        look = self._look(position, self._model.row_at(position))
        return "soft" if look.selected else "hover" if look.hovered else "surface"

    @property
    def end_margin(self) -> int:
        """Room after the "..." button, so that it ends 24 from the table's own edge."""
        return max(PADDING, EDGE - (self.width() - self.viewport().width()))

    @property
    def gutter(self) -> int:
        """Room kept free of columns at the end of each row."""
        if self._actions_of is None:
            return self.end_margin - PADDING
        return PADDING + BUTTON + self.end_margin

    def row_rect(self, position: int) -> QRect:
        """A row's place in viewport coordinates."""
        rows = self.verticalHeader()
        height = rows.defaultSectionSize()
        top = position * height - rows.offset()
        return QRect(0, top, self.viewport().width(), height)

    @Slot()
    def toggle_all(self) -> None:
        """Tick every row, or none when all are ticked."""
        ticks, count = self._model.ticks, self._model.rowCount()
        if len(ticks) == count:
            ticks.clear()
        else:
            ticks.tick_all(self._model.ids)
        self.announce_ticks()

    @Slot()
    def clear_ticks(self) -> None:
        """Tick nothing."""
        self._model.ticks.clear()
        self.announce_ticks()

    def announce_ticks(self) -> None:
        """Show and tell the ticks after they were changed."""
        count = len(self._model.ticks)
        every = count == self._model.rowCount()
        states = Qt.CheckState
        some = states.Checked if every else states.PartiallyChecked
        self._header.show_ticks(some if count else states.Unchecked)
        self.viewport().update()
        self.ticks_changed.emit(count)

    def fit_columns(self) -> None:
        """Give the columns their widths for the room there is; low ranks give way."""
        columns = [self._with_own_width(column) for column in self._model.columns]
        room = self.viewport().width() - self.gutter
        placed = {column.key: width for column, width in fit(columns, room)}
        self._fitting = True
        for logical, column in enumerate(columns):
            shown = column.key in placed
            self._header.setSectionHidden(logical, not shown)
            if shown:
                self._header.resizeSection(logical, placed[column.key])
        self._fitting = False
        self.viewport().update()

    def _with_own_width(self, column: Column) -> Column:
        width = self._widths.get(column.key)
        if width is None:
            return column
        return Column(
            column.key,
            column.title,
            width,
            column.rank,
            column.align,
            column.sortable,
            stretch=False,
        )

    # Ticks and the current row

    def _tick(self, position: int, *, extend: bool) -> None:
        row = self._model.row_at(position)
        ticks = self._model.ticks
        if self._lead is not Lead.CHECK or not row.usable:
            return
        if extend and self._anchor >= 0:
            low, high = sorted((self._anchor, position))
            ticks.set(self._model.ids[low : high + 1], row.id not in ticks)
        else:
            ticks.toggle(row.id)
        self._anchor = position
        self.announce_ticks()

    def _move_to(self, position: int) -> None:
        self._set_current(position)
        self.scrollTo(self._model.index(position, 0))

    def _set_current(self, position: int) -> None:
        index = self._model.index(position, 0)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _open(self, position: int) -> None:
        if 0 <= position < self._model.rowCount():
            self.opened.emit(self._model.ids[position])

    # Painting

    def _places(self) -> list[Place]:
        header = self._header
        return [
            Place(column, header.sectionViewportPosition(logical), header.sectionSize(logical))
            for logical, column in enumerate(self._model.columns)
            if not header.isSectionHidden(logical)
        ]

    def _look(self, position: int, row: Row) -> RowLook:
        ticked = row.id in self._model.ticks
        framed = self._by_keyboard and self.hasFocus()
        return RowLook(
            hovered=position == self._hovered,
            selected=ticked or row.id == self._open_id,
            current=framed and position == self.currentIndex().row(),
            ticked=ticked,
            covered=self._bars.standing_width(row.id) if row.standing else 0,
        )

    def _row_painter(self) -> RowPainter:
        if self._painter is None:
            self._painter = RowPainter(
                self._lead, self.devicePixelRatioF(), mirrored=self.isRightToLeft()
            )
        return self._painter

    def _paint_more(self, painter: QPainter, place: QRect) -> None:
        size = 16
        left = place.right() + 1 - self.end_margin - (BUTTON + size) // 2
        area = QRect(left, place.top() + (place.height() - size) // 2, size, size)
        area = QStyle.visualRect(self.layoutDirection(), place, area)
        shown = pixmap("ellipsis", "text2", size, self.devicePixelRatioF())
        painter.drawPixmap(area.topLeft(), shown)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        dirty = event.rect()
        places, row_painter = self._places(), self._row_painter()
        rows = self.verticalHeader()
        height, offset = rows.defaultSectionSize(), rows.offset()
        first = max(0, (dirty.top() + offset) // height)
        last = min(self._model.rowCount() - 1, (dirty.bottom() + offset) // height)
        width = self.viewport().width()
        for position in range(first, last + 1):
            place = QRect(0, position * height - offset, width, height)
            row = self._model.row_at(position)
            look = self._look(position, row)
            row_painter.paint(painter, place, places, row, look)
            if self._actions_of is not None and self.actions_for(row):
                self._paint_more(painter, place)
        below = QRect(0, (last + 1) * height - offset, width, self.viewport().height())
        painter.fillRect(below, self.palette().base())
        painter.end()

    # Slots

    @Slot()
    def _rows_changed(self) -> None:
        self._header.columns = self._model.columns
        self._hovered = -1
        self._anchor = -1
        self.fit_columns()
        self._settle.start()

    @Slot()
    def _look_changed(self) -> None:
        forget_marks()
        self._painter = None
        self.verticalHeader().setDefaultSectionSize(px(self._row_height))
        self._header.updateGeometry()
        self.viewport().update()
        self._settle.start()

    @Slot()
    def _scrolled(self) -> None:
        self._bars.hide_moving()
        self._settle.start()

    @Slot()
    def _place_bars(self) -> None:
        pointer = self.viewport().mapFromGlobal(self.cursor().pos())
        if self.viewport().underMouse():
            self._hover(self.rowAt(pointer.y()))
        self._bars.place(self._hovered, self.currentIndex().row() if self._framed() else -1)

    def _framed(self) -> bool:
        return self._by_keyboard and (self.hasFocus() or self._bars.has_focus())

    def _current_changed(self, *_: object) -> None:
        self.viewport().update()
        self._settle.start()
        if self.current_id is not None:
            self.current_moved.emit(self.current_id)

    def _section_resized(self, logical: int, _before: int, width: int) -> None:
        if self._fitting or logical >= len(self._model.columns):
            return
        key = self._model.columns[logical].key
        self._widths[key] = width
        self.column_resized.emit(key, width)
        self.viewport().update()

    def _choose(self, key: str, row_id: int) -> None:
        self.action_chosen.emit(key, row_id)

    def _hover(self, position: int) -> None:
        if position == self._hovered:
            return
        before, self._hovered = self._hovered, position
        for row in (before, position):
            if row >= 0:
                self.viewport().update(self.row_rect(row))
        self._settle.start(0)

    def _in_check(self, point: QPoint) -> bool:
        if self._lead is not Lead.CHECK:
            return False
        area = QRect(EDGE - PADDING, 0, CHECK_SIZE + 2 * PADDING, self.viewport().height())
        whole = self.viewport().rect()
        return QStyle.visualRect(self.layoutDirection(), whole, area).contains(point)

    def _in_more(self, point: QPoint) -> bool:
        whole = self.viewport().rect()
        area = QRect(whole.width() - self.gutter, 0, self.gutter, whole.height())
        area = QStyle.visualRect(self.layoutDirection(), whole, area)
        return self._actions_of is not None and area.contains(point)

    # Qt overrides

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        position = self.rowAt(point.y())
        self._by_keyboard = False
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if position < 0 or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._move_to(position)
        if self._in_check(point):
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._tick(position, extend=extend)
        elif self._in_more(point):
            self._bars.menu_for(position, self.viewport().mapToGlobal(point))
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._tick(position, extend=False)
        else:
            self._open(position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        inside = self.viewport().rect().contains(self.viewport().mapFromGlobal(self.cursor().pos()))
        if not inside:
            self._hover(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = event.key(), event.modifiers()
        self._by_keyboard = True
        position = self.currentIndex().row()
        last = self._model.rowCount() - 1
        if key == Qt.Key.Key_Space and position >= 0:
            self._tick(position, extend=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not modifiers:
            self._open(position)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and last >= 0:
            self._move_to(0 if key == Qt.Key.Key_Home else last)
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._select_all()
        elif (
            key in (Qt.Key.Key_Left, Qt.Key.Key_Right)
            or event.text().isprintable()
            and event.text()
        ):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _select_all(self) -> None:
        if self._lead is Lead.CHECK:
            self._model.ticks.tick_all(self._model.ids)
            self.announce_ticks()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in _TAB_REASONS:
            self._by_keyboard = True
            if self.currentIndex().row() < 0 and self._model.rowCount():
                self._move_to(self.rowAt(0) if self.rowAt(0) >= 0 else 0)
        super().focusInEvent(event)
        self.viewport().update()
        self._settle.start()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
        self._settle.start()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            position = self.currentIndex().row()
            at = self.row_rect(position).center()
        else:
            position = self.rowAt(event.pos().y())
            at = event.pos()
        if position >= 0:
            self._move_to(position)
            self._bars.menu_for(position, self.viewport().mapToGlobal(at))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()
        self._settle.start()

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: Qt would ask the model for every row until one begins with the letter."""

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            text = self._cut_text(event.pos())
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def _cut_text(self, point: QPoint) -> str:
        index = self.indexAt(point)
        if not index.isValid():
            return ""
        cell = self._model.row_at(index.row()).cells.get(
            self._model.columns[index.column()].key, EMPTY
        )
        room = self._header.sectionSize(index.column()) - 2 * PADDING
        wide = self.fontMetrics().horizontalAdvance(cell.shown)
        return cell.shown if wide > room or cell.avatar else ""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LayoutDirectionChange, QEvent.Type.DevicePixelRatioChange):
            self._painter = None
