"""Reads the audit log, for Super Admins; reading writes no entry."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.bulk import BulkRecord, BulkRecords, bulk_records, read_bulk
from crmdesk.core.audit.event import (
    AuditEvent,
    entries_numbered,
    entry_not_found,
    read_event,
    sensitive_names,
    without_details,
)
from crmdesk.core.audit.figures import DEFAULT_BARS, Facets, Histogram, facets, histogram
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.found import FoundEntries
from crmdesk.core.audit.found_with_imported import FoundWithImported
from crmdesk.core.audit.imported_matching import (
    has_imported,
    imported_events_numbered,
    imported_places,
)
from crmdesk.core.audit.index_keeping import keep_index
from crmdesk.core.audit.matching import Matching, edition_of, shown_categories
from crmdesk.core.audit.newest import newest_passing
from crmdesk.core.audit.vocabulary import Vocabulary, read_vocabulary
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.errors import WrongUsage

EVERYTHING = AuditFilters()
_LARGEST_PAGE = 10_000
_IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first.

    Attributes:
        next: what to give as ``after`` for the entries that follow; ``None`` at the end.
        total: how many entries pass the filters in all.
        detailed: the edition shows details; else the entries come without, with neither session
            nor job.
    """

    events: tuple[AuditEvent, ...]
    next: str | None
    total: int
    detailed: bool = True


class AuditLogReader:
    """What the audit log says, as far as the workspace's edition shows it."""

    def __init__(self, database: Database, guard: Guard) -> None:
        self._database = database
        self._guard = guard

    def events(
        self,
        actor: Actor,
        filters: AuditFilters = EVERYTHING,
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        """A page of entries, newest first.

        Args:
            actor: a Super Admin.
            filters: which entries.
            limit: at most so many, up to 10,000.
            after: ``next`` of the page before.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            WrongUsage: ``audit_cursor_invalid``, or a filter that does not exist.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        limit = min(max(limit, 1), _LARGEST_PAGE)
        self._keep_index(filters)
        with self._database.read() as tx:
            found = found_entries(tx, filters)
            # One more than asked for tells whether there is a next page.
            ids = (
                found[: limit + 1]
                if after is None
                else found.after(_cursor(after, found), limit + 1)
            )
            by_id = _by_id(tx, ids[:limit])
            detailed = edition_of(tx).shows_details
        shown = [by_id[number] for number in ids[:limit] if number in by_id]
        if not detailed:
            shown = [without_details(event) for event in shown]
        after = str(ids[limit - 1]) if len(ids) > limit else None
        return Page(tuple(shown), after, len(found), detailed)

    def first_page(
        self,
        actor: Actor,
        filters: AuditFilters = EVERYTHING,
        limit: int = 100,
        before: int | None = None,
    ) -> list[AuditEvent]:
        """The newest entries that pass, without counting the others: what a table shows at once.

        Args:
            actor: a Super Admin.
            filters: which entries.
            limit: at most so many, up to 10,000.
            before: only own entries older than this one; imported ones stand among the first page
                alone.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            WrongUsage: a filter that does not exist.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        limit = min(max(limit, 1), _LARGEST_PAGE)
        with self._database.read() as tx:
            if has_imported(tx):
                found = found_entries(tx, filters)
                ids = found[:limit] if before is None else found.after(before, limit)
            else:
                ids = array("q", newest_passing(Matching(tx), filters, limit, before))
            by_id = _by_id(tx, ids)
        return [by_id[number] for number in ids if number in by_id]

    def ids(self, actor: Actor, filters: AuditFilters = EVERYTHING) -> FoundEntries:
        """The numbers of all entries that pass, newest first, for a table.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            WrongUsage: a filter that does not exist.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        self._keep_index(filters)
        with self._database.read() as tx:
            return found_entries(tx, filters)

    def histogram(
        self,
        actor: Actor,
        filters: AuditFilters,
        zone: ZoneInfo,
        most: int = DEFAULT_BARS,
    ) -> Histogram:
        """How many entries pass, over time, in at most about ``most`` bars.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            WrongUsage: a filter that does not exist.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        self._keep_index(filters)
        with self._database.read() as tx:
            return histogram(Matching(tx), filters, zone, most)

    def facets(
        self,
        actor: Actor,
        filters: AuditFilters = EVERYTHING,
        wanted: Callable[[], bool] = lambda: True,
    ) -> Facets:
        """How many entries each choice of each filter has, the other filters holding.

        Args:
            actor: a Super Admin.
            filters: which entries.
            wanted: asked every few milliseconds whether anybody still waits for the counts.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            WrongUsage: a filter that does not exist.
            Unwanted: nobody waits any more.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        self._keep_index(filters)
        with self._database.read() as tx:
            return facets(Matching(tx), filters, wanted)

    def newest(self, actor: Actor) -> int:
        """The number of the newest own entry: whoever looks at the log sees whether it went on.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return int(tx.sql("SELECT coalesce(max(id), 0) FROM audit_events").fetchone()[0])

    def vocabulary(self, actor: Actor) -> Vocabulary:
        """The words that the search language knows here, and that filter menus offer.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return read_vocabulary(tx)

    def rows(self, actor: Actor, ids: Sequence[int]) -> list[AuditEvent]:
        """The entries with these numbers, in this order; what is not shown is left out.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            found = _by_id(tx, ids)
        return [found[event_id] for event_id in ids if event_id in found]

    def event(self, actor: Actor, event_id: int) -> AuditEvent:
        """One entry with all its details.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            UserError: ``audit_event_not_found``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            found = _by_id(tx, [event_id])
        if event_id not in found:
            raise entry_not_found(event_id)
        return found[event_id]

    def bulk(self, actor: Actor, event_id: int) -> BulkRecords:
        """Which records a bulk entry told of.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            UserError: ``audit_event_not_found``.
        """
        event = self.event(actor, event_id)
        with self._database.read() as tx:
            return bulk_records(tx, event)

    def bulk_rows(self, actor: Actor, records: BulkRecords, ids: Sequence[int]) -> list[BulkRecord]:
        """Some records of a bulk entry with what happened to them, at most 1,000, in this order.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return read_bulk(tx, records, ids)

    def _keep_index(self, filters: AuditFilters) -> None:
        keep_index(self._database, words=bool(filters.texts or filters.without.texts))


def found_entries(tx: Tx, filters: AuditFilters) -> FoundEntries:
    """The numbers of all entries that pass as :class:`AuditLogReader` shows them, newest first.

    Raises:
        WrongUsage: a filter that does not exist.
    """
    marks = Matching(tx).passing(filters)
    if has_imported(tx):
        return FoundWithImported(marks, imported_places(tx, filters))
    return FoundEntries(marks)


def _by_id(tx: Tx, ids: Sequence[int]) -> dict[int, AuditEvent]:
    shown = shown_categories(edition_of(tx))
    hidden = sensitive_names(tx)
    found = imported_events_numbered(tx, ids)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        for row in entries_numbered(tx, ids[start : start + _IDS_AT_ONCE]):
            event = read_event(row, hidden)
            if event.category in shown:
                found[event.id] = event
    return found


def _cursor(text: str, found: FoundEntries) -> int:
    digits = text.removeprefix("-")
    known = digits.isascii() and digits.isdigit() and len(digits) <= 18
    # Own entries never go; an imported one may have been removed with its file.
    if not known or (digits != text and int(text) not in found):
        raise WrongUsage(
            "audit_cursor_invalid",
            f"“{text}” is not where a page of the audit log ended.",
            "Give the value of “next” from the page before.",
        )
    return int(text)
