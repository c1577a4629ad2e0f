"""Reads the rows of an export from one snapshot of the database."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from crmdesk.core.backup.rows import OrderedPieces, RangeCutter, usual_threads
from crmdesk.core.backup.snapshot import Snapshot, open_snapshot
from crmdesk.core.db import sqlite_backup, sqlite_sheet
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.exports.columns import ExportColumn, LabelRow, keep_labels
from crmdesk.core.exports.content import Content, Piece, SheetPiece
from crmdesk.core.exports.sheet_rows import sheet_piece

Made = TypeVar("Made")
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
        partial(record_sheet_pieces, snapshot, rows),
        notes,
    )


def count_rows(snapshot: Snapshot, rows: ExportRows) -> int:
    """How many records it is."""
    query = f"SELECT count(*) FROM {quoted(rows.table)} WHERE {_condition(rows)}"
    return int(snapshot.readers[0].execute(query, rows.values).fetchone()[0])


def csv_pieces(snapshot: Snapshot, rows: ExportRows) -> Generator[Piece, None, None]:
    """The rows as CSV in the order of record ids, printed by several connections."""
    row = sqlite_backup.printed_row([(column.sql, column.is_text) for column in rows.columns])
    return _pieces(snapshot, rows, row, Piece, lambda piece: len(piece.text))


def record_sheet_pieces(snapshot: Snapshot, rows: ExportRows) -> Generator[SheetPiece, None, None]:
    """The same rows as a workbook takes them, made as quickly."""
    row = sqlite_sheet.marked_row([(column.sql, column.is_number) for column in rows.columns])

    def made(text: bytes, many: int) -> SheetPiece:
        return sheet_piece(text, many, rows.columns)

    return _pieces(snapshot, rows, row, made, lambda piece: len(piece.xml))


def _pieces(
    snapshot: Snapshot,
    rows: ExportRows,
    row: str,
    make: Callable[[bytes, int], Made],
    size: Callable[[Made], int],
) -> Generator[Made, None, None]:
    """What is made of each range of ids in which there is a row.

    Args:
        row: SQL that prints one.
        size: bytes of what was made, of which only so many shall be on their way.
    """
    steering, *readers = snapshot.readers
    cutter = RangeCutter(steering, rows.table)
    query = sqlite_backup.range_query(rows.table, row, _condition(rows))

    def made(found: tuple[object, ...]) -> tuple[int, Made] | None:
        text, many = found
        if not isinstance(text, bytes) or not isinstance(many, int):
            return None
        return many, make(text, many)

    with closing(OrderedPieces(readers, cutter, query, rows.values).run(made)) as pieces:
        for piece in pieces:
            if piece is not None:
                cutter.learn(piece[0], size(piece[1]))
                yield piece[1]


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
