"""Own entries and imported ones as one list, by time."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate, groupby
from typing import overload

from crmdesk.core.audit.found import FoundEntries
from crmdesk.core.audit.imported_matching import ImportedPlaces
from crmdesk.core.audit.marks import CHUNK, Marks, RangeCounts

_WORD = 64


class FoundWithImported(FoundEntries):
    """Like :class:`FoundEntries`, with imported entries, whose numbers are negative, in between.

    Own entries keep their order. An imported one stands below the first own entry that is later.
    """

    def __init__(self, marks: Marks, imported: ImportedPlaces) -> None:
        super().__init__(marks)
        self._own = FoundEntries(marks)
        self._ids = imported.ids
        #: Before each imported entry stand so many own ones. There may be millions of them.
        self._own_before = _own_before(marks, imported.places)

    def __len__(self) -> int:
        return len(self._own) + len(self._ids)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> array[int]: ...
    def __getitem__(self, index: int | slice) -> int | array[int]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                return array("q", (self[position] for position in range(start, stop, step)))
            return self._between(start, stop)
        position = index + len(self) if index < 0 else index
        if not 0 <= position < len(self):
            raise IndexError(index)
        return self._between(position, position + 1)[0]

    def __iter__(self) -> Iterator[int]:
        own = iter(self._own)
        done = 0
        for number, before in zip(self._ids, self._own_before, strict=True):
            while done < before:
                yield next(own)
                done += 1
            yield number
        yield from own

    def __contains__(self, number: object) -> bool:
        if isinstance(number, int) and number < 0:
            return self._nth(number) is not None
        return number in self._own

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FoundWithImported):
            return self._own == other._own and self._ids == other._ids
        return False

    __hash__ = None

    def index(self, value: int, start: int = 0, stop: int | None = None) -> int:
        """The place of an entry.

        Raises:
            ValueError: it is not among them, or not in that part.
        """
        nth = self._nth(value) if value < 0 else None
        if nth is not None:
            position = self._position(nth)
        else:
            own = self._own.index(value)
            position = own + bisect_right(self._own_before, own)
        if start <= position < (len(self) if stop is None else stop):
            return position
        raise ValueError(value)

    def after(self, number: int, limit: int) -> array[int]:
        """At most ``limit`` entries older than ``number``, newest first."""
        if number < 0:
            nth = self._nth(number)
            if nth is None:
                raise ValueError(number)
            start = self._position(nth) + 1
        else:
            newer = len(self._own) - RangeCounts(self.marks).below(number)
            start = newer + bisect_left(self._own_before, newer)
        return self[start : start + limit]

    def _position(self, nth: int) -> int:
        """Where the nth imported entry stands: behind those before it, own ones and imported."""
        return nth + self._own_before[nth]

    def _nth(self, number: int) -> int | None:
        """Which of the imported entries has this number."""
        if not self._ids:
            return None
        # Entries of one file are numbered in their order, and often there is only one file.
        guess = number - self._ids[0]
        if 0 <= guess < len(self._ids) and self._ids[guess] == number:
            return guess
        try:
            return self._ids.index(number)
        except ValueError:
            return None

    def _between(self, start: int, stop: int) -> array[int]:
        stop = max(start, stop)
        every = range(len(self._ids))
        first = bisect_left(every, start, key=self._position)
        last = bisect_left(every, stop, key=self._position)
        own = self._own[start - first : stop - last]
        if first == last:
            return own
        found, taken = array("q"), 0
        for n in range(first, last):
            until = self._own_before[n] - (start - first)
            found.extend(own[taken:until])
            found.append(self._ids[n])
            taken = until
        found.extend(own[taken:])
        return found


def _own_before(marks: Marks, places: array[int]) -> array[int]:
    """For each place, in falling order, how many own entries stand above it."""
    counts = RangeCounts(marks)
    found = array(places.typecode)
    for chunk, some in groupby(places, key=lambda place: place // CHUNK):
        above = counts.total - counts.below(chunk * CHUNK)
        words = array("Q", (marks.chunks.get(chunk, 0)).to_bytes(CHUNK // 8, sys.byteorder))
        if sys.byteorder == "big":
            words.reverse()
        sums = [0, *accumulate(map(int.bit_count, words))]
        for place in some:
            word, bit = divmod(place % CHUNK, _WORD)
            found.append(above - sums[word] - (words[word] & ((1 << bit) - 1)).bit_count())
    return found
