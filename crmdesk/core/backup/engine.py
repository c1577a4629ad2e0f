"""Writes a backup: one instant of the database as a signed zip of CSVs, proven before it counts.

The rows are printed as CSV inside SQLite by several connections that share one snapshot, each
piece is deflated on its own, and the pieces are put one after the other into one zip member.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from crmdesk.core import platform
from crmdesk.core.backup import deflate, manifest
from crmdesk.core.backup.cancel import cancelled_error, never
from crmdesk.core.backup.complete_parts import Part, complete_parts, part_pieces
from crmdesk.core.backup.csv_rows import LINE_END, count_rows, heading_of, line_feeds
from crmdesk.core.backup.entry_writer import EntryWriter, Piece, make_piece
from crmdesk.core.backup.manifest import ManifestColumn, ManifestEntry, columns_of
from crmdesk.core.backup.rows import OrderedPieces, RangeCutter, usual_threads
from crmdesk.core.backup.shapes import (
    BackupContext,
    BackupResult,
    EntryResult,
    ObjectShape,
    Progress,
)
from crmdesk.core.backup.snapshot import Snapshot, open_snapshot
from crmdesk.core.backup.verify import Verification, verify_backup
from crmdesk.core.backup.zip_writer import ZipWriter
from crmdesk.core.db import sqlite_backup
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import UserError
from crmdesk.core.files.apart_reader import WrittenPiece
from crmdesk.core.files.atomic import atomic_write, synced_meanwhile


def ignore_progress(_: Progress) -> None:
    """For callers that do not watch."""


def write_backup(  # noqa: PLR0913 - plain values are asked for; most have a default
    database: Path,
    shapes: Sequence[ObjectShape],
    target: Path,
    *,
    manifest_context: BackupContext,
    sign: Callable[[bytes], bytes],
    threads: int | None = None,
    level: int = deflate.USUAL_LEVEL,
    complete: bool = False,
    progress: Callable[[Progress], None] = ignore_progress,
    cancelled: Callable[[], bool] = never,
) -> BackupResult:
    """Write all live records of some objects into one zip, as they are at one instant.

    The zip appears under its name only after it was synced to disk, read back and verified.

    Args:
        shapes: objects in the order of the zip; their entry names must differ.
        threads: connections that print rows; None for one a processor.
        level: 0 to 3 of ISA-L's deflate.
        complete: also everything else of the workspace, so that it can be built anew.
        sign: returns the 64-byte Ed25519 signature of the manifest's bytes.
        progress: told after every piece, in this thread.
        cancelled: asked after every piece, in this thread.

    Raises:
        Cancelled: ``cancelled`` said so; nothing is left behind.
        Busy: another writer holds the database.
        UserError: ``database_unreadable``, ``backup_not_proven``, or the disk refused.
    """
    _check_names(shapes)
    readers = (threads or usual_threads()) + 1
    platform.keep_freed_memory()
    with (
        atomic_write(target) as file,
        open_snapshot(database, readers, cancelled) as snapshot,
    ):
        writer = _BackupWriter(ZipWriter(file, snapshot.taken_at), snapshot, level)
        writer.watch(progress, cancelled, shapes)
        try:
            entries = writer.write_objects(shapes)
            parts = writer.write_parts(shapes) if complete else ()
        except sqlite3.DatabaseError as problem:
            raise sqlite_backup.unreadable(database) from problem
        writer.finish(entries, parts, shapes, manifest_context, sign)
        proof = _read_back(file, target, writer, manifest_context.verify_key, cancelled)
    return _result(entries, proof, snapshot.taken_at)


def _result(
    entries: Sequence[ManifestEntry], proof: Verification, taken_at: datetime
) -> BackupResult:
    results = tuple(EntryResult(e.object, e.file, e.rows, e.bytes, e.sha256) for e in entries)
    records = sum(entry.rows for entry in entries)
    return BackupResult(results, records, proof.bytes, proof.sha256, taken_at)


def _check_names(shapes: Sequence[ObjectShape]) -> None:
    """Two objects in one file name would be a mistake of the caller's, found before writing."""
    names = [shape.entry_name.casefold() for shape in shapes]
    names += [manifest.MANIFEST_NAME, manifest.SIGNATURE_NAME]
    if len(set(names)) != len(names):
        raise ValueError("two files of a backup have the same name")


def _read_back(
    file: BinaryIO,
    target: Path,
    writer: _BackupWriter,
    verify_key: bytes,
    cancelled: Callable[[], bool],
) -> Verification:
    """What reading the file says of it while it is synced, where it is sound.

    Raises:
        UserError: ``backup_not_proven``, or the disk refused.
    """
    with synced_meanwhile(file):
        verdict = verify_backup(
            Path(file.name), verify_key, cancelled=cancelled, written=writer.written
        )
    if not verdict.ok:
        first = verdict.problems[0]
        raise UserError(
            "backup_not_proven",
            f"The backup {target.name} did not read back as it was written, and was not kept.",
            "Check the disk, then create the backup again.",
            path=str(target),
            problem=first.code.value,
            entry=first.entry,
            detail=first.detail,
        )
    return verdict


