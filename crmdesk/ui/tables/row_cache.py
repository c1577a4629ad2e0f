"""The rows of a few pages, so that painting never reads the database twice."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Sequence
from operator import neg

from crmdesk.ui.tables.cells import Row, RowKind

# A little more than fits a window: a jump into millions reads one page or two, in one frame.
PAGE_ROWS = 32
# More of them would only be more for Python's search for garbage to go through.
PAGES_KEPT = 32

# Searching in steps lets other threads run in between; one search of millions would not.
_STEP = 65_536

Fetch = Callable[[Sequence[int]], Sequence[Row]]


class RowCache:
    """Pages of rows by position, the least recently used thrown away first.

    Args:
        fetch: rows of some ids; ids it does not return are shown as gone.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._ids: Sequence[int] = array("q")
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()

    @property
    def ids(self) -> Sequence[int]:
        """The ids of the whole table, in its order. Not to be changed."""
        return self._ids

    def reset(self, ids: Sequence[int]) -> None:
        """Show other ids; every page is read anew."""
        self._ids = ids
        self._pages.clear()

    def forget(self) -> None:
        """Read every page anew: rows changed, their order did not."""
        self._pages.clear()

    def row(self, position: int) -> Row:
        """The row at a position from 0; reads its page when it is not held."""
        number = position // PAGE_ROWS
        page = self._pages.get(number)
        if page is None:
            page = self._read(number)
        else:
            self._pages.move_to_end(number)
        return page[position - number * PAGE_ROWS]

    def _read(self, number: int) -> list[Row]:
        start = number * PAGE_ROWS
        ids = self._ids[start : start + PAGE_ROWS]
        found = {row.id: row for row in self._fetch(ids)}
        page = [found.get(row_id) or Row(row_id, kind=RowKind.GONE) for row_id in ids]
        self._pages[number] = page
        if len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        return page


def find(ids: Sequence[int], row_id: int | None) -> int:
    """Position of an id, or -1.

    Lists in the order of their ids, up or down, take 20 steps a million; others are gone through
    from the first, which gives other threads their turn.
    """
    if row_id is None:
        return -1
    if not isinstance(ids, array):
        # A list that is worked out where it is looked at knows its places by itself.
        try:
            return ids.index(row_id)
        except ValueError:
            return -1
    rising = bisect_left(ids, row_id)
    falling = bisect_left(ids, -row_id, key=neg)
    for position in (rising, falling):
        if position < len(ids) and ids[position] == row_id:
            return position
    for start in range(0, len(ids), _STEP):
        try:
            return ids.index(row_id, start, start + _STEP)
        except ValueError:
            continue
    return -1
