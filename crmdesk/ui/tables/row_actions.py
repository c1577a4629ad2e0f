"""Real buttons over painted rows: one bar for the hovered or current row, and standing ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QStyle, QWidget

from crmdesk.ui.icons import icon
from crmdesk.ui.tables.cells import Row, RowAction
from crmdesk.ui.tables.painted_table import BUTTON
from crmdesk.ui.theme.apply import current_tokens
from crmdesk.ui.widgets.buttons import Button, ButtonKind, IconButton

if TYPE_CHECKING:
    from crmdesk.ui.tables.view import RowTable

_SPACE = 4
# The frame of the current row stays in sight around the buttons.
_FRAME = 2
_BEFORE = 8
# Narrower tables show the icon alone of a button that has one.
_ROOMY_FROM = 1000

Choose = Callable[[str, int], None]


class RowActionBar(QWidget):
    """The buttons of one row, over its end.

    Signals:
        chosen: key of the pressed action and the row's id.
        more_pressed: the "..." button was pressed; carries the row's id.
    """

    chosen = Signal(str, object)
    more_pressed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("row_actions")
        self._row_id = -1
        self._shown: tuple[RowAction, ...] | None = None
        self._ground = "hover"
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(_BEFORE, 0, _BEFORE, 0)
        self._layout.setSpacing(_SPACE)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()

    @property
    def row_id(self) -> int:
        """Id of the row it stands on."""
        return self._row_id

    def show_row(
        self,
        row: Row,
        actions: Sequence[RowAction],
        place: QRect,
        ground: str,
        *,
        margin: int,
        roomy: bool,
    ) -> None:
        """Stand on a row.

        Args:
            row: the row.
            actions: the buttons before the "..." one.
            place: the row's place in the viewport.
            ground: token its fill is painted with, the row's own.
            margin: room after the last button, in logical pixels.
            roomy: room for words; else buttons with an icon show the icon alone.
        """
        self._row_id = row.id
        wanted = tuple(actions)
        if wanted != self._shown or self.property("roomy") is not roomy:
            self.setProperty("roomy", roomy)
            self._build(wanted, roomy=roomy)
        self._ground = ground
        self._layout.setContentsMargins(_BEFORE, 0, max(0, margin - _FRAME), 0)
        width = self.sizeHint().width()
        # Between the lines of the frame that marks the current row.
        area = place.adjusted(place.width() - _FRAME - width, _FRAME, -_FRAME, -_FRAME)
        self.setGeometry(QStyle.visualRect(self.layoutDirection(), place, area))
        self.show()
        self.raise_()
        self.update()

    def _build(self, actions: tuple[RowAction, ...], *, roomy: bool) -> None:
        self._shown = actions
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        buttons = [self._button(action, roomy=roomy) for action in actions]
        for button in (*buttons, self._more_button()):
            self._layout.addWidget(button)
            # A child that was never shown takes no room, and the bar is measured at once.
            button.show()
            button.ensurePolished()
        self._follow_table()

    def _follow_table(self) -> None:
        """Tab goes from the row to its buttons; made last, they would come after all others."""
        last = self.parentWidget().parentWidget()
        for place in range(self._layout.count()):
            item = self._layout.itemAt(place)
            button = item.widget() if item is not None else None
            if last is not None and button is not None:
                QWidget.setTabOrder(last, button)
                last = button

    def _button(self, action: RowAction, *, roomy: bool) -> Button:
        if action.icon and not roomy:
            button: Button = IconButton(action.icon, action.text, parent=self)
        else:
            button = Button(action.text, ButtonKind.SECONDARY, action.icon, parent=self)
            button.setAccessibleName(action.text)
        button.setObjectName(f"row_action_{action.key}")
        button.clicked.connect(lambda _=False, key=action.key: self.chosen.emit(key, self._row_id))
        return button

    def _more_button(self) -> Button:
        button = IconButton("ellipsis", self.tr("More actions"), parent=self)
        button.setObjectName("row_more")
        button.clicked.connect(lambda: self.more_pressed.emit(self._row_id))
        return button

    def sizeHint(self) -> QSize:
        return QSize(self._layout.sizeHint().width(), BUTTON)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), current_tokens().color(self._ground))
        painter.end()


class RowActionBars(QWidget):
    """Keeps the bars of a table in their places. Itself never seen.

    Args:
        table: the table.
        actions_for: what can be done with a row.
        choose: takes the key of a pressed action and the row's id.
    """

    def __init__(
        self,
        table: RowTable,
        actions_for: Callable[[Row], Sequence[RowAction]],
        choose: Choose,
    ) -> None:
        super().__init__(table)
        self.hide()
        self._table = table
        self._actions_for = actions_for
        self._choose = choose
        self._moving = self._make()
        self._standing: list[RowActionBar] = []
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow_focus)

    def _make(self) -> RowActionBar:
        bar = RowActionBar(self._table.viewport())
        bar.chosen.connect(self._chosen)
        bar.more_pressed.connect(self._more)
        return bar

    @Slot(QWidget, QWidget)
    def _follow_focus(self, before: QWidget | None, _now: QWidget | None) -> None:
        """Take the frame off the row when its buttons lose the focus to something else."""
        if before is not None and self._moving.isAncestorOf(before):
            self._table.viewport().update()

    def has_focus(self) -> bool:
        """Whether a button of the moving bar has the focus."""
        focus = QApplication.focusWidget()
        return focus is not None and self._moving.isAncestorOf(focus)

    def standing_width(self, row_id: int) -> int:
        """How much of a row's columns its standing buttons cover, in logical pixels."""
        for bar in self._standing:
            if bar.row_id == row_id and not bar.isHidden():
                return max(0, bar.width() - self._table.gutter)
        return 0

    def hide_moving(self) -> None:
        """Take the moving bar away while rows move, unless the focus is in it."""
        if not self.has_focus():
            self._moving.hide()

    def place(self, hovered: int, current: int) -> None:
        """Put the bars where they belong.

        Args:
            hovered: position of the row under the pointer, or -1.
            current: position of the current row when it is shown as such, or -1.
        """
        standing_at = self._place_standing()
        position = hovered if hovered >= 0 else current
        if not 0 <= position < self._table.model().rowCount() or position in standing_at:
            self.hide_moving()
            return
        row = self._row(position)
        every = self._actions_for(row)
        if not every:
            self.hide_moving()
            return
        prominent = [action for action in every if action.prominent and not action.reason]
        self._show(self._moving, row, prominent, position)

    def _place_standing(self) -> set[int]:
        used, places = 0, set()
        for position in self._visible():
            row = self._row(position)
            if row.standing:
                if used == len(self._standing):
                    self._standing.append(self._make())
                actions = [a for a in self._actions_for(row) if a.key in row.standing]
                self._show(self._standing[used], row, actions, position)
                used += 1
                places.add(position)
        for bar in self._standing[used:]:
            bar.hide()
        if places:
            self._table.viewport().update()
        return places

    def _show(
        self,
        bar: RowActionBar,
        row: Row,
        actions: Sequence[RowAction],
        position: int,
    ) -> None:
        place = self._table.row_rect(position)
        ground = self._table.ground_of(position)
        margin = self._table.end_margin
        bar.show_row(row, actions, place, ground, margin=margin, roomy=place.width() >= _ROOMY_FROM)

    def _visible(self) -> range:
        rows, height = self._table.model().rowCount(), self._table.viewport().height()
        first = max(0, self._table.rowAt(0))
        if not rows:
            return range(0)
        one = max(1, self._table.row_rect(first).height())
        return range(first, min(rows, first + height // one + 2))

    def _row(self, position: int) -> Row:
        return self._table.row_of(position)

    @Slot(str, object)
    def _chosen(self, key: str, row_id: int) -> None:
        self._choose(key, row_id)

    @Slot(object)
    def _more(self, row_id: int) -> None:
        bar = self.sender()
        position = self._table.position_of(row_id)
        if position >= 0 and isinstance(bar, QWidget):
            self.menu_for(position, bar.mapToGlobal(QPoint(bar.width() - 2 * BUTTON, bar.height())))

    def menu_for(self, position: int, at: QPoint) -> QMenu | None:
        """Show a row's actions as a menu at a global point."""
        row = self._row(position)
        actions = self._actions_for(row)
        if not actions:
            return None
        menu = QMenu(self._table)
        menu.setObjectName("row_menu")
        menu.setAccessibleName(self.tr("Actions for this row"))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in actions:
            if action.separated:
                menu.addSeparator()
            menu.addAction(self._entry(menu, action, row.id))
        menu.popup(at)
        return menu

    def _entry(self, menu: QMenu, action: RowAction, row_id: int) -> QAction:
        text = action.text.replace("&", "&&")
        if action.reason:
            text = self.tr("%1 (%2)").replace("%1", text).replace("%2", action.reason)
        entry = QAction(text, menu)
        entry.setObjectName(f"row_menu_{action.key}")
        if action.icon:
            entry.setIcon(icon(action.icon, "danger" if action.danger else "text2"))
        entry.setEnabled(not action.reason)
        entry.triggered.connect(lambda _=False, key=action.key: self._choose(key, row_id))
        return entry
