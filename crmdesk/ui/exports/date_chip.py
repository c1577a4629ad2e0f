"""A chip that narrows a list to the last days, or to days that a figure stands for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QMenu, QWidget

from crmdesk.core.clock import Clock
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled, say
from crmdesk.ui.widgets.chip import Chip

#: Days that a choice reaches back, today included; nothing for any time.
_TIMES = (0, 1, 7, 30, 90)
_A_DAY = timedelta(days=1)


class DateChip(Chip):
    """Opens a menu of times; a range comes from elsewhere.

    Signals:
        changed: another time is wanted.
    """

    changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("Date"), parent=parent)
        self._desk, self._days = desk, 0
        self._range: tuple[datetime, datetime] | None = None
        self.opened.connect(self._open)
        self.cleared.connect(partial(self.set_days, 0))

    @property
    def since(self) -> datetime | None:
        """From when on; None for any time."""
        if self._range is not None:
            return self._range[0]
        if not self._days:
            return None
        zone = self._desk.zone
        first = Clock().now().astimezone(zone).date() - (self._days - 1) * _A_DAY
        return datetime.combine(first, time(), zone)

    @property
    def until(self) -> datetime | None:
        """Before when; None for no end."""
        return None if self._range is None else self._range[1]

    def set_days(self, days: int) -> None:
        """Ask for the last days, today included; 0 for any time."""
        self._days, self._range = days, None
        self.set_value(_time_words(days) if days else "", joined=False)
        self.changed.emit()

    def set_range(self, since: datetime | None, until: datetime | None) -> None:
        """Ask for whole days of the workspace's zone."""
        if since is None or until is None:
            self.set_days(0)
            return
        self._days, self._range = 0, (since, until)
        zone = self._desk.zone
        last = until.astimezone(zone).date() - _A_DAY
        self.set_value(range_words(since.astimezone(zone).date(), last), joined=False)
        self.changed.emit()

    def _open(self) -> None:
        menu = self.times()
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def times(self) -> QMenu:
        """The choices of time, the one set now ticked."""
        menu = QMenu(self)
        for days in _TIMES:
            action = menu.addAction(_time_words(days), partial(self.set_days, days))
            action.setCheckable(True)
            action.setChecked(days == self._days and self._range is None)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu


def range_words(first: date, last: date) -> str:
    """Days in words: "22 Nov 2026", "October 2026", "24 Oct to 22 Nov 2026"."""
    if first == last:
        return words.day(first)
    if first.day == 1 and (last + _A_DAY).day == 1 and first.month == last.month:
        return month_words(first)
    begin = words.day(first)
    if first.year == last.year:
        begin = begin.removesuffix(f" {first.year}")
    return filled(say("%1 to %2"), begin, words.day(last))


def month_words(month: date) -> str:
    """A month of a year: "October 2026"."""
    name = QLocale().standaloneMonthName(month.month, QLocale.FormatType.LongFormat)
    return f"{name} {month.year}"


def _time_words(days: int) -> str:
    if not days:
        return say("Any time")
    return say("Today") if days == 1 else say("Last %Ln days", days)
