"""Which rows are ticked, kept by id so that sorting and paging never lose them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

# Bounded steps let the GUI thread take the interpreter in between: one set operation over
# millions of ids would hold it for as long as it takes.
_STEP = 8192


class Ticks:
    """Ids chosen one by one, or all ids of a list but a few.

    "All" remembers the list it was said over: rows that come later are not ticked, so a
    bulk action never reaches what nobody saw.
    """

    def __init__(self) -> None:
        self._all: array[int] | None = None
        self._ids: set[int] = set()

    def __contains__(self, row_id: int) -> bool:
        return (row_id in self._ids) != (self._all is not None)

    def __len__(self) -> int:
        return len(self._ids) if self._all is None else len(self._all) - len(self._ids)

    def clear(self) -> None:
        """Tick nothing."""
        self._all = None
        self._ids = set()

    def tick_all(self, ids: array[int]) -> None:
        """Tick every id of the list now shown."""
        self._all = ids
        self._ids = set()

    def put(self, row_ids: Iterable[int], ticked: bool) -> None:
        """Tick or untick some rows of the list now shown."""
        if ticked == (self._all is None):
            self._ids.update(row_ids)
        else:
            self._ids.difference_update(row_ids)

    def toggle(self, row_id: int) -> None:
        """Tick the row if it is not, untick it if it is."""
        self.put([row_id], row_id not in self)

    def ids(self) -> array[int]:
        """The ticked ids, in the list's order after "all", else ascending."""
        if self._all is None:
            return array("q", sorted(self._ids))
        if not self._ids:
            return self._all[:]
        left_out = self._ids
        return array("q", (row_id for row_id in self._all if row_id not in left_out))

    def within(self, ids: array[int]) -> Ticks:
        """The same ticks, as far as their rows are in another list.

        Safe to call off the GUI thread while nobody changes the ticks.
        """
        kept = Ticks()
        if self._all is not None and self._all == ids:
            kept._all = ids
            kept._ids = set(self._ids)
        elif len(self):
            held = self._as_set()
            for start in range(0, len(ids), _STEP):
                kept._ids.update(held.intersection(ids[start : start + _STEP]))
        return kept

    def copy(self) -> Ticks:
        """Ticks that no longer change with these."""
        twin = Ticks()
        twin._all = self._all
        twin._ids = set(self._ids)
        return twin

    def same_as(self, other: Ticks) -> bool:
        """Whether the same was ticked, and over the same list."""
        return self._all is other._all and self._ids == other._ids

    def _as_set(self) -> set[int]:
        if self._all is None:
            return self._ids
        held: set[int] = set()
        for start in range(0, len(self._all), _STEP):
            held.update(self._all[start : start + _STEP])
        return held - self._ids
