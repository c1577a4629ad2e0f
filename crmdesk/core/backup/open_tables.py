"""The tables of a backup file, ours or any other zip, and their columns."""

from __future__ import annotations

import csv
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crmdesk.core.backup.browsed import BrowsedColumn, BrowsedTable
from crmdesk.core.backup.cancel import cancelled_error
from crmdesk.core.backup.manifest import ManifestEntry
from crmdesk.core.backup.reader import BackupFile, content_error, read_backup, read_rows
from crmdesk.core.backup.table_cursor import Heading, RawRow, TableCursor, TablePlace
from crmdesk.core.errors import UserError
from crmdesk.core.files import text_table
from crmdesk.core.files.archive import open_entry
from crmdesk.core.files.dialect import HEAD_BYTES, CsvDialect, choose_dialect
from crmdesk.core.files.encodings import EncodingProbe
from crmdesk.core.records.schema import ObjectType

_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class OpenTables:
    """A backup file and its tables; ``trusted`` means signed here and whole from outside."""

    place: TablePlace
    file: BackupFile
    trusted: bool
    tables: tuple[BrowsedTable, ...]

    def table(self, object_or_file: str) -> BrowsedTable:
        """A table by its object's name or by its own.

        Raises:
            UserError: ``backup_object_missing``.
        """
        for table in self.tables:
            if object_or_file and object_or_file in (table.object, table.file):
                return table
        raise UserError(
            "backup_object_missing",
            f"The backup {self.file.path.name} holds no records of {object_or_file}.",
            "It holds: " + ", ".join(t.object or t.file for t in self.tables) + "."
            if self.tables
            else "It holds no tables.",
            object=object_or_file,
        )

    def entry_of(self, table: BrowsedTable) -> ManifestEntry | None:
        """What the manifest says of a table; None without one."""
        manifest = self.file.manifest
        return None if manifest is None or not table.object else manifest.entry(table.object)


def stamp_of(path: Path) -> TablePlace:
    """Where a file is and which state of it.

    Raises:
        UserError: ``file_missing``.
    """
    try:
        found = path.lstat()
    except OSError as error:
        raise UserError(
            "file_missing", f"There is no file {path}.", "Choose another file.", path=str(path)
        ) from error
    return TablePlace(path, found.st_size, found.st_mtime_ns, found.st_ino)


def open_tables(place: TablePlace, known_key: bytes) -> OpenTables:
    """Read the table of contents of a backup file.

    Raises:
        UserError: it is no zip, or its structure is not to be trusted.
    """
    file = read_backup(place.path, known_key=known_key)
    manifest = file.manifest
    described = {} if manifest is None else {entry.file: entry for entry in manifest.entries}
    parts = set() if manifest is None else {part.file for part in manifest.parts}
    tables = []
    for entry in file.entries:
        told = described.get(entry.name)
        if told is not None:
            rows = told.rows if file.signed and not file.problems else None
            label = _plural(file, told)
            tables.append(BrowsedTable(told.object, label, entry.name, rows, entry.bytes))
        elif entry.name.lower().endswith(_ENDINGS) and entry.name not in parts:
            tables.append(BrowsedTable("", entry.name, entry.name, None, entry.bytes))
    return OpenTables(place, file, file.signed and not file.problems, tuple(tables))


def open_cursor(
    opened: OpenTables, table: BrowsedTable, place: TablePlace, cancelled: Callable[[], bool]
) -> TableCursor:
    """Begin to read a table at its first row.

    Raises:
        UserError: what is wrong with the table.
        Cancelled: while the encoding of an unknown table was looked for.
    """
    entry = opened.entry_of(table)
    if entry is not None and opened.trusted:
        heading = Heading(entry.column_names, entry.column_names)
        return TableCursor(place, heading, _signed_rows(opened.file, entry))

    def opening() -> BinaryIO:
        return open_entry(opened.file.path, table.file)

    dialect = _dialect_of(opening, entry, cancelled)
    found = text_table.read_header(opening, dialect)
    heading = Heading(found.names, found.originals)
    return TableCursor(place, heading, _unknown_rows(opening, dialect))


