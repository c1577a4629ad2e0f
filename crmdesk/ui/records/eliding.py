"""Controls whose text ends in an ellipsis where there is no room; the tooltip has all of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QRadioButton, QSizePolicy

from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.link import Link

_INDICATOR = 28


class NameLink(Link):
    """A record's name that leads to it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._whole = name
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def _frame(self) -> int:
        return super().sizeHint().width() - self._advance(self.plain_text())

    def _advance(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text)

    def sizeHint(self) -> QSize:
        return QSize(self._frame() + self._advance(self._whole), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._frame(), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - self._frame()
        text = self._whole
        if self._advance(text) > room:
            text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        if text != self.plain_text():
            self.setText(text)


class ChoiceButton(QRadioButton):
    """One of the two values to choose from; its column decides how wide it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._whole = " ".join(text.split())
        self.setToolTip(text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - px(_INDICATOR)
        text = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room)
        self.setText(text.replace("&", "&&"))
