"""Reads the audit log, for Super Admins; reading writes no entry."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import desc, func, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.event import (
    AuditEvent,
    entries,
    entries_numbered,
    read_event,
    run_plain,
    sensitive_names,
)
from crmdesk.core.audit.filters import (
    AuditFilters,
    Conditions,
    conditions,
    shown_categories,
)
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import audit_events
from crmdesk.core.errors import UserError, WrongUsage
from crmdesk.core.setting_declarations import Edition
from crmdesk.core.settings import read_setting

EVERYTHING = AuditFilters()
_LARGEST_PAGE = 10_000
_IDS_AT_ONCE = 500
_IDS_PER_TURN = 20_000


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first.

    Attributes:
        next: what to give as ``after`` for the entries that follow; ``None`` at the end.
        total: how many entries pass the filters in all.
    """

    events: tuple[AuditEvent, ...]
    next: str | None
    total: int


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
        with self._database.read() as tx:
            wanted = conditions(tx, filters, _edition(tx))
            total = _count(tx, wanted)
            if after is not None:
                wanted.append(audit_events.c.id < _cursor(after))
            # One more than asked for tells whether there is a next page.
            statement = entries().where(*wanted).order_by(desc(audit_events.c.id))
            rows = run_plain(tx, statement.limit(limit + 1)).fetchall()
            hidden = sensitive_names(tx)
        shown = tuple(read_event(row, hidden) for row in rows[:limit])
        return Page(shown, str(shown[-1].id) if len(rows) > limit else None, total)

    def ids(self, actor: Actor, filters: AuditFilters = EVERYTHING) -> array[int]:
        """The numbers of all entries that pass, newest first, 8 bytes each, for a table.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            WrongUsage: a filter that does not exist.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            wanted = conditions(tx, filters, _edition(tx))
            return _found_ids(tx, wanted) if wanted else _every_id(tx)

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
            raise UserError(
                "audit_event_not_found",
                f"The audit log shows no entry {event_id}.",
                "It may be of a category that this edition does not show.",
                id=event_id,
            )
        return found[event_id]


def count_entries(tx: Tx, filters: AuditFilters) -> int:
    """How many entries :func:`walk_entries` comes to.

    Raises:
        WrongUsage: a filter that does not exist.
    """
    statement = select(func.count()).select_from(audit_events)
    return int(tx.scalar(statement.where(*conditions(tx, filters, _edition(tx)))))


def walk_entries(tx: Tx, filters: AuditFilters) -> Iterator[AuditEvent]:
    """The entries that pass as :class:`AuditLogReader` shows them, newest first, one by one.

    Raises:
        WrongUsage: a filter that does not exist.
    """
    wanted = conditions(tx, filters, _edition(tx))
    hidden = sensitive_names(tx)
    cursor = run_plain(tx, entries().where(*wanted).order_by(desc(audit_events.c.id)))
    while rows := cursor.fetchmany(_IDS_AT_ONCE):
        for row in rows:
            yield read_event(row, hidden)


def _edition(tx: Tx) -> Edition:
    return Edition(str(read_setting(tx, "workspace.edition")))


def _every_id(tx: Tx) -> array[int]:
    """Entries are numbered without a gap, so that the first and the last tell all of them.

    An entry that somebody took out is then still listed, and its row says that it is missing.
    """
    first, last = _span(tx)
    found = array("q")
    for start in range(last, first - 1, -_IDS_PER_TURN):
        # In pieces: making ten million numbers at once would hold the window up.
        found.extend(range(start, max(start - _IDS_PER_TURN, first - 1), -1))
    return found


def _found_ids(tx: Tx, wanted: Conditions) -> array[int]:
    statement = select(audit_events.c.id).where(*wanted).order_by(desc(audit_events.c.id))
    cursor = run_plain(tx, statement)
    found = array("q")
    while rows := cursor.fetchmany(_IDS_PER_TURN):
        found.extend([row[0] for row in rows])
    return found


def _count(tx: Tx, wanted: Conditions) -> int:
    if not wanted:
        first, last = _span(tx)
        return last - first + 1
    statement = select(func.count()).select_from(audit_events).where(*wanted)
    return int(tx.scalar(statement))


def _span(tx: Tx) -> tuple[int, int]:
    row = tx.sql(
        "SELECT (SELECT min(id) FROM audit_events), (SELECT max(id) FROM audit_events)"
    ).fetchone()
    return (1, 0) if row[0] is None else (row[0], row[1])


def _by_id(tx: Tx, ids: Sequence[int]) -> dict[int, AuditEvent]:
    shown = shown_categories(_edition(tx))
    hidden = sensitive_names(tx)
    found: dict[int, AuditEvent] = {}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        for row in entries_numbered(tx, ids[start : start + _IDS_AT_ONCE]):
            event = read_event(row, hidden)
            if event.category in shown:
                found[event.id] = event
    return found


def _cursor(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise WrongUsage(
            "audit_cursor_invalid",
            f"“{text}” is not where a page of the audit log ended.",
            "Give the value of “next” from the page before.",
        )
    return int(text)
