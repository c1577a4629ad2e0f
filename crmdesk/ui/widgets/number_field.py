"""Whole numbers and dates, typed or stepped, with the text where other fields have it.

The style sheet's padding does not reach the text of a spin box with steps; text margins do.
"""

from __future__ import annotations

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QDateEdit, QSpinBox, QToolButton, QWidget

from crmdesk.ui.icons import themed_icon

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
        self.lineEdit().setTextMargins(_TEXT_MARGIN, 0, _TEXT_MARGIN, 0)


class DateField(QDateEdit):
    """A day, typed in the form of the locale or picked from a calendar."""

    def __init__(self, name: str, day: QDate, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.lineEdit().setAccessibleName(name)
        self.setCalendarPopup(True)
        self.setDate(day)
        _dress(self.calendarWidget())


def _dress(calendar: QCalendarWidget) -> None:
    """Take out the red weekends, since red means loss, and put our own arrows in."""
    calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
    for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
        calendar.setWeekdayTextFormat(day, QTextCharFormat())
    names = {"qt_calendar_prevmonth": "chevron-left", "qt_calendar_nextmonth": "chevron-right"}
    for button in calendar.findChildren(QToolButton):
        if button.objectName() in names:
            themed_icon(button, names[button.objectName()])
