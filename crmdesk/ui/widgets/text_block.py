"""Wrapped text in one style, laid out without a widget of its own."""

from __future__ import annotations

from math import ceil, isqrt

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QTextLayout, QTextOption

from crmdesk.ui.theme.apply import current_typography
from crmdesk.ui.theme.fonts import TextStyle

_LONGEST_LINE = 80
# Where the letters stand in a line, as rich text places them.
_BASELINE = 0.8


class TextBlock:
    """Lines of a fixed height, and the height that a width asks for.

    Layouts ask for heights many times over; they are remembered per width until the text, the
    text scale or the side it starts from changes.

    Args:
        text: shown as it is; line breaks in it stay.
        style: gives the font and the line height.
    """

    def __init__(self, text: str, style: TextStyle) -> None:
        self._style = style
        self._lines = QTextLayout()
        self._lines.setCacheEnabled(True)
        self._heights: dict[int, int] = {}
        self._laid_out = -1
        self._alignment = Qt.AlignmentFlag.AlignLeft
        self._direction = Qt.LayoutDirection.LeftToRight
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Hold another text."""
        self._text = text
        self._forget()

    def set_side(self, alignment: Qt.AlignmentFlag, direction: Qt.LayoutDirection) -> None:
        """Start the lines from a side, given as seen on screen."""
        if (alignment, direction) != (self._alignment, self._direction):
            self._alignment, self._direction = alignment, direction
            self._forget()

    def height(self, width: int) -> int:
        """Pixels that the lines take at a width; one line at least."""
        if self._typography is not current_typography():
            self._forget()
        if width not in self._heights:
            self._lay_out(width)
        return self._heights[width]

    def pleasant_size(self) -> QSize:
        """A block about five by three, never wider than a line is good to read."""
        letter = QFontMetrics(self._typography.font(self._style)).horizontalAdvance("x")
        most = letter * _LONGEST_LINE
        width = min(isqrt(5 * self.height(most) * most // 3), most)
        widest = max(ceil(self._lay_out(width)), 1)
        return QSize(widest, self.height(widest))

    def draw(self, painter: QPainter, left: int, top: int, width: int, color: QColor) -> None:
        """Paint the lines."""
        self.height(width)
        if self._laid_out != width:
            self._lay_out(width)
        painter.setPen(color)
        self._lines.draw(painter, QPointF(left, top))

    def _forget(self) -> None:
        self._typography = current_typography()
        self._heights.clear()
        self._laid_out = -1
        self._lines.setText(self._text.replace("\n", "\N{LINE SEPARATOR}"))
        self._lines.setFont(self._typography.font(self._style))
        option = QTextOption(self._alignment)
        option.setTextDirection(self._direction)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._lines.setTextOption(option)

    def _lay_out(self, width: int) -> float:
        """Break the text into lines of a width; returns the width of the longest."""
        line_height = self._typography.line(self._style)
        lines = self._lines
        widest, count = 0.0, 0
        lines.beginLayout()
        while (line := lines.createLine()).isValid():
            line.setLineWidth(width)
            top = (count + _BASELINE) * line_height - line.ascent() - max(line.leading(), 0.0)
            line.setPosition(QPointF(0.0, top))
            widest, count = max(widest, line.naturalTextWidth()), count + 1
        lines.endLayout()
        self._laid_out = width
        self._heights[width] = max(count, 1) * line_height
        return widest
