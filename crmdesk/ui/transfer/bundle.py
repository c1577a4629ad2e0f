"""The tables of an import: those that files hold, and those of them that are taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from crmdesk.core.transfer.model import ImportRequest, Inspection
from crmdesk.core.transfer.shared_keys import (
    SharedColumn,
    TableTogether,
    in_order,
    link_by_key,
    shared_columns,
)
from crmdesk.ui.transfer.draft import Draft


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of one file.

    Attributes:
        table: the sheet, or the file in a zip; empty where the file is the table.
        draft: what was found and chosen; ``None`` until somebody looks at it.
        guess: API name of the object it was taken for before.
        taken: whether it is imported.
    """

    path: str
    table: str
    draft: Draft | None = None
    guess: str | None = None
    taken: bool = False

    @property
    def title(self) -> str:
        """What it is called."""
        return self.table or Path(self.path).name

    @property
    def object_name(self) -> str | None:
        """The object it goes to, as far as that is known."""
        if self.draft is None:
            return self.guess
        return None if self.draft.object_type is None else self.draft.object_type.name


@dataclass(frozen=True, slots=True)
class Bundle:
    """All tables, and the one in sight; ``current`` is its place, -1 for none."""

    entries: tuple[Entry, ...] = ()
    current: int = -1

    @property
    def entry(self) -> Entry | None:
        """The table in sight."""
        return self.entries[self.current] if self.current >= 0 else None

    @property
    def draft(self) -> Draft | None:
        """The draft of the table in sight."""
        return None if self.entry is None else self.entry.draft

    @property
    def taken(self) -> tuple[int, ...]:
        """Places of the tables that are imported."""
        return tuple(place for place, each in enumerate(self.entries) if each.taken)

    @property
    def drafts(self) -> dict[int, Draft]:
        """The drafts that are imported, by the places of their tables."""
        return {n: draft for n in self.taken if (draft := self.entries[n].draft) is not None}

    @property
    def unread(self) -> int:
        """Place of a table to look into: the one in sight, else one that is taken; -1 for none."""
        wanted = (n for n in (self.current, *self.taken) if n >= 0)
        return next((n for n in wanted if self.entries[n].draft is None), -1)

    def at(self, place: int) -> Bundle:
        """With another table in sight."""
        return replace(self, current=place)

    def at_taken(self) -> Bundle:
        """With a table in sight that is imported."""
        taken = self.taken
        return self if self.current in taken or not taken else self.at(taken[0])

    def with_draft(self, draft: Draft, place: int | None = None) -> Bundle:
        """With another draft of a table, the one in sight by default."""
        place = self.current if place is None else place
        return self._with(place, replace(self.entries[place], draft=draft))

    def with_taken(self, place: int, taken: bool) -> Bundle:
        """With a table that is imported, or is not."""
        return self._with(place, replace(self.entries[place], taken=taken))

    def with_all(self) -> Bundle:
        """With every table taken."""
        return replace(self, entries=tuple(replace(each, taken=True) for each in self.entries))

    def without_unread(self) -> Bundle:
        """With no table taken that could not be read."""
        entries = tuple(
            replace(each, taken=each.taken and each.draft is not None) for each in self.entries
        )
        return replace(self, entries=entries).at_taken()

    def without_taken(self) -> Bundle:
        """With the tables that were not taken, none of them taken yet."""
        left = tuple(each for each in self.entries if not each.taken)
        return Bundle(left, 0 if left else -1)

    def with_file(self, found: Inspection, draft: Draft) -> Bundle:
        """With a file that was just looked at; its table, where it is settled, is taken."""
        known = {(each.path, each.table) for each in self.entries}
        several = len(found.tables) > 1
        tables = [
            Entry(found.path, table.name if several else "", guess=table.object_name)
            for table in found.tables
        ]
        entries = (*self.entries, *(e for e in tables if (e.path, e.table) not in known))
        chosen = (found.options.table or "") if several else ""
        whole = replace(self, entries=entries)
        place = whole._place(found.path, chosen)
        if place < 0:
            # Nobody chose among its tables yet; the draft says so.
            return whole.at(whole._place(found.path, tables[0].table))
        fresh = (found.path, chosen) not in known
        return whole.at(place).with_draft(draft).with_taken(place, fresh or entries[place].taken)

    def _place(self, path: str, table: str) -> int:
        names = [(each.path, each.table) for each in self.entries]
        return names.index((path, table)) if (path, table) in names else -1

    def _with(self, place: int, entry: Entry) -> Bundle:
        entries = (*self.entries[:place], entry, *self.entries[place + 1 :])
        return replace(self, entries=entries)

    # Together

    def requests(self) -> dict[int, ImportRequest]:
        """What the service is asked for, in the order in which the tables are imported."""
        drafts = self.drafts
        places, requests = [*drafts], [draft.request() for draft in drafts.values()]
        return {places[n]: requests[n] for n in in_order(requests)}

    def others(self) -> dict[int, TableTogether]:
        """The other tables whose rows the one in sight may name."""
        return {n: each for n, each in self._tables().items() if n != self.current}

    def shared(self) -> list[SharedColumn]:
        """Columns of the table in sight that look like the key of another one."""
        tables = self._tables()
        if self.current not in tables:
            return []
        places = [*tables]
        found = shared_columns([*tables.values()], places.index(self.current))
        links = {} if self.draft is None else self.draft.links
        return [
            SharedColumn(each.header, places[each.place], each.key)
            for each in found
            if each.header not in links or not links[each.header].source
        ]

    def linked(self, shared: Iterable[SharedColumn]) -> Bundle:
        """With the records of the table in sight associated by these columns.

        Raises:
            UserError: ``key_column_not_usable``.
        """
        bundle = self
        for each in shared:
            tables, own = bundle._tables(), bundle.draft
            other = bundle.entries[each.place].draft
            if own is None or other is None:
                continue
            link, mapping = link_by_key(each.header, tables[each.place], each.key)
            bundle = bundle.with_draft(own.with_key_link(link))
            bundle = bundle.with_draft(replace(other, mapping=mapping), each.place)
        return bundle

    def _tables(self) -> dict[int, TableTogether]:
        return {
            place: TableTogether(draft.inspection, draft.object_type, draft.mapping)
            for place, draft in self.drafts.items()
            if draft.object_type is not None
        }
