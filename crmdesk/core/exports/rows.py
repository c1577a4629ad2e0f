"""Reads the rows of an export from one snapshot of the database."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from crmdesk.core.backup.engine import usual_threads
from crmdesk.core.backup.rows import OrderedPieces, RangeCutter
from crmdesk.core.backup.snapshot import Snapshot, open_snapshot
from crmdesk.core.db import sqlite_backup
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.exports.columns import ExportColumn, LabelRow, keep_labels
from crmdesk.core.exports.content import Cells, Content, Piece

_ROWS_AT_A_TIME = 500
_TABLE_OF_IDS = "export_picked"


@dataclass(frozen=True, slots=True)
class ExportRows:
    """What an export prints.

    Attributes:
        condition: SQL over the table that is true for the records; ``values`` are its parameters.
        ids: the records alone; empty for all that the condition lets through.
    """

    table: str
    columns: tuple[ExportColumn, ...]
    condition: str
    values: tuple[str | int, ...]
    ids: tuple[int, ...]
    labels: tuple[LabelRow, ...]


@contextmanager
def opened_rows(
    database: Path, rows: ExportRows, cancelled: Callable[[], bool]
) -> Iterator[Snapshot]:
    """One state of the database, its connections ready to print the rows.

    Raises:
        Busy: another writer kept the lock for ten minutes.
        UserError: ``database_unreadable``.
    """
    with open_snapshot(database, usual_threads() + 1, cancelled) as snapshot:
        for reader in snapshot.readers:
            keep_labels(reader, rows.labels)
            _keep_ids(reader, rows.ids)
        try:
            yield snapshot
        except sqlite3.DatabaseError as problem:
            raise sqlite_backup.unreadable(database) from problem


def record_content(snapshot: Snapshot, rows: ExportRows, notes: Mapping[str, int]) -> Content:
    """What a file of records is written from.

    Args:
        notes: as :class:`Content` has them.
    """
    return Content(
        rows.columns,
        count_rows(snapshot, rows),
        snapshot.taken_at,
        partial(csv_pieces, snapshot, rows),
        partial(value_rows, snapshot, rows),
        notes,
    )


def count_rows(snapshot: Snapshot, rows: ExportRows) -> int:
    """How many records it is."""
    query = f"SELECT count(*) FROM {quoted(rows.table)} WHERE {_condition(rows)}"
    return int(snapshot.readers[0].execute(query, rows.values).fetchone()[0])


def csv_pieces(snapshot: Snapshot, rows: ExportRows) -> Generator[Piece, None, None]:
    """The rows as CSV in the order of record ids, printed by several connections."""
    steering, *readers = snapshot.readers
    row = sqlite_backup.printed_row([(column.sql, column.is_text) for column in rows.columns])
    cutter = RangeCutter(steering, rows.table)
    query = sqlite_backup.range_query(rows.table, row, _condition(rows))
    pieces = OrderedPieces(readers, cutter, query, rows.values)
    with closing(pieces.run(_piece)) as found:
        for piece in found:
            if piece.rows:
                cutter.learn(piece.rows, len(piece.text))
                yield piece


def value_rows(snapshot: Snapshot, rows: ExportRows) -> Iterator[Cells]:
    """The rows as values, one by one, in the order of record ids."""
    cells = ", ".join(column.sql for column in rows.columns)
    table = quoted(rows.table)
    cursor = snapshot.readers[0].execute(
        f"SELECT {cells} FROM {table} WHERE {_condition(rows)} ORDER BY {table}.id", rows.values
    )
    while found := cursor.fetchmany(_ROWS_AT_A_TIME):
        yield from found


def _piece(row: tuple[object, ...]) -> Piece:
    text, rows = row
    return Piece(text, rows) if isinstance(text, bytes) and isinstance(rows, int) else Piece(b"", 0)


def _condition(rows: ExportRows) -> str:
    if not rows.ids:
        return rows.condition
    return f"({rows.condition}) AND id IN (SELECT id FROM temp.{_TABLE_OF_IDS})"


def _keep_ids(reader: sqlite3.Connection, ids: Sequence[int]) -> None:
    if ids:
        reader.execute(f"CREATE TEMP TABLE {_TABLE_OF_IDS} (id INTEGER PRIMARY KEY)")
        reader.executemany(
            f"INSERT OR IGNORE INTO temp.{_TABLE_OF_IDS} VALUES (?)", ((one,) for one in ids)
        )
