"""The table as it is used: keys, mouse, ticks, the open row and the row actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from crmdesk.ui.tables.cells import Lead, Row, RowAction
from crmdesk.ui.tables.model import PagedModel
from crmdesk.ui.tables.painted_table import PaintedTable
from crmdesk.ui.tables.row_actions import RowActionBars
from crmdesk.ui.theme.apply import theme_signals

ActionsOf = Callable[[Row], Sequence[RowAction]]
_TAB_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_SETTLE_MS = 40


class RowTable(PaintedTable):
    """Shows a :class:`PagedModel` and lets a person work in it.

    Args:
        model: the rows.
        lead: what stands before the first column.
        actions_of: what can be done with a row; without it rows have no "..." button.

    Signals:
        opened: a row was clicked or Enter pressed on it; carries its id.
        current_moved: somebody went to another row; carries its id.
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
        super().__init__(model, lead, with_actions=actions_of is not None, parent=parent)
        self._actions_of = actions_of
        self._anchor = -1
        self._by_keyboard = False
        # Key of the column by which the last row was opened; empty for the keyboard.
        self.pressed_column = ""
        self._bars = RowActionBars(self, self.actions_for, self.action_chosen.emit)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._place_bars)
        self._header.all_pressed.connect(self.toggle_all)
        self._header.sort_pressed.connect(self.sort_pressed)
        self._header.sectionResized.connect(self._section_resized)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._moves = True
        model.modelReset.connect(self._rows_changed)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        theme_signals().changed.connect(self._settle_soon)
        self._rows_changed()

    @property
    def current_id(self) -> int | None:
        """Id of the current row."""
        position = self.currentIndex().row()
        return self._model.ids[position] if position >= 0 else None

    def go_to(self, row_id: int) -> bool:
        """Make a row the current one and bring it into view; False when it is not listed."""
        position = self.position_of(row_id)
        if position >= 0:
            self._move_to(position)
        return position >= 0

    def step(self, by: int) -> int | None:
        """Move the current row up or down; the new current id, or None at the end."""
        position = self.currentIndex().row() + by
        if not 0 <= position < self._model.rowCount():
            return None
        self._move_to(position)
        return self.current_id

    def show_ids(
        self, ids: Sequence[int], current: int, opened: int, *, anew: bool = False
    ) -> None:
        """Show rows that were loaded again, and stay where the view was.

        Args:
            ids: the rows.
            current: position of the current row among them, or -1.
            opened: position of the row whose panel is open, or -1; the panel stays anyway.
            anew: they are the rows of another filter, and begin at the first one, unless the
                open or the current row is among them.
        """
        first = self.verticalScrollBar().value()
        self._model.set_ids(ids)
        if anew:
            first = max(opened if opened >= 0 else current, 0)
        self.verticalScrollBar().setValue(first)
        self.setAutoScroll(False)
        if current >= 0:
            # Nobody moved: a panel that shows what is not listed would be led to this row.
            self._moves = False
            self._set_current(current)
            self._moves = True
        self.setAutoScroll(True)
        self._select_open(opened)

    def actions_for(self, row: Row) -> Sequence[RowAction]:
        """What can be done with a row."""
        return self._actions_of(row) if self._actions_of is not None else ()

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
        states = Qt.CheckState
        some = states.Checked if count == self._model.rowCount() else states.PartiallyChecked
        self._header.show_ticks(some if count else states.Unchecked)
        self.viewport().update()
        self._settle.start()
        self.ticks_changed.emit(count)

    def _tick(self, position: int, *, extend: bool) -> None:
        row = self._model.row_at(position)
        ticks = self._model.ticks
        if self._lead is not Lead.CHECK or not row.usable:
            return
        if extend and self._anchor >= 0:
            low, high = sorted((self._anchor, position))
            ticks.put(self._model.ids[low : high + 1], row.id not in ticks)
        else:
            ticks.toggle(row.id)
        self._anchor = position
        self.announce_ticks()

    def _select_all(self) -> None:
        if self._lead is Lead.CHECK:
            self._model.ticks.tick_all(self._model.ids)
            self.announce_ticks()

    def _move_to(self, position: int) -> None:
        self._set_current(position)
        self.scrollTo(self._model.index(position, 0))

    def _set_current(self, position: int) -> None:
        index = self._model.index(position, 0)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _show_menu(self) -> None:
        position = self.currentIndex().row()
        at = self.row_rect(position).center()
        self.scrollTo(self.currentIndex())
        self._bars.menu_for(position, self.viewport().mapToGlobal(at))

    def _open(self, position: int) -> None:
        if 0 <= position < self._model.rowCount():
            self.opened.emit(self._model.ids[position])

    def _framed(self) -> bool:
        return self._by_keyboard and (self.hasFocus() or self._bars.has_focus())

    def _covered(self, _row: Row) -> int:
        return self._bars.standing_width(_row.id) if _row.standing else 0

    def _has_actions(self, row: Row) -> bool:
        return bool(self.actions_for(row))

    def _hover(self, position: int) -> None:
        if position == self._hovered:
            return
        before, self._hovered = self._hovered, position
        for row in (before, position):
            if row >= 0:
                self.viewport().update(self.row_rect(row))
        self._settle.start(0)

    # Slots

    @Slot()
    def _rows_changed(self) -> None:
        self._header.columns = self._model.columns
        self._hovered = -1
        self._anchor = -1
        self.fit_columns()
        self._settle.start(0)

    @Slot()
    def _settle_soon(self) -> None:
        self._settle.start(0)

    @Slot()
    def _scrolled(self) -> None:
        self._bars.hide_moving()
        self._settle.start(_SETTLE_MS)

    @Slot()
    def _place_bars(self) -> None:
        if self.viewport().underMouse():
            pointer = self.viewport().mapFromGlobal(self.cursor().pos())
            self._hover(self.rowAt(pointer.y()))
        current = self.currentIndex().row() if self._framed() else -1
        self._bars.place(self._hovered, current)

    @Slot(QModelIndex, QModelIndex)
    def _current_changed(self, *_: object) -> None:
        self.viewport().update()
        self._settle.start(0)
        if self._moves and self.current_id is not None:
            self.current_moved.emit(self.current_id)

    @Slot(int, int, int)
    def _section_resized(self, logical: int, _before: int, width: int) -> None:
        if self._fitting or logical >= len(self._model.columns):
            return
        key = self._model.columns[logical].key
        self._widths[key] = width
        self.column_resized.emit(key, width)
        self.viewport().update()

    # Qt overrides

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        position = self.rowAt(point.y())
        self._by_keyboard = False
        if position < 0 or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._move_to(position)
        modifiers = event.modifiers()
        if self._in_check(point) or modifiers & Qt.KeyboardModifier.ControlModifier:
            self._tick(position, extend=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        elif self._in_more(point):
            self._bars.menu_for(position, self.viewport().mapToGlobal(point))
        else:
            column = self.columnAt(point.x())
            columns = self._model.columns
            self.pressed_column = columns[column].key if 0 <= column < len(columns) else ""
            self._open(position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # The second press of a quick double tick is a press of its own.
        if self._in_check(event.position().toPoint()):
            self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        pointer = self.viewport().mapFromGlobal(self.cursor().pos())
        # Going onto the row's own buttons is no leaving.
        if not self.viewport().rect().contains(pointer):
            self._hover(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._by_keyboard:
            self._by_keyboard = True
            self.viewport().update()
        if not self._key(event):
            super().keyPressEvent(event)

    def _key(self, event: QKeyEvent) -> bool:
        key, modifiers = event.key(), event.modifiers()
        position, last = self.currentIndex().row(), self._model.rowCount() - 1
        if key == Qt.Key.Key_Space and position >= 0:
            self._tick(position, extend=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not modifiers:
            self.pressed_column = ""
            self._open(position)
        elif key in {Qt.Key.Key_Home, Qt.Key.Key_End} and last >= 0:
            self._move_to(0 if key == Qt.Key.Key_Home else last)
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._select_all()
        elif _is_menu_key(event) and position >= 0:
            self._show_menu()
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            # Cells are no places of their own; Alt+Left and Alt+Right belong to the window.
            event.ignore()
        else:
            return False
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in _TAB_REASONS:
            self._by_keyboard = True
            if self.currentIndex().row() < 0 and self._model.rowCount():
                self._move_to(max(self.rowAt(0), 0))
        super().focusInEvent(event)
        self.viewport().update()
        self._settle.start(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
        self._settle.start(0)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # By keyboard it came as a key already: not every platform makes an event of that key.
        position = self.rowAt(event.pos().y())
        if position >= 0 and event.reason() is not QContextMenuEvent.Reason.Keyboard:
            self._move_to(position)
            self._bars.menu_for(position, event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle.start(0)


def _is_menu_key(event: QKeyEvent) -> bool:
    shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
    return event.key() == Qt.Key.Key_Menu or (event.key() == Qt.Key.Key_F10 and bool(shift))
