"""Sets of entries as bits: any combination of filters over ten million takes milliseconds."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import compress, repeat

#: Entries whose bits make one number.
CHUNK = 1 << 16
_ALL = (1 << CHUNK) - 1
_SET = ord("1")
_ZERO_AND_ONE = bytes.maketrans(b"01", b"\x00\x01")


class Marks:
    """A set of numbers of entries.

    Args:
        chunks: by ``number // CHUNK`` an integer with the bit ``number % CHUNK`` of each member;
            none is 0. It is not copied, and not to be changed.
    """

    __slots__ = ("chunks",)

    def __init__(self, chunks: Mapping[int, int]) -> None:
        self.chunks = chunks

    def __and__(self, other: Marks) -> Marks:
        few, many = sorted((self.chunks, other.chunks), key=len)
        both = ((chunk, bits & many.get(chunk, 0)) for chunk, bits in few.items())
        return Marks({chunk: bits for chunk, bits in both if bits})

    def __or__(self, other: Marks) -> Marks:
        joined = dict(self.chunks)
        for chunk, bits in other.chunks.items():
            joined[chunk] = joined.get(chunk, 0) | bits
        return Marks(joined)

    def __sub__(self, other: Marks) -> Marks:
        left = ((chunk, bits & ~other.chunks.get(chunk, 0)) for chunk, bits in self.chunks.items())
        return Marks({chunk: bits for chunk, bits in left if bits})

    def __contains__(self, number: int) -> bool:
        chunk, bit = divmod(number, CHUNK)
        return bool(self.chunks.get(chunk, 0) >> bit & 1)

    def count(self) -> int:
        """How many."""
        return sum(bits.bit_count() for bits in self.chunks.values())

    def newest_first(self) -> Iterator[int]:
        """The numbers, from the highest to the lowest."""
        for chunk in sorted(self.chunks, reverse=True):
            yield from falling(chunk, self.chunks[chunk])


EMPTY = Marks({})


def falling(chunk: int, bits: int) -> array[int]:
    """The numbers of one chunk, from the highest to the lowest, 8 bytes each."""
    length = bits.bit_length()
    signs = f"{bits:b}".encode().translate(_ZERO_AND_ONE)
    top = chunk * CHUNK + length - 1
    return array("q", compress(range(top, top - length, -1), signs))


def span(first: int, last: int) -> Marks:
    """Every number from ``first`` to ``last``, both included."""
    if last < first:
        return EMPTY
    low, high = first // CHUNK, last // CHUNK
    chunks = dict.fromkeys(range(low, high + 1), _ALL)
    chunks[high] &= (1 << (last % CHUNK + 1)) - 1
    chunks[low] &= _ALL ^ ((1 << first % CHUNK) - 1)
    return Marks(chunks)


def marks_of(numbers: Iterable[int]) -> Marks:
    """The set of these numbers, in any order; negative ones are in no set."""
    by_chunk: dict[int, bytearray] = {}
    for number in numbers:
        if number < 0:
            continue
        chunk, bit = divmod(number, CHUNK)
        held = by_chunk.get(chunk)
        if held is None:
            held = by_chunk[chunk] = bytearray(CHUNK // 8)
        held[bit >> 3] |= 1 << (bit & 7)
    return Marks({chunk: int.from_bytes(held, "little") for chunk, held in by_chunk.items()})


def marks_of_many(numbers: Iterable[int], last: int) -> Marks:
    """The same for up to millions of numbers, none of them above ``last``.

    A sign for each number that there is, set without a step of this interpreter: a quarter of the
    time for a million, and wasted on a few.
    """
    signs = bytearray(b"0") * ((last // CHUNK + 1) * CHUNK)
    deque(map(signs.__setitem__, numbers, repeat(_SET)), maxlen=0)
    # Binary digits begin with the highest.
    chunks = (
        (start // CHUNK, int(signs[start : start + CHUNK][::-1], 2))
        for start in range(0, len(signs), CHUNK)
        if _SET in signs[start : start + CHUNK]
    )
    return Marks(dict(chunks))


class RangeCounts:
    """Counts the members of a set between two numbers, again and again."""

    def __init__(self, marks: Marks) -> None:
        self._chunks = marks.chunks
        self._order = sorted(marks.chunks)
        self._before = [0]
        for chunk in self._order:
            self._before.append(self._before[-1] + marks.chunks[chunk].bit_count())

    def below(self, number: int) -> int:
        """How many are lower than ``number``."""
        chunk, bit = divmod(number, CHUNK)
        position = bisect_left(self._order, chunk)
        part = self._chunks.get(chunk, 0) & ((1 << bit) - 1) if bit else 0
        return self._before[position] + part.bit_count()

    def at(self, position: int) -> tuple[int, int]:
        """The chunk that holds a member, and how many are in lower chunks.

        Args:
            position: among all, from the lowest up.
        """
        index = bisect_right(self._before, position) - 1
        return self._order[index], self._before[index]