class _BackupWriter:
    """Puts the objects of one snapshot into a zip, and tells how far it is.

    Attributes:
        written: by file of the zip, its pieces.
    """

    def __init__(self, zip_writer: ZipWriter, snapshot: Snapshot, level: int) -> None:
        self._zip = zip_writer
        self._snapshot = snapshot
        self._level = level
        self._rows = 0
        self._rows_total = 0
        self._objects = 0
        self._objects_done = 0
        self._progress: Callable[[Progress], None] = ignore_progress
        self._cancelled: Callable[[], bool] = never
        self.written: dict[str, Sequence[WrittenPiece]] = {}

    def watch(
        self,
        progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
        shapes: Sequence[ObjectShape],
    ) -> None:
        """Count what there is to do, and tell it."""
        self._progress, self._cancelled = progress, cancelled
        self._objects = len(shapes)
        connection = self._snapshot.readers[0]
        for shape in shapes:
            self._step("")
            query = sqlite_backup.live_count_query(shape.table)
            self._rows_total += connection.execute(query).fetchone()[0]

    def write_objects(self, shapes: Sequence[ObjectShape]) -> tuple[ManifestEntry, ...]:
        """Write the CSVs of all objects; those without live records have none."""
        written = [self._write_object(shape) for shape in shapes]
        return tuple(entry for entry in written if entry is not None)

    def _write_object(self, shape: ObjectShape) -> ManifestEntry | None:
        entry = EntryWriter(self._zip, shape.entry_name)
        # Closed before the connections are, whatever happens: threads may still read from them.
        with closing(self._with_heading(shape)) as pieces:
            for piece in pieces:
                entry.add(piece)
                self._rows += piece.rows
                self._step(shape.name)
        self._objects_done += 1
        label = shape.label or shape.name
        return self._finished(entry, shape.entry_name, shape.name, label, columns_of(shape))

    def write_parts(self, shapes: Sequence[ObjectShape]) -> tuple[ManifestEntry, ...]:
        """Write what makes the backup complete; parts without rows have no file."""
        connection = self._snapshot.readers[0]
        written = [
            self._write_part(connection, part) for part in complete_parts(connection, shapes)
        ]
        return tuple(entry for entry in written if entry is not None)

    def _write_part(self, connection: sqlite3.Connection, part: Part) -> ManifestEntry | None:
        entry = EntryWriter(self._zip, part.file)
        for text, count in part_pieces(connection, part):
            entry.add(make_piece(text, count, self._level))
            self._step(part.table)
        return self._finished(entry, part.file, part.object, part.table, part.columns)

    def _finished(
        self,
        entry: EntryWriter,
        file: str,
        name: str,
        label: str,
        columns: tuple[ManifestColumn, ...],
    ) -> ManifestEntry | None:
        """The entry's description, where anything was written."""
        if not entry.pieces:
            return None
        self.written[file] = entry.pieces
        return entry.finish(name, label, columns)

    def finish(
        self,
        entries: tuple[ManifestEntry, ...],
        parts: tuple[ManifestEntry, ...],
        shapes: Sequence[ObjectShape],
        context: BackupContext,
        sign: Callable[[bytes], bytes],
    ) -> None:
        """Write the manifest, its signature and the end of the zip."""
        full = {entry.object for entry in entries}
        empty = tuple(shape.name for shape in shapes if shape.name not in full)
        data = manifest.to_bytes(
            manifest.describe(context, self._snapshot.taken_at, entries, empty, parts)
        )
        self._zip.store(manifest.MANIFEST_NAME, data)
        self._zip.store(manifest.SIGNATURE_NAME, sign(data))
        self._zip.close()
        self._step("")

    def _pieces(self, shape: ObjectShape) -> Iterator[Piece]:
        """Pieces with at least one row, in order of ids."""
        steering, *readers = self._snapshot.readers
        row = sqlite_backup.row_expression(
            [(column.column_name, column.is_free_text) for column in shape.columns]
        )
        cutter = RangeCutter(steering, shape.table)
        query = sqlite_backup.range_query(shape.table, row)
        for piece in OrderedPieces(readers, cutter, query).run(self._make_piece):
            if piece.rows:
                cutter.learn(piece.rows, len(piece.text))
                yield piece

    def _make_piece(self, row: tuple[object, ...]) -> Piece:
        text, rows = row
        if not isinstance(text, bytes) or not isinstance(rows, int):
            return Piece(b"", b"", 0, 0)
        # A second count that owes nothing to SQL's; quick where no value holds a line end.
        if line_feeds(text) != rows and count_rows(text) != rows:
            raise sqlite3.DatabaseError("the rows printed are not the rows counted")
        return make_piece(text, rows, self._level)

    def _with_heading(self, shape: ObjectShape) -> Generator[Piece, None, None]:
        """The pieces, the heading before the first; none when there are no rows."""
        pieces = self._pieces(shape)
        first = next(pieces, None)
        if first is None:
            return
        names = ",".join(heading_of(column.property_name) for column in shape.columns)
        yield make_piece(names.encode() + LINE_END, 0, self._level)
        yield first
        yield from pieces

    def _step(self, name: str) -> None:
        if self._cancelled():
            raise cancelled_error()
        self._progress(
            Progress(
                name,
                self._objects_done,
                self._objects,
                self._rows,
                self._rows_total,
                self._zip.bytes,
            )
        )
