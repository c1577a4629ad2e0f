"""A filter chip: what it filters, what it is set to, and a way to clear it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.properties import restyle

_CLEAR_ZONE = 30


class Chip(Button):
    """A chip above a table.

    Off it shows its name and a chevron; on, "Stage: 4 of 5" and an x. A chip that cannot be used
    now still takes the focus and says why when pressed: there is no room for a reason beside it.

    Signals:
        opened: pressed; show its list below.
        cleared: the x or the Delete key; set it off.
        refused: pressed while unusable; carries the reason, which was shown and announced.
    """

    opened = Signal()
    cleared = Signal()
    refused = Signal(str)

    def __init__(self, name: str, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, ButtonKind.CHIP, trailing=not icon, parent=parent)
        self._name, self._leading, self._reason, self._error = name, icon, "", ""
        self._on = False
        self._stand_in: QWidget | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._press)
        self.set_value("")

    @property
    def is_on(self) -> bool:
        """Whether it narrows the table now."""
        return self._on

    @property
    def reason(self) -> str:
        """Why it cannot be used now; empty when it can."""
        return self._reason

    def set_stand_in(self, widget: QWidget) -> None:
        """What stands in its place while there is no room for it: its list opens below that."""
        self._stand_in = widget

    @property
    def anchor(self) -> QWidget:
        """What its list opens below."""
        return self._stand_in if self._stand_in is not None and self.isHidden() else self

    def set_value(self, value: str, *, joined: bool = True) -> None:
        """Show what it is set to; empty is off.

        ``joined`` puts the name before the value; without it the value speaks for itself, as in
        "Last 30 days".
        """
        self._on = bool(value)
        text = value if not joined else self.tr("{name}: {value}")
        shown = text.format(name=self._name, value=value) if joined else text
        self.setText(shown if value else self._name)
        self._dress()
        self.updateGeometry()

    def set_unusable(self, reason: str) -> None:
        """Make it look disabled and say the reason when pressed; empty makes it usable."""
        self._reason = reason
        self._dress()

    def set_error(self, error: str) -> None:
        """Mark what was typed for it as wrong; the sentence belongs on the page below it."""
        self._error = error
        self._dress()

    def _dress(self) -> None:
        restyle(self, "on", self._on)
        restyle(self, "unusable", bool(self._reason))
        restyle(self, "error", bool(self._error))
        self.setAccessibleDescription(self._reason or self._error)
        role = "disabled" if self._reason else ("soft_text" if self._on else "text2")
        self.set_icon("x" if self._on else (self._leading or "chevron-down"), role)

    def _press(self) -> None:
        if not self._reason:
            self.opened.emit()
            return
        QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), self._reason, self)
        announce(self, self._reason)
        self.refused.emit(self._reason)

    def _is_clear_zone(self, x: float) -> bool:
        trailing_left = self.layoutDirection() is Qt.LayoutDirection.LeftToRight
        return x < _CLEAR_ZONE if trailing_left else x > self.width() - _CLEAR_ZONE

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if self._on and inside and self.isDown() and self._is_clear_zone(event.position().x()):
            self.setDown(False)
            self.cleared.emit()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._on and event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.cleared.emit()
            return
        super().keyPressEvent(event)
