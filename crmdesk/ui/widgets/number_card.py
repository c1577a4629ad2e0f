"""Big numbers with a word and a note: alone, or side by side in one card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label, post, set_tone
from crmdesk.ui.widgets.paragraph import Paragraph


@dataclass(frozen=True, slots=True)
class Number:
    """What one block shows, ready to read.

    ``tone`` is ``"danger"`` for losses only; ``icon_role`` colours the icon before the word.
    """

    value: str
    word: str
    note: str = ""
    icon: str = ""
    icon_role: str = "text2"
    tone: str = "text"


class NumberBlock(QWidget):
    """A number, what it counts (below it, or above with ``word_first``), and a note in small."""

    def __init__(
        self, number: Number, *, word_first: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._value = label("", TextStyle.DISPLAY, tabular=True)
        self._icon = IconLabel("info", size=14)
        self._word = Paragraph("", TextStyle.BODY, "text")
        self._note = Paragraph("", TextStyle.CAPTION, "text3")
        words = QHBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._icon)
        words.addWidget(self._word, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self._value)
        layout.insertLayout(0 if word_first else 1, words)
        layout.addWidget(self._note)
        layout.addStretch(1)
        self.set_number(number)

    def set_number(self, number: Number) -> None:
        """Show another number."""
        self._value.setText(number.value)
        set_tone(self._value, number.tone)
        self._word.set_text(number.word)
        self._word.set_tone(number.tone)
        self._note.set_text(number.note)
        self._note.setVisible(bool(number.note))
        self._icon.setVisible(bool(number.icon))
        if number.icon:
            role = "danger" if number.tone == "danger" else number.icon_role
            self._icon.set_icon(number.icon, role)
        self.setAccessibleName(f"{number.value} {number.word}, {number.note}".rstrip(", "))


class NumberStrip(QFrame):
    """One to five numbers in one card, parted by lines, in columns of one width."""

    def __init__(self, numbers: Sequence[Number], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.blocks: list[NumberBlock] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 12, 16, 12)
        self._row.setSpacing(16)
        self.set_numbers(numbers)

    def set_numbers(self, numbers: Sequence[Number]) -> None:
        """Show other numbers; as many as before keep their blocks."""
        if len(numbers) != len(self.blocks):
            self._rebuild(numbers)
        for block, number in zip(self.blocks, numbers, strict=True):
            block.set_number(number)

    def _rebuild(self, numbers: Sequence[Number]) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.blocks = []
        for number in numbers:
            if self.blocks:
                self._row.addWidget(post())
            block = NumberBlock(number)
            self.blocks.append(block)
            self._row.addWidget(block, 1, Qt.AlignmentFlag(0))


class NumberCard(QFrame):
    """One number in a card of its own, with room at the right for a small chart or a link."""

    def __init__(self, number: Number, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.block = NumberBlock(number, word_first=True)
        self.side = QVBoxLayout()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.addWidget(self.block, 1)
        row.addLayout(self.side)
