"""The filters above the list of imports: name, source, object, state, user, time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from crmdesk.core.jobs.job import JobState
from crmdesk.core.transfer.listing import ImportFilter, ImportKind
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.filters import users_of
from crmdesk.ui.exports.list_filters import ListFilters
from crmdesk.ui.exports.tick_chip import TickChip
from crmdesk.ui.transfer.wording import kind_words, say, state_words


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list of imports is narrowed to; empty sets ask nothing."""

    name: str = ""
    kinds: frozenset[ImportKind] = field(default=frozenset())
    objects: frozenset[str] = field(default=frozenset())
    states: frozenset[JobState] = field(default=frozenset())
    users: frozenset[int] = field(default=frozenset())
    since: datetime | None = None

    @property
    def narrows(self) -> bool:
        """Whether it may leave anything out."""
        ticked = self.kinds or self.objects or self.states or self.users
        return bool(self.name or ticked or self.since)

    def filter(self) -> ImportFilter:
        """The same in core's words."""
        return ImportFilter(
            name=self.name,
            kinds=tuple(sorted(self.kinds)),
            objects=tuple(sorted(self.objects)),
            states=tuple(sorted(self.states)),
            users=tuple(sorted(self.users)),
            since=self.since,
        )


class ImportFilters(ListFilters):
    """One row above the list of imports and restores."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Search imports"))
        objects = [
            (each.name, each.plural_label)
            for each in desk.workspace.definitions.objects(desk.actor)
        ]
        kinds = [(kind.value, kind_words(kind)) for kind in ImportKind]
        states = [(state.value, state_words(state)) for state in JobState]
        self.kind = TickChip(say("Source"), kinds, self)
        self.object = TickChip(say("Object"), objects, self)
        self.state = TickChip(say("State"), states, self)
        self.user = TickChip(say("User"), users_of(desk), self)
        self.lay_out((self.kind, self.object, self.state, self.user))

    @property
    def wanted(self) -> Wanted:
        """What is set."""
        return Wanted(
            self.search.text().strip(),
            frozenset(ImportKind(value) for value in self.kind.chosen()),
            frozenset(self.object.chosen()),
            frozenset(JobState(value) for value in self.state.chosen()),
            frozenset(int(value) for value in self.user.chosen()),
            self.time.since,
        )
