"""Which records differ between a backup and now, without parsing those that do not.

The present rows are printed by SQLite as the backup's rows once were. Where the bytes are the
same, the record is unchanged and nobody looks into it; only rows that differ are parsed.
"""

from __future__ import annotations

import csv
import hashlib
import io
from array import array
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.backup.cancel import cancelled_error, never
from crmdesk.core.backup.csv_rows import row_end
from crmdesk.core.backup.manifest import ManifestEntry
from crmdesk.core.backup.read_ahead import read_ahead
from crmdesk.core.backup.reader import (
    LONGEST_FIELD,
    BackupFile,
    column_positions,
    content_error,
    read_rows,
)
from crmdesk.core.backup.rows import OrderedPieces, RangeCutter
from crmdesk.core.backup.shapes import ObjectShape
from crmdesk.core.backup.snapshot import Snapshot, open_snapshot
from crmdesk.core.db import sqlite_backup
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import UserError

_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Difference:
    """A live record with at least one chosen value that is not the backup's.

    Args:
        backup_values: values of the chosen columns in their order; None where blank.
        live_values: the same now.
    """

    record_id: int
    backup_values: tuple[str | None, ...]
    live_values: tuple[str | None, ...]


class RowComparison:
    """The differing records of one object, found while iterating, in ascending order of ids.

    After the iteration ``equal_rows``, ``differing_rows`` and ``missing_ids`` (in the backup, but
    not among the live records) hold for the whole object. Iterate only once.
    """

    def __init__(
        self,
        database: Path,
        backup_file: BackupFile,
        shape: ObjectShape,
        chosen_columns: Sequence[str],
        *,
        threads: int,
        cancelled: Callable[[], bool],
    ) -> None:
        self.equal_rows = 0
        self.differing_rows = 0
        self.missing_ids: array[int] = array("q")
        self._database = database
        self._file = backup_file
        self._entry = backup_file.entry_of(shape.name)
        self._table = shape.table
        self._positions = column_positions(self._entry, chosen_columns)
        self._row = row_like(self._entry, shape, chosen_columns)
        self._threads = threads
        self._cancelled = cancelled

    def __iter__(self) -> Iterator[Difference]:
        """Yield the differences.

        Raises:
            UserError: ``backup_damaged``: what was read is not what the manifest describes;
                differences yielded so far must not be used.
        """
        try:
            with (
                open_snapshot(self._database, self._threads + 1, self._cancelled) as snapshot,
                closing(BackupText(self._file, self._entry)) as text,
                closing(self._live_rows(snapshot)) as pieces,
            ):
                for live in pieces:
                    if self._cancelled():
                        raise cancelled_error()
                    yield from self._parse(self._pairs(text, live))
                for row in text.rest():
                    self.missing_ids.append(text.id_of(row))
                text.check_digest()
        except sqlite3.DatabaseError as problem:
            raise sqlite_backup.unreadable(self._database) from problem

    def _live_rows(self, snapshot: Snapshot) -> Generator[list[bytes], None, None]:
        steering, *readers = snapshot.readers
        cutter = RangeCutter(steering, self._table)
        query = sqlite_backup.separated_range_query(self._table, self._row)
        for rows, size in OrderedPieces(readers, cutter, query).run(part_rows):
            cutter.learn(len(rows), size)
            yield rows

    def _pairs(self, text: BackupText, live: list[bytes]) -> list[tuple[bytes, bytes]]:
        """Rows of the same record whose bytes differ; walks both sides, which go by id."""
        pairs: list[tuple[bytes, bytes]] = []
        at = 0
        while (equal := text.pass_equal(live, at)) < len(live) - at:
            self.equal_rows += equal
            now = live[at + equal]
            at += equal + 1
            record = record_id_of(now)
            while (then := text.row()) is not None:
                found = text.id_of(then)
                if found > record:
                    break
                text.advance(len(then))
                if found == record:
                    pairs.append((then, now))
                    break
                self.missing_ids.append(found)
        self.equal_rows += len(live) - at
        return pairs

    def _parse(self, pairs: list[tuple[bytes, bytes]]) -> Iterator[Difference]:
        if not pairs:
            return
        try:
            then_rows = parse_rows(b"".join(then for then, _ in pairs))
            now_rows = parse_rows(b"".join(now for _, now in pairs))
            for then, now in zip(then_rows, now_rows, strict=True):
                before = tuple(then[position] or None for position in self._positions)
                after = tuple(now[position] or None for position in self._positions)
                if before == after:
                    self.equal_rows += 1
                else:
                    self.differing_rows += 1
                    yield Difference(int(then[0]), before, after)
        except (csv.Error, ValueError, IndexError) as problem:
            raise content_error(self._file, self._entry, str(problem)) from problem


