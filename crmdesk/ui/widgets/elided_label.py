"""One line that ends in an ellipsis where there is no room, with the whole in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget

from crmdesk.ui.theme.fonts import TextStyle

_SMALLEST = 32


class ElidedLabel(QLabel):
    """A label for names of any length; a QLabel would cut in the middle of a letter."""

    def __init__(
        self,
        text: str = "",
        style: TextStyle | str = TextStyle.BODY,
        tone: str = "",
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", str(style))
        if tone:
            self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._say_the_rest()

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())

    def _say_the_rest(self) -> None:
        self.setToolTip(self.text() if self._shown() != self.text() else "")

    def minimumSizeHint(self) -> QSize:
        return QSize(_SMALLEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._say_the_rest()

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawItemText(
            QPainter(self),
            self.contentsRect(),
            int(QStyle.visualAlignment(self.layoutDirection(), self.alignment())),
            option.palette,
            self.isEnabled(),
            self._shown(),
            self.foregroundRole(),
        )
