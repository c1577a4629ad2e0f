"""Own entries and imported ones as one list, by time."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import overload

from crmdesk.core.audit.found import FoundEntries
from crmdesk.core.audit.imported_matching import ImportedPlaces
from crmdesk.core.audit.marks import Marks, RangeCounts


class FoundWithImported(FoundEntries):
    """Like :class:`FoundEntries`, with imported entries, whose numbers are negative, in between.

    Own entries keep their order. An imported one stands below the first own entry that is later.
    """

    def __init__(self, marks: Marks, imported: ImportedPlaces) -> None:
        super().__init__(marks)
        self._own = FoundEntries(marks)
        self._ids = imported.ids
        counts, own = RangeCounts(marks), len(self._own)
        #: Before each imported entry stand so many own ones …
        self._own_before = [own - counts.below(place) for place in imported.places]
        #: … and with the imported ones before it, this is where it stands.
        self._positions = [n + before for n, before in enumerate(self._own_before)]
        self._place_of = {number: n for n, number in enumerate(imported.ids)}

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
        return number in self._place_of or number in self._own

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
        if value in self._place_of:
            position = self._positions[self._place_of[value]]
        else:
            own = self._own.index(value)
            position = own + bisect_right(self._own_before, own)
        if start <= position < (len(self) if stop is None else stop):
            return position
        raise ValueError(value)

    def after(self, number: int, limit: int) -> array[int]:
        """At most ``limit`` entries older than ``number``, newest first."""
        if number < 0:
            start = self._positions[self._place_of[number]] + 1
        else:
            newer = len(self._own) - RangeCounts(self.marks).below(number)
            start = newer + bisect_left(self._own_before, newer)
        return self[start : start + limit]

    def _between(self, start: int, stop: int) -> array[int]:
        stop = max(start, stop)
        first, last = bisect_left(self._positions, start), bisect_left(self._positions, stop)
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
