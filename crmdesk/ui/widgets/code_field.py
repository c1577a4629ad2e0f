"""One field for a code of six digits: paste works, and screen readers read one field."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from crmdesk.ui.theme.apply import px

_SPACING, _WIDTH = 10, 208


class CodeField(QLineEdit):
    """Takes digits only, spaced 10 px, from keys or from the clipboard in any grouping.

    Signals:
        completed: all digits are there; carries them.
    """

    completed = Signal(str)

    def __init__(self, name: str, digits: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._digits = digits
        self.setProperty("code", "true")
        self.setAccessibleName(name)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._space_digits()
        # No maximum length: it would cut a pasted "123 456" before its space is taken out.
        self.textEdited.connect(self._keep_digits)

    @property
    def code(self) -> str:
        """The digits typed so far."""
        return self.text()

    @property
    def is_complete(self) -> bool:
        """Whether all digits are there."""
        return len(self.text()) == self._digits

    def reject(self) -> None:
        """Empty the field after a wrong code and keep the focus."""
        self.clear()
        self.setFocus()

    def _keep_digits(self, text: str) -> None:
        kept = "".join(letter for letter in text if letter in "0123456789")[: self._digits]
        if kept != text:
            self.setText(kept)
        if self.is_complete:
            self.completed.emit(kept)

    def _space_digits(self) -> None:
        font = QFont(self.font())
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, px(_SPACING))
        font.setFeature(QFont.Tag("tnum"), 1)
        self.setFont(font)
        self.setFixedWidth(px(_WIDTH))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and self.width() != px(_WIDTH):
            self._space_digits()
