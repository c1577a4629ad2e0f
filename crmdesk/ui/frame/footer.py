"""The footer of a page: status at the start, a quiet remark or actions at the end."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from crmdesk.ui.theme.apply import px, theme_signals
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label

STATUS_HEIGHT = 36
BUTTONS_HEIGHT = 56


class _Remark(ElidedLabel):
    """Whole or not at all: the beginning of "Sorted by last modified" says nothing."""

    def _shown(self) -> str:
        shown = super()._shown()
        return shown if shown == self.text() else ""


class Footer(QFrame):
    """A footer line.

    Args:
        icon: name of an icon before the words, or empty.
        tall: 56 logical pixels for buttons, otherwise 36 for status.
    """

    def __init__(
        self, icon: str = "", *, tall: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("footer")
        self.setProperty("role", "foot")
        self._base = BUTTONS_HEIGHT if tall else STATUS_HEIGHT
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 24, 0)
        row.setSpacing(8)
        if icon:
            row.addWidget(IconLabel(icon, "text2", parent=self))
        self._strong = label("", TextStyle.STRONG, parent=self)
        self._quiet = ElidedLabel("", TextStyle.CAPTION, "text2", parent=self)
        self._end = _Remark("", TextStyle.CAPTION, parent=self)
        row.addWidget(self._strong)
        # All the room there is: the stretch after it is for when it is not shown.
        row.addWidget(self._quiet, 100)
        self.start = QHBoxLayout()
        self.start.setSpacing(4)
        row.addLayout(self.start)
        row.addStretch(1)
        self.end = QHBoxLayout()
        self.end.setSpacing(8)
        row.addLayout(self.end)
        row.addWidget(self._end)
        self.set_words("")
        theme_signals().changed.connect(self._resize)
        self._resize()

    def set_words(self, strong: str, quiet: str = "", end: str = "") -> None:
        """Say something else.

        Args:
            strong: the fact, "1 of 12,480 selected".
            quiet: a sentence after it.
            end: a remark at the end, "Sorted by last modified, newest first".
        """
        for part, text in ((self._strong, strong), (self._quiet, quiet), (self._end, end)):
            part.setText(text)
            part.setVisible(bool(text))

    @Slot()
    def _resize(self) -> None:
        self.setFixedHeight(px(self._base))
