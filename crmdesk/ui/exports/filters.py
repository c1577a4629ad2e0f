"""The filters above the list of exports: name, source, state, user, time."""

from __future__ import annotations

from collections.abc import Sequence

from crmdesk.core.access.permissions import Permission
from crmdesk.core.exports.model import OF_SUPER_ADMINS, ExportFilter, ExportSource, ExportState
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.list_filters import ListFilters
from crmdesk.ui.exports.tick_chip import TickChip
from crmdesk.ui.exports.wanted import Wanted
from crmdesk.ui.exports.words import say, state_words


class ExportFilters(ListFilters):
    """One row; a figure of the overview sets it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Search exports"))
        everything = desk.may(Permission.SUPER_ADMIN)
        sources = [
            (source.value, _kind_words(source))
            for source in ExportSource
            if everything or source not in OF_SUPER_ADMINS
        ]
        states = [(state.value, state_words(state)) for state in ExportState]
        self.source = TickChip(say("Source"), sources, self)
        self.state = TickChip(say("State"), states, self)
        self.user = TickChip(say("User"), users_of(desk), self)
        self.lay_out((self.source, self.state, self.user))

    @property
    def wanted(self) -> Wanted:
        """What is set."""
        return Wanted(
            self.search.text().strip(),
            frozenset(ExportState(value) for value in self.state.chosen()),
            frozenset(int(value) for value in self.user.chosen()),
            self.time.since,
            self.time.until,
            frozenset(ExportSource(value) for value in self.source.chosen()),
        )

    def set_filter(self, wanted: ExportFilter) -> None:
        """Ask for exactly the exports that a figure counts."""

        def put() -> None:
            self.search.clear_search()
            self.source.choose(wanted.sources)
            self.state.choose(wanted.states)
            self.user.choose(str(user_id) for user_id in wanted.users)
            self.time.set_range(wanted.since, wanted.until)

        self._silently(put)


def users_of(desk: Desk) -> Sequence[tuple[str, str]]:
    """Whose files may be in the list, removed users too; nobody where one sees one's own."""
    if not desk.may(Permission.SUPER_ADMIN):
        return []
    names = desk.workspace.users.names(desk.actor)
    return sorted(((str(key), name) for key, name in names.items()), key=lambda x: x[1].casefold())


def _kind_words(source: ExportSource) -> str:
    return {
        ExportSource.OBJECT: say("Records"),
        ExportSource.VIEW: say("A view"),
        ExportSource.SEGMENT: say("A segment"),
        ExportSource.AUDIT_LOG: say("Audit log"),
        ExportSource.USERS: say("Users"),
        ExportSource.PROPERTY_HISTORY: say("Property history"),
        ExportSource.BACKUP: say("Backup"),
        ExportSource.PRIVACY: say("Privacy request"),
    }[source]
