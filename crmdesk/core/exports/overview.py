"""How much left, by day, by person and by month: the figures above the list of exports.

Every figure comes with the filter that finds its exports, so that the list agrees with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import users
from crmdesk.core.exports.model import (
    OF_RECORDS,
    OF_SUPER_ADMINS,
    ExportFilter,
    ExportSource,
    ExportState,
)
from crmdesk.core.settings import Settings

#: Days in sight, today included.
DAYS: Final = 30
MONTHS: Final = 12
_MOST_EXPORTERS = 5
#: What is asked for and never finished has not left.
_LEFT: Final = (ExportState.SUCCEEDED,)
#: Backups stand in the list too, and stay here.
_LEAVING: Final = tuple(each for each in ExportSource if each is not ExportSource.BACKUP)
_LEAVING_OWN: Final = tuple(each for each in _LEAVING if each not in OF_SUPER_ADMINS)
# One look at a day or a month: the index has all that is asked for, whatever the zone's days are.
# Entries of the log, users and changes of a value are rows of a file, and no records.
_TAKEN_SQL: Final = (
    "SELECT user_id, count(*), sum(CASE WHEN source IN ({}) THEN coalesce(records, 0) ELSE 0 END) "
    "FROM exports WHERE state = 'succeeded' AND user_id IS NOT NULL "
    "AND created_at >= ? AND created_at < ? AND source IN ({}){} GROUP BY user_id"
)
_OWN_SQL: Final = " AND user_id = ?"
_EXPORTS, _RECORDS = "exports", "records"
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Amount:
    """How much left.

    Attributes:
        exports: files of any kind.
        records: in those of them that are of records.
        wanted: finds in the list exactly the exports that are counted here.
    """

    exports: int
    records: int
    wanted: ExportFilter


@dataclass(frozen=True, slots=True)
class DayAmount:
    """What left on one day of the workspace's zone."""

    day: date
    amount: Amount


@dataclass(frozen=True, slots=True)
class ExporterAmount:
    """What one user took; their name is empty where the account is gone."""

    user_id: int
    user_name: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class MonthAmount:
    """What one user took in one month; ``month`` is its first day."""

    month: date
    user_id: int
    user_name: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class ExportOverview:
    """The figures; finished exports only.

    Attributes:
        whole: of all the days.
        days: the last 30, oldest first, today included.
        exporters: who took most records in these days, at most five, most first.
        this_month, last_month: by the calendar; this month up to now.
    """

    whole: Amount
    days: tuple[DayAmount, ...]
    exporters: tuple[ExporterAmount, ...]
    this_month: DayAmount
    last_month: DayAmount


@dataclass(frozen=True, slots=True)
class _Taken:
    user_id: int
    exports: int
    records: int


@dataclass(slots=True)
class _Sums:
    """Exports and records, of each day and of each user."""

    days: Counter[tuple[date, str]]
    users: Counter[tuple[int, str]]


