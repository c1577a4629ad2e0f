"""The panel beside a list: heading, small tabs, a scrolling body and a fixed foot."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from crmdesk.ui.remembered import remembered
from crmdesk.ui.theme.apply import current_tokens
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button, IconButton
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.focus_order import order_focus
from crmdesk.ui.widgets.labels import rule
from crmdesk.ui.widgets.progress import ProgressBar
from crmdesk.ui.widgets.properties import mark_focus_in, mark_focus_out
from crmdesk.ui.widgets.scrolling import scrolling
from crmdesk.ui.widgets.tabs_small import TabsSmall

NARROWEST, WIDEST, USUAL = 280, 480, 336
_STEP = 16


class _Grip(QWidget):
    """The edge that is dragged; arrow keys move it too.

    Signals:
        moved: by how many pixels the panel grows.
        released: the drag or the key is over.
    """

    moved = Signal(int)
    released = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._from = 0.0
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def _sign(self) -> int:
        return -1 if self.layoutDirection() is Qt.LayoutDirection.LeftToRight else 1

    def sizeHint(self) -> QSize:
        return QSize(5, 40)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens, painter = current_tokens(), QPainter(self)
        focused = self.property("keyfocus") == "true"
        width = 2 if focused else 1
        left = 0 if self._sign() < 0 else self.width() - width
        role = "accent" if focused else "border"
        painter.fillRect(left, 0, width, self.height(), tokens.color(role))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._from = event.globalPosition().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        now = event.globalPosition().x()
        self.moved.emit(round(now - self._from) * self._sign())
        self._from = now

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self.released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -_STEP, Qt.Key.Key_Right: _STEP}
        if event.key() not in steps:
            super().keyPressEvent(event)
            return
        self.moved.emit(steps[Qt.Key(event.key())] * self._sign())
        self.released.emit()

    def focusInEvent(self, event: QEvent) -> None:
        super().focusInEvent(event)  # type: ignore[arg-type]
        mark_focus_in(self, event)  # type: ignore[arg-type]

    def focusOutEvent(self, event: QEvent) -> None:
        super().focusOutEvent(event)  # type: ignore[arg-type]
        mark_focus_out(self, event)  # type: ignore[arg-type]


class SidePanel(QFrame):
    """A panel that opens beside a list while the list keeps its place.

    Args:
        key: the page it belongs to, for the remembered width.
        name: what screen readers call it.
        stepping: show buttons for the previous and the next entry.

    Signals:
        closed: the x or Esc; give the focus back to the row.
        stepped: -1 for the previous entry, 1 for the next.
        page_chosen: key of the page now shown.
    """

    closed = Signal()
    stepped = Signal(int)
    page_chosen = Signal(str)

    def __init__(
        self, key: str, name: str, *, stepping: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._key = key
        self._pages: dict[str, QWidget] = {}
        self.setProperty("role", "panel")
        self.setAccessibleName(name)
        self._heading = ElidedLabel("", TextStyle.HEADING)
        self._subtitle = ElidedLabel("", TextStyle.BODY, "text2")
        self.tools = QHBoxLayout()
        self.tools.setSpacing(0)
        self._before = IconButton("chevron-up", self.tr("Previous entry (Alt+Up)"))
        self._after = IconButton("chevron-down", self.tr("Next entry (Alt+Down)"))
        self._close = IconButton("x", self.tr("Close panel (Esc)"))
        self._tabs = TabsSmall(self.tr("Pages of the panel"))
        self._busy = ProgressBar(self.tr("Loading"), 2)
        self._stack = QStackedWidget()
        self._foot = QFrame()
        self._build()
        for button in (self._before, self._after):
            button.setVisible(stepping)
        self._connect()
        self._kept = remembered(QSettings())
        self.set_width(_whole(self._kept.value(self._setting()), USUAL))

    def _setting(self) -> str:
        return f"panels/{self._key}/width"

    def _build(self) -> None:
        self._tabs.hide()
        self._busy.hide()
        self._foot.setProperty("role", "panel_foot")
        self.foot = QBoxLayout(QBoxLayout.Direction.TopToBottom, self._foot)
        self.foot.setContentsMargins(16, 12, 16, 12)
        self.foot.setSpacing(8)
        self._foot.hide()
        self._grip = _Grip(self.tr("Width of the panel, arrow keys change it"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._grip, 0, 0, 6, 1)
        grid.addLayout(self._head(), 0, 1)
        grid.addWidget(self._tabs, 1, 1)
        grid.addWidget(rule(), 2, 0, 1, 2)
        grid.addWidget(self._busy, 3, 1)
        grid.addWidget(self._stack, 4, 1)
        grid.addWidget(self._foot, 5, 0, 1, 2)
        grid.setRowStretch(4, 1)
        # Lines across the panel go on below it, to the edge.
        self._grip.raise_()

    def _head(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._heading)
        words.addWidget(self._subtitle)
        head = QHBoxLayout()
        head.setContentsMargins(11, 14, 8, 10)
        head.setSpacing(8)
        head.addLayout(words, 1)
        head.addLayout(self.tools)
        for button in (self._before, self._after, self._close):
            self.tools.addWidget(button)
        self._lead = head
        return head

    def _connect(self) -> None:
        self._before.clicked.connect(self._step_back)
        self._after.clicked.connect(self._step_on)
        self._close.clicked.connect(self.closed)
        self._tabs.chosen.connect(self._show_page)
        self._grip.moved.connect(self._grow)
        self._grip.released.connect(self._remember)

    def set_heading(self, heading: str, subtitle: str = "") -> None:
        """Show what the panel is about, and one line of who and when."""
        self._heading.setText(heading)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))

    def set_lead(self, widget: QWidget) -> None:
        """Put an avatar or an icon before the heading."""
        self._lead.insertWidget(0, widget)

    def add_page(self, key: str, title: str, content: QWidget, *, scrolls: bool = True) -> None:
        """Add a page; the tabs show themselves from the second page on.

        A page that scrolls by itself, such as a table, is added with ``scrolls=False``.
        """
        page = scrolling(content) if scrolls else content
        self._pages[key] = page
        self._stack.addWidget(page)
        self._tabs.add(key, title)
        self._tabs.setVisible(len(self._pages) > 1)

    def set_page_title(self, key: str, title: str) -> None:
        """Change a tab's word, e.g. "Comments 4"."""
        self._tabs.set_text(key, title)

    def offer_page(self, key: str, *, offered: bool) -> None:
        """Show a page's tab, or leave it out where the page can say nothing; not the first's."""
        if not offered and self.page == key:
            self.show_page(next(iter(self._pages)))
        self._tabs.offer(key, offered=offered)
        self._tabs.setVisible(self._tabs.offered > 1)

    def show_page(self, key: str) -> None:
        """Go to a page."""
        self._tabs.show_key(key)
        self._stack.setCurrentWidget(self._pages[key])

    @property
    def page(self) -> str:
        """Key of the page now shown."""
        return self._tabs.current

    def set_steps(self, before: bool, after: bool) -> None:
        """Say whether there is a previous and a next entry."""
        self._before.setEnabled(before)
        self._after.setEnabled(after)

    def set_foot(self, buttons: Sequence[Button]) -> None:
        """Put at most two buttons into the foot, one above the other where they do not fit.

        Where the focus was on one of those before, it stays on the one of the same text, or goes
        to the button that closes the panel: never to another act, and not out of the page.
        """
        held = self.window().focusWidget()
        was_in = held is not None and self._foot.isAncestorOf(held)
        text = held.text() if was_in and isinstance(held, Button) else ""
        if was_in:
            self._close.setFocus()
        empty_layout(self.foot)
        for button in buttons:
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.foot.addWidget(button)
        self._foot.setVisible(bool(buttons))
        self.fit_foot()
        for button in buttons:
            if was_in and button.text() == text:
                # The layout shows it later, and what is hidden takes no focus.
                button.show()
                button.setFocus()

    def fit_foot(self) -> None:
        """Stand the buttons beside each other where their texts fit, else one above the other."""
        items = [self.foot.itemAt(number) for number in range(self.foot.count())]
        widgets = [widget for item in items if item and (widget := item.widget())]
        for widget in widgets:
            # Before the sheet reached it, a button asks for too little.
            widget.ensurePolished()
        widest = max((widget.sizeHint().width() for widget in widgets), default=0)
        margins = self.foot.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        beside = widest * len(widgets) + self.foot.spacing() * (len(widgets) - 1) <= room
        direction = QBoxLayout.Direction
        self.foot.setDirection(direction.LeftToRight if beside else direction.TopToBottom)

    def set_busy(self, busy: bool) -> None:
        """Show the 2 px bar under the head; what was there stays."""
        self._busy.setRange(0, 0 if busy else 1)
        self._busy.setVisible(busy)

    def set_width(self, width: int) -> None:
        """Take a width, kept within 280 to 480."""
        self.setFixedWidth(min(max(width, NARROWEST), WIDEST))

    def _grow(self, by: int) -> None:
        self.set_width(self.width() + by)

    def _remember(self) -> None:
        self._kept.set(self._setting(), self.width())

    def _show_page(self, key: str) -> None:
        if key in self._pages:
            self._stack.setCurrentWidget(self._pages[key])
            self.page_chosen.emit(key)

    def _step_back(self) -> None:
        self.stepped.emit(-1)

    def _step_on(self) -> None:
        self.stepped.emit(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_foot()

    def focusNextPrevChild(self, forward: bool) -> bool:
        order_focus(self)
        return super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif alt and event.key() == Qt.Key.Key_Up and self._before.isEnabled():
            self.stepped.emit(-1)
        elif alt and event.key() == Qt.Key.Key_Down and self._after.isEnabled():
            self.stepped.emit(1)
        else:
            super().keyPressEvent(event)


def _whole(value: object, default: int) -> int:
    try:
        return int(str(value))
    except ValueError:
        return default


def empty_layout(layout: QBoxLayout) -> None:
    """Take everything out of a layout and let it go."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
