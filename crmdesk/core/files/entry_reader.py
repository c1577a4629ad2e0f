"""Reads one zip entry and trusts nothing it was told about it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, cast

from isal import isal_zlib

from crmdesk.core.errors import UserError
from crmdesk.core.files.central_directory import DirectoryEntry, ReadAt

STORED, DEFLATED = 0, 8
_PIECE = 1 << 19
_PACKED_PIECE = 1 << 18
# The library's own type description calls this class an instance.
_UNPACKING_FAILED = cast(type[Exception], isal_zlib.error)


class EntryReader(io.RawIOBase):
    """The unpacked bytes of one entry, forwards only.

    Reading ends with an error as soon as the entry yields more than its size says, ends early,
    or ends with another checksum.
    """

    def __init__(
        self,
        read_at: ReadAt,
        entry: DirectoryEntry,
        start: int,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Begin with the packed bytes at offset ``start``; closing calls ``then``."""
        super().__init__()
        self._then = then
        self._read_at = read_at
        self._entry = entry
        self._position = start
        self._packed_left = entry.packed_bytes
        self._left = entry.bytes
        self._crc = 0
        self._inflate = isal_zlib.decompressobj(-15) if entry.method == DEFLATED else None
        self._checked = False

    def close(self) -> None:
        """End reading; what was not read is not checked."""
        if not self.closed and self._then is not None:
            self._then()
        super().close()

    def readable(self) -> bool:
        """Always: the entry is open for reading."""
        return True

    def pieces(self) -> Iterator[bytes]:
        """All that is left to read, uncopied.

        Raises:
            UserError: ``archive_entry_damaged``.
        """
        while piece := self._next(_PIECE):
            yield piece

    def readinto(self, buffer: Any, /) -> int:
        """Fill ``buffer`` as far as one step yields; 0 is the end, checked.

        Raises:
            UserError: ``archive_entry_damaged``.
        """
        piece = self._next(len(buffer)) if len(buffer) else b""
        buffer[: len(piece)] = piece
        return len(piece)

    def _next(self, size: int) -> bytes:
        if self._checked:
            return b""
        piece = self._stored(size) if self._inflate is None else self._inflated(size)
        if not piece:
            self._check_end()
            return b""
        if len(piece) > self._left:
            raise entry_damaged(self._entry, "it is larger than it says")
        self._left -= len(piece)
        self._crc = isal_zlib.crc32(piece, self._crc)
        return piece

    def _stored(self, size: int) -> bytes:
        return self._packed(min(size, _PIECE))

    def _inflated(self, size: int) -> bytes:
        inflate = self._inflate
        while inflate is not None and not inflate.eof:
            packed = inflate.unconsumed_tail or self._packed(_PACKED_PIECE)
            try:
                piece = inflate.decompress(packed, min(size, _PIECE))
            except _UNPACKING_FAILED as error:
                raise entry_damaged(self._entry, "its packed bytes make no sense") from error
            if piece:
                return bytes(piece)
            if not packed and not inflate.eof:
                raise entry_damaged(self._entry, "it ends in the middle")
        return b""

    def _packed(self, size: int) -> bytes:
        piece = self._read_at(self._position, min(size, self._packed_left))
        if not piece and self._packed_left:
            raise entry_damaged(self._entry, "it ends in the middle")
        self._position += len(piece)
        self._packed_left -= len(piece)
        return piece

    def _check_end(self) -> None:
        if self._left:
            raise entry_damaged(self._entry, "it is smaller than it says")
        unused = b"" if self._inflate is None else self._inflate.unused_data
        if self._packed_left or unused:
            raise entry_damaged(self._entry, "it is followed by bytes that belong to nothing")
        if self._crc != self._entry.crc:
            raise entry_damaged(self._entry, "its checksum is wrong")
        self._checked = True


def entry_damaged(entry: DirectoryEntry, reason: str) -> UserError:
    """The error for an entry whose bytes are not what its zip says."""
    return UserError(
        "archive_entry_damaged",
        f"The entry {entry.name!r} of the zip file is damaged: {reason}.",
        "Fetch the file again, or use another one.",
        entry=entry.name,
        reason=reason,
    )
