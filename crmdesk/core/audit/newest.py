"""The newest entries that pass, found without finding all: what a window shows first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.marks import marks_of
from crmdesk.core.audit.matching import Matching
from crmdesk.core.audit.texts import looked_down_to

#: Entries asked about first; then so many times as many, as long as too few of them pass.
_FIRST, _GROWTH = 2048, 16
#: Entries whose words are looked through before the full text is asked: what every fourth entry
#: holds stands among them, and the full text is slow with what is common.
_LOOKED_THROUGH, _MOST_LOOKED_THROUGH = 100, 1500
_LEAST_LOOKED_THROUGH = 25


def newest_passing(
    matching: Matching, filters: AuditFilters, limit: int, before: int | None = None
) -> list[int]:
    """At most ``limit`` entries that pass, newest first.

    Args:
        before: only entries older than this one.

    Raises:
        WrongUsage: ``audit_category_unknown``, ``audit_action_unknown``.
    """
    low, high = matching.ends_of_range(filters)
    if before is not None:
        high = min(high, before - 1)
    found: list[int] = []
    if filters.texts:
        found, high = _looked_through(matching, filters, limit, low, high)
    if len(found) == limit or high < low:
        return found
    return found + _newest(matching, filters, limit - len(found), low, high)


def _looked_through(
    matching: Matching, filters: AuditFilters, limit: int, low: int, high: int
) -> tuple[list[int], int]:
    """What is soon found by reading entries one after the other, and where to go on from there."""
    textless = replace(filters, texts=(), without=replace(filters.without, texts=()))
    found: list[int] = []
    wanted, seen = _LOOKED_THROUGH, 0
    while seen + wanted <= _MOST_LOOKED_THROUGH:
        entries = _newest(matching, textless, wanted, low, high)
        if entries:
            part = matching.within(entries[-1], high)
            passing = part.with_texts(filters, marks_of(entries), few=len(entries))
            found += islice(passing.newest_first(), limit - len(found))
            high = entries[-1] - 1
        if len(found) == limit or len(entries) < wanted:
            return found, low - 1
        if not found:
            break
        # As many again as hold what is missing, if they are like those before, and a quarter more.
        seen += wanted
        wanted = max((limit - len(found)) * seen * 5 // (len(found) * 4), _LEAST_LOOKED_THROUGH)
    return found, high


def _newest(
    matching: Matching, filters: AuditFilters, limit: int, low: int, high: int
) -> list[int]:
    found: list[int] = []
    for first, last in _parts(matching, filters, low, high):
        if len(found) >= limit:
            break
        passing = matching.within(first, last).passing(filters)
        found += islice(passing.newest_first(), limit - len(found))
    return found


def _parts(
    matching: Matching, filters: AuditFilters, low: int, high: int
) -> Iterator[tuple[int, int]]:
    """The ends of parts, the newest first, each larger than the one before."""
    if matching.within(low, high).names_few(filters):
        yield low, high
        return
    # What is known of texts comes first, and is not joined with what is not.
    known = looked_down_to(matching.index, filters.texts)
    if low < known <= high:
        yield known, high
        high = known - 1
    size = _FIRST
    while low <= high:
        first = max(low, high - size + 1)
        yield first, high
        high, size = first - 1, size * _GROWTH
