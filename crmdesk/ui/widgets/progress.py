"""The 6 px bar of something that runs."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from crmdesk.ui.theme.apply import current_tokens

_STEPS = 1000


class ProgressBar(QProgressBar):
    """A thin bar; a QProgressBar underneath, so that screen readers hear its value.

    Args:
        name: what runs, said by screen readers.
        height: 6 in rows and popovers, 4 under a name, 2 under a header.
    """

    def __init__(self, name: str, height: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height, self._role = height, "accent"
        self.setRange(0, _STEPS)
        self.setTextVisible(False)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_fraction(self, fraction: float) -> None:
        """Show how far it is, from 0 to 1."""
        self.setValue(round(min(max(fraction, 0.0), 1.0) * _STEPS))

    def set_role(self, role: str) -> None:
        """Paint it in another token, e.g. ``"disabled"`` while it is being cancelled."""
        self._role = role
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self._height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens, painter = current_tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = self._height / 2
        painter.setBrush(tokens.color("press"))
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        # Whole pixels, or two bars of one value differ by one.
        done = round(self.width() * self.value() / _STEPS)
        if not done:
            return
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = self.width() - done if mirrored else 0
        painter.setBrush(tokens.color(self._role))
        painter.drawRoundedRect(QRectF(left, 0, done, self._height), radius, radius)
