"""Columns side by side, one a day: small, painted in one widget, walked by the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from crmdesk.ui.theme.apply import current_tokens, px
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.properties import mark_focus_in, mark_focus_out

_HEIGHT, _GAP, _EDGE, _LEAST = 32, 2, 4, 2
_NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Point:
    """One column: how tall it is beside the others, and the sentence that says it."""

    value: int
    sentence: str


class ColumnChart(QWidget):
    """A chart without axes; the sentence of each column is its tip and is read aloud.

    Args:
        name: what is shown over what time.

    Signals:
        picked: a column was pressed, or Enter on it; carries its place from the left.
    """

    picked = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[Point, ...] = ()
        self._current = self._hovered = _NOWHERE
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def points(self) -> tuple[Point, ...]:
        """What is shown."""
        return self._points

    @property
    def current(self) -> int:
        """The column that the arrow keys are on."""
        return self._current if self._points else _NOWHERE

    def set_points(self, points: Sequence[Point], summary: str) -> None:
        """Show other columns.

        Args:
            summary: what the whole says; read aloud with the name.
        """
        self._points = tuple(points)
        self._current = len(self._points) - 1
        self.setAccessibleDescription(summary)
        self.update()

    def column(self, at: int) -> QRect:
        """Where a column may be pressed: from the top to the bottom."""
        inside = self.rect().adjusted(_EDGE, 0, -_EDGE, 0)
        count = max(len(self._points), 1)
        left = inside.left() + inside.width() * at // count
        right = inside.left() + inside.width() * (at + 1) // count
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            left, right = self.width() - right, self.width() - left
        return QRect(left, 0, right - left, self.height())

    def _at(self, position: QPoint) -> int:
        places = range(len(self._points))
        return next((at for at in places if self.column(at).contains(position)), _NOWHERE)

    def _bar(self, at: int) -> QRect:
        place = self.column(at)
        most = max(each.value for each in self._points)
        room = self.height() - 2 * _EDGE
        value = self._points[at].value
        # Something stays in sight beside very much.
        height = max(round(room * value / most), _LEAST) if value else 0
        width = max(place.width() - _GAP, 1)
        return QRect(place.left(), self.height() - _EDGE - height, width, height)

    def _go(self, at: int) -> None:
        self._current = min(max(at, 0), len(self._points) - 1)
        announce(self, self._points[self._current].sentence)
        self._show_tip(self._current)
        self.update()

    def _show_tip(self, at: int) -> None:
        below = self.column(at).bottomLeft()
        QToolTip.showText(self.mapToGlobal(below), self._points[at].sentence, self)

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(px(160), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(96), px(_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), current_tokens()
        focused = self.property("keyfocus") == "true"
        ground = QRect(_EDGE, self.height() - _EDGE, self.width() - 2 * _EDGE, 1)
        painter.fillRect(ground, tokens.color("border"))
        for at in range(len(self._points)):
            marked = at == self._hovered or (focused and at == self._current)
            if marked:
                painter.fillRect(self.column(at), tokens.color("press"))
            painter.fillRect(self._bar(at), tokens.color("accent" if marked else "s1"))
        if focused:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(tokens.color("accent"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hovered = self._at(event.position().toPoint())
        found = self._hovered != _NOWHERE
        self.setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = _NOWHERE
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and at != _NOWHERE:
            self._current = at
            self.picked.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ahead = -1 if self.layoutDirection() is Qt.LayoutDirection.RightToLeft else 1
        steps = {Qt.Key.Key_Left: -ahead, Qt.Key.Key_Right: ahead}
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self._points) - 1}
        key = Qt.Key(event.key())
        if not self._points:
            super().keyPressEvent(event)
        elif key in steps:
            self._go(self._current + steps[key])
        elif key in ends:
            self._go(ends[key])
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.picked.emit(self._current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        mark_focus_in(self, event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        mark_focus_out(self, event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            at = self._at(event.pos())
            if at != _NOWHERE:
                self._show_tip(at)
            return True
        return super().event(event)
