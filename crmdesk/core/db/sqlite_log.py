"""Reads SQLite's write-ahead log (https://www.sqlite.org/fileformat2.html#walformat).

The log is never locked as a file, so that it may be opened and closed beside SQLite. The main
file and the shared memory may not: closing them lets go of SQLite's locks (POSIX).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from crmdesk.core.db.page_digests import page_digest

_HEAD_BYTES = 32
_FRAME_HEAD_BYTES = 24
_FRAMES_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class LogPages:
    """What a stretch of the log writes.

    Attributes:
        digests: by page number, of each page's last frame.
        pages: of the database after the last commit, 0 when the stretch holds none.
    """

    salts: bytes
    page_bytes: int
    digests: dict[int, int] = field(default_factory=dict)
    pages: int = 0


def log_path(database: Path) -> Path:
    """The write-ahead log of a database."""
    return database.with_name(database.name + "-wal")


def log_head(database: Path) -> tuple[bytes, int] | None:
    """Salts and page size of the log, or ``None`` when there is no log or nothing in it."""
    try:
        with log_path(database).open("rb") as file:
            return _head(file)
    except FileNotFoundError:
        return None


def read_log(database: Path, frames: int, skip: int, skip_salts: bytes) -> LogPages | None:
    """Digest what the log would write into the database.

    Args:
        frames: how many are valid, as SQLite says; more may lie in the file.
        skip: frames that were read before, if the log still has ``skip_salts``.

    Raises:
        OSError: the log cannot be read, or not to the end of what is valid.
    """
    with log_path(database).open("rb", buffering=0) as file:
        found = _head(file)
        if found is None:
            return None
        salts, page_bytes = found
        first = skip if salts == skip_salts else 0
        read = LogPages(salts, page_bytes)
        file.seek(_HEAD_BYTES + first * (_FRAME_HEAD_BYTES + page_bytes))
        digests, pages = read.digests, 0
        for number, size, page in _frames(file, frames - first, page_bytes):
            digests[number] = page_digest(page, number)
            pages = size or pages
    return LogPages(salts, page_bytes, digests, pages)


def _head(file: BinaryIO) -> tuple[bytes, int] | None:
    head = file.read(_HEAD_BYTES)
    if len(head) < _HEAD_BYTES:
        return None
    return head[16:24], int.from_bytes(head[8:12], "big")


def _frames(file: BinaryIO, count: int, page_bytes: int) -> Iterator[tuple[int, int, bytes]]:
    """Page number, pages of the database where a commit ends, and the page."""
    frame = struct.Struct(f">II16x{page_bytes}s")
    room = memoryview(bytearray(_FRAMES_AT_ONCE * frame.size))
    while count > 0:
        # Unbuffered reads of a plain file come in full but for its end.
        whole = (file.readinto(room[: count * frame.size]) or 0) // frame.size  # type: ignore[attr-defined]
        if not whole:
            raise OSError(f"the log ends {count} frames early")
        yield from frame.iter_unpack(room[: whole * frame.size])
        count -= whole
