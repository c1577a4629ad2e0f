"""Opening a backup file from anywhere: ours, another workspace's, or any zip of CSVs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crmdesk.core.backup import manifest as manifests
from crmdesk.core.backup.deflate import END_OF_STREAM
from crmdesk.core.backup.manifest import Manifest, ManifestEntry
from crmdesk.core.backup.problems import Problem, ProblemCode
from crmdesk.core.errors import UserError
from crmdesk.core.files.apart_reader import WrittenPiece
from crmdesk.core.files.archive import (
    Archive,
    ArchiveEntry,
    ArchiveLimits,
    open_archive,
    read_small_entry,
)

# Python's csv refuses fields above 131,072 characters unless told otherwise.
LONGEST_FIELD = 1_000_000_000
_OURS = frozenset({manifests.MANIFEST_NAME, manifests.SIGNATURE_NAME})


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup as its table of contents and manifest describe it; contents are not yet read.

    Args:
        manifest: None when there is none that can be read: a zip from elsewhere.
        signed: the manifest carries the signature of the key the caller knows.
        foreign: made by another workspace or program: readable, unverified.
        problems: what the outside already shows; :func:`verify_backup` reads the rest.
        entries: the files inside, with their sizes in bytes.
    """

    path: Path
    manifest: Manifest | None
    signed: bool
    foreign: bool
    problems: tuple[Problem, ...]
    entries: tuple[ArchiveEntry, ...]

    def entry_of(self, object_name: str) -> ManifestEntry:
        """The described CSV of an object.

        Raises:
            UserError: ``backup_object_missing``.
        """
        entry = self.manifest.entry(object_name) if self.manifest else None
        if entry is None:
            raise UserError(
                "backup_object_missing",
                f"The backup {self.path.name} holds no records of {object_name}.",
                "Choose another backup or another object.",
                object=object_name,
            )
        return entry

    @contextmanager
    def open_entry(self, file: str) -> Iterator[BinaryIO]:
        """Read one file of the zip, forwards; its length and CRC are checked on the way.

        A signed backup is held to its declared sizes, any other zip to the general limits.

        Raises:
            UserError: see :func:`open_archive`; while reading ``archive_entry_damaged``.
        """
        with self._open() as archive, archive.open(file) as reading:
            yield reading

    def entry_pieces(self, file: str) -> Iterator[bytes]:
        """The same content piece by piece, for who reads all of it.

        Raises:
            UserError: as :meth:`open_entry`.
        """
        with self._open() as archive:
            yield from archive.pieces(file)

    def check_written(
        self, file: str, pieces: Sequence[WrittenPiece], told: Callable[[], None]
    ) -> None:
        """Unpack one file of a backup that this process has written, and compare it.

        Args:
            pieces: what was noted of each piece as it was written.
            told: called every few megabytes; may raise to stop.

        Raises:
            UserError: as :meth:`open_entry`.
        """
        with self._open() as archive:
            archive.check_written(file, pieces, END_OF_STREAM, told)

    def _open(self) -> Archive:
        if self.signed and self.manifest is not None:
            return open_archive(self.path, declared=declared_sizes(self.manifest))
        return open_archive(self.path)


def declared_sizes(manifest: Manifest) -> dict[str, int]:
    """Bytes by file name, as the manifest gives them."""
    return {entry.file: entry.bytes for entry in manifest.files}


def read_backup(
    path: Path, *, known_key: bytes | None, limits: ArchiveLimits | None = None
) -> BackupFile:
    """Open a backup file without reading its contents.

    Args:
        known_key: the 32 raw bytes of this workspace's public key; None to leave the
            signature unchecked.
        limits: for a zip that nobody vouches for.

    Raises:
        UserError: the file is missing or no zip, or its structure is not to be trusted.
    """
    data = read_small_entry(path, manifests.MANIFEST_NAME, manifests.LARGEST_MANIFEST)
    manifest, problems = _read_manifest(data)
    signed = False
    if manifest is not None and data is not None:
        signature = read_small_entry(path, manifests.SIGNATURE_NAME)
        doubts = _signature_problems(manifest, data, signature, known_key)
        signed = not doubts
        problems += doubts
    declared = declared_sizes(manifest) if signed and manifest else None
    entries = _entries(path, limits, declared)
    if manifest is not None:
        problems += _differences(manifest, entries)
    foreign = manifest is None or (known_key is not None and manifest.verify_key != known_key)
    return BackupFile(path, manifest, signed, foreign, tuple(problems), entries)


