"""The bits that the audit log is filtered by, as the database keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from isal import isal_zlib

from crmdesk.core.db.driver import sqlite3

_LEVEL = 1
#: Bytes of a chunk's bits as they are.
_PLAIN = 65_536 // 8
#: No chunk's number is higher.
LAST_CHUNK = 1 << 62


class IndexState(NamedTuple):
    """How far the log was read: the last entry whose bits, and whose words, are kept.

    Attributes:
        forgotten: how often words were taken out; with ``worded_to`` it tells one state of the
            words from another.
    """

    marked_to: int = 0
    worded_to: int = 0
    forgotten: int = 0


class KeptMarks(NamedTuple):
    """The entries of one chunk that have a value."""

    facet: str
    value: str
    chunk: int
    bits: int


def index_state(connection: sqlite3.Connection) -> IndexState:
    """Where the index ends; 0 before its first entry."""
    row = connection.execute(
        "SELECT marked_to, worded_to, forgotten FROM main.audit_index_state"
    ).fetchone()
    return IndexState() if row is None else IndexState(*row)


def keep_index_state(connection: sqlite3.Connection, state: IndexState) -> None:
    """Say how far it reaches now."""
    connection.execute(
        "INSERT OR REPLACE INTO main.audit_index_state (id, marked_to, worded_to, forgotten) "
        "VALUES (1, ?, ?, ?)",
        state,
    )


def kept_marks(
    connection: sqlite3.Connection,
    facet: str,
    value: str,
    first: int = 0,
    last: int = LAST_CHUNK,
) -> dict[int, int]:
    """The bits of one value, by chunk, from the chunk ``first`` to ``last``."""
    rows = connection.execute(
        "SELECT chunk, bits FROM main.audit_marks "
        "WHERE facet = ? AND value = ? AND chunk BETWEEN ? AND ?",
        (facet, value, first, last),
    )
    return {chunk: _inflated(bits) for chunk, bits in rows}


def kept_values(connection: sqlite3.Connection, facet: str) -> list[str]:
    """Every value of a facet."""
    # One step of the index a value; DISTINCT would go through all chunks of each.
    rows = connection.execute(
        "WITH RECURSIVE each(value) AS ("
        "SELECT min(value) FROM main.audit_marks WHERE facet = :facet UNION ALL "
        "SELECT (SELECT min(m.value) FROM main.audit_marks m "
        "WHERE m.facet = :facet AND m.value > each.value) FROM each WHERE each.value IS NOT NULL) "
        "SELECT value FROM each WHERE value IS NOT NULL",
        {"facet": facet},
    )
    return [row[0] for row in rows]


def kept_in_chunk(
    connection: sqlite3.Connection, facet: str, chunk: int
) -> Iterator[tuple[str, int]]:
    """Every value of a facet that occurs in a chunk, with its bits there."""
    rows = connection.execute(
        "SELECT value, bits FROM main.audit_marks WHERE facet = ? AND chunk = ?", (facet, chunk)
    )
    return ((value, _inflated(bits)) for value, bits in rows)


def every_mark(
    connection: sqlite3.Connection, facets: Iterable[str]
) -> Iterator[tuple[KeptMarks, int]]:
    """All bits of some facets, each with how many entries it is said to stand for."""
    rows = connection.execute(
        "SELECT facet, value, chunk, bits, many FROM main.audit_marks "
        "WHERE facet IN (SELECT value FROM json_each(?)) AND bits <> x''",
        (json.dumps(list(facets)),),
    )
    return (
        (KeptMarks(facet, value, chunk, _inflated(bits)), many)
        for facet, value, chunk, bits, many in rows
    )


def forget_marks(connection: sqlite3.Connection) -> None:
    """Throw all of it away."""
    connection.execute("DELETE FROM main.audit_marks")


def add_marks(connection: sqlite3.Connection, marks: Iterable[KeptMarks]) -> None:
    """Set bits beside those that are kept."""
    for facet, value, chunk, bits in marks:
        key = (facet, value, chunk)
        row = connection.execute(
            "SELECT bits FROM main.audit_marks WHERE facet = ? AND value = ? AND chunk = ?", key
        ).fetchone()
        joined = bits if row is None else bits | _inflated(row[0])
        connection.execute(
            "INSERT OR REPLACE INTO main.audit_marks (facet, value, chunk, many, bits) "
            "VALUES (?, ?, ?, ?, ?)",
            (*key, joined.bit_count(), _deflated(joined)),
        )


def _deflated(bits: int) -> bytes:
    """Deflated where that saves half; what common values have is read sooner as it is."""
    plain = bits.to_bytes(_PLAIN, "little")
    deflated = bytes(isal_zlib.compress(plain, _LEVEL))
    return deflated if len(deflated) < _PLAIN // 2 else plain


def _inflated(kept: bytes) -> int:
    return int.from_bytes(kept if len(kept) == _PLAIN else isal_zlib.decompress(kept), "little")
