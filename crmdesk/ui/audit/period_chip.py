"""The chip that narrows the log to a time: one of the usual ones, or days of one's own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.audit.view_model import AuditViewDefinition
from crmdesk.ui import words
from crmdesk.ui.audit.period_words import PRESETS, of_days, preset_words, time_words, with_period
from crmdesk.ui.audit.say import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.number_field import DateField
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.popover import Popover

_WIDTH = 320


class PeriodChip(Chip):
    """Opens the usual times and two days to choose; both days belong to the range.

    Signals:
        changed: a definition with the same filters in another time.
    """

    changed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(say("Date"), parent=parent)
        self._desk, self._wanted = desk, AuditViewDefinition()
        self.popover = Popover(say("Date"), _WIDTH, parent)
        today = _qt(datetime.now(desk.zone).date())
        self.first = DateField(say("From"), today.addDays(-30))
        self.last = DateField(say("To"), today)
        self.error = Paragraph("", TextStyle.CAPTION, "danger")
        self.error.hide()
        self.apply_button = Button(say("Apply dates"))
        self.apply_button.setObjectName("audit_apply_dates")
        self._group = QButtonGroup(self)
        self.presets = {name: self._preset(name) for name in PRESETS}
        self._lay_out()
        self.opened.connect(self._open)
        self.cleared.connect(partial(self._choose, ""))
        self.apply_button.clicked.connect(self._apply)
        for field in (self.first, self.last):
            field.dateChanged.connect(lambda _day: self._say_error(""))

    def _preset(self, name: str) -> Button:
        button = Button(preset_words(name), ButtonKind.LIST)
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.clicked.connect(partial(self._choose, name))
        self._group.addButton(button)
        return button

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(2)
        for button in self.presets.values():
            column.addWidget(button)
        column.addSpacing(8)
        column.addWidget(rule())
        column.addSpacing(8)
        column.addWidget(label(say("Days, both included"), TextStyle.STRONG))
        days = QHBoxLayout()
        days.setSpacing(8)
        days.addWidget(self.first, 1)
        days.addWidget(label(say("to"), TextStyle.BODY, "text2"))
        days.addWidget(self.last, 1)
        column.addSpacing(4)
        column.addLayout(days)
        column.addWidget(self.error)
        column.addSpacing(8)
        column.addWidget(self.apply_button)
        self.popover.body.addLayout(column)

    def show_wanted(self, wanted: AuditViewDefinition) -> None:
        """Show the time of a definition; no signal."""
        self._wanted = wanted
        self.set_value(time_words(wanted, self._desk.zone), joined=False)

    def _open(self) -> None:
        zone, filters = self._desk.zone, self._wanted.filters
        now = datetime.now(UTC)
        dated = filters.since is not None or filters.until is not None
        self._group.setExclusive(False)
        for name, button in self.presets.items():
            button.setChecked(name == self._wanted.period and not dated)
        self._group.setExclusive(True)
        shown = self._wanted.filters_at(now, zone)
        if shown.since is not None:
            self.first.setDate(_qt(shown.since.astimezone(zone).date()))
        self.last.setDate(_qt((shown.until or now).astimezone(zone).date()))
        self._say_error("")
        self.popover.open_under(self.anchor)

    def _choose(self, name: str) -> None:
        self.popover.dismiss()
        self.changed.emit(with_period(self._wanted, name))

    def _apply(self) -> None:
        first, last = _day(self.first), _day(self.last)
        if last < first:
            error = say("%1 is after %2. Nothing was changed. Swap the two days.")
            self._say_error(filled(error, words.day(first), words.day(last)))
            return
        self.popover.dismiss()
        self.changed.emit(of_days(self._wanted, first, last, self._desk.zone))

    def _say_error(self, text: str) -> None:
        if text == self.error.plain_text():
            return
        self.error.set_text(text)
        self.error.setVisible(bool(text))
        self.popover.refit()
        if text:
            announce(self.error, text, urgent=True)


def _day(field: DateField) -> date:
    shown = field.date()
    return date(shown.year(), shown.month(), shown.day())


def _qt(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)
