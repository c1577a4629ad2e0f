"""A check box with a sentence that wraps."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.paragraph import Paragraph


class CheckRow(QWidget):
    """The box carries the whole sentence as its name; a click on the sentence ticks it.

    Signals:
        toggled: true when ticked.
    """

    toggled = Signal(bool)

    def __init__(
        self,
        text: str,
        note: str = "",
        *,
        width: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.box = QCheckBox()
        self.box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.box.toggled.connect(self.toggled)
        self._sentence = Paragraph(text, TextStyle.BODY, "text", width=width)
        # Where the row gets more height than it asked for, the text stays with its box.
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self._note = Paragraph(note, TextStyle.CAPTION, "text3", width=width)
        if not note:
            self._note.hide()
        words = QVBoxLayout()
        # The box is 28 high for the finger; its mark meets the first line of 18.
        words.setContentsMargins(0, (px(28) - px(18)) // 2, 0, 0)
        words.setSpacing(2)
        words.addWidget(self._sentence)
        words.addWidget(self._note)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        # The box brings the 8 px after its mark by itself.
        row.setSpacing(0)
        row.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.setFocusProxy(self.box)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show another sentence, e.g. with other numbers."""
        self._sentence.set_text(text)
        self.box.setAccessibleName(text)

    def is_checked(self) -> bool:
        """Whether it is ticked."""
        return self.box.isChecked()

    def set_checked(self, checked: bool) -> None:
        """Tick it, or take the tick away."""
        self.box.setChecked(checked)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()) and self.box.isEnabled():
            self.box.setFocus(Qt.FocusReason.MouseFocusReason)
            self.box.toggle()
