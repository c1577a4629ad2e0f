"""What is known of a file that was read: its state, and how its text is written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from crmdesk.core.files.dialect import CsvDialect
from crmdesk.core.files.digest import sha256_of
from crmdesk.core.files.ordinary import open_ordinary


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells one state of a file from another; sizes in bytes, time in nanoseconds."""

    size: int
    modified_ns: int
    inode: int
    sha256: str

    @classmethod
    def of(cls, found: os.stat_result, sha256: str) -> Self:
        """Of a file in that state, with content of that digest."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ino, sha256)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a text table before it is opened: its file's state and how it is written.

    Whoever says so has read all of the file, and knows the dialect of exactly these bytes.
    """

    taken: Fingerprint
    dialect: CsvDialect


def take_fingerprint(path: Path, max_bytes: int | None = None) -> Fingerprint:
    """Read a whole file and return what tells it from any other."""
    with open_ordinary(path, max_bytes) as file:
        digest = sha256_of(file)
        found = os.fstat(file.fileno())
    return Fingerprint.of(found, digest)
