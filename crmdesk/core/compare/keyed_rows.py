"""Records of a foreign file, given the ids of the records here that have the same key.

Once they bear the other side's ids and are printed in its layout, they are compared like any
backup. A record that is only in the file gets a negative id: it has none here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.backup.cancel import cancelled_error
from crmdesk.core.backup.compare_rows import parse_rows, record_id_of
from crmdesk.core.backup.csv_rows import LINE_END
from crmdesk.core.backup.manifest import ManifestColumn
from crmdesk.core.compare.foreign import ForeignFile, ForeignTable, reading
from crmdesk.core.compare.sides import Rows, Side
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite import explain_errors
from crmdesk.core.records.problems import ValueProblem
from crmdesk.core.records.schema import Property
from crmdesk.core.records.values import column_parser

_TABLES = (
    "CREATE TABLE theirs (number INTEGER PRIMARY KEY, key TEXT, cells TEXT NOT NULL, id INTEGER)"
    " STRICT",
    "CREATE TABLE ours (id INTEGER PRIMARY KEY, key TEXT) STRICT",
)
_INDEXES = (
    "CREATE INDEX ix_theirs_key ON theirs (key)",
    "CREATE INDEX ix_ours_key ON ours (key)",
)
#: A key that stands in two records, on whichever side, says of neither which one it is.
_TWICE = (
    "CREATE TABLE twice AS SELECT key FROM theirs WHERE key IS NOT NULL GROUP BY key "
    "HAVING count(*) > 1 UNION SELECT key FROM ours WHERE key IS NOT NULL GROUP BY key "
    "HAVING count(*) > 1"
)
# Far below the numbers that a first foreign file's records go by when a second is held against it.
_GIVE_IDS = (
    "UPDATE theirs SET id = ifnull((SELECT ours.id FROM ours WHERE ours.key = theirs.key), "
    "-1000000000000 - number) WHERE key IS NOT NULL AND key NOT IN (SELECT key FROM twice)"
)
_NUMBER = "UPDATE theirs SET id = -number"
_NOT_OURS = "SELECT id FROM ours WHERE key IS NULL OR key IN (SELECT key FROM twice)"
_ROWS_AT_A_TIME = 1_000


@dataclass(frozen=True, slots=True)
class Paired:
    """The two sides of one object, ready to be walked.

    Attributes:
        key: the property whose values told which record is which.
        left_there, left_here: records of the file and of the other side that were not looked at,
            because they have no key or share it.
    """

    file: Side
    other: Side
    key: Property
    left_there: int
    left_here: int


class KeyedRows:
    """One table of a foreign file in a scratch file, in order of the ids it was given."""

    def __init__(self, path: Path, table: ForeignTable) -> None:
        self._path = path
        self._table = table

    def columns(self, name: str) -> tuple[ManifestColumn, ...]:
        """The columns that the file has."""
        return self._table.layout if name == self._table.object_type.name else ()

    def rows(self, name: str, layout: Sequence[ManifestColumn]) -> Rows:
        """Its records as bytes of CSV in that layout."""
        if name != self._table.object_type.name:
            return
        places = {found.name: place for place, (_, found) in enumerate(self._table.columns)}
        wanted = [(places.get(column.name), column.is_free_text) for column in layout[1:]]
        with explain_errors(self._path), closing(_connect(self._path)) as connection:
            cursor = connection.execute(
                "SELECT id, cells FROM theirs WHERE id IS NOT NULL ORDER BY id"
            )
            while some := cursor.fetchmany(_ROWS_AT_A_TIME):
                yield [_print(found, json.loads(cells), wanted) for found, cells in some]


@dataclass(frozen=True, slots=True)
class Without:
    """A side without some of its records."""

    side: Side
    left_out: frozenset[int]

    def columns(self, name: str) -> tuple[ManifestColumn, ...]:
        """As the side has them."""
        return self.side.columns(name)

    def rows(self, name: str, layout: Sequence[ManifestColumn]) -> Rows:
        """The side's rows, those left out gone."""
        with closing(self.side.rows(name, layout)) as coming:
            for rows in coming:
                yield [row for row in rows if record_id_of(row) not in self.left_out]


