"""Wrapped text in one style, laid out without a widget of its own."""

from __future__ import annotations

from math import ceil, isqrt

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextLine,
    QTextOption,
)

from crmdesk.ui.theme.apply import current_tokens, current_typography
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
        self._roles: list[tuple[int, int, str]] = []
        self._tokens = current_tokens()
        self._alignment = Qt.AlignmentFlag.AlignLeft
        self._direction = Qt.LayoutDirection.LeftToRight
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Hold another text."""
        self._text = text
        self._forget()

    def set_roles(self, roles: list[tuple[int, int, str]]) -> None:
        """Write parts in other colours, links among them underlined.

        Args:
            roles: start and length, in UTF-16 units as Qt counts, and the token of the colour;
                ``link`` is the accent with a line below.
        """
        self._roles = roles
        self._forget()

    def place_at(self, point: QPointF, width: int) -> int:
        """The letter at a point of the block, in UTF-16 units; -1 for none."""
        self.height(width)
        if self._laid_out != width:
            self._lay_out(width)
        number = int(point.y() // self._typography.line(self._style))
        if not 0 <= number < self._lines.lineCount():
            return -1
        line = self._lines.lineAt(number)
        beside = not line.x() <= point.x() <= line.x() + line.naturalTextWidth()
        # The nearest place may be the one after the letter under the pointer.
        on_letter = QTextLine.CursorPosition.CursorOnCharacter
        return -1 if beside else line.xToCursor(point.x(), on_letter)

    def set_side(self, alignment: Qt.AlignmentFlag, direction: Qt.LayoutDirection) -> None:
        """Start the lines from a side, given as seen on screen."""
        if (alignment, direction) != (self._alignment, self._direction):
            self._alignment, self._direction = alignment, direction
            self._forget()

    def height(self, width: int) -> int:
        """Pixels that the lines take at a width; one line at least."""
        if self._typography is not current_typography() or (
            self._roles and self._tokens is not current_tokens()
        ):
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
        self._tokens = current_tokens()
        self._lines.setFormats([_colored(*role) for role in self._roles])
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


def _colored(start: int, length: int, role: str) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    found.start, found.length = start, length
    look = QTextCharFormat()
    look.setForeground(current_tokens().color("accent" if role == "link" else role))
    look.setFontUnderline(role == "link")
    found.format = look
    return found
