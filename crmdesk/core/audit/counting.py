"""How many entries of a set have which value: from sums, columns or bits, whichever is there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import compress

from crmdesk.core.audit.columns import OF_KIND, by_part
from crmdesk.core.audit.index import AuditIndex, Facet
from crmdesk.core.audit.marks import CHUNK, Marks
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite_mark_columns import KIND, kept_column, kept_sums
from crmdesk.core.db.sqlite_marks import kept_in_chunk

_WHOLE = (1 << CHUNK) - 1
#: So many whole chunks are looked through rather than summed up among all.
_FEW_CHUNKS = 8
_ONES = bytes(255 if sign == ord("1") else 0 for sign in range(256))
#: So many entries are read one by one.
_FEW = 2000
#: So many values are sooner counted one after the other than all at once.
_FEW_VALUES = 32
_CACHE_KEY = "audit_sums"
#: Sums that are held: of all facets of a few sets.
_MOST_HELD = 24
# In the order of the columns below.
_FACETS = tuple(Facet)
_OF_ENTRIES = (
    "SELECT category, subcategory, action, result, actor_kind, user_id, object_type, address "
    "FROM audit_events WHERE id IN (SELECT value FROM json_each(?))"
)


class Unwanted(Exception):
    """Nobody waits for the answer any more: something else was asked meanwhile."""


class Counting:
    """Counts the values of several facets among a set of entries.

    Args:
        wanted: asked every few milliseconds whether anybody still waits for the counts.
    """

    def __init__(self, tx: Tx, index: AuditIndex, wanted: Callable[[], bool]) -> None:
        self._tx = tx
        self._index = index
        self._wanted = wanted

    def counts(self, facets: Iterable[Facet], among: Marks) -> dict[Facet, dict[str, int]]:
        """By facet and value, how many have it; values that none has are left out.

        Raises:
            Unwanted: nobody waits any more.
        """
        asked = tuple(facets)
        found: dict[Facet, Counter[str]] = {facet: Counter() for facet in asked}
        if among.count() <= _FEW:
            self._read(found, among)
        else:
            self._add(found, among)
        return {
            facet: {value: many for value, many in counted.items() if many}
            for facet, counted in found.items()
        }

    def _read(self, found: Mapping[Facet, Counter[str]], among: Marks) -> None:
        rows = self._tx.sql(_OF_ENTRIES, (json.dumps(list(among.newest_first())),)).fetchall()
        for facet, values in zip(_FACETS, zip(*rows, strict=True), strict=True) if rows else ():
            if facet in found:
                found[facet].update(str(each) for each in values if each is not None and each != "")

    def _add(self, found: Mapping[Facet, Counter[str]], among: Marks) -> None:
        end = self._index.state.marked_to // CHUNK
        kept = {chunk: bits for chunk, bits in among.chunks.items() if chunk < end}
        whole = [chunk for chunk, bits in kept.items() if bits == _WHOLE]
        if len(whole) > _FEW_CHUNKS:
            for facet, counted in found.items():
                self._go_on()
                counted.update(self._sums(facet, tuple(whole)))
            kept = {chunk: bits for chunk, bits in kept.items() if bits != _WHOLE}
        for chunk, bits in kept.items():
            self._go_on()
            self._add_chunk(found, chunk, bits)
        # Where what is kept ends and the newest entries begin, one chunk may have bits of both.
        rest = Marks({chunk: bits for chunk, bits in among.chunks.items() if chunk >= end})
        for facet, counted in found.items() if rest.chunks else ():
            self._go_on()
            for value in self._index.values(facet):
                counted[value] += (self._index.having_since(facet, value, end) & rest).count()

    def _sums(self, facet: Facet, chunks: tuple[int, ...]) -> dict[str, int]:
        """How many in some whole chunks have which value; who asks again does not wait again."""
        if self._tx.writes:
            return kept_sums(self._tx.driver, facet, chunks)
        held: dict[Hashable, dict[str, int]] = self._tx.cache.setdefault(_CACHE_KEY, {})
        # The bits of a chunk that is whole stay as they are unless all are thrown away.
        key = (facet, chunks, self._index.state.forgotten)
        if key not in held:
            if len(held) >= _MOST_HELD:
                held.clear()
            held[key] = kept_sums(self._tx.driver, facet, chunks)
        return held[key]

    def _add_chunk(self, found: Mapping[Facet, Counter[str]], chunk: int, bits: int) -> None:
        by_column: dict[str, Counter[str] | None] = {}
        mask = _mask_of(bits)
        for facet, counted in found.items():
            name = KIND if facet in OF_KIND else facet.value
            if name not in by_column:
                by_column[name] = self._in_column(name, chunk, mask)
            many = by_column[name]
            if many is None:
                for value, own in kept_in_chunk(self._tx.driver, facet, chunk):
                    counted[value] += (own & bits).bit_count()
            else:
                counted.update(many if name == facet else by_part(many.items(), facet))

    def _in_column(self, name: str, chunk: int, mask: int) -> Counter[str] | None:
        column = kept_column(self._tx.driver, name, chunk)
        if column is None:
            return None
        if column.of_bytes:
            # Numbers of others become 0 and are taken out: nothing is gone through one by one
            # but the members.
            members = int.from_bytes(column.numbers, "big") & mask
            left = members.to_bytes(CHUNK, "big").translate(None, b"\0")
            if len(column.values) <= _FEW_VALUES:
                every = range(1, len(column.values))
                numbers = Counter({number: left.count(number) for number in every})
            else:
                numbers = Counter(left)
        else:
            numbers = Counter(
                compress(memoryview(column.numbers).cast("H"), mask.to_bytes(CHUNK, "big"))
            )
            numbers.pop(0, None)
        return Counter({column.values[number]: many for number, many in numbers.items()})

    def _go_on(self) -> None:
        if not self._wanted():
            raise Unwanted


def _mask_of(bits: int) -> int:
    """A byte of ones for each bit that is set, and one of zeros for each that is not."""
    return int.from_bytes(f"{bits:b}".encode().translate(_ONES), "big")
