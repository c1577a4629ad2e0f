"""The filters above the list of exports: name, state, user, time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from crmdesk.core.clock import Clock
from crmdesk.core.exports.model import ExportState
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.source import Wanted
from crmdesk.ui.exports.words import filled, say, state_words
from crmdesk.ui.records.check_list import CheckList
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.widgets.search_field import SearchField

_PAUSE_MS, _WIDTH, _SEARCH_WIDTH = 250, 280, 320
#: Days that a choice of time reaches back, today included; nothing for any time.
_TIMES = (0, 1, 7, 30, 90)


class TickChip(Chip):
    """A chip with a list to tick in.

    Signals:
        changed: a tick came or went.
    """

    changed = Signal()

    def __init__(self, name: str, choices: Sequence[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(name, parent=parent)
        self._labels = dict(choices)
        self.popover = Popover(name, _WIDTH, parent)
        self.list = CheckList(name, choices)
        inside = QVBoxLayout()
        inside.setContentsMargins(12, 12, 12, 12)
        inside.addWidget(self.list)
        self.popover.body.addLayout(inside)
        self.list.changed.connect(self._choose)
        self.opened.connect(lambda: self.popover.open_under(self))
        self.cleared.connect(lambda: self.list.choose(()))

    def _choose(self) -> None:
        chosen = self.list.chosen()
        several = filled(say("%1 of %2"), str(len(chosen)), str(len(self._labels)))
        self.set_value(self._labels[chosen[0]] if len(chosen) == 1 else several if chosen else "")
        self.changed.emit()


class ExportFilters(QWidget):
    """One row; the list follows each change.

    Args:
        users: id and name of those whose exports may be in the list.

    Signals:
        changed: what is wanted now.
        down_pressed: go on into the table.
    """

    changed = Signal(object)
    down_pressed = Signal()

    def __init__(self, desk: Desk, users: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._desk, self._days = desk, 0
        self.search = SearchField(say("Search exports"))
        self.search.setMaximumWidth(_SEARCH_WIDTH)
        states = [(state.value, state_words(state)) for state in ExportState]
        self.state = TickChip(say("State"), states, self)
        self.user = TickChip(say("User"), users, self)
        self.user.setVisible(len(users) > 1)
        self.time = Chip(say("Date"), parent=self)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        for chip in (self.state, self.user, self.time):
            row.addWidget(chip)
        row.addStretch(1)
        self.search.textChanged.connect(self._pause.start)
        self.search.cleared.connect(self._tell)
        self.search.returnPressed.connect(self._tell)
        self.search.down_pressed.connect(self.down_pressed)
        self._pause.timeout.connect(self._tell)
        self.state.changed.connect(self._tell)
        self.user.changed.connect(self._tell)
        self.time.opened.connect(self._open_times)
        self.time.cleared.connect(partial(self.set_days, 0))

    @property
    def wanted(self) -> Wanted:
        """What is set."""
        return Wanted(
            self.search.text().strip(),
            frozenset(ExportState(value) for value in self.state.list.chosen()),
            frozenset(int(value) for value in self.user.list.chosen()),
            self._since(),
        )

    def clear(self) -> None:
        """Show everything."""
        self.state.list.choose(())
        self.user.list.choose(())
        self.set_days(0)
        self.search.clear_search()
        self._tell()

    def set_days(self, days: int) -> None:
        """Show the exports of the last days, today included; 0 for any time."""
        self._days = days
        self.time.set_value(_time_words(days) if days else "", joined=False)
        self._tell()

    def _since(self) -> datetime | None:
        if not self._days:
            return None
        zone = self._desk.zone
        first = Clock().now().astimezone(zone).date() - timedelta(days=self._days - 1)
        return datetime.combine(first, time(), zone)

    def _open_times(self) -> None:
        menu = self.times()
        menu.popup(self.time.mapToGlobal(self.time.rect().bottomLeft()))

    def times(self) -> QMenu:
        """The choices of time, the one set now ticked."""
        menu = QMenu(self)
        for days in _TIMES:
            action = menu.addAction(_time_words(days), partial(self.set_days, days))
            action.setCheckable(True)
            action.setChecked(days == self._days)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @Slot()
    def _tell(self) -> None:
        self._pause.stop()
        self.changed.emit(self.wanted)


def _time_words(days: int) -> str:
    if not days:
        return say("Any time")
    return say("Today") if days == 1 else say("Last %Ln days", days)
