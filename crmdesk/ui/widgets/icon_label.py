"""An icon that stands by itself, beside a text that says the same."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from crmdesk.ui.icons import pixmap


class IconLabel(QWidget):
    """Paints one icon at the sharpness of its screen; decoration for screen readers."""

    def __init__(
        self, name: str, role: str = "text2", size: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._role, self._size = name, role, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, name: str, role: str | None = None) -> None:
        """Show another icon, in another colour if one is given."""
        self._name, self._role = name, role or self._role
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        role = self._role if self.isEnabled() else "disabled"
        shown = pixmap(self._name, role, self._size, self.devicePixelRatioF())
        QPainter(self).drawPixmap(
            (self.width() - self._size) // 2, (self.height() - self._size) // 2, shown
        )
