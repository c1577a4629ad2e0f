"""The newest entries that pass, found without finding all: what a window shows first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.matching import Matching

#: Entries asked about first; then so many times as many, as long as too few of them pass.
_FIRST, _FIRST_WITH_TEXT, _GROWTH = 2048, 400, 16


def newest_passing(
    matching: Matching, filters: AuditFilters, limit: int, before: int | None = None
) -> list[int]:
    """At most ``limit`` entries that pass, newest first.

    Args:
        before: only entries older than this one.

    Raises:
        WrongUsage: ``audit_category_unknown``, ``audit_action_unknown``.
    """
    found: list[int] = []
    low, high = matching.ends_of_range(filters)
    if before is not None:
        high = min(high, before - 1)
    for first, last in _parts(low, high, with_text=bool(filters.texts)):
        passing = matching.within(first, last).passing(filters)
        found += islice(passing.newest_first(), limit - len(found))
        if len(found) >= limit:
            break
    return found


def _parts(low: int, high: int, *, with_text: bool) -> Iterator[tuple[int, int]]:
    """The ends of parts, the newest first, each larger than the one before."""
    size = _FIRST_WITH_TEXT if with_text else _FIRST
    while True:
        first = max(low, high - size + 1)
        yield first, high
        if first <= low:
            return
        high, size = first - 1, size * _GROWTH
