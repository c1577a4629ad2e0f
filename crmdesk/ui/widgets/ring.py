"""The running ring: one turn in 1.2 s, or still where nothing may move."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QPixmap, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from crmdesk.ui.theme.apply import current_tokens, px
from crmdesk.ui.theme.motion import RING_MS, motion_allowed

_OPEN_DEGREES = 270
_SIXTEENTH = 16


def paint_ring(painter: QPainter, rect: QRectF, color: QColor, angle: float) -> None:
    """Draw three quarters of a ring that begin at an angle, in degrees clockwise from the top."""
    width = max(1.5, rect.width() * 0.1)
    half = width / 2 + 1
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(color, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    start = round((90 - angle) * _SIXTEENTH)
    painter.drawArc(rect.adjusted(half, half, -half, -half), start, -_OPEN_DEGREES * _SIXTEENTH)


def ring_pixmap(color: QColor, size: int, gap: int, ratio: float, angle: float) -> QPixmap:
    """A ring as a picture for a button's icon, ``gap`` pixels wider at its end."""
    result = QPixmap(round((size + gap) * ratio), round(size * ratio))
    result.setDevicePixelRatio(ratio)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    paint_ring(painter, QRectF(0, 0, size, size), color, angle)
    painter.end()
    return result


def turning(parent: QObject) -> QVariantAnimation:
    """An animation whose value is the angle of the ring; start and stop it with what it shows."""
    animation = QVariantAnimation(parent)
    animation.setStartValue(0.0)
    animation.setEndValue(360.0)
    animation.setDuration(RING_MS)
    animation.setLoopCount(-1)
    return animation


class Ring(QWidget):
    """Says that something runs; a word or a per cent always stands beside it."""

    def __init__(self, size: int = 16, role: str = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size, self._role, self._angle = size, role, 90.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._animation = turning(self)
        self._animation.valueChanged.connect(self._turn)

    def _turn(self, angle: float) -> None:
        self._angle = angle
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(self._size), px(self._size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        rect = QRectF(0, 0, px(self._size), px(self._size))
        rect.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        paint_ring(QPainter(self), rect, current_tokens().color(self._role), self._angle)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if motion_allowed():
            self._animation.start()

    def hideEvent(self, event: QHideEvent) -> None:
        # A hidden ring must not wake the program sixty times a second.
        self._animation.stop()
        super().hideEvent(event)
