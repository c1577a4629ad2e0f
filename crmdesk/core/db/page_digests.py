"""Digests of a database's pages, in a file beside it: what SQLite wrote is what must be read.

SQLite's main file carries no checksums of its own: a bit that flips inside a value is read as if
it had been written. Of each page that goes from the write-ahead log into the main file a CRC-32
is kept, seeded with the page's number, so that a page in another's place is found too. A CRC
finds every single flipped bit; against people who know it stands the audit log's chain.

The file is a head and blocks of 4 KiB, each with a CRC of its own: what a power cut tears here is
forgotten and never taken for damage of the database.
"""

from __future__ import annotations

import os
import struct
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from isal.isal_zlib import crc32

_MAGIC: Final = b"CRM Desk page digests 1\0"
#: Magic, bytes a page, the log's salts and frames, page to look at next, and three flags.
_HEAD = struct.Struct("<24sI8sIIBBB")
_BLOCK_BYTES: Final = 4096
_IN_BLOCK: Final = _BLOCK_BYTES // 4 - 1
_NONE: Final = 0


def page_digest(page: bytes | memoryview, number: int) -> int:
    """The digest of a page; never 0, which says that none is known."""
    return crc32(page, number) or 1


@dataclass(frozen=True, slots=True)
class DigestHead:
    """What is known of all pages together.

    Attributes:
        log_salts: of the write-ahead log whose frames are digested up to ``log_frames``.
        next_page: where the next short look begins, from 1.
        is_open: a program has the database open, or was killed while it had.
        is_doubtful: another program has opened the database, and may have written to it.
        is_damaged: damage was found: the next look is at everything.
    """

    page_bytes: int = 4096
    log_salts: bytes = bytes(8)
    log_frames: int = 0
    next_page: int = 1
    is_open: bool = False
    is_doubtful: bool = False
    is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class PageFindings:
    """What looking at pages has shown.

    Attributes:
        looked_at: pages whose digest was known and compared.
        pages: of the database.
        damaged: numbers of pages that are not as this program wrote them, in order.
        is_doubtful: another program has opened the database since, and may have written them.
    """

    looked_at: int
    pages: int
    damaged: tuple[int, ...] = ()
    is_doubtful: bool = False

    @property
    def is_damaged(self) -> bool:
        """Whether pages differ and nobody can have meant it."""
        return bool(self.damaged) and not self.is_doubtful


def digests_path(database: Path) -> Path:
    """The file of digests of a database."""
    return database.with_name(database.name + "-digests")


class DigestFile:
    """The file of digests, read and written through one open descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def head(self) -> DigestHead | None:
        """What the head says, or ``None`` when nothing is known yet or it is torn."""
        raw = os.pread(self._descriptor, _HEAD.size + 4, 0)
        body = raw[: _HEAD.size]
        if len(raw) < _HEAD.size + 4 or crc32(body) != int.from_bytes(raw[_HEAD.size :], "little"):
            return None
        magic, page_bytes, salts, frames, following, *flags = _HEAD.unpack(body)
        if magic != _MAGIC:
            return None
        return DigestHead(page_bytes, salts, frames, following, *map(bool, flags))

    def write_head(self, head: DigestHead) -> None:
        """Write the head in place; it lies within one sector."""
        body = _HEAD.pack(
            _MAGIC,
            head.page_bytes,
            head.log_salts,
            head.log_frames,
            head.next_page,
            head.is_open,
            head.is_doubtful,
            head.is_damaged,
        )
        os.pwrite(self._descriptor, body + crc32(body).to_bytes(4, "little"), 0)

    def change_head(self, **changes: Any) -> None:
        """Change some of what the head says."""
        self.write_head(replace(self.head() or DigestHead(), **changes))

    def load(self) -> array[int]:
        """The digest of each page in order, the first page's first; 0 where none is known."""
        found = array("I")
        size = max(os.fstat(self._descriptor).st_size - _BLOCK_BYTES, 0)
        raw = memoryview(os.pread(self._descriptor, size, _BLOCK_BYTES))
        for start in range(0, len(raw) - _BLOCK_BYTES + 1, _BLOCK_BYTES):
            block = raw[start : start + _BLOCK_BYTES]
            kept = block[: _IN_BLOCK * 4]
            if crc32(kept) == int.from_bytes(block[_IN_BLOCK * 4 :], "little"):
                found.frombytes(kept)
            else:
                found.extend([_NONE] * _IN_BLOCK)
        return found

    def store(self, changed: Mapping[int, int], pages: int) -> None:
        """Write digests by page number; those past the database's last page are dropped.

        Only the blocks that change are written. Nothing is synced here.
        """
        digests = self.load()
        touched = {(number - 1) // _IN_BLOCK for number in changed}
        touched |= self._drop_past(digests, pages)
        needed = (max(touched, default=-1) + 1) * _IN_BLOCK
        old_blocks = len(digests) // _IN_BLOCK
        if len(digests) < needed:
            digests.extend([_NONE] * (needed - len(digests)))
            touched |= set(range(old_blocks, needed // _IN_BLOCK))
        for number, digest in changed.items():
            digests[number - 1] = digest
        for block in sorted(touched):
            kept = digests[block * _IN_BLOCK : (block + 1) * _IN_BLOCK].tobytes()
            place = _BLOCK_BYTES * (1 + block)
            os.pwrite(self._descriptor, kept + crc32(kept).to_bytes(4, "little"), place)

    def _drop_past(self, digests: array[int], pages: int) -> set[int]:
        dropped = [at for at in range(pages, len(digests)) if digests[at] != _NONE]
        for at in dropped:
            digests[at] = _NONE
        return {at // _IN_BLOCK for at in dropped}

    def sync(self) -> None:
        """Make lasting what was written.

        Raises:
            OSError: the disk failed.
        """
        os.fsync(self._descriptor)

    def forget(self) -> None:
        """Forget every digest; the file stays, since others hold it open."""
        os.ftruncate(self._descriptor, 0)
