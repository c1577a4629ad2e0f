"""A popover: a small surface over the window that goes with Esc or a press elsewhere.

It is a child of the window and no window of its own. So its controls are in the window's tree
for screen readers, it needs no compositor for round corners and a shadow, and its place is exact
on every platform.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QFrame, QVBoxLayout, QWidget

from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.shadow import raise_above

_BELOW, _MARGIN = 4, 8


class Popover(QFrame):
    """Add what it holds to ``body``, then :meth:`open_under` the control it belongs to.

    Args:
        name: what screen readers call it.
        width: logical pixels at 100 % text scale.

    Signals:
        closed: it went; the focus is back where it came from.
    """

    closed = Signal()

    def __init__(self, name: str, width: int = 360, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "popover")
        self.setAccessibleName(name)
        self.setFixedWidth(px(width))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(1, 1, 1, 1)
        self.body.setSpacing(0)
        self._anchor: QWidget | None = None
        self._centred = False
        raise_above(self)
        self.hide()
        # For good: to disconnect in hideEvent fails when the popover dies while it is open.
        _application().focusChanged.connect(self._follow_focus)

    def open_under(self, anchor: QWidget, *, centred: bool = False) -> None:
        """Show it below a control, within the window, and put the focus into it."""
        self._anchor, self._centred = anchor, centred
        self.about_to_open()
        self.setParent(anchor.window())
        self._place(centred)
        self.show()
        self.raise_()
        _application().installEventFilter(self)
        # A shortcut opens it too, wherever the focus is.
        by_key = anchor.property("keyfocus") == "true" or not anchor.underMouse()
        reason = Qt.FocusReason.TabFocusReason if by_key else Qt.FocusReason.MouseFocusReason
        self._first().setFocus(reason)

    def about_to_open(self) -> None:
        """Build what it shows; a popover whose content changes while it is closed overrides it."""

    def refit(self) -> None:
        """Take another height while it is open, since it shows more or less than before."""
        if self.isVisible():
            self._place(self._centred)

    def dismiss(self) -> None:
        """Close it and give the focus back."""
        if self.isHidden():
            return
        inside = self._holds(QApplication.focusWidget())
        self.hide()
        if self._anchor is not None and inside:
            self._anchor.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def _holds(self, widget: QWidget | None) -> bool:
        return widget is not None and (widget is self or self.isAncestorOf(widget))

    def _first(self) -> QWidget:
        """The first control inside that takes the focus by Tab, or the popover itself."""
        return next(iter(self._stops()), self)

    def _stops(self) -> list[QWidget]:
        """The controls that Tab comes to, in their order."""
        return [child for child in self.findChildren(QWidget) if self._is_stop(child)]

    def _is_stop(self, child: QWidget) -> bool:
        if not child.focusPolicy() & Qt.FocusPolicy.TabFocus or child.focusProxy() is not None:
            return False
        group = child.group() if isinstance(child, QAbstractButton) else None
        chosen = group.checkedButton() if group is not None and group.exclusive() else None
        return child.isEnabled() and child.isVisibleTo(self) and chosen in (None, child)

    def _step(self, forward: bool) -> bool:
        """Walk the controls inside, then go on from the control it belongs to.

        What is filled in while it is open comes last in the window's own order, after everything
        that lies below the popover.
        """
        stops, focus = self._stops(), self.window().focusWidget()
        at = stops.index(focus) + (1 if forward else -1) if focus in stops else -1
        if 0 <= at < len(stops):
            reasons = Qt.FocusReason
            stops[at].setFocus(reasons.TabFocusReason if forward else reasons.BacktabFocusReason)
            return True
        anchor = self._anchor
        if focus not in stops or anchor is None:
            return super().focusNextPrevChild(forward)
        self.dismiss()
        return not forward or anchor.focusNextPrevChild(True)

    @Slot(QWidget, QWidget)
    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Close when Tab walks out of it: the focus is never trapped here."""
        if now is not None and not self._holds(now) and now.window() is self.window():
            self.dismiss()

    def _place(self, centred: bool) -> None:
        window, anchor = self.window(), self._anchor
        if anchor is None:
            return
        self.ensurePolished()
        self.body.activate()
        wraps = self.body.hasHeightForWidth()
        wanted = self.body.totalHeightForWidth(self.width()) if wraps else self.sizeHint().height()
        height = min(wanted, window.height() - 2 * _MARGIN)
        corner = anchor.mapTo(window, QPoint(0, anchor.height() + _BELOW))
        left = corner.x() + (anchor.width() - self.width()) // (2 if centred else 1)
        left = min(max(_MARGIN, left), window.width() - self.width() - _MARGIN)
        top = min(corner.y(), window.height() - height - _MARGIN)
        self.setGeometry(left, max(_MARGIN, top), self.width(), height)

    def _is_outside(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent) or not isinstance(watched, QWidget):
            return False
        if self._holds(watched):
            return False
        # A menu or a list that was opened from here is a window of its own.
        return watched.window() is self.window()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MouseButtonPress and self._is_outside(watched, event):
            anchor = self._anchor
            self.dismiss()
            # The press that closes must not open again at once.
            return watched is anchor
        if event.type() is QEvent.Type.Resize and watched is self.parent():
            self.dismiss()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Hiding moves the focus on as Tab would, through the first control of the window and its
        # focus edge; here it goes back to where it came from.
        return self.isHidden() or self._step(forward)

    def hideEvent(self, event: QHideEvent) -> None:
        _application().removeEventFilter(self)
        super().hideEvent(event)


def _application() -> QApplication:
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise TypeError("a popover needs the application of widgets")
    return application
