"""Long bodies in an area that scrolls up and down only, on the ground they stand on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QStyle, QWidget

from crmdesk.ui.theme.apply import current_tokens

_LEAST_GAP = 4


def scrolling(content: QWidget) -> QScrollArea:
    """Put a body into a new area."""
    area = QScrollArea()
    hold_scrolling(area, content)
    return area


def hold_scrolling(area: QScrollArea, content: QWidget) -> None:
    """Put a body into an area that exists."""
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(content)
    # Otherwise the palette's window colour covers the surface it stands on.
    area.viewport().setAutoFillBackground(False)
    content.setAutoFillBackground(False)
    content.installEventFilter(_HeightFromWidth(content))
    bar = area.verticalScrollBar()
    bar.installEventFilter(_BarInMargin(bar, content))
    _Keys(area)


class _BarInMargin(QObject):
    """Lets the bar stand in the margin beside the body, whose edge stays where it was.

    Else what scrolls would end 12 px before what stands above and below it, and a body would
    become longer by the lines that its bar makes wrap.
    """

    def __init__(self, bar: QScrollBar, content: QWidget) -> None:
        super().__init__(bar)
        self._bar, self._content, self._taken = bar, content, 0

    def _take(self, wanted: bool) -> None:
        layout, style = self._content.layout(), self._bar.style()
        overlays = style.styleHint(QStyle.StyleHint.SH_ScrollBar_Transient, None, self._bar)
        if layout is None or overlays or wanted == bool(self._taken):
            return
        left, top, right, bottom = layout.getContentsMargins()
        mirrored = self._content.isRightToLeft()
        room = (left if mirrored else right) - _LEAST_GAP
        # A margin that holds no bar is the body's own affair.
        wide = self._bar.sizeHint().width()
        taken = (wide if room >= wide else 0) if wanted else -self._taken
        self._taken = taken if wanted else 0
        beside = (left - taken, right) if mirrored else (left, right - taken)
        layout.setContentsMargins(beside[0], top, beside[1], bottom)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._take(event.type() is QEvent.Type.Show)
        return super().eventFilter(watched, event)


class _Keys(QWidget):
    """Lets the keyboard scroll an area that is longer than its place, and shows that it does.

    Arrow keys scroll what has the focus; an area that shows everything needs none.
    """

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area)
        self._area = area
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        area.setAccessibleName(self.tr("Scrolls with the arrow keys"))
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.installEventFilter(self)
        area.verticalScrollBar().installEventFilter(self)

    def _show_edge(self, event: QFocusEvent) -> None:
        by_mouse = event.reason() is Qt.FocusReason.MouseFocusReason
        self.setVisible(event.gotFocus() and not by_mouse)
        self.setGeometry(self._area.rect())
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is not self._area:
            if kind in (QEvent.Type.Show, QEvent.Type.Hide):
                policy = Qt.FocusPolicy.TabFocus if kind is QEvent.Type.Show else None
                self._area.setFocusPolicy(policy or Qt.FocusPolicy.NoFocus)
        elif isinstance(event, QFocusEvent):
            self._show_edge(event)
        elif kind is QEvent.Type.Resize:
            self.setGeometry(self._area.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(current_tokens().color("accent"), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)


class _HeightFromWidth(QObject):
    """Lets an area take the height that wrapped text needs at its width, and no more.

    The smallest size of a layout with wrapped text is its height at its smallest width: bodies
    became twice as long as what stood in them.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest and isinstance(watched, QWidget):
            layout = watched.layout()
            wraps = layout is not None and layout.hasHeightForWidth()
            watched.setMinimumHeight(1 if wraps else 0)
        return False
