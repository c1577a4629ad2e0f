"""The steps of a wizard: done, current, coming. One widget with one name."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from crmdesk.ui.icons import pixmap
from crmdesk.ui.theme.apply import current_tokens, font, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.properties import mark_focus_in, mark_focus_out

_CIRCLE, _GAP, _LINE, _AROUND_LINE, _INSET, _HEIGHT = 22, 8, 24, 12, 2, 32


class _State(Enum):
    DONE = auto()
    CURRENT = auto()
    COMING = auto()


class Stepper(QWidget):
    """Shows where a wizard stands; done steps can be gone back to.

    Signals:
        step_chosen: number, from 0, of the done step a person wants to go back to.
    """

    step_chosen = Signal(int)

    def __init__(self, steps: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps, self._current, self._finished = list(steps), 0, False
        self._focused = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.set_current(0)

    @property
    def current(self) -> int:
        """Number of the current step, from 0."""
        return self._current

    def set_current(self, number: int, finished: bool = False) -> None:
        """Stand at a step; ``finished`` shows the last one as done and lets nobody go back."""
        self._current, self._finished = number, finished
        self._focused = max(0, number - 1)
        reachable = number > 0 and not finished
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if reachable else Qt.FocusPolicy.NoFocus)
        name = self.tr("Step {number} of {count}: {title}").format(
            number=number + 1, count=len(self._steps), title=self._steps[number]
        )
        self.setAccessibleName(name)
        self.update()

    def _state(self, number: int) -> _State:
        if number < self._current or self._finished:
            return _State.DONE
        return _State.CURRENT if number == self._current else _State.COMING

    def _style(self, number: int) -> TextStyle:
        current = self._state(number) is _State.CURRENT
        return TextStyle.STRONG if current else TextStyle.BODY

    def _rects(self) -> list[QRectF]:
        """Where each step stands, circle and word, from left to right."""
        rects, x = [], float(_INSET)
        for number, title in enumerate(self._steps):
            metrics = QFontMetrics(font(self._style(number)))
            width = px(_CIRCLE) + _GAP + metrics.horizontalAdvance(title)
            rects.append(QRectF(x, 0, width, self.height()))
            x += width + _LINE + 2 * _AROUND_LINE
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            return [QRectF(self.width() - r.right(), 0, r.width(), r.height()) for r in rects]
        return rects

    def _step_at(self, position: QPointF) -> int | None:
        for number, rect in enumerate(self._rects()):
            back = number < self._current and not self._finished
            if back and rect.contains(position):
                return number
        return None

    def _paint_step(self, painter: QPainter, number: int, rect: QRectF) -> None:
        edge = px(_CIRCLE)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        circle = QRectF(rect.right() - edge if mirrored else rect.left(), 0, edge, edge)
        circle.moveTop((self.height() - edge) / 2)
        self._paint_circle(painter, number, circle)
        current = self._state(number) is _State.CURRENT
        painter.setFont(font(self._style(number)))
        painter.setPen(current_tokens().color("text" if current else "text2"))
        room = (
            rect.adjusted(0, 0, -edge - _GAP, 0)
            if mirrored
            else rect.adjusted(edge + _GAP, 0, 2, 0)
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._steps[number])

    def _paint_circle(self, painter: QPainter, number: int, circle: QRectF) -> None:
        tokens, state = current_tokens(), self._state(number)
        fill = {_State.DONE: "soft", _State.CURRENT: "fill"}.get(state)
        painter.setBrush(tokens.color(fill) if fill else Qt.BrushStyle.NoBrush)
        painter.setPen(Qt.PenStyle.NoPen if fill else QPen(tokens.color("text3"), 1))
        painter.drawEllipse(circle if fill else circle.adjusted(0.5, 0.5, -0.5, -0.5))
        if state is _State.DONE:
            shown = pixmap("check", "accent", 14, self.devicePixelRatioF())
            painter.drawPixmap(circle.center() - QPointF(7, 7), shown)
            return
        painter.setFont(font(TextStyle.STRONG, tabular=True))
        painter.setPen(tokens.color("on_fill" if fill else "text2"))
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(number + 1))

    def _paint_focus(self, painter: QPainter, rect: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(current_tokens().color("accent"), 2))
        painter.drawRoundedRect(rect.adjusted(-1, 1, 3, -1), 6, 6)

    def sizeHint(self) -> QSize:
        width = sum(rect.width() for rect in self._rects())
        between = (len(self._steps) - 1) * (_LINE + 2 * _AROUND_LINE)
        return QSize(round(width + between) + 2 * _INSET + 4, px(_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rects = self._rects()
        for number, rect in enumerate(rects):
            self._paint_step(painter, number, rect)
        painter.setPen(QPen(current_tokens().color("border"), 1))
        middle = self.height() // 2 + 0.5
        for before, after in pairwise(rects):
            first, second = sorted((before, after), key=QRectF.left)
            painter.drawLine(
                QPointF(first.right() + _AROUND_LINE, middle),
                QPointF(second.left() - _AROUND_LINE, middle),
            )
        if self.property("keyfocus") == "true":
            self._paint_focus(painter, rects[self._focused])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps:
            step = steps[Qt.Key(event.key())] * (-1 if mirrored else 1)
            self._focused = min(max(0, self._focused + step), max(0, self._current - 1))
            self.update()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.step_chosen.emit(self._focused)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._step_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self._step_at(event.position())
        if number is not None:
            self.step_chosen.emit(number)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self.updateGeometry()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        mark_focus_in(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        mark_focus_out(self, event)
