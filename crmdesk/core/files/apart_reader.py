"""Reads a zip entry whose deflated pieces stand on their own, several of them at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import cast

from isal import isal_zlib

from crmdesk.core.files.central_directory import DirectoryEntry, ReadAt
from crmdesk.core.files.entry_reader import entry_damaged

_THREADS = 2
_UNDER_WAY = 3
# What a full flush ends with: an empty stored block, at a byte boundary.
_FLUSHED = b"\x00\x00\xff\xff"
_UNPACKING_FAILED = cast(type[Exception], isal_zlib.error)


class ApartReader:
    """The unpacked bytes of one entry, by whoever knows where its pieces were cut.

    For a file of this process's own: each piece is unpacked whole.

    Args:
        start: offset of the packed bytes.
        sizes: packed bytes of each piece; all but the last end in a full flush.
    """

    def __init__(
        self, read_at: ReadAt, entry: DirectoryEntry, start: int, sizes: Sequence[int]
    ) -> None:
        self._read_at = read_at
        self._entry = entry
        self._start = start
        self._sizes = sizes

    def pieces(self) -> Iterator[bytes]:
        """All pieces in their order; length and checksum are checked at the end.

        Raises:
            UserError: ``archive_entry_damaged``.
        """
        if sum(self._sizes) != self._entry.packed_bytes:
            raise entry_damaged(self._entry, "its pieces are not those that were written")
        crc = size = 0
        for piece in self._unpacked():
            crc, size = isal_zlib.crc32(piece, crc), size + len(piece)
            yield piece
        if (crc, size) != (self._entry.crc, self._entry.bytes):
            raise entry_damaged(self._entry, "its checksum is wrong")

    def _unpacked(self) -> Iterator[bytes]:
        position, last = self._start, len(self._sizes) - 1
        coming: deque[Future[bytes]] = deque()
        with ThreadPoolExecutor(_THREADS) as pool:
            try:
                for number, size in enumerate(self._sizes):
                    coming.append(pool.submit(self._piece, position, size, number == last))
                    position += size
                    if len(coming) == _UNDER_WAY:
                        yield coming.popleft().result()
                while coming:
                    yield coming.popleft().result()
            finally:
                for unwanted in coming:
                    unwanted.cancel()

    def _piece(self, position: int, size: int, is_last: bool) -> bytes:
        packed = self._read_at(position, size)
        inflate = isal_zlib.decompressobj(-15)
        try:
            piece = inflate.decompress(packed)
        except _UNPACKING_FAILED as error:
            raise entry_damaged(self._entry, "its packed bytes make no sense") from error
        ends_well = not inflate.unused_data if inflate.eof else packed.endswith(_FLUSHED)
        if len(packed) != size or inflate.eof is not is_last or not ends_well:
            raise entry_damaged(self._entry, "one of its pieces does not end where it was cut")
        return bytes(piece)
