"""Which entries have which category, user and the like, as bits behind the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from crmdesk.core.audit.marks import CHUNK, EMPTY, Marks, span
from crmdesk.core.db.engine import Tx

_CACHE_KEY = "audit_tail"


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


# In the order of the columns below.
_FACETS = tuple(Facet)
_ROWS = (
    "SELECT id, category, subcategory, action, result, actor_kind, user_id, object_type, address "
    "FROM audit_events WHERE id > ? AND id <= ? ORDER BY id"
)
Key = tuple[Facet, str]


@dataclass(frozen=True, slots=True)
class Tail:
    """The bits of the newest entries, made from the log itself.

    Attributes:
        first, last: the entries it tells of, both included.
        marks: by facet and value, a number of bits by chunk.
    """

    first: int
    last: int
    marks: Mapping[Key, Mapping[int, int]]


class AuditIndex:
    """What a transaction sees of the index, brought up to its newest entry.

    Attributes:
        first, last: the lowest and the highest entry; 1 and 0 for none.
    """

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        row = tx.sql(
            "SELECT (SELECT min(id) FROM audit_events), (SELECT max(id) FROM audit_events)"
        ).fetchone()
        self.first = 1 if row[0] is None else int(row[0])
        self.last = 0 if row[0] is None else int(row[1])
        self._tail = _tail(tx, self.first - 1, self.last)

    def every(self) -> Marks:
        """All entries; numbers have no gap, so that one that was taken out is still listed."""
        return span(self.first, self.last)

    def having(self, facet: Facet, value: str) -> Marks:
        """The entries with a value."""
        return Marks(self._tail.marks.get((facet, value), {}))

    def any_of(self, facet: Facet, values: Iterable[str]) -> Marks:
        """The entries with one of some values."""
        found = EMPTY
        for value in values:
            found |= self.having(facet, value)
        return found

    def values(self, facet: Facet) -> list[str]:
        """Every value that occurs, in no order."""
        return [value for each, value in self._tail.marks if each is facet]

    def counts(self, facet: Facet, among: Marks) -> dict[str, int]:
        """By value, how many entries of a set have it; those with none are left out."""
        counted = {
            value: (self.having(facet, value) & among).count() for value in self.values(facet)
        }
        return {value: count for value, count in counted.items() if count}


def _tail(tx: Tx, behind: int, last: int) -> Tail:
    """The bits of what comes after ``behind``, up to ``last`` at least."""
    known: Tail | None = tx.cache.get(_CACHE_KEY)
    if known is None or known.first > behind + 1 or known.last < behind:
        known = Tail(behind + 1, behind, {})
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
        end = min(((start + 1) // CHUNK + 1) * CHUNK - 1, last)
        _add(tx, marks, start, end)
        start = end
    return Tail(known.first, last, marks)


def _add(tx: Tx, marks: dict[Key, dict[int, int]], after: int, last: int) -> None:
    """Set the bits of entries of one chunk."""
    held: dict[Key, bytearray] = {}
    chunk = (after + 1) // CHUNK
    for number, *values in tx.sql(_ROWS, (after, last)):
        bit = number % CHUNK
        for facet, value in zip(_FACETS, values, strict=True):
            if value is None or value == "":
                continue
            key = (facet, str(value))
            found = held.get(key)
            if found is None:
                found = held[key] = bytearray(CHUNK // 8)
            found[bit >> 3] |= 1 << (bit & 7)
    for key, found in held.items():
        bits = marks.setdefault(key, {})
        bits[chunk] = bits.get(chunk, 0) | int.from_bytes(found, "little")
