"""Finds the entries that pass filters, as sets that are joined and cut."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from datetime import datetime, timedelta
from functools import cache, partial

from crmdesk.core.access.actor import ActorKind
from crmdesk.core.audit import kinds
from crmdesk.core.audit.acting import acting_users, stays_of, teams_called
from crmdesk.core.audit.catalogue import load_audit_catalogue
from crmdesk.core.audit.columns import OF_KIND, chunks_of_known_kinds, known_kinds
from crmdesk.core.audit.commented import entries_commented
from crmdesk.core.audit.filters import NOTHING, AuditFilters, Choices
from crmdesk.core.audit.index import AuditIndex, Facet
from crmdesk.core.audit.kinds import Category, Result
from crmdesk.core.audit.marks import EMPTY, Marks, marks_of, span
from crmdesk.core.audit.readable import readable_time
from crmdesk.core.audit.texts import entries_about, entries_with, few_with
from crmdesk.core.audit.times import first_at
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.errors import WrongUsage
from crmdesk.core.setting_declarations import Edition
from crmdesk.core.settings import read_setting


class Matching:
    """Finds entries in one transaction.

    Attributes:
        tx: that transaction.
        index: the bits it works with.
    """

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.index = AuditIndex(tx)

    def within(self, low: int, high: int) -> Matching:
        """The same, asked about entries from ``low`` to ``high`` alone."""
        found = copy(self)
        found.index = self.index.within(low, high)
        return found

    def passing(self, filters: AuditFilters, *, in_any_edition: bool = False) -> Marks:
        """The entries that pass and that the edition shows.

        Args:
            in_any_edition: also those that only another edition shows, to be counted.

        Raises:
            WrongUsage: ``audit_category_unknown``, ``audit_action_unknown``.
        """
        refuse_unknown_codes(filters)
        refuse_unknown_codes(filters.without)
        if filters.imported_only:
            return EMPTY
        low, high = self.ends_of_range(filters)
        part = self.within(low, high) if self._is_part(low, high) else self
        return part._passing(filters, in_any_edition)

    def _passing(self, filters: AuditFilters, in_any_edition: bool) -> Marks:
        found = self.index.every()
        if not in_any_edition:
            found &= self._shown()
        found = self._without_kinds(filters, found)
        for wanted in (*self._named(filters), *self._rare(filters)):
            found &= wanted
        if not found.chunks:
            return EMPTY
        part = self._among(found)
        for wanted in part._wanted(filters):
            found &= wanted
            if not found.chunks:
                return EMPTY
        if filters.without != NOTHING:
            for unwanted in (*self._named(filters.without), *part._wanted(filters.without)):
                found -= unwanted
        # Words take the longest: they are looked for among what is left.
        for text in filters.texts:
            found &= entries_with(self.tx, self.index, text, found)
        for text in filters.without.texts:
            found -= entries_with(self.tx, self.index, text, found)
        return found

    def passing_of(self, filters: AuditFilters, numbers: list[int]) -> list[int]:
        """Of some entries, in falling order, those that pass all but texts."""
        if not numbers:
            return []
        part = copy(self)
        part.index = self.index.of_few(numbers)
        for wanted in (part._shown(), *part._named(filters), *part._wanted(filters)):
            numbers = [number for number in numbers if number in wanted]
        for unwanted in (*part._named(filters.without), *part._wanted(filters.without)):
            numbers = [number for number in numbers if number not in unwanted]
        return numbers

    def _without_kinds(self, filters: AuditFilters, found: Marks) -> Marks:
        """Leave out what is known to have no entry of the kind: common values may never meet."""
        wanted = _by_facet(filters)
        places = [(n, wanted[facet]) for n, facet in enumerate(OF_KIND) if wanted[facet]]
        if len(places) <= 1:
            return found
        kinds = self.index.once("kinds", lambda: known_kinds(self.tx))
        if any(all(kind[n] in values for n, values in places) for kind in kinds):
            return found
        known = self.index.once("chunks", lambda: chunks_of_known_kinds(self.tx))
        return Marks({chunk: bits for chunk, bits in found.chunks.items() if chunk not in known})

    def _is_part(self, low: int, high: int) -> bool:
        return (low, high) != (self.index.first, self.index.last)

    def ends_of_range(self, filters: AuditFilters) -> tuple[int, int]:
        """The lowest and the highest entry asked about whose time passes.

        For none the first is above the second.
        """
        low, high = self.index.part or (self.index.first, self.index.last)
        since = self.since(filters)
        if since is not None:
            low = max(low, self.first_at(since))
        if filters.until is not None:
            # The text of the next millisecond sorts after every entry of this one.
            high = min(high, self._first_at(to_text(filters.until) + "~") - 1)
        return low, high

    def names_few(self, filters: AuditFilters) -> bool:
        """Whether no more than a few pass, so that all are found as soon as the newest."""
        return next(iter((*self._named(filters), *self._rare(filters))), None) is not None

    def _named(self, choices: Choices) -> Iterable[Marks]:
        """One set for each filter that names entries, or what they are about: mostly a few."""
        if choices.object_ids:
            ids = choices.object_ids
            yield self.index.once(("about", ids), lambda: entries_about(self.tx, self.index, ids))
        if choices.ids:
            yield marks_of(choices.ids)
        for text in choices.comments:
            yield self.index.once(("said", text), partial(entries_commented, self.tx, text))

    def _rare(self, filters: AuditFilters) -> Iterable[Marks]:
        """One set for each text that few entries hold."""
        for text in filters.texts:
            few = self.index.once(("few", text), partial(few_with, self.tx, self.index, text))
            if few is not None:
                yield few

    def _among(self, found: Marks) -> Matching:
        """The same, asked about some entries alone."""
        part = copy(self)
        part.index = self.index.among(found)
        return part

    def _wanted(self, choices: Choices) -> Iterable[Marks]:
        """One set for each filter by values."""
        for facet, values in _by_facet(choices).items():
            if values:
                yield self.index.any_of(facet, values)
        if choices.by or choices.user_ids or choices.team_ids:
            yield self._acted(choices)
        if choices.addresses:
            yield self._from_addresses(choices.addresses)
        if isinstance(choices, AuditFilters) and choices.people_only:
            yield self._of_people()

    def _shown(self) -> Marks:
        edition = self.index.once("edition", lambda: edition_of(self.tx))
        shown = shown_categories(edition)
        if len(shown) == len(load_audit_catalogue().categories):
            return self.index.every()
        return self.index.any_of(Facet.CATEGORY, sorted(shown))

    def _acted(self, choices: Choices) -> Marks:
        users, teams = self.index.once(("by", choices.by), lambda: self._called(choices.by))
        users, teams = users.union(choices.user_ids), teams.union(choices.team_ids)
        found = self.index.any_of(Facet.USER, map(str, sorted(users)))
        for stay in stays_of(self.tx, teams):
            last = self.index.last if stay.last is None else stay.last
            own = self.index.having(Facet.USER, str(stay.user_id))
            found |= own & span(stay.first, last)
        return found

    def _called(self, starts: tuple[str, ...]) -> tuple[set[int], set[int]]:
        return acting_users(self.tx, starts), teams_called(self.tx, starts)

    def _from_addresses(self, addresses: Iterable[str]) -> Marks:
        starts = tuple(each[:-1] for each in addresses if each.endswith("*"))
        wanted = {each for each in addresses if not each.endswith("*")}
        if starts:
            known = self.index.once("addresses", lambda: self.index.values(Facet.ADDRESS))
            wanted.update(value for value in known if value.startswith(starts))
        return self.index.any_of(Facet.ADDRESS, wanted)

    def _of_people(self) -> Marks:
        by_people = self.index.any_of(Facet.ACTOR_KIND, (ActorKind.USER, ActorKind.SUPPORT))
        tried = self.index.having(Facet.CATEGORY, Category.LOGIN) & self.index.any_of(
            Facet.RESULT, (Result.FAILED, Result.REFUSED)
        )
        failed = self.index.having(Facet.SUBCATEGORY, kinds.LOGIN_FAILED.subcategory)
        return by_people | tried | failed

    @property
    def now(self) -> datetime:
        """The time of the transaction."""
        return self.tx.now

    def since(self, filters: AuditFilters) -> datetime | None:
        """From when on entries pass."""
        if filters.last_days is None:
            return filters.since
        oldest = self.tx.now - timedelta(days=filters.last_days)
        return oldest if filters.since is None else max(filters.since, oldest)

    def ends(self, found: Marks) -> tuple[datetime | None, datetime | None]:
        """The times of the oldest and the newest entry of a set, in their order."""
        if not found.chunks:
            return None, None
        oldest, newest = found.ends()
        return self._time_of(oldest), self._time_of(newest)

    def _time_of(self, number: int) -> datetime:
        # One that was taken out has the time of the next, or of the last one.
        row = self.tx.sql(_AT, (number,)).fetchone() or self.tx.sql(_LAST_AT).fetchone()
        return readable_time(row[0])

    def first_at(self, at: datetime) -> int:
        """The first entry at or after a time; one beyond the last if there is none."""
        return self._first_at(to_text(at))

    def _first_at(self, text: str) -> int:
        return self.index.once(("at", text), lambda: first_at(self.tx, self.index, text))


def edition_of(tx: Tx) -> Edition:
    """The workspace's edition: it decides what is shown, never what is recorded."""
    return Edition(str(read_setting(tx, "workspace.edition")))


