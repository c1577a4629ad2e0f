"""The head of a page: title, one line below it, and what can be done at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.labels import label


class PageHeader(QWidget):
    """One title per page; controls are added from left to right, the primary last.

    The reason for a disabled primary stands to its left; where the window is too narrow for it
    the page moves it into the subtitle.
    """

    def __init__(self, title: str, subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel(title, TextStyle.TITLE)
        self._subtitle = ElidedLabel(subtitle, TextStyle.BODY, "text2")
        if not subtitle:
            self._subtitle.hide()
        self._reason = label("", TextStyle.CAPTION, "text2")
        self._reason.hide()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addLayout(words, 1)
        self._row.addWidget(self._reason)

    def add(self, widget: QWidget, *, gap: int = 0, before: QWidget | None = None) -> None:
        """Add a control at the right end, or before another one."""
        if gap:
            self._row.addSpacing(gap)
        place = self._row.count() if before is None else self._row.indexOf(before)
        self._row.insertWidget(place, widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_title(self, title: str, subtitle: str = "") -> None:
        """Show another title and line."""
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))

    def show_title(self, *, shown: bool) -> None:
        """Leave the title out where something above says it already."""
        self._title.setVisible(shown)

    def set_reason(self, reason: str) -> None:
        """Show why the primary cannot be pressed."""
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
