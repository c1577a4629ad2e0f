"""The chip that narrows the log to who acted: users and teams, removed ones too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.audit.vocabulary import Vocabulary
from crmdesk.ui.audit.facet_chip import FacetChip, FacetMenu
from crmdesk.ui.audit.say import say
from crmdesk.ui.exports.words import filled
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.labels import rule

_USER, _TEAM = "user:", "team:"
_BOX_INSET = 11


class PeopleMenu(FacetMenu):
    """Users and teams, and whether only what people did is shown."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self.machines = CheckRow(say("Also what schedules and the program itself did"), width=240)
        # Its box stands under those of the list.
        self.machines.setContentsMargins(_BOX_INSET, 0, 0, 0)
        self.inside.addSpacing(8)
        self.inside.addWidget(rule())
        self.inside.addWidget(self.machines)


class PeopleChip(FacetChip):
    """Ticks of users and teams hold at once; a team stands for who was in it at the time.

    Signals:
        changed: an :class:`AuditFilters` with other people.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(say("Modified by"), parent)
        self._filters = AuditFilters()
        self._teams: tuple[str, ...] = ()
        self.off.connect(self._clear)

    @property
    def machines(self) -> CheckRow:
        """Whether what the program itself did is shown."""
        menu = self.popover
        assert isinstance(menu, PeopleMenu)  # noqa: S101 - made below
        return menu.machines

    def offer_people(self, vocabulary: Vocabulary) -> None:
        """Offer who there is and who there was, then the teams."""
        names = Counter(each.name for each in vocabulary.users)
        people = []
        for each in vocabulary.users:
            name = each.name or each.email
            if each.name and names[each.name] > 1:
                # Two people of one name are told apart.
                name = filled(say("%1, %2"), each.name, each.email)
            people.append((f"{_USER}{each.id}", _named(name, removed=each.removed)))
        teams = [
            (f"{_TEAM}{each.id}", filled(say("Team %1"), _named(each.name, removed=each.removed)))
            for each in vocabulary.teams
        ]
        self._teams = tuple(key for key, _label in teams)
        self.offer(people + teams)

    def show_filters(self, filters: AuditFilters) -> None:
        """Show who is asked for; no signal."""
        self._filters = filters
        ruled_out = (*_keys(filters.without), *filters.without.by)
        self.show_values(_keys(filters), ruled_out, typed=filters.by)
        if self._menu is not None:
            with QSignalBlocker(self.machines):
                self.machines.set_checked(not filters.people_only)

    def show_user_counts(self, counts: Mapping[int, int]) -> None:
        """Say how much each user did; who was in a team when is worked out by its filter alone."""
        known: dict[str, int | None] = dict.fromkeys(self._teams)
        self.show_counts(known | {f"{_USER}{number}": each for number, each in counts.items()})

    def _make_menu(self) -> FacetMenu:
        menu = PeopleMenu(self._name, self._over)
        menu.machines.set_checked(not self._filters.people_only)
        menu.machines.toggled.connect(self._take_machines)
        return menu

    def _take_ticks(self, values: tuple[str, ...]) -> None:
        self.changed.emit(
            replace(
                self._filters,
                user_ids=_numbers(values, _USER),
                team_ids=_numbers(values, _TEAM),
            )
        )

    def _take_machines(self, wanted: bool) -> None:
        self.changed.emit(replace(self._filters, people_only=not wanted))

    def _clear(self) -> None:
        without = replace(self._filters.without, by=(), user_ids=(), team_ids=())
        self.changed.emit(replace(self._filters, by=(), user_ids=(), team_ids=(), without=without))


def _keys(choices: Choices) -> tuple[str, ...]:
    users = (f"{_USER}{each}" for each in choices.user_ids)
    return (*users, *(f"{_TEAM}{each}" for each in choices.team_ids))


def _numbers(values: tuple[str, ...], kind: str) -> tuple[int, ...]:
    return tuple(int(value.removeprefix(kind)) for value in values if value.startswith(kind))


def _named(name: str, *, removed: bool) -> str:
    return filled(say("%1 (removed)"), name) if removed else name
