"""What each entry of a whole chunk of the audit log has, side by side, as the database keeps it.

Bits tell which entries have one value. Where all values are wanted at once, of any set of entries,
there is a column: a number for each entry of a chunk, the newest first, and what the numbers stand
for. It stands among the bits.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from crmdesk.core.db.driver import sqlite3

#: The facets of rows that hold no bits: columns by name, and how often there is which kind.
COLUMN, KIND = "column", "kind"
# A row without bits: to go past one, SQLite reads all of it.
_THERE = ""
_END = b"\n"
_MOST_OF_ONE_BYTE = 256
_INSERT = "INSERT OR REPLACE INTO main.audit_marks (facet, value, chunk, many, bits) "


class KeptColumn(NamedTuple):
    """What the entries of one chunk have.

    Attributes:
        values: what the numbers stand for; number 0, the first, for nothing.
        numbers: one for each number of an entry in the chunk, from the highest to the lowest; of
            one byte each, or of two where there are more than 256 values.
    """

    values: Sequence[str]
    numbers: bytes

    @property
    def of_bytes(self) -> bool:
        """Whether each number is one byte."""
        return len(self.values) <= _MOST_OF_ONE_BYTE


def column_of(values: Iterable[str]) -> KeptColumn:
    """The column of these values, from the highest number of an entry to the lowest."""
    known: dict[str, int] = {"": 0}
    numbers = [known.setdefault(value, len(known)) for value in values]
    of_bytes = len(known) <= _MOST_OF_ONE_BYTE
    return KeptColumn(list(known), bytes(numbers) if of_bytes else array("H", numbers).tobytes())


def add_column(connection: sqlite3.Connection, name: str, chunk: int, column: KeptColumn) -> None:
    """Keep the column of a whole chunk."""
    kept = json.dumps(column.values).encode() + _END + column.numbers
    row = (COLUMN, name, chunk, len(column.values), kept)
    connection.execute(f"{_INSERT} VALUES (?, ?, ?, ?, ?)", row)


def kept_column(connection: sqlite3.Connection, name: str, chunk: int) -> KeptColumn | None:
    """The column of a chunk, if it is kept."""
    row = connection.execute(
        "SELECT bits FROM main.audit_marks WHERE facet = ? AND value = ? AND chunk = ?",
        (COLUMN, name, chunk),
    ).fetchone()
    if row is None:
        return None
    legend, _, numbers = row[0].partition(_END)
    return KeptColumn(json.loads(legend), numbers)


def column_chunks(connection: sqlite3.Connection) -> set[int]:
    """The chunks whose columns are kept, and whose kinds."""
    rows = connection.execute(
        "SELECT chunk FROM main.audit_marks WHERE facet = ? AND value = ?", (COLUMN, _THERE)
    )
    return {row[0] for row in rows}


def add_kinds(connection: sqlite3.Connection, chunk: int, kinds: Mapping[str, int]) -> None:
    """Keep how many entries of a whole chunk are of which kind, and that its columns are kept."""
    rows = [(KIND, kind, chunk, many, b"") for kind, many in kinds.items()]
    rows.append((COLUMN, _THERE, chunk, len(rows), b""))
    connection.executemany(f"{_INSERT} VALUES (?, ?, ?, ?, ?)", rows)


def kept_kinds(connection: sqlite3.Connection, chunk: int) -> dict[str, int]:
    """How many entries of a chunk are of which kind."""
    rows = connection.execute(
        "SELECT value, many FROM main.audit_marks WHERE facet = ? AND chunk = ?", (KIND, chunk)
    )
    return dict(rows.fetchall())


def chunks_of_kinds(connection: sqlite3.Connection) -> set[int]:
    """The chunks of which kinds are kept."""
    rows = connection.execute(
        "SELECT DISTINCT chunk FROM main.audit_marks WHERE facet = ?", (KIND,)
    )
    return {row[0] for row in rows}


def kept_sums(connection: sqlite3.Connection, facet: str, chunks: Iterable[int]) -> dict[str, int]:
    """By value of a facet, how many entries of some chunks have it."""
    rows = connection.execute(
        "SELECT value, sum(many) FROM main.audit_marks "
        "WHERE facet = ? AND chunk IN (SELECT value FROM json_each(?)) GROUP BY value",
        (facet, json.dumps(sorted(chunks))),
    )
    return dict(rows.fetchall())
