"""Initials in a tint of the name: a circle for people, a square for workspaces."""

from __future__ import annotations

from zlib import crc32

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from crmdesk.ui.theme.apply import current_tokens, font
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.theme.tokens import Tint

IN_CELL, BESIDE_NAME, IN_THREAD, IN_PANEL = 20, 24, 28, 40


def initials(name: str) -> str:
    """First letters of the first and last word, e.g. ``"AD"`` for "Ann Devon"."""
    spoken = name.split("@", maxsplit=1)[0].replace(".", " ")
    words = [word for word in spoken.split() if word[0].isalnum()]
    if not words:
        return name.strip()[:1].upper()
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


def tint_of(name: str) -> Tint:
    """The pair of colours of a name: the same in every window and on every machine."""
    tints = current_tokens().tints
    return tints[crc32(name.strip().casefold().encode()) % len(tints)]


def paint_avatar(painter: QPainter, rect: QRectF, name: str, *, square: bool = False) -> None:
    """Paint the avatar of a name into a square rectangle."""
    tint = tint_of(name)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint.fill)
    radius = rect.width() / 6 if square else rect.width() / 2
    painter.drawRoundedRect(rect, radius, radius)
    painter.setFont(_letters(rect.width()))
    painter.setPen(tint.text)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, initials(name))


def _letters(edge: float) -> QFont:
    result = font(TextStyle.HEADING)
    result.setPixelSize(max(8, round(edge * 0.42)))
    return result


class Avatar(QWidget):
    """Decoration: the name always stands beside it, so screen readers pass it by."""

    def __init__(
        self,
        name: str,
        size: int = BESIDE_NAME,
        *,
        square: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name, self._size, self._square = name, size, square
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_name(self, name: str) -> None:
        """Show another person or workspace."""
        self._name = name
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_avatar(painter, QRectF(0, 0, self._size, self._size), self._name, square=self._square)