def _entries(
    path: Path,
    limits: ArchiveLimits | None,
    declared: dict[str, int] | None,
) -> tuple[ArchiveEntry, ...]:
    if declared is None:
        with open_archive(path, limits) as archive:
            return archive.entries
    try:
        with open_archive(path, declared=declared) as archive:
            return archive.entries
    except UserError as problem:
        # Sizes and names that differ from the signed list are a finding, told with the others.
        if problem.code not in ("archive_entry_missing", "archive_size_not_declared"):
            raise
    with open_archive(path, limits) as archive:
        return archive.entries


def _read_manifest(data: bytes | None) -> tuple[Manifest | None, list[Problem]]:
    if data is None:
        return None, [Problem(ProblemCode.NO_MANIFEST)]
    try:
        return manifests.from_bytes(data), []
    except manifests.NewerFormatError as problem:
        code, detail = ProblemCode.NEWER_FORMAT, str(problem)
    except manifests.ManifestError as problem:
        code, detail = ProblemCode.MANIFEST_UNREADABLE, str(problem)
    return None, [Problem(code, manifests.MANIFEST_NAME, detail)]


def _signature_problems(
    manifest: Manifest, data: bytes, signature: bytes | None, known_key: bytes | None
) -> list[Problem]:
    file = manifests.SIGNATURE_NAME
    if signature is None:
        return [Problem(ProblemCode.NO_SIGNATURE, file)]
    if known_key is None:
        return [Problem(ProblemCode.SIGNATURE_UNCHECKED, file)]
    problems = []
    if manifest.verify_key != known_key:
        problems.append(Problem(ProblemCode.OTHER_KEY, file, manifest.fingerprint))
    # Another workspace's file is held to its own key: that tells a sound one from a changed one.
    if not manifests.signature_matches(data, signature, manifest.verify_key):
        problems.append(Problem(ProblemCode.SIGNATURE_WRONG, file))
    return problems


def _differences(manifest: Manifest, entries: Sequence[ArchiveEntry]) -> list[Problem]:
    found = {entry.name: entry for entry in entries}
    problems: list[Problem] = []
    for described in manifest.files:
        entry = found.pop(described.file, None)
        if entry is None:
            problems.append(Problem(ProblemCode.ENTRY_MISSING, described.file))
        elif entry.bytes != described.bytes:
            problems.append(Problem(ProblemCode.ENTRY_SIZE_DIFFERS, described.file))
    unexpected = sorted(name for name in found if name not in _OURS)
    return problems + [Problem(ProblemCode.ENTRY_UNEXPECTED, name) for name in unexpected]


def read_rows(reading: BinaryIO) -> Generator[list[str], None, None]:
    """Rows of a CSV of ours (UTF-8, RFC 4180) as text, its heading first."""
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_FIELD))
    text = io.TextIOWrapper(reading, encoding="utf-8", newline="")
    try:
        yield from csv.reader(text, strict=True)
    finally:
        text.detach()


def read_records(
    backup_file: BackupFile, object_name: str, columns: Sequence[str] | None = None
) -> Iterator[tuple[int, tuple[str | None, ...]]]:
    """Records of one object as ``(id, values)`` in ascending order of ids; blank is None.

    Args:
        columns: internal names, in the wished order; None for all, the id included.

    Raises:
        UserError: ``backup_object_missing``, ``backup_column_missing``, or a damaged file.
    """
    entry = backup_file.entry_of(object_name)
    wanted = column_positions(entry, columns if columns is not None else entry.column_names)
    with backup_file.open_entry(entry.file) as reading:
        try:
            rows = read_rows(reading)
            if tuple(next(rows, ())) != entry.column_names:
                raise content_error(backup_file, entry, "its heading is another one")
            for row in rows:
                yield int(row[0]), tuple(row[position] or None for position in wanted)
        except (csv.Error, ValueError, IndexError) as problem:
            raise content_error(backup_file, entry, str(problem)) from problem


def column_positions(entry: ManifestEntry, columns: Sequence[str]) -> tuple[int, ...]:
    """Where the columns stand in the CSV.

    Raises:
        UserError: ``backup_column_missing``.
    """
    places = {name: place for place, name in enumerate(entry.column_names)}
    for name in columns:
        if name not in places:
            raise UserError(
                "backup_column_missing",
                f"The backup has no column {name} for {entry.object}.",
                "Choose only properties that the backup holds.",
                property=name,
                object=entry.object,
            )
    return tuple(places[name] for name in columns)


def content_error(backup_file: BackupFile, entry: ManifestEntry, reason: str) -> UserError:
    """The error for a CSV that is not what the manifest says."""
    return UserError(
        "backup_damaged",
        f"{entry.file} in {backup_file.path.name} is not what was backed up: {reason}.",
        "Verify the backup, and use another one if it is damaged.",
        entry=entry.file,
        path=str(backup_file.path),
    )
