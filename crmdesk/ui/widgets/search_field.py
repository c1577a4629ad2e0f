"""The field that narrows a list: icon, text, and an x once something is typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.icon_label import IconLabel

_ICON, _INSET, _TEXT_MARGIN, _CLEAR = 16, 10, 22, 28


class SearchField(QLineEdit):
    """A search field.

    The icon is a child and a text margin makes room for it: a leading action sat 8 px low once
    the style sheet set padding and height.

    Signals:
        cleared: Esc or the x emptied it; the text signals were sent before.
        down_pressed: the arrow down, to go on into the list below.
    """

    cleared = Signal()
    down_pressed = Signal()

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("quiet", "true")
        self._whole = placeholder
        self.setAccessibleName(placeholder)
        self._icon = IconLabel("search", "text2", _ICON, self)
        self._clear = IconButton("x", self.tr("Clear search"), parent=self)
        self._clear.setProperty("inside", "true")
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.clicked.connect(self.clear_search)
        self._clear.hide()
        self.textChanged.connect(self._offer_clearing)

    def clear_search(self) -> None:
        """Empty the field and say so."""
        self.clear()
        self.setFocus()
        self.cleared.emit()

    def _offer_clearing(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._make_room()

    def _make_room(self) -> None:
        """Room for the icon and, once it is there, for the x."""
        near, far = px(_TEXT_MARGIN), px(_CLEAR) - 6 if self.text() else 0
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self.setTextMargins(*((far, 0, near, 0) if mirrored else (near, 0, far, 0)))

    def _fit_placeholder(self) -> None:
        """Say "Search" alone where the whole does not fit, instead of a word cut in two."""
        margins = self.textMargins()
        # The style keeps 12 px at either side, edge included.
        room = self.width() - margins.left() - margins.right() - 24
        fits = self.fontMetrics().horizontalAdvance(self._whole) <= room
        super().setPlaceholderText(self._whole if fits else self.tr("Search"))

    def setPlaceholderText(self, text: str) -> None:
        self._whole = text
        self._fit_placeholder()

    def placeholderText(self) -> str:
        return self._whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        icon, clear = px(_ICON), px(_CLEAR)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        near, far = _INSET, self.width() - _INSET - icon
        self._icon.setGeometry(far if mirrored else near, (self.height() - icon) // 2, icon, icon)
        left = 2 if mirrored else self.width() - clear - 2
        self._clear.setGeometry(left, (self.height() - clear) // 2, clear, clear)
        self._make_room()
        self._fit_placeholder()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear_search()
            return
        if event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
            return
        super().keyPressEvent(event)