@cache
def shown_categories(edition: Edition) -> frozenset[str]:
    """The codes of the categories that an edition shows."""
    return frozenset(found.code for found in load_audit_catalogue().visible_in(edition))


def _by_facet(choices: Choices) -> dict[Facet, tuple[str, ...]]:
    return {
        Facet.CATEGORY: _lower(choices.categories),
        Facet.SUBCATEGORY: tuple(code.upper() for code in choices.subcategories),
        Facet.ACTION: _lower(choices.actions),
        Facet.ACTOR_KIND: _lower(choices.actor_kinds),
        Facet.RESULT: _lower(choices.results),
        Facet.OBJECT_TYPE: choices.object_types,
    }


def _lower(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.lower() for code in codes)


_AT = "SELECT at_order FROM audit_events WHERE id >= ? ORDER BY id LIMIT 1"
_LAST_AT = "SELECT at_order FROM audit_events ORDER BY id DESC LIMIT 1"


def refuse_unknown_codes(choices: Choices) -> None:
    """Refuse a category or action that the catalogue does not have.

    Raises:
        WrongUsage: ``audit_category_unknown``, ``audit_action_unknown``.
    """
    catalogue = load_audit_catalogue()
    known = [category.code for category in catalogue.categories]
    _refuse_unknown("category", _lower(choices.categories), known)
    _refuse_unknown("action", _lower(choices.actions), list(catalogue.action_labels))


def _refuse_unknown(what: str, given: Iterable[str], known: list[str]) -> None:
    for code in given:
        if code not in known:
            raise WrongUsage(
                f"audit_{what}_unknown",
                f"The audit log has no {what} “{code}”.",
                f"Give one of {', '.join(known)}.",
            )
