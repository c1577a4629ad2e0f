"""The records of one side, printed in one layout: of the workspace now, or of a backup."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from crmdesk.core.backup.compare_rows import BackupText, part_rows
from crmdesk.core.backup.csv_rows import LINE_END
from crmdesk.core.backup.manifest import ManifestColumn, ManifestEntry, columns_of
from crmdesk.core.backup.reader import BackupFile, content_error, read_rows
from crmdesk.core.backup.rows import OrderedPieces, RangeCutter
from crmdesk.core.backup.shapes import ObjectShape
from crmdesk.core.backup.snapshot import Snapshot
from crmdesk.core.db import sqlite_backup

_ROWS_AT_A_TIME = 1_000
_PIECE = 1 << 18

Rows = Generator[list[bytes], None, None]


@dataclass(frozen=True, slots=True)
class LiveSide:
    """The workspace now, as one snapshot shows it."""

    snapshot: Snapshot
    shapes: dict[str, ObjectShape]

    def columns(self, name: str) -> tuple[ManifestColumn, ...]:
        """Columns of an object; empty where it is not there."""
        shape = self.shapes.get(name)
        return () if shape is None else columns_of(shape)

    def rows(self, name: str, layout: Sequence[ManifestColumn]) -> Rows:
        """All live records in order of ids, printed in that layout."""
        shape = self.shapes.get(name)
        if shape is None:
            return
        present = {column.property_name: column.column_name for column in shape.columns}
        row = sqlite_backup.row_expression(
            [(present.get(column.name), column.is_free_text) for column in layout]
        )
        steering, *readers = self.snapshot.readers
        cutter = RangeCutter(steering, shape.table)
        query = sqlite_backup.separated_range_query(shape.table, row)
        for rows, size in OrderedPieces(readers, cutter, query).run(part_rows):
            cutter.learn(len(rows), size)
            yield rows


@dataclass(frozen=True, slots=True)
class BackupSide:
    """A signed backup."""

    file: BackupFile

    def columns(self, name: str) -> tuple[ManifestColumn, ...]:
        """Columns of an object; empty where the backup has no records of it."""
        entry = self.entry(name)
        return () if entry is None else entry.columns

    def entry(self, name: str) -> ManifestEntry | None:
        """What the manifest says of an object's records."""
        return None if self.file.manifest is None else self.file.manifest.entry(name)

    def text(self, name: str, layout: Sequence[ManifestColumn]) -> BackupText | None:
        """The records as they stand in the file, where that is the layout; else None."""
        entry = self.entry(name)
        fits = entry is not None and _same_print(entry.columns, layout)
        return BackupText(self.file, entry) if fits and entry is not None else None

    def rows(self, name: str, layout: Sequence[ManifestColumn]) -> Rows:
        """All records in order of ids, printed in that layout; digested on the way."""
        entry = self.entry(name)
        if entry is None:
            return
        if _same_print(entry.columns, layout):
            yield from _as_they_stand(self.file, entry)
        else:
            yield from _printed_anew(self.file, entry, layout)


class Side(Protocol):
    """Anything with records by object, in order of ids."""

    def columns(self, name: str) -> tuple[ManifestColumn, ...]:
        """Columns of an object, the record id first; empty where there is nothing of it."""

    def rows(self, name: str, layout: Sequence[ManifestColumn]) -> Rows:
        """All records in order of ids, printed in that layout."""


def _same_print(columns: Sequence[ManifestColumn], layout: Sequence[ManifestColumn]) -> bool:
    return [(c.name, c.is_free_text) for c in columns] == [(c.name, c.is_free_text) for c in layout]


def _as_they_stand(file: BackupFile, entry: ManifestEntry) -> Rows:
    with closing(BackupText(file, entry)) as text:
        rows: list[bytes] = []
        for row in text.rest():
            rows.append(row)
            if len(rows) >= _ROWS_AT_A_TIME:
                yield rows
                rows = []
        yield rows
        text.check_digest()


def _printed_anew(file: BackupFile, entry: ManifestEntry, layout: Sequence[ManifestColumn]) -> Rows:
    """Rows of another layout: columns came or went between the two backups."""
    places = {name: place for place, name in enumerate(entry.column_names)}
    wanted = [(places.get(column.name), column.is_free_text) for column in layout]
    _prove(file, entry)
    with file.open_entry(entry.file) as reading:
        try:
            rows = read_rows(reading)
            next(rows, None)
            some: list[bytes] = []
            for row in rows:
                some.append(_print(row, wanted))
                if len(some) >= _ROWS_AT_A_TIME:
                    yield some
                    some = []
            yield some
        except ValueError as problem:
            raise content_error(file, entry, str(problem)) from problem


def _print(row: Sequence[str], wanted: Sequence[tuple[int | None, bool]]) -> bytes:
    cells = []
    for place, is_text in wanted:
        value = "" if place is None else row[place]
        cells.append('"' + value.replace('"', '""') + '"' if is_text else value)
    return ",".join(cells).encode() + LINE_END


def _prove(file: BackupFile, entry: ManifestEntry) -> None:
    digest = hashlib.sha256()
    with file.open_entry(entry.file) as reading:
        while piece := reading.read(_PIECE):
            digest.update(piece)
    if digest.hexdigest() != entry.sha256:
        raise content_error(file, entry, "its digest is another one")
