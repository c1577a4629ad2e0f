"""A combo box of values with labels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget


class Choices(QComboBox):
    """Picks one value; setting choices from code tells nobody.

    Signals:
        picked: the value a person chose.
    """

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.activated.connect(lambda _index: self.picked.emit(self.value))

    @property
    def value(self) -> str:
        """The value now chosen; empty for none."""
        return str(self.currentData() or "")

    def offer(self, choices: Sequence[tuple[str, str]], value: str) -> None:
        """Show other choices, values with labels, and choose one."""
        self.blockSignals(True)
        self.clear()
        for each, text in choices:
            self.addItem(text, each)
        self.setCurrentIndex(max(-1, self.findData(value)))
        self.blockSignals(False)

    def pick(self, value: str) -> None:
        """Choose as a person does."""
        self.setCurrentIndex(self.findData(value))
        self.picked.emit(self.value)
