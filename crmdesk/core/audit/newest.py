"""The newest entries that pass, found without finding all: what a window shows first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice, takewhile

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.matching import Matching
from crmdesk.core.audit.texts import looked_down_to, seen_before, worded_to
from crmdesk.core.audit.texts_among import RareText, holding, newest_with, rare_text

#: Entries asked about first; then so many times as many, as long as too few of them pass.
_FIRST, _GROWTH = 2048, 16
#: Entries whose words are looked through before the full text is asked: what every fourth entry
#: holds stands among them, and the full text is slow with what is common.
_MOST_LOOKED_THROUGH = 2000
_LEAST_LOOKED_THROUGH = 25
#: What more entries than one in so many hold is found by looking on.
_OFTEN = 10


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
    if not filters.texts and not filters.without.texts:
        return list(islice(_newest(matching, filters, low, high), limit))
    looking = _Looking(matching, filters, limit)
    older = _newest(matching, filters, low, looking.down(low, high))
    return looking.found + list(islice(older, limit - len(looking.found)))


class _Looking:
    """Looks for texts in the entries that pass all else, from the newest down.

    Attributes:
        found: those that hold them, at most as many as are wanted.
    """

    def __init__(self, matching: Matching, filters: AuditFilters, limit: int) -> None:
        self.found: list[int] = []
        self._matching = matching
        self._texts, self._unwanted = filters.texts, filters.without.texts
        self._else = replace(filters, texts=(), without=replace(filters.without, texts=()))
        self._limit = limit
        self._reached = 0

    def down(self, low: int, high: int) -> int:
        """Look down as far as it is worth it; returns from where on nothing was looked at."""
        tx, index = self._matching.tx, self._matching.index
        kept = worded_to(tx, index)
        # Words that are not kept can only be looked for one by one.
        newest = _newest(self._matching, self._else, max(low, kept + 1), high)
        if self._look(newest, _MOST_LOOKED_THROUGH):
            return self._reached - 1
        older = _newest(self._matching, self._else, low, min(high, kept), self._texts)
        had, some = len(self.found), self._usual
        more = self._look(older, some)
        if more and len(self.found) < self._limit:
            often = (len(self.found) - had) * _OFTEN >= some
            rare = None if often else rare_text(tx, index, self._texts)
            more = self._ask(rare, low) if rare else self._look(older, _MOST_LOOKED_THROUGH)
        return self._reached - 1 if more else low - 1

    def _ask(self, rare: RareText, low: int) -> bool:
        """Go on with what the full text finds."""
        tx, index = self._matching.tx, self._matching.index
        hits = newest_with(tx, index, rare, self._reached - 1)
        left = [text for text in self._texts if text != rare.text or not rare.exact]

        def passing(numbers: list[int]) -> list[int]:
            return self._holding(left, self._matching.passing_of(self._else, numbers))

        entries = takewhile(lambda number: number >= low, hits)
        return self._look(entries, _MOST_LOOKED_THROUGH, passing)

    @property
    def _usual(self) -> int:
        """So many are looked at first: a few more than are wanted."""
        return min(max(self._limit * 5 // 4, _LEAST_LOOKED_THROUGH), _MOST_LOOKED_THROUGH)

    def _look(
        self,
        entries: Iterator[int],
        most: int,
        passing: Callable[[list[int]], list[int]] | None = None,
    ) -> bool:
        """Look at some entries until all are found; returns whether there may be more of them.

        Args:
            most: so many are looked at.
            passing: tells which of some pass; without it those that hold the texts.
        """
        had, seen, wanted = len(self.found), 0, self._usual
        while (missing := self._limit - len(self.found)) and seen < most:
            asked = min(wanted, most - seen)
            some = list(islice(entries, asked))
            found = passing(some) if passing else self._holding(self._texts, some)
            self.found += found[:missing]
            if len(some) < asked:
                return False
            self._reached, seen = some[-1], seen + asked
            # As many again as hold what is missing, if they are like those before.
            gained, missing = len(self.found) - had, self._limit - len(self.found)
            expected = missing * seen // max(gained, 1)
            wanted = min(max(expected, _LEAST_LOOKED_THROUGH), seen * 3)
        return True

    def _holding(self, texts: Iterable[str], numbers: list[int]) -> list[int]:
        tx, index = self._matching.tx, self._matching.index
        numbers = holding(tx, index, texts, numbers)
        return holding(tx, index, self._unwanted, numbers, held=False)


def _newest(
    matching: Matching, filters: AuditFilters, low: int, high: int, texts: Iterable[str] = ()
) -> Iterator[int]:
    """All that pass, newest first, found in parts as they are asked for.

    Args:
        texts: those that are known not to hold these are left out.
    """
    for first, last in _parts(matching, filters, low, high):
        passing = matching.within(first, last).passing(filters)
        yield from seen_before(matching.tx, matching.index, texts, passing).newest_first()


def _parts(
    matching: Matching, filters: AuditFilters, low: int, high: int
) -> Iterator[tuple[int, int]]:
    """The ends of parts, the newest first, each larger than the one before."""
    if high < low:
        return
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
