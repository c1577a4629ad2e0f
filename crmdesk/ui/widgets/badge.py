"""A state in one word: rounded, tinted, never clickable."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from crmdesk.ui.icons import pixmap
from crmdesk.ui.theme.apply import current_tokens, font, px
from crmdesk.ui.theme.fonts import TextStyle

_HEIGHT, _PADDING, _ICON, _GAP = 20, 8, 14, 4


class BadgeTone(StrEnum):
    """What a state means; the word says it first, the tint second."""

    NEUTRAL = "neutral"
    INFO = "info"
    OK = "ok"
    WARN = "warn"
    DANGER = "danger"


_ROLES = {
    BadgeTone.NEUTRAL: ("neutral", "text2", "border_strong"),
    BadgeTone.INFO: ("soft", "soft_text", "accent"),
    BadgeTone.OK: ("ok_soft", "ok", "ok_edge"),
    BadgeTone.WARN: ("warn_soft", "warn", "warn_edge"),
    BadgeTone.DANGER: ("danger_soft", "danger", "danger_edge"),
}


class Badge(QLabel):
    """A word in a tinted pill, with an icon where the state matters."""

    def __init__(
        self,
        text: str,
        tone: BadgeTone = BadgeTone.NEUTRAL,
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._tone, self._icon = tone, icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_state(self, text: str, tone: BadgeTone, icon: str = "") -> None:
        """Show another state."""
        self._tone, self._icon = tone, icon
        self.setText(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = QFontMetrics(font(TextStyle.HEADER)).horizontalAdvance(self.text())
        icon = _ICON + _GAP - 1 if self._icon else 0
        return QSize(width + icon + 2 * _PADDING, px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = current_tokens()
        fill, text, edge = _ROLES[self._tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outlined = tokens.soft == tokens.surface
        painter.setPen(tokens.color(edge) if outlined else Qt.PenStyle.NoPen)
        painter.setBrush(tokens.color(fill))
        inset = 0.5 if outlined else 0.0
        rect = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        self._paint_content(painter, text)

    def _paint_content(self, painter: QPainter, role: str) -> None:
        room = self.rect().adjusted(_PADDING, 0, -_PADDING, 0)
        if self._icon:
            shown = pixmap(self._icon, role, _ICON, self.devicePixelRatioF())
            mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
            left = room.right() - _ICON + 2 if mirrored else room.left() - 1
            painter.drawPixmap(left, (self.height() - _ICON) // 2, shown)
            step = _ICON + _GAP - 1
            room.adjust(*((0, 0, -step, 0) if mirrored else (step, 0, 0, 0)))
        painter.setFont(font(TextStyle.HEADER))
        painter.setPen(current_tokens().color(role))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, self.text())
