"""The program's mark: three lines on a rounded square."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from crmdesk.ui.theme.apply import current_tokens

# Lines of the mark in twenty-fourths of its edge: left, top, width, strength of the white.
_LINES = ((6, 6.5, 12, 1.0), (6, 11, 12, 1.0), (6, 15.5, 6.5, 0.72))
_THICK = 2.6


def paint_mark(painter: QPainter, area: QRectF) -> None:
    """Paint the mark into a square area."""
    tokens, unit = current_tokens(), area.width() / 24
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.color("fill"))
    painter.drawRoundedRect(area, 5.5 * unit, 5.5 * unit)
    for left, top, width, strength in _LINES:
        ink = tokens.color("on_fill")
        ink.setAlphaF(strength)
        painter.setBrush(ink)
        line = QRectF(area.left() + left * unit, area.top() + top * unit, width * unit, 0)
        line.setHeight(_THICK * unit)
        painter.drawRoundedRect(line, _THICK * unit / 2, _THICK * unit / 2)


class Mark(QWidget):
    """The mark as decoration; the program's name is the window's title."""

    def __init__(self, size: int = 24, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_mark(painter, QRectF(0, 0, self._size, self._size))
        painter.end()