class ExportOverviews:
    """Reads the figures: of everybody's exports for a Super Admin, else of one's own."""

    def __init__(self, database: Database, guard: Guard, settings: Settings) -> None:
        self._database = database
        self._guard = guard
        self._settings = settings

    def show(self, actor: Actor) -> ExportOverview:
        """What left in the last 30 days, in this month and in the last one.

        Raises:
            PermissionDenied: the actor may not export.
        """
        self._guard.require(actor, Permission.EXPORT)
        everybody = self._guard.allows(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            zone = ZoneInfo(self._settings.text(tx, "workspace.time_zone"))
            today = tx.now.astimezone(zone).date()
            first = min(_first_in_sight(today), _before(today))
            sums = _summed(tx, zone, first, today, None if everybody else actor.user_id)
            names = _names(tx, {user_id for user_id, _ in sums.users})
        return _overview(sums, names, today, zone)

    def months(self, actor: Actor, count: int = MONTHS) -> tuple[MonthAmount, ...]:
        """What each user took in each of the last months, this one included.

        Newest first, and who took most records first; months in which nothing left are left out.

        Raises:
            PermissionDenied: the actor may not export.
        """
        self._guard.require(actor, Permission.EXPORT)
        everybody = self._guard.allows(actor, Permission.SUPER_ADMIN)
        found: list[tuple[date, date, _Taken]] = []
        with self._database.read() as tx:
            zone = ZoneInfo(self._settings.text(tx, "workspace.time_zone"))
            until = tx.now.astimezone(zone).date() + _A_DAY
            for _ in range(count):
                first = _month_of(until - _A_DAY)
                own = None if everybody else actor.user_id
                taken = _taken(tx, zone, first, until, own)
                most_first = sorted(taken, key=lambda each: (-each.records, each.user_id))
                found += [(first, until, each) for each in most_first]
                until = first
            names = _names(tx, {each.user_id for _, _, each in found})
        return tuple(
            MonthAmount(
                first,
                each.user_id,
                names.get(each.user_id, ""),
                Amount(
                    each.exports,
                    each.records,
                    replace(_filter(zone, first, until), users=(each.user_id,)),
                ),
            )
            for first, until, each in found
        )


def _summed(tx: Tx, zone: ZoneInfo, first: date, today: date, own: int | None) -> _Sums:
    """What left from a day to today: the days one by one, the users of the days in sight."""
    sums = _Sums(Counter(), Counter())
    for day in _days(first, today):
        for each in _taken(tx, zone, day, day + _A_DAY, own):
            sums.days[day, _EXPORTS] += each.exports
            sums.days[day, _RECORDS] += each.records
            if day >= _first_in_sight(today):
                sums.users[each.user_id, _EXPORTS] += each.exports
                sums.users[each.user_id, _RECORDS] += each.records
    return sums


def _taken(tx: Tx, zone: ZoneInfo, first: date, until: date, own: int | None) -> Iterator[_Taken]:
    """What each user took in these days, the last one not included."""
    sources = [each.value for each in (_LEAVING if own is None else _LEAVING_OWN)]
    of_records = sorted(each.value for each in OF_RECORDS)
    mine = "" if own is None else _OWN_SQL
    statement = _TAKEN_SQL.format(_marks(of_records), _marks(sources), mine)
    values = [*of_records, to_text(_begins(first, zone)), to_text(_begins(until, zone)), *sources]
    for row in tx.sql(statement, values if own is None else [*values, own]):
        yield _Taken(*row)


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _names(tx: Tx, ids: set[int]) -> dict[int, str]:
    wanted = select(users.c.id, users.c.full_name).where(users.c.id.in_(ids))
    return {row.id: row.full_name or "" for row in tx.execute(wanted)}


def _overview(sums: _Sums, names: dict[int, str], today: date, zone: ZoneInfo) -> ExportOverview:
    def amount(since: date, until: date) -> Amount:
        found = list(_days(since, until - _A_DAY))
        return Amount(
            sum(sums.days[day, _EXPORTS] for day in found),
            sum(sums.days[day, _RECORDS] for day in found),
            _filter(zone, since, until),
        )

    first, this_month, last_month = _first_in_sight(today), _month_of(today), _before(today)
    tomorrow = today + _A_DAY
    in_sight = _filter(zone, first, tomorrow)
    return ExportOverview(
        amount(first, tomorrow),
        tuple(DayAmount(day, amount(day, day + _A_DAY)) for day in _days(first, today)),
        _exporters(sums, names, in_sight),
        DayAmount(this_month, amount(this_month, tomorrow)),
        DayAmount(last_month, amount(last_month, this_month)),
    )


def _exporters(
    sums: _Sums, names: dict[int, str], in_sight: ExportFilter
) -> tuple[ExporterAmount, ...]:
    found = []
    for user_id in {user_id for user_id, _ in sums.users}:
        wanted = replace(in_sight, users=(user_id,))
        exports, records = sums.users[user_id, _EXPORTS], sums.users[user_id, _RECORDS]
        amount = Amount(exports, records, wanted)
        found.append(ExporterAmount(user_id, names.get(user_id, ""), amount))
    found.sort(key=lambda each: (-each.amount.records, -each.amount.exports, each.user_id))
    return tuple(found[:_MOST_EXPORTERS])


def _filter(zone: ZoneInfo, since: date, until: date) -> ExportFilter:
    return ExportFilter(
        since=_begins(since, zone), until=_begins(until, zone), states=_LEFT, sources=_LEAVING
    )


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _A_DAY


def _first_in_sight(today: date) -> date:
    return today - (DAYS - 1) * _A_DAY


def _before(day: date) -> date:
    """The first day of the month before."""
    return _month_of(_month_of(day) - _A_DAY)


def _month_of(day: date) -> date:
    return day.replace(day=1)
