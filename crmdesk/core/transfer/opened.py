"""Opens what is to be imported: whose file it is, which tables it holds, and one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.backup.manifest import MANIFEST_NAME, ManifestEntry
from crmdesk.core.backup.reader import BackupFile, content_error, declared_sizes, read_backup
from crmdesk.core.errors import UserError
from crmdesk.core.files.archive import ArchiveLimits, read_small_entry
from crmdesk.core.files.fingerprint import Known, take_fingerprint
from crmdesk.core.files.ordinary import open_ordinary
from crmdesk.core.files.source import TableSource, list_tables, open_known, open_table
from crmdesk.core.files.workbook import TableKind
from crmdesk.core.files.workbook import recognise as recognise_kind
from crmdesk.core.records.catalogue import ObjectDefinition, load_catalogue
from crmdesk.core.records.recognition import RecognisedBy, recognise_object
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.transfer.model import FileOptions, ObjectKnownBy, TableInfo, Trust

_LARGEST_MANIFEST = 16 << 20
_PIECE = 1 << 20
#: What a file of such a name is; one of them that holds plain text was cut off or never arrived.
_PACKED = {".zip": "zip file", ".xlsx": "workbook", ".ods": "workbook"}


@dataclass(frozen=True, slots=True)
class Home:
    """This workspace, as the owner of files: its id and its public key of 32 raw bytes."""

    workspace_id: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file and the table of it that was chosen; ``source`` is None while none is."""

    path: Path
    kind: str
    bytes: int
    sha256: str
    trust: Trust
    backup: BackupFile | None
    tables: tuple[TableInfo, ...]
    table: TableInfo | None
    source: TableSource | None

    @property
    def entry(self) -> ManifestEntry | None:
        """The manifest's description of the chosen table."""
        if self.backup is None or self.backup.manifest is None or self.table is None:
            return None
        entries = self.backup.manifest.entries
        return next((entry for entry in entries if entry.file == self.table.name), None)

    @property
    def origin(self) -> str | None:
        """The workspace that the record ids come from, as its manifest says."""
        manifest = None if self.backup is None else self.backup.manifest
        return None if manifest is None else manifest.workspace_id

    def prove_content(self) -> None:
        """Make sure that a trusted table is bit by bit what was signed.

        Raises:
            UserError: ``backup_damaged``.
        """
        if self.trust is not Trust.OURS or self.backup is None or self.entry is None:
            return
        digest = hashlib.sha256()
        with self.backup.open_entry(self.entry.file) as reading:
            while piece := reading.read(_PIECE):
                digest.update(piece)
        if digest.hexdigest() != self.entry.sha256:
            raise content_error(self.backup, self.entry, "its digest is another one")


def open_file(
    path: Path,
    options: FileOptions,
    home: Home,
    object_types: Sequence[ObjectType],
    known: Known | None = None,
) -> OpenedFile:
    """Open a file and choose the table that the options ask for.

    Args:
        known: what is known of a text table from before.

    Raises:
        UserError: whatever is wrong with the file, ``file_kind_wrong`` or ``table_missing``.
    """
    backup = _as_backup(path, home, options.max_bytes)
    if backup is not None:
        return _open_backup(path, options, home, backup)
    kind = recognise_kind(path)
    if kind is TableKind.ZIP:
        return _open_zip(path, options, object_types)
    if kind is TableKind.CSV and path.suffix.lower() in _PACKED:
        raise UserError(
            "file_kind_wrong",
            f"{path.name} is not a {_PACKED[path.suffix.lower()]}.",
            "Fetch it again. If it is a table of text, give it a name that ends in .csv.",
        )
    return _open_plain(path, options, object_types, known)


def object_definition(object_type: ObjectType) -> ObjectDefinition:
    """What the catalogue knows of the object; a custom one gets the pattern of all custom ones."""
    catalogue = load_catalogue()
    if not object_type.custom:
        for definition in catalogue.objects:
            if definition.name == object_type.name:
                return definition
    return catalogue.custom(object_type.name, object_type.label, object_type.plural_label)


def _as_backup(path: Path, home: Home, max_bytes: int | None) -> BackupFile | None:
    """The file as a backup of this program, from whatever workspace; None when it is none."""
    with open_ordinary(path, max_bytes) as file:
        if file.read(2) != b"PK":
            return None
    if read_small_entry(path, MANIFEST_NAME, _LARGEST_MANIFEST) is None:
        return None
    found = read_backup(path, known_key=home.public_key, limits=_zip_limits(max_bytes))
    return None if found.manifest is None else found


def _zip_limits(max_bytes: int | None) -> ArchiveLimits:
    return ArchiveLimits() if max_bytes is None else ArchiveLimits(file_bytes=max_bytes)


def _trust(backup: BackupFile, home: Home) -> Trust:
    manifest = backup.manifest
    if manifest is None or backup.foreign or manifest.workspace_id != home.workspace_id:
        return Trust.FOREIGN
    return Trust.OURS if backup.signed and not backup.problems else Trust.EDITED