def number(file: ForeignFile, name: str, scratch: Path, cancelled: Callable[[], bool]) -> KeyedRows:
    """A file's table under numbers of its own, to hold another file against it."""
    table = file.tables[name]
    with _filled(scratch, file, table, None, cancelled) as connection:
        connection.execute(_NUMBER)
    return KeyedRows(scratch, table)


def pair(
    file: ForeignFile, name: str, other: Side, scratch: Path, cancelled: Callable[[], bool]
) -> Paired | None:
    """Find for each record of a file's table its counterpart; None where no key is on both sides.

    Args:
        other: without columns where it has no records of this object.
        scratch: a file to be made; the caller removes it when all is compared.
    """
    table = file.tables[name]
    there = {column.name for column in other.columns(name)}
    key = next((found for found in table.keys if not there or found.name in there), None)
    if key is None:
        return None
    with _filled(scratch, file, table, key, cancelled) as connection:
        if there:
            ours = _keys_of(other, name, key, cancelled)
            connection.executemany("INSERT INTO ours VALUES (?, lower(?))", ours)
        for statement in (*_INDEXES, _TWICE, _GIVE_IDS):
            connection.execute(statement)
        row = connection.execute("SELECT count(*) FROM theirs WHERE id IS NULL").fetchone()
        left_here = frozenset(found for (found,) in connection.execute(_NOT_OURS))
    seen = Without(other, left_here) if left_here else other
    return Paired(KeyedRows(scratch, table), seen, key, int(row[0]), len(left_here))


@contextmanager
def _filled(
    scratch: Path,
    file: ForeignFile,
    table: ForeignTable,
    key: Property | None,
    cancelled: Callable[[], bool],
) -> Iterator[sqlite3.Connection]:
    os.close(os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with explain_errors(scratch), closing(_connect(scratch)) as connection:
        for statement in ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "BEGIN", *_TABLES):
            connection.execute(statement)
        targets = [found for _, found in table.columns]
        at = None if key is None else targets.index(key)
        rows = (
            (None if at is None else cells[at], json.dumps(cells, ensure_ascii=False))
            for cells in _canonical(file, table, cancelled)
        )
        connection.executemany("INSERT INTO theirs (key, cells) VALUES (lower(?), ?)", rows)
        yield connection
        connection.execute("COMMIT")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def _canonical(
    file: ForeignFile, table: ForeignTable, cancelled: Callable[[], bool]
) -> Iterator[list[str | None]]:
    """The table's rows with values as they would be stored here; what cannot be read, as it is."""
    readers = [(place, column_parser(found)) for place, found in table.columns]
    with reading(file.opened, table.table, cancelled) as rows:
        taken = 0
        while (row := rows.take()) is not None:
            taken += 1
            if taken % _ROWS_AT_A_TIME == 0 and cancelled():
                raise cancelled_error()
            cells, damaged = row
            # The values of a damaged row may stand in wrong columns: it matches nothing.
            yield [None if damaged else _read(read, cells, place) for place, read in readers]


def _read(read: Callable[[str], str | None], cells: Sequence[str], place: int) -> str | None:
    text = cells[place] if place < len(cells) else ""
    try:
        return read(text)
    except ValueProblem:
        return text.replace("\0", "") or None


def _keys_of(
    side: Side, name: str, key: Property, cancelled: Callable[[], bool]
) -> Iterable[tuple[int, str | None]]:
    layout = side.columns(name)
    wanted = (layout[0], next(column for column in layout if column.name == key.name))
    with closing(side.rows(name, wanted)) as coming:
        for rows in coming:
            if cancelled():
                raise cancelled_error()
            for record_id, text in parse_rows(b"".join(rows)):
                yield int(record_id), text or None


def _print(
    record_id: int, cells: Sequence[str | None], wanted: Sequence[tuple[int | None, bool]]
) -> bytes:
    printed = [str(record_id)]
    for place, is_text in wanted:
        text = ("" if place is None else cells[place]) or ""
        quoted = is_text or any(mark in text for mark in ',"\r\n')
        printed.append('"' + text.replace('"', '""') + '"' if quoted else text)
    return ",".join(printed).encode("utf-8", "replace") + LINE_END
