"""The entries that were found, as a list that is worked out where it is looked at."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

from crmdesk.core.audit.marks import Falling, Marks, RangeCounts

_CHUNKS_KEPT = 8


class FoundEntries(Sequence[int]):
    """Numbers of entries, newest first: exact length, any place at once, no list of millions.

    Ten million are a bit each; the numbers themselves are made for the part that is looked at.
    """

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self._counts = RangeCounts(marks)
        self._length = self._counts.total
        self._kept: dict[int, Falling] = {}

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> array[int]: ...
    def __getitem__(self, index: int | slice) -> int | array[int]:
        if isinstance(index, slice):
            return self._part(*index.indices(self._length))
        position = index + self._length if index < 0 else index
        if not 0 <= position < self._length:
            raise IndexError(index)
        return self._part(position, position + 1, 1)[0]

    def __iter__(self) -> Iterator[int]:
        return self.marks.newest_first()

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and number in self.marks

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FoundEntries):
            return self.marks.chunks == other.marks.chunks
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def index(self, value: int, start: int = 0, stop: int | None = None) -> int:
        """The place of an entry.

        Raises:
            ValueError: it is not among them, or not in that part.
        """
        if value in self.marks:
            position = self._length - 1 - self._counts.below(value)
            if start <= position < (self._length if stop is None else stop):
                return position
        raise ValueError(value)

    def after(self, number: int, limit: int) -> array[int]:
        """At most ``limit`` entries older than ``number``, newest first."""
        start = self._length - self._counts.below(number)
        return self[start : start + limit]

    def _part(self, start: int, stop: int, step: int) -> array[int]:
        if step != 1:
            return array("q", (self[position] for position in range(start, stop, step)))
        found = array("q")
        while start < stop:
            # Chunks are counted from the lowest number up, and the list goes down.
            chunk = self._counts.chunk_of(self._length - 1 - start)
            above = self._length - self._counts.through(chunk)
            part = self._falling(chunk).part(start - above, stop - start)
            found.extend(part)
            start += len(part)
        return found

    def _falling(self, chunk: int) -> Falling:
        found = self._kept.get(chunk)
        if found is None:
            found = Falling(chunk, self.marks.chunks[chunk])
            for oldest in list(self._kept)[: 1 - _CHUNKS_KEPT]:
                # Threads may share a list: whoever comes first takes it out.
                self._kept.pop(oldest, None)
            self._kept[chunk] = found
        return found