def _open_backup(path: Path, options: FileOptions, home: Home, backup: BackupFile) -> OpenedFile:
    manifest = backup.manifest
    trust = _trust(backup, home)
    present = {entry.name for entry in backup.entries}
    tables = tuple(
        TableInfo(entry.file, entry.object, ObjectKnownBy.MANIFEST, entry.rows)
        for entry in (() if manifest is None else manifest.entries)
        if entry.file in present
    )
    table = _choose(path, tables, options)
    source = None
    if table is not None:
        declared = declared_sizes(manifest) if trust is Trust.OURS and manifest else None
        source = open_table(
            path,
            entry=table.name,
            encoding="utf-8",
            delimiter=",",
            has_header=True,
            max_bytes=options.max_bytes,
            declared=declared,
        )
    taken = take_fingerprint(path)
    return OpenedFile(path, "zip", taken.size, taken.sha256, trust, backup, tables, table, source)


def _open_zip(path: Path, options: FileOptions, object_types: Sequence[ObjectType]) -> OpenedFile:
    """A zip of CSV files from elsewhere; each is recognised by its name, else by its headers."""
    tables = []
    for entry in list_tables(path, options.max_bytes):
        name, how = _recognise(entry.name, (), object_types)
        if name is None:
            headers = open_table(path, entry=entry.name, max_bytes=options.max_bytes).headers
            name, how = _recognise(entry.name, headers.names, object_types)
        tables.append(TableInfo(entry.name, name, how))
    if not tables:
        raise UserError(
            "archive_without_tables",
            f"The zip file {path.name} holds no tables.",
            "Choose a zip of CSV files.",
        )
    table = _choose(path, tables, options)
    source = None if table is None else _open_source(path, options, entry=table.name)
    taken = take_fingerprint(path, options.max_bytes)
    return OpenedFile(
        path,
        "zip",
        taken.size,
        taken.sha256,
        Trust.UNSIGNED,
        None,
        tuple(tables),
        table,
        source,
    )


def _open_plain(
    path: Path, options: FileOptions, object_types: Sequence[ObjectType], known: Known | None
) -> OpenedFile:
    if known is None:
        source = _open_source(path, options, sheet=options.table)
    else:
        source = open_known(path, known, options.max_bytes)
    names = source.sheets or (path.name,)
    several = len(names) > 1
    tables = []
    for name in names:
        chosen = not source.needs_sheet and (source.sheet == name or not source.sheets)
        headers = source.headers.names if chosen else ()
        # A sheet's own name tells before the name of a book that has several of them.
        found, how = _recognise(name, (), object_types) if several else (None, _NOTHING)
        # Whoever knows how a text is written was told its object as well.
        if known is None and found is None and not (several and not chosen):
            found, how = _recognise(path.name, headers, object_types)
        tables.append(TableInfo(name, found, how))
    if source.needs_sheet:
        wanted = [t for t in tables if options.object_name and t.object_name == options.object_name]
        if len(wanted) != 1:
            return _plain(path, source, tables, None, None)
        source = source.choose_sheet(wanted[0].name, options.has_header)
        return _plain(path, source, tables, wanted[0], source)
    current = source.sheet or path.name
    return _plain(path, source, tables, next(t for t in tables if t.name == current), source)


def _plain(
    path: Path,
    opened: TableSource,
    tables: Sequence[TableInfo],
    table: TableInfo | None,
    source: TableSource | None,
) -> OpenedFile:
    return OpenedFile(
        path,
        opened.kind.value,
        opened.size,
        opened.sha256,
        Trust.UNSIGNED,
        None,
        tuple(tables),
        table,
        source,
    )


def _open_source(
    path: Path, options: FileOptions, *, sheet: str | None = None, entry: str | None = None
) -> TableSource:
    return open_table(
        path,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=sheet,
        entry=entry,
        has_header=options.has_header,
        max_bytes=options.max_bytes,
    )


def _choose(path: Path, tables: Sequence[TableInfo], options: FileOptions) -> TableInfo | None:
    """The table asked for, else the one of the object asked for, else the only one."""
    if options.table is not None:
        for table in tables:
            if table.name == options.table:
                return table
        raise UserError(
            "table_missing",
            f"{path.name} holds no table “{options.table}”.",
            "Choose one of: " + ", ".join(table.name for table in tables) + ".",
            tables=tuple(table.name for table in tables),
        )
    if len(tables) == 1:
        return tables[0]
    if options.object_name is not None:
        fitting = [table for table in tables if table.object_name == options.object_name]
        return fitting[0] if len(fitting) == 1 else None
    return None


_NOTHING = ObjectKnownBy.NOTHING


def _recognise(
    name: str, headers: Sequence[str], object_types: Sequence[ObjectType]
) -> tuple[str | None, ObjectKnownBy]:
    custom = [object_definition(found) for found in object_types if found.custom]
    found, how = recognise_object(name, headers, load_catalogue(), custom)
    if found is None or found not in {object_type.name for object_type in object_types}:
        return None, _NOTHING
    by_name = how is RecognisedBy.FILE_NAME
    return found, ObjectKnownBy.FILE_NAME if by_name else ObjectKnownBy.HEADERS