def columns_of(
    opened: OpenTables,
    table: BrowsedTable,
    heading: Heading,
    object_types: Sequence[ObjectType],
) -> tuple[BrowsedColumn, ...]:
    """The columns of a table; sensitive is what its manifest or this workspace calls so."""
    entry = opened.entry_of(table)
    told = {} if entry is None else {column.name: column for column in entry.columns}
    hidden = _sensitive_here(table, object_types)
    columns = []
    for name, original in zip(heading.names, heading.originals, strict=True):
        known = told.get(original)
        sensitive = bool({_bare(name), _bare(original)} & hidden) or _told_sensitive(
            opened, table, original
        )
        label, kind = (name, "string") if known is None else (known.label, known.type)
        columns.append(BrowsedColumn(name, label, kind, sensitive))
    return tuple(columns)


def record_id_place(columns: Sequence[BrowsedColumn]) -> int | None:
    """Which column holds the record id, if any."""
    for place, column in enumerate(columns):
        if _bare(column.name) in ("hsobjectid", "recordid"):
            return place
    return None


def _sensitive_here(table: BrowsedTable, object_types: Sequence[ObjectType]) -> set[str]:
    """Names and labels; of every object where it is not known whose records these are."""
    own = [found for found in object_types if found.name == table.object] or object_types
    return {
        _bare(word)
        for found in own
        for column in found.properties
        if column.sensitive
        for word in (column.name, column.label)
    }


def _told_sensitive(opened: OpenTables, table: BrowsedTable, name: str) -> bool:
    return bool(_told(opened.file, table.object, "properties", name, "sensitive"))


def _plural(file: BackupFile, entry: ManifestEntry) -> str:
    told = _told(file, entry.object, "plural_label")
    return told if isinstance(told, str) and told else entry.label


def _told(file: BackupFile, *steps: str) -> object:
    """What the manifest's definitions say at some place; nothing of them is taken for granted."""
    tree: object = {} if file.manifest is None else file.manifest.definitions
    for step in steps:
        tree = tree.get(step) if isinstance(tree, Mapping) else None
    return tree


def _bare(word: str) -> str:
    """A name without what other programs write differently: capitals, spaces, underscores."""
    return "".join(character for character in word.casefold() if character.isalnum())


def _signed_rows(file: BackupFile, entry: ManifestEntry) -> Generator[RawRow, None, None]:
    with file.open_entry(entry.file) as reading, closing(read_rows(reading)) as rows:
        try:
            if tuple(next(rows, ())) != entry.column_names:
                raise content_error(file, entry, "its heading is another one")
            for cells in rows:
                yield cells, len(cells) != len(entry.columns)
        except (csv.Error, ValueError) as problem:
            raise content_error(file, entry, str(problem)) from problem


def _unknown_rows(
    opening: Callable[[], BinaryIO], dialect: CsvDialect
) -> Generator[RawRow, None, None]:
    # Row by row: what stands before damage is still seen.
    for row in text_table.read_rows(opening, dialect):
        yield row.cells, row.problem is not None


def _dialect_of(
    opening: Callable[[], BinaryIO], entry: ManifestEntry | None, cancelled: Callable[[], bool]
) -> CsvDialect:
    """How a table is written; without a manifest its every byte may decide the encoding."""
    probe = EncodingProbe()
    with opening() as file:
        head = piece = file.read(HEAD_BYTES)
        try:
            while piece and entry is None:
                probe.feed(piece)
                if cancelled():
                    raise cancelled_error()
                piece = file.read(_PIECE)
        except UserError as damage:
            # The rows before it are seen all the same; it is told where it is met.
            if damage.code != "archive_entry_damaged":
                raise
    if entry is not None:
        return choose_dialect(head, None, "utf-8", ",", True)
    return choose_dialect(head, probe.guess())
