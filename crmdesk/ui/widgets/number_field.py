"""Whole numbers and dates, typed or stepped, with the text where other fields have it.

The style sheet's padding does not reach the text inside a spin box; text margins do.
"""

from __future__ import annotations

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QAbstractSpinBox, QDateEdit, QSpinBox, QWidget

_TEXT_MARGIN = 10


class NumberField(QSpinBox):
    """A whole number within bounds.

    Args:
        name: what screen readers call it; a form field gives it the label's words.
        lowest: smallest number that can be typed.
        highest: largest number that can be typed.
        value: the number at the start.
    """

    def __init__(
        self, name: str, lowest: int, highest: int, value: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setRange(lowest, highest)
        self.setValue(value)
        self.setGroupSeparatorShown(True)
        _indent(self)


class DateField(QDateEdit):
    """A day, typed in the form of the locale or picked from a calendar."""

    def __init__(self, name: str, day: QDate, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setCalendarPopup(True)
        self.setDate(day)
        _indent(self)


def _indent(field: QAbstractSpinBox) -> None:
    field.lineEdit().setTextMargins(_TEXT_MARGIN, 0, _TEXT_MARGIN, 0)