def differing_rows(
    database: Path,
    backup_file: BackupFile,
    shape: ObjectShape,
    chosen_columns: Sequence[str],
    *,
    threads: int = 2,
    cancelled: Callable[[], bool] = never,
) -> RowComparison:
    """Compare a verified backup with the live records of one object, as committed now.

    Begin to iterate outside of a write transaction: the snapshot takes the write lock for an
    instant. Later writes, staging ones included, disturb nothing.

    Args:
        backup_file: a file whose manifest is signed; its content is digested once more.
        shape: the object as it is now; columns the backup does not hold are left out, and
            columns that are gone count as blank.
        chosen_columns: internal names, each both in the backup and in ``shape``.

    Raises:
        UserError: ``backup_object_missing`` or ``backup_column_missing``.
    """
    return RowComparison(
        database, backup_file, shape, chosen_columns, threads=threads, cancelled=cancelled
    )


class BackupText:
    """The CSV of one entry as a window that moves forwards over whole rows."""

    def __init__(self, backup_file: BackupFile, entry: ManifestEntry) -> None:
        self._file = backup_file
        self._entry = entry
        self._digest = hashlib.sha256()
        self._coming = read_ahead(self._pieces())
        self._text = b""
        self._at = 0
        self._read_heading()

    def pass_equal(self, rows: list[bytes], first: int) -> int:
        """Move past those rows from ``first`` on that stand next; return how many that were.

        Nearly all the interpreter does for a plan is done in this loop.
        """
        text, at = self._text, self._at
        for place in range(first, len(rows)):
            row = rows[place]
            if not text.startswith(row, at):
                self._at = at
                if len(text) - at >= len(row) or not self._more(len(row)):
                    return place - first
                text, at = self._text, self._at
                if not text.startswith(row, at):
                    return place - first
            at += len(row)
        self._at = at
        return len(rows) - first

    def row(self) -> bytes | None:
        """The next row, not yet passed; None at the end."""
        end = row_end(self._text, self._at)
        while end < 0:
            if not self._more(len(self._text) - self._at + 1):
                if self._at < len(self._text):
                    raise content_error(self._file, self._entry, "its last row is not complete")
                return None
            end = row_end(self._text, self._at)
        return self._text[self._at : end]

    def advance(self, size: int) -> None:
        """Move past ``size`` bytes."""
        self._at += size

    def rest(self) -> Iterator[bytes]:
        """All rows that are left."""
        while (row := self.row()) is not None:
            self.advance(len(row))
            yield row

    def id_of(self, row: bytes) -> int:
        """The record id a row begins with."""
        try:
            return record_id_of(row)
        except ValueError as problem:
            raise content_error(self._file, self._entry, "a row has no record id") from problem

    def check_digest(self) -> None:
        """Refuse what was read when it is not what the manifest describes."""
        if self._digest.hexdigest() != self._entry.sha256:
            raise content_error(self._file, self._entry, "its digest is another one")

    def close(self) -> None:
        """Stop reading ahead and close the file."""
        self._coming.close()

    def _read_heading(self) -> None:
        heading = self.row() or b""
        names = next(read_rows(io.BytesIO(heading)), [])
        if tuple(names) != self._entry.column_names:
            raise content_error(self._file, self._entry, "its heading is another one")
        self.advance(len(heading))

    def _more(self, wanted: int) -> bool:
        """Read on until ``wanted`` bytes from here are there; False when the file ends before."""
        parts = [self._text[self._at :]]
        have = len(parts[0])
        while have < wanted and (piece := next(self._coming, b"")):
            parts.append(piece)
            have += len(piece)
        self._text, self._at = b"".join(parts), 0
        return have >= wanted

    def _pieces(self) -> Iterator[bytes]:
        with self._file.open_entry(self._entry.file) as reading:
            while piece := reading.read(_PIECE):
                self._digest.update(piece)
                yield piece


def part_rows(row: tuple[object, ...]) -> tuple[list[bytes], int]:
    """Rows parted by NUL, and their bytes."""
    text = row[0]
    return (text.split(b"\0"), len(text)) if isinstance(text, bytes) else ([], 0)


def record_id_of(row: bytes) -> int:
    """The record id a printed row begins with."""
    return int(row[: row.index(b",")]) if b"," in row else int(row)


def parse_rows(text: bytes) -> list[list[str]]:
    """The cells of whole rows of CSV."""
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_FIELD))
    return list(csv.reader(io.StringIO(text.decode(), newline=""), strict=True))


def row_like(entry: ManifestEntry, shape: ObjectShape, chosen: Sequence[str]) -> str:
    """The SQL that prints a record now as the backup's entry lists its columns."""
    present = {column.property_name: column for column in shape.columns}
    for name in chosen:
        if name not in present:
            raise UserError(
                "property_missing",
                f"The property {name} of {shape.name} no longer exists.",
                "Choose only properties that exist now.",
                property=name,
                object=shape.name,
            )
    columns: list[tuple[str | None, bool]] = []
    for column in entry.columns:
        now = present.get(column.name)
        columns.append(
            (None, column.is_free_text) if now is None else (now.column_name, now.is_free_text)
        )
    return sqlite_backup.row_expression(columns)
