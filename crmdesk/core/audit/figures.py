"""Figures about the entries that pass: how many when, and how many of each kind."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from crmdesk.core.audit.counting import Counting
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.imported_matching import imported_counts, imported_times
from crmdesk.core.audit.index import Facet
from crmdesk.core.audit.language_times import start_of_day
from crmdesk.core.audit.marks import Marks, RangeCounts
from crmdesk.core.audit.matching import Matching

DEFAULT_BARS = 60


class Span(StrEnum):
    """How much time a bar of a histogram stands for; days and longer are those of a zone."""

    QUARTER = "quarter_hour"
    HOUR = "hour"
    SIX_HOURS = "six_hours"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Bar:
    """Entries of some time.

    Attributes:
        start, end: aware UTC; the end is where the next bar starts.
    """

    start: datetime
    end: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Entries over time, the oldest bar first; without entries and dates there are no bars.

    Attributes:
        total: the sum of the bars, which is how many entries pass.
    """

    span: Span
    bars: tuple[Bar, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Facets:
    """By value, how many entries would pass if this filter had that value alone.

    All other filters hold. Values without entries are left out.
    """

    categories: dict[str, int]
    subcategories: dict[str, int]
    actions: dict[str, int]
    results: dict[str, int]
    object_types: dict[str, int]
    users: dict[int, int]


_SECONDS = {Span.QUARTER: 900, Span.HOUR: 3600, Span.SIX_HOURS: 21_600}
_ROUGH_SECONDS = _SECONDS | {
    Span.DAY: 86_400,
    Span.WEEK: 7 * 86_400,
    Span.MONTH: 30 * 86_400,
    Span.YEAR: 365 * 86_400,
}


def histogram(
    matching: Matching, filters: AuditFilters, zone: ZoneInfo, most: int = DEFAULT_BARS
) -> Histogram:
    """How many entries pass, over time.

    Args:
        matching: of one transaction.
        filters: which entries; their dates say where the bars begin and end, else the entries do.
        zone: whose days, weeks, months and years are counted.
        most: about so many bars at most; the shortest span that needs no more is chosen.
    """
    passing = matching.passing(filters)
    imported = imported_times(matching.tx, filters)
    first, last = _ends(matching, filters, passing, imported)
    if first is None or last < first:
        return Histogram(Span.DAY, (), 0)
    span = _fitting(last - first, most)
    counts = RangeCounts(passing)
    bars = []
    below = 0
    for start, end in _steps(first, last, span, zone):
        reached = counts.below(matching.first_at(end)) + bisect_left(imported, end)
        bars.append(Bar(start, end, reached - below))
        below = reached
    return Histogram(span, tuple(bars), below)


def facets(
    matching: Matching, filters: AuditFilters, wanted: Callable[[], bool] = lambda: True
) -> Facets:
    """How many entries each choice of each filter has beside all others.

    Args:
        matching: of one transaction.
        filters: which entries.
        wanted: asked every few milliseconds whether anybody still waits for the counts.

    Raises:
        Unwanted: nobody does.
    """
    freed = {
        # A subcategory is of a category: other categories bring other ones.
        Facet.CATEGORY: replace(filters, categories=(), subcategories=()),
        Facet.SUBCATEGORY: replace(filters, subcategories=()),
        Facet.ACTION: replace(filters, actions=()),
        Facet.RESULT: replace(filters, results=()),
        Facet.OBJECT_TYPE: replace(filters, object_types=()),
        Facet.USER: replace(filters, by=(), user_ids=(), team_ids=()),
    }
    counting = Counting(matching.tx, matching.index, wanted)
    found: dict[Facet, dict[str, int]] = {}
    # Most filters are not set, and then their counts are of one and the same set.
    for asked in dict.fromkeys(freed.values()):
        alike = [facet for facet, own in freed.items() if own == asked]
        found |= counting.counts(alike, matching.passing(asked))
    for facet, own in freed.items():
        for value, count in imported_counts(matching.tx, facet, own).items():
            found[facet][value] = found[facet].get(value, 0) + count
    return Facets(
        found[Facet.CATEGORY],
        found[Facet.SUBCATEGORY],
        found[Facet.ACTION],
        found[Facet.RESULT],
        found[Facet.OBJECT_TYPE],
        {int(value): count for value, count in found[Facet.USER].items()},
    )


def _ends(
    matching: Matching, filters: AuditFilters, passing: Marks, imported: Sequence[datetime]
) -> tuple[datetime | None, datetime]:
    """From when to when bars are drawn."""
    oldest, newest = matching.ends(passing)
    if imported:
        oldest = imported[0] if oldest is None else min(oldest, imported[0])
        newest = imported[-1] if newest is None else max(newest, imported[-1])
    first, last = matching.since(filters), filters.until
    if last is None:
        # After a clock was set back, entries have their place in the order, which is in future.
        last = max(newest or matching.now, matching.now)
    return (oldest if first is None else first), last


def _fitting(length: timedelta, most: int) -> Span:
    for span in Span:
        if length.total_seconds() / _ROUGH_SECONDS[span] <= most:
            return span
    return Span.YEAR


def _steps(
    first: datetime, last: datetime, span: Span, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Where bars start and end; the first starts before the first entry, or with it."""
    if span in _SECONDS:
        seconds = _SECONDS[span]
        at = datetime.fromtimestamp(first.timestamp() // seconds * seconds, UTC)
        while at <= last:
            yield at, at + timedelta(seconds=seconds)
            at += timedelta(seconds=seconds)
        return
    day = _first_day(first.astimezone(zone).date(), span)
    while (start := start_of_day(day, zone)) <= last:
        day = _next_day(day, span)
        yield start, start_of_day(day, zone)


def _first_day(day: date, span: Span) -> date:
    if span is Span.WEEK:
        return day - timedelta(days=day.weekday())
    if span is Span.MONTH:
        return day.replace(day=1)
    return day.replace(month=1, day=1) if span is Span.YEAR else day


def _next_day(day: date, span: Span) -> date:
    if span is Span.YEAR:
        return day.replace(year=day.year + 1)
    if span is Span.MONTH:
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if span is Span.WEEK else 1)
