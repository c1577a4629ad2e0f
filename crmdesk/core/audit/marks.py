"""Sets of entries as bits: any combination of filters over ten million takes milliseconds."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import compress, islice, repeat

#: Entries whose bits make one number.
CHUNK = 1 << 16
_BLOCK = 1024
#: So many bits are set in a whole number before they are in as many bytes.
_SPARSE = 6
#: Members of a chunk that are sooner set one by one.
_FEW = 200
#: Members that are sooner found from the number itself than from its digits.
_FEWEST = 32
#: Among so many digits for each that is set, it is looked for rather than come to.
_APART = 16
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
        both: dict[int, int] = {}
        for chunk, bits in few.items():
            rest = many.get(chunk, 0)
            # Whole chunks are common: of all entries, and of dates.
            if found := rest if bits is _ALL else bits if rest is _ALL else bits & rest:
                both[chunk] = found
        return Marks(both)

    def __or__(self, other: Marks) -> Marks:
        return union((self, other))

    def __sub__(self, other: Marks) -> Marks:
        # Two steps of whole numbers: turning all bits of the other round takes five times as long.
        left = (
            (chunk, bits ^ (bits & other.chunks.get(chunk, 0)))
            for chunk, bits in self.chunks.items()
        )
        return Marks({chunk: bits for chunk, bits in left if bits})

    def __contains__(self, number: int) -> bool:
        chunk, bit = divmod(number, CHUNK)
        return bool(self.chunks.get(chunk, 0) >> bit & 1)

    def count(self) -> int:
        """How many."""
        return sum(_many(bits) for bits in self.chunks.values())

    def ends(self) -> tuple[int, int]:
        """The lowest and the highest number of a set that has some."""
        low, high = min(self.chunks), max(self.chunks)
        bits = self.chunks[low]
        lowest = (bits & -bits).bit_length() - 1
        return low * CHUNK + lowest, high * CHUNK + self.chunks[high].bit_length() - 1

    def newest_first(self) -> Iterator[int]:
        """The numbers, from the highest to the lowest."""
        for chunk in sorted(self.chunks, reverse=True):
            yield from Falling(chunk, self.chunks[chunk])


def _many(bits: int) -> int:
    # Whole chunks are common, and their bits take a while to count.
    return CHUNK if bits is _ALL else bits.bit_count()


EMPTY = Marks({})


def union(sets: Iterable[Marks]) -> Marks:
    """What is in any of some sets."""
    found: dict[int, int] = {}
    for each in sets:
        for chunk, bits in each.chunks.items():
            found[chunk] = found.get(chunk, 0) | bits
    return Marks(found)


class Falling:
    """The numbers of one chunk, from the highest to the lowest, made for the part looked at.

    Args:
        chunk: its number.
        bits: of its members.
    """

    __slots__ = ("_apart", "_few", "_signs", "_top")

    def __init__(self, chunk: int, bits: int) -> None:
        self._few: array[int] | None = None
        self._top = chunk * CHUNK + bits.bit_length() - 1
        self._signs = b""
        lowest = (bits & -bits).bit_length() - 1
        self._apart = False
        if (many := bits.bit_count()) <= _FEWEST:
            self._few = array("q", _one_by_one(chunk * CHUNK + lowest, bits >> lowest))
        else:
            # Binary digits begin with the highest; each becomes a byte of 0 or 1. The newest
            # entries are a few at one end of their chunk: none below them is gone through.
            self._signs = f"{bits >> lowest:b}".encode().translate(_ZERO_AND_ONE)
            self._apart = many * _APART < len(self._signs)

    def __iter__(self) -> Iterator[int]:
        return self._since(0) if self._few is None else iter(self._few)

    def part(self, start: int, many: int) -> array[int]:
        """At most ``many`` numbers from a place on, 8 bytes each."""
        if self._few is not None:
            return self._few[start : start + many]
        place = 0
        # Blocks are counted, not gone through, until the one that is wanted.
        while start and place < len(self._signs):
            passed = self._signs.count(1, place, place + _BLOCK)
            if passed > start:
                break
            start, place = start - passed, place + _BLOCK
        return array("q", islice(self._since(place), start, start + many))

    def _since(self, place: int) -> Iterator[int]:
        if self._apart:
            return self._looked_for(place)
        top = self._top - place
        return compress(range(top, self._top - len(self._signs), -1), self._signs[place:])

    def _looked_for(self, place: int) -> Iterator[int]:
        place = self._signs.find(1, place)
        while place >= 0:
            yield self._top - place
            place = self._signs.find(1, place + 1)


def _one_by_one(lowest: int, bits: int) -> Iterator[int]:
    while bits:
        place = bits.bit_length() - 1
        yield lowest + place
        bits ^= 1 << place


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
    by_chunk: dict[int, list[int]] = {}
    for number in numbers:
        if number >= 0:
            by_chunk.setdefault(number // CHUNK, []).append(number % CHUNK)
    return Marks({chunk: _joined(places) for chunk, places in by_chunk.items()})


def _joined(places: list[int]) -> int:
    if len(places) <= _SPARSE:
        bits = 0
        for place in places:
            bits |= 1 << place
        return bits
    held = bytearray(CHUNK // 8)
    for place in places:
        held[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(held, "little")


def marks_of_many(numbers: Iterable[int], last: int) -> Marks:
    """The same for up to millions of numbers, none of them above ``last``.

    A sign for each number that there is, set without a step of this interpreter: a quarter of the
    time for a million, and wasted on a few.
    """
    signs = bytearray(b"0") * ((last // CHUNK + 1) * CHUNK)
    deque(map(signs.__setitem__, numbers, repeat(_SET)), maxlen=0)
    return _marks_of_signs(signs, 0)


def marks_of_places(places: array[int], first: int) -> Marks:
    """The set of numbers that are given as distances from the first, in rising order."""
    if len(places) < _FEW * (1 + places[-1] // CHUNK if places else 1):
        return marks_of(first + place for place in places)
    below = first % CHUNK
    signs = bytearray(b"0") * ((below + places[-1]) // CHUNK * CHUNK + CHUNK)
    part = memoryview(signs)[below:]
    deque(map(part.__setitem__, places, repeat(_SET)), maxlen=0)
    return _marks_of_signs(signs, first // CHUNK)


def _marks_of_signs(signs: bytearray, first: int) -> Marks:
    """Of signs of whole chunks, from the chunk ``first`` on."""
    # Binary digits begin with the highest.
    chunks = (
        (first + start // CHUNK, int(signs[start : start + CHUNK][::-1], 2))
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
            bits = marks.chunks[chunk]
            self._before.append(self._before[-1] + (CHUNK if bits is _ALL else bits.bit_count()))

    @property
    def total(self) -> int:
        """How many in all."""
        return self._before[-1]

    def below(self, number: int) -> int:
        """How many are lower than ``number``."""
        chunk, bit = divmod(number, CHUNK)
        position = bisect_left(self._order, chunk)
        part = self._chunks.get(chunk, 0) & ((1 << bit) - 1) if bit else 0
        return self._before[position] + part.bit_count()

    def through(self, chunk: int) -> int:
        """How many are in a chunk that has some, and in lower ones."""
        return self._before[bisect_left(self._order, chunk) + 1]

    def chunk_of(self, position: int) -> int:
        """The chunk that holds a member.

        Args:
            position: among all, from the lowest up.
        """
        return self._order[bisect_right(self._before, position) - 1]
