"""Which entries have which category, user and the like, as bits behind the log.

What is kept ends somewhere behind the newest entry; the bits of the rest are made from the log
itself and held in memory, so that an answer is exact whoever last had time to keep something.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from crmdesk.core.audit.kept_sets import KeptSets
from crmdesk.core.audit.marks import CHUNK, EMPTY, Marks, marks_of, span, union
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite_mark_columns import kept_column
from crmdesk.core.db.sqlite_marks import (
    LAST_CHUNK,
    index_state,
    kept_marks,
    kept_values,
)

_CACHE_KEY = "audit_tail"
#: Of so many values each entry is looked at rather than the bits of each value.
_MANY = 8
#: So many entries are sooner read one by one than the bits of a value.
_FEW = 400
#: So many in a row are sooner read than the bits of many values.
_SHORT = 4096


class Facet(StrEnum):
    """A column of the log that is filtered by, by its name."""

    CATEGORY = "category"
    SUBCATEGORY = "subcategory"
    ACTION = "action"
    RESULT = "result"
    ACTOR_KIND = "actor_kind"
    USER = "user_id"
    OBJECT_TYPE = "object_type"
    ADDRESS = "address"


#: Many values, of which each comes with any kind of entry.
_OF_ONE = (Facet.USER, Facet.ADDRESS)
#: Values that come in few combinations, so that an entry's bit is set once for all six.
_OF_KIND = tuple(facet for facet in Facet if facet not in _OF_ONE)
# In the order of both.
_ROWS = (
    "SELECT id, user_id, address, category, subcategory, action, result, actor_kind, object_type "
    "FROM audit_events WHERE id > ? AND id <= ? ORDER BY id"
)
# A user is a number there and a text here.
_HAVING = (
    "SELECT id FROM audit_events WHERE id BETWEEN ? AND ? "
    "AND CAST({} AS TEXT) IN (SELECT value FROM json_each(?))"
)
_HAVING_FEW = (
    "SELECT id FROM audit_events WHERE id IN (SELECT value FROM json_each(?)) "
    "AND CAST({} AS TEXT) IN (SELECT value FROM json_each(?))"
)
Key = tuple[Facet, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tail:
    """The bits of the newest entries, made from the log itself.

    Attributes:
        after, last: the entries it tells of come after the first and end with the second.
        marks: by facet and value, a number of bits by chunk.
    """

    after: int
    last: int
    marks: Mapping[Key, Mapping[int, int]]


class AuditIndex:
    """What a transaction sees of the index, brought up to its newest entry.

    Attributes:
        first, last: the lowest and the highest entry; 1 and 0 for none.
        part: the lowest and the highest entry that is asked about; ``None`` for all of them.
    """

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.first, self.last = ends_of_log(tx)
        self.state = index_state(tx.driver)
        self.part: tuple[int, int] | None = None
        self._few: Marks | Sequence[int] | None = None
        self._known: dict[Hashable, Any] = {}

    def within(self, low: int, high: int) -> AuditIndex:
        """The same index asked about entries from ``low`` to ``high``: no others are read.

        Sets of it may hold entries from beyond that part, never too few of its own.
        """
        found = copy(self)
        found.part = max(low, self.first), min(high, self.last)
        return found

    def among(self, found: Marks) -> AuditIndex:
        """The same index asked about some entries alone."""
        if not found.chunks or len(found.chunks) > _FEW:
            return self
        narrowed = self
        low, high = found.ends()
        if self.part is not None or (high - low) * 2 < self.last - self.first:
            narrowed = self.within(low, high)
        if found.count() <= _FEW:
            narrowed = copy(narrowed)
            narrowed._few = found
        return narrowed

    def of_few(self, numbers: Sequence[int]) -> AuditIndex:
        """The same index asked about a few entries alone, given in falling order."""
        found = self.within(numbers[-1], numbers[0])
        found._few = numbers
        return found

    def once(self, key: Hashable, find: Callable[[], T]) -> T:
        """What is found out once in a transaction, however many parts are asked about."""
        if key not in self._known:
            self._known[key] = find()
        found: T = self._known[key]
        return found

    def recall(self, key: Hashable) -> Any:
        """What :meth:`once` found out; ``None`` where it was not asked."""
        return self._known.get(key)

    def every(self) -> Marks:
        """All entries; numbers have no gap, so that one that was taken out is still listed."""
        return span(*self.part) if self.part else span(self.first, self.last)

    def having(self, facet: Facet, value: str) -> Marks:
        """The entries with a value."""
        return self.any_of(facet, (value,))

    def any_of(self, facet: Facet, values: Iterable[str]) -> Marks:
        """The entries with one of some values."""
        wanted = tuple(value for value in values if value)
        if self._few is not None:
            few = self._few.newest_first() if isinstance(self._few, Marks) else self._few
            given = list(few), wanted
            rows = self._tx.sql(_HAVING_FEW.format(facet), (*map(json.dumps, given),))
            return marks_of(row[0] for row in rows)
        chunks = (0, LAST_CHUNK)
        sets, version = KeptSets.of(self._tx), (self.state.marked_to, self.state.forgotten)

        def read() -> Marks:
            driver, last = self._tx.driver, min(chunks[1], self.state.marked_to // CHUNK)
            if facet is Facet.USER and len(wanted) > _MANY:
                return _acted_by(driver, wanted, range(chunks[0], last + 1))
            return union(Marks(kept_marks(driver, facet, value, *chunks)) for value in wanted)

        if self.part is None:
            kept = sets.get((facet, wanted), version, read)
            return union((kept, *(self._newest(facet, value) for value in wanted)))
        low, high = self.part
        if high - low < _SHORT and len(wanted) > _MANY:
            return self._read(facet, wanted, low, high)
        chunks = low // CHUNK, high // CHUNK
        held = sets.held((facet, wanted), version)
        return (read() if held is None else held) | self._newest_in_part(facet, wanted)

    def values(self, facet: Facet) -> set[str]:
        """Every value that occurs."""
        newest = {value for each, value in self._tail.marks if each is facet}
        key, version = f"audit_values_{facet}", (self.state.marked_to, self.state.forgotten)
        held = self._tx.cache.get(key)
        if held is None or held[0] != version:
            held = version, kept_values(self._tx.driver, facet)
            if not self._tx.writes:
                self._tx.cache[key] = held
        return newest.union(held[1])

    def having_since(self, facet: Facet, value: str, chunk: int) -> Marks:
        """The entries with a value, without those of earlier chunks."""
        version = (self.state.marked_to, self.state.forgotten)
        kept = KeptSets.of(self._tx).get(
            (facet, value, chunk),
            version,
            lambda: Marks(kept_marks(self._tx.driver, facet, value, chunk)),
        )
        return kept | self._newest(facet, value)

    @property
    def _tail(self) -> Tail:
        return self.once("tail", lambda: _tail(self._tx, self.state.marked_to, self.last))

    def _newest(self, facet: Facet, value: str) -> Marks:
        return Marks(self._tail.marks.get((facet, value), {}))

    def _newest_in_part(self, facet: Facet, values: Sequence[str]) -> Marks:
        """Of the entries whose bits are not kept those asked about: all bits of all would wait."""
        low, high = self.part or (self.first, self.last)
        low = max(low, self.state.marked_to + 1)
        if high < low or not values:
            return EMPTY
        known: Tail | None = self._tx.cache.get(_CACHE_KEY)
        if known is not None and known.after == self.state.marked_to and known.last >= high:
            return union(Marks(known.marks.get((facet, value), {})) for value in values)
        return self._read(facet, values, low, high)

    def _read(self, facet: Facet, values: Sequence[str], low: int, high: int) -> Marks:
        """The entries of a part with one of some values, from the log itself."""
        rows = self._tx.sql(_HAVING.format(facet), (low, high, json.dumps(list(values))))
        return marks_of(row[0] for row in rows)


def _acted_by(connection: sqlite3.Connection, users: Sequence[str], chunks: Iterable[int]) -> Marks:
    """What many people did: one look at a column instead of one at the bits of each."""
    found: dict[int, int] = {}
    wanted = frozenset(users)
    for chunk in chunks:
        column = kept_column(connection, Facet.USER, chunk)
        if column is None or not column.of_bytes:
            for user in users:
                bits = kept_marks(connection, Facet.USER, user, chunk, chunk).get(chunk, 0)
                found[chunk] = found.get(chunk, 0) | bits
            continue
        digits = bytearray(b"0" * 256)
        for place, value in enumerate(column.values):
            if value in wanted:
                digits[place] = ord("1")
        found[chunk] = int(column.numbers.translate(digits), 2)
    return Marks({chunk: bits for chunk, bits in found.items() if bits})


def ends_of_log(tx: Tx) -> tuple[int, int]:
    """The lowest and the highest number of an entry; 1 and 0 for none."""
    row = tx.sql(
        "SELECT (SELECT min(id) FROM audit_events), (SELECT max(id) FROM audit_events)"
    ).fetchone()
    return (1, 0) if row[0] is None else (int(row[0]), int(row[1]))


def chunk_marks(tx: Tx, after: int, last: int) -> dict[Key, int]:
    """By facet and value, the bits of entries of one chunk.

    Args:
        after, last: the entries come after the first and end with the second.
    """
    users: dict[tuple[Any, ...], bytearray] = defaultdict(_no_bits)
    addresses: dict[tuple[Any, ...], bytearray] = defaultdict(_no_bits)
    kinds: dict[tuple[Any, ...], bytearray] = defaultdict(_no_bits)
    for number, user, address, *kind in tx.sql(_ROWS, (after, last)):
        bit = number % CHUNK
        place, mask = bit >> 3, 1 << (bit & 7)
        users[(user,)][place] |= mask
        addresses[(address,)][place] |= mask
        kinds[tuple(kind)][place] |= mask
    found: dict[Key, int] = {}
    for facets, held in ((_OF_ONE[:1], users), (_OF_ONE[1:], addresses), (_OF_KIND, kinds)):
        for values, marked in held.items():
            bits = int.from_bytes(marked, "little")
            for facet, value in zip(facets, values, strict=True):
                if value is not None and value != "":
                    found[facet, str(value)] = found.get((facet, str(value)), 0) | bits
    return found


def _no_bits() -> bytearray:
    return bytearray(CHUNK // 8)


def end_of_chunk(after: int, last: int) -> int:
    """The last entry of the chunk that the next entry is in, but no later one than ``last``."""
    return min(((after + 1) // CHUNK + 1) * CHUNK - 1, last)


def _tail(tx: Tx, after: int, last: int) -> Tail:
    """The bits of what comes after an entry, up to ``last`` at least."""
    known: Tail | None = tx.cache.get(_CACHE_KEY)
    if known is None or known.after != after:
        known = Tail(after, after, {})
    if known.last >= last:
        return known
    grown = _with_rows(tx, known, last)
    # Entries never change, so that whoever comes with an older snapshot may have it too.
    if not tx.writes:
        tx.cache[_CACHE_KEY] = grown
    return grown


def _with_rows(tx: Tx, known: Tail, last: int) -> Tail:
    marks: dict[Key, dict[int, int]] = {key: dict(bits) for key, bits in known.marks.items()}
    start = known.last
    while start < last:
        chunk, end = (start + 1) // CHUNK, end_of_chunk(start, last)
        for key, bits in chunk_marks(tx, start, end).items():
            own = marks.setdefault(key, {})
            own[chunk] = own.get(chunk, 0) | bits
        start = end
    return Tail(known.after, last, marks)
