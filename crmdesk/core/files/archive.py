"""Zip files from anywhere, read within limits.

Two kinds of limit guard the reader. An unknown zip is held to general ones: how many entries,
how much in all, how many times larger than the file. A zip whose signed table says how large
each entry is, is held to exactly that instead, however large it may be.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from crmdesk.core.errors import UserError
from crmdesk.core.files.apart_reader import ApartReader, WrittenPiece
from crmdesk.core.files.archive_checks import (
    ArchiveLimits,
    check_declared,
    check_limits,
    check_names,
    check_readable,
    check_room,
    too_large,
)
from crmdesk.core.files.central_directory import (
    DirectoryEntry,
    data_offset,
    find_directory,
    read_directory,
)
from crmdesk.core.files.entry_reader import EntryReader
from crmdesk.core.files.ordinary import open_ordinary

__all__ = [
    "Archive",
    "ArchiveEntry",
    "ArchiveLimits",
    "open_archive",
    "open_entry",
    "read_small_entry",
]

# The directory is read before it is known how far to trust the zip.
_LARGEST_DIRECTORY = 64 << 20
_MOST_ENTRIES = 100_000
_BUFFER = 1 << 18


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """A file inside a zip: its name with ``/`` between folders, sizes in bytes."""

    name: str
    bytes: int
    packed_bytes: int


class Archive:
    """An opened zip whose structure has been checked; use it as a context manager.

    Entries may be read by several threads at once.
    """

    def __init__(self, file: BinaryIO, path: Path, most_entries: int) -> None:
        """Read and check the table of contents of ``file``, of at most so many entries.

        Raises:
            UserError: any refusal of the structure; the file is left open.
        """
        self.path = path
        self.size = os.fstat(file.fileno()).st_size
        self._file = file
        self._lock = threading.Lock()
        place = find_directory(self._read_at, self.size)
        if place.entries > most_entries or place.size > _LARGEST_DIRECTORY:
            raise too_large("archive_too_many_entries", "entries", place.entries, most_entries)
        self._all = read_directory(self._read_at, place)
        check_names(self._all)
        check_readable(self._all)
        self._starts = {entry.name: data_offset(self._read_at, entry) for entry in self._all}
        check_room(self._all, self._starts, place.offset)
        self._files = {entry.name: entry for entry in self._all if not entry.is_folder}

    @property
    def entries(self) -> tuple[ArchiveEntry, ...]:
        """The files inside, in the order of the table of contents, folders left out."""
        return tuple(
            ArchiveEntry(entry.name, entry.bytes, entry.packed_bytes)
            for entry in self._files.values()
        )

    def hold_to_limits(self, limits: ArchiveLimits) -> None:
        """Hold an unknown zip to general limits.

        The sizes in its table may lie, but no entry can be read beyond the size given there.

        Raises:
            UserError: ``archive_too_many_entries``, ``archive_too_large`` or
                ``archive_ratio_too_high``.
        """
        check_limits(self._all, self.size, limits)

    def hold_to_declared(self, declared: Mapping[str, int]) -> None:
        """Hold a verified zip to the sizes its signed table gives, and to nothing else.

        Args:
            declared: bytes by entry name; entries not named here (the table itself) must stay
                within a megabyte per declared entry.

        Raises:
            UserError: ``archive_entry_missing`` or ``archive_size_not_declared``.
        """
        check_declared(self._files, declared)

    def open(self, name: str, *, last: bool = False) -> BinaryIO:
        """Open one entry for reading, forwards only.

        Args:
            name: the entry's name, as in ``entries``.
            last: whether closing the entry closes the archive too.

        Raises:
            UserError: ``archive_entry_missing``; and while reading ``archive_entry_damaged``.
        """
        reader = self._reader(name, self.close if last else None)
        return cast(BinaryIO, io.BufferedReader(reader, _BUFFER))

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of one entry, piece by piece: quicker than a file where all is wanted.

        Raises:
            UserError: as :meth:`open`.
        """
        return self._reader(name).pieces()

    def check_written(
        self,
        name: str,
        pieces: Sequence[WrittenPiece],
        ending: bytes,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        """Unpack an entry that this process has written, in two threads, and compare it.

        Args:
            pieces: what was noted of each as it was written.
            ending: the packed bytes behind the last piece.
            told: called every few megabytes; may raise to stop.

        Raises:
            UserError: ``archive_entry_missing`` or ``archive_entry_damaged``.
        """
        entry = self._found(name)
        ApartReader(self._read_at, entry, self._starts[name], pieces, ending).check(told)

    def close(self) -> None:
        """Close the file; entries that are still open can no longer be read."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return the archive itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def _reader(self, name: str, then: Callable[[], None] | None = None) -> EntryReader:
        return EntryReader(self._read_at, self._found(name), self._starts[name], then)

    def _found(self, name: str) -> DirectoryEntry:
        entry = self._files.get(name)
        if entry is None:
            raise UserError(
                "archive_entry_missing",
                f"The zip file {self.path.name} holds no entry {name!r}.",
                entry=name,
            )
        return entry

    def _read_at(self, offset: int, size: int) -> bytes:
        with self._lock:
            self._file.seek(offset)
            return self._file.read(size)


def open_archive(
    path: str | os.PathLike[str],
    limits: ArchiveLimits | None = None,
    declared: Mapping[str, int] | None = None,
) -> Archive:
    """Open a zip after checking it as a whole; nothing has been unpacked yet.

    Args:
        path: an ordinary file; links, pipes and devices are refused.
        limits: general limits for an unknown zip; the defaults when None.
        declared: bytes by entry name from a table whose signature was checked; takes the place
            of the limits.

    Raises:
        UserError: its code says what is wrong, e.g. ``file_not_a_zip``, ``archive_truncated``,
            ``archive_unsafe_name``, ``archive_overlap``, ``archive_encrypted``.
    """
    general = limits or ArchiveLimits()
    if declared is None:
        archive = _open(path, general.entries, general.file_bytes)
    else:
        archive = _open(path, _MOST_ENTRIES)
    try:
        if declared is None:
            archive.hold_to_limits(general)
        else:
            archive.hold_to_declared(declared)
    except BaseException:
        archive.close()
        raise
    return archive


def open_entry(
    path: str | os.PathLike[str],
    name: str,
    limits: ArchiveLimits | None = None,
    declared: Mapping[str, int] | None = None,
) -> BinaryIO:
    """Open one entry of a zip; closing it closes the zip.

    Raises:
        UserError: as :func:`open_archive` and :meth:`Archive.open`.
    """
    archive = open_archive(path, limits, declared)
    try:
        return archive.open(name, last=True)
    except BaseException:
        archive.close()
        raise


def read_small_entry(
    path: str | os.PathLike[str], name: str, max_bytes: int = 16 << 20
) -> bytes | None:
    """Read one entry, such as a manifest, before it is known how far to trust the zip.

    Args:
        path: the zip, an ordinary file of any size.
        name: the entry's name.
        max_bytes: the largest unpacked size that is accepted.

    Returns:
        its bytes, or None when the zip holds no such entry.

    Raises:
        UserError: any refusal of the structure, or ``archive_too_large``.
    """
    with _open(path, _MOST_ENTRIES) as archive:
        entry = next((found for found in archive.entries if found.name == name), None)
        if entry is None:
            return None
        if entry.bytes > max_bytes:
            raise too_large("archive_too_large", "unpacked bytes", entry.bytes, max_bytes)
        with archive.open(name) as reading:
            return reading.read()


def _open(path: str | os.PathLike[str], most_entries: int, max_bytes: int | None = None) -> Archive:
    file = open_ordinary(path, max_bytes)
    try:
        return Archive(file, Path(path), most_entries)
    except BaseException:
        file.close()
        raise
