"""Long bodies in an area that scrolls up and down only, on the ground they stand on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QStyle, QWidget

_LEAST_GAP = 4


class _Area(QScrollArea):
    """An area that the keyboard scrolls, and that shows it has the focus.

    One that shows everything is no stop for Tab.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Scrolls with the arrow keys"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._edge = QFrame(self)
        self._edge.setProperty("role", "focus_edge")
        self._edge.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._edge.hide()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        reasons = Qt.FocusReason
        scrolls = self.verticalScrollBar().maximum() > 0
        if not scrolls and event.reason() in (reasons.TabFocusReason, reasons.BacktabFocusReason):
            self.focusNextPrevChild(event.reason() is reasons.TabFocusReason)
            return
        self._edge.setVisible(scrolls and event.reason() is not reasons.MouseFocusReason)
        self._edge.setGeometry(self.rect())
        self._edge.raise_()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._edge.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._edge.setGeometry(self.rect())


def scrolling(content: QWidget) -> QScrollArea:
    """Put a body into a new area."""
    area = _Area()
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
