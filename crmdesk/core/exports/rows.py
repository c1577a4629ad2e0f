"""Reads the rows of an export from one snapshot of the database."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from crmdesk.core.backup.cancel import never
from crmdesk.core.backup.rows import (
    CutT,
    OrderedPieces,
    RangeCutter,
    usual_threads,
)
from crmdesk.core.backup.snapshot import Snapshot, open_snapshot
from crmdesk.core.db import sqlite_backup, sqlite_sheet
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.exports.columns import ExportColumn, LabelRow, keep_labels
from crmdesk.core.exports.content import Content, Piece, SheetPiece
from crmdesk.core.exports.picked import ListCutter, Picked, pick, pick_among
from crmdesk.core.exports.sheet_rows import sheet_piece

Made = TypeVar("Made")


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
        try:
            yield snapshot
        except sqlite3.DatabaseError as problem:
            raise sqlite_backup.unreadable(database) from problem


def record_content(
    snapshot: Snapshot,
    rows: ExportRows,
    notes: Mapping[str, int],
    cancelled: Callable[[], bool] = never,
) -> Content:
    """What a file of records is written from.

    Args:
        notes: as :class:`Content` has them.

    Raises:
        Cancelled: ``cancelled`` said so while the records were looked for.
    """
    if rows.ids:
        picked = pick_among(snapshot, rows.table, rows.condition, rows.values, rows.ids)
    else:
        picked = pick(snapshot, rows.table, rows.condition, rows.values, cancelled)
    return Content(
        rows.columns,
        picked.total,
        snapshot.taken_at,
        partial(csv_pieces, snapshot, rows, picked),
        partial(record_sheet_pieces, snapshot, rows, picked),
        notes,
    )


def csv_pieces(
    snapshot: Snapshot, rows: ExportRows, picked: Picked
) -> Generator[Piece, None, None]:
    """The rows as CSV in the order of record ids, printed by several connections."""
    row = sqlite_backup.printed_row([(column.sql, column.is_text) for column in rows.columns])
    return _pieces(snapshot, rows, picked, _Making(row, Piece, _csv_bytes))


def record_sheet_pieces(
    snapshot: Snapshot, rows: ExportRows, picked: Picked
) -> Generator[SheetPiece, None, None]:
    """The same rows as a workbook takes them, made as quickly."""
    row = sqlite_sheet.marked_row([(column.sql, column.is_number) for column in rows.columns])

    def made(text: bytes, many: int) -> SheetPiece:
        return sheet_piece(text, many, rows.columns)

    return _pieces(snapshot, rows, picked, _Making(row, made, _sheet_bytes))


@dataclass(frozen=True, slots=True)
class _Making(Generic[Made]):
    """How pieces of one kind are made.

    Attributes:
        row: SQL that prints a row.
        make: takes printed rows, and how many they are.
        size: bytes of what was made, of which only so many shall be on their way.
    """

    row: str
    make: Callable[[bytes, int], Made]
    size: Callable[[Made], int]


def _pieces(
    snapshot: Snapshot, rows: ExportRows, picked: Picked, making: _Making[Made]
) -> Generator[Made, None, None]:
    steering, *readers = snapshot.readers
    if picked.ids is not None:
        query = sqlite_backup.listed_query(rows.table, making.row)
        return _made(OrderedPieces(readers, ListCutter(picked.ids), query), making)
    query = sqlite_backup.range_query(rows.table, making.row, rows.condition)
    cutter = RangeCutter(steering, rows.table)
    return _made(OrderedPieces(readers, cutter, query, rows.values), making)


def _made(ordered: OrderedPieces[CutT], making: _Making[Made]) -> Generator[Made, None, None]:
    """What is made of each cut in which there is a row."""

    def made(found: tuple[object, ...]) -> tuple[int, Made] | None:
        text, many = found
        if not isinstance(text, bytes) or not isinstance(many, int):
            return None
        return many, making.make(text, many)

    with closing(ordered.run(made)) as pieces:
        for piece in pieces:
            if piece is not None:
                ordered.cutter.learn(piece[0], making.size(piece[1]))
                yield piece[1]


def _csv_bytes(piece: Piece) -> int:
    return len(piece.text)


def _sheet_bytes(piece: SheetPiece) -> int:
    return len(piece.xml)
