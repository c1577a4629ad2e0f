"""Checks a zip entry of deflated pieces against what was noted of each as it was written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

from isal import isal_zlib

from crmdesk.core.files.central_directory import DirectoryEntry, ReadAt
from crmdesk.core.files.entry_reader import entry_damaged

_THREADS = 2
# Handing a piece to a thread costs as much as a tenth of unpacking it: several go at once.
_PIECES_AT_ONCE = 8
# What a full flush ends with: an empty stored block, at a byte boundary.
_FLUSHED = b"\x00\x00\xff\xff"
_UNPACKING_FAILED = cast(type[Exception], isal_zlib.error)


@dataclass(frozen=True, slots=True)
class WrittenPiece:
    """One piece of an entry as it was written.

    Attributes:
        packed_bytes: of the deflated piece, which ends in a full flush.
        bytes: of what was deflated; ``crc`` is the CRC-32 of the same.
    """

    packed_bytes: int
    bytes: int
    crc: int


class ApartReader:
    """One entry, read by who wrote it and has kept what each of its pieces was.

    A piece is unpacked whole and compared at once, so that nothing waits for the one before it.

    Args:
        start: offset of the packed bytes.
        pieces: all of them, in order.
        ending: the packed bytes that stand behind the last piece.
    """

    def __init__(
        self,
        read_at: ReadAt,
        entry: DirectoryEntry,
        start: int,
        pieces: Sequence[WrittenPiece],
        ending: bytes,
    ) -> None:
        self._read_at = read_at
        self._entry = entry
        self._start = start
        self._pieces = pieces
        self._ending = ending

    def check(self, told: Callable[[], None]) -> None:
        """Unpack every piece and compare its length and checksum with what was written.

        Args:
            told: called every few megabytes, in this thread; may raise to stop.

        Raises:
            UserError: ``archive_entry_damaged``.
        """
        self._check_frame()
        with ThreadPoolExecutor(_THREADS) as pool:
            try:
                for _ in pool.map(self._check_run, *self._runs()):
                    told()
            finally:
                pool.shutdown(cancel_futures=True)

    def _check_frame(self) -> None:
        """The pieces together are what the directory says, and the end stands behind them."""
        crc = size = packed = 0
        for piece in self._pieces:
            crc = isal_zlib.crc32_combine(crc, piece.crc, piece.bytes)
            size, packed = size + piece.bytes, packed + piece.packed_bytes
        entry = self._entry
        told = (entry.crc, entry.bytes, entry.packed_bytes)
        if told != (crc, size, packed + len(self._ending)):
            raise entry_damaged(entry, "its pieces are not those that were written")
        if self._read_at(self._start + packed, len(self._ending)) != self._ending:
            raise entry_damaged(entry, "it does not end as it was written")

    def _runs(self) -> tuple[list[int], list[Sequence[WrittenPiece]]]:
        """A few pieces each: where they begin, and the pieces."""
        starts: list[int] = []
        runs: list[Sequence[WrittenPiece]] = []
        position = self._start
        for first in range(0, len(self._pieces), _PIECES_AT_ONCE):
            run = self._pieces[first : first + _PIECES_AT_ONCE]
            starts.append(position)
            runs.append(run)
            position += sum(piece.packed_bytes for piece in run)
        return starts, runs

    def _check_run(self, position: int, pieces: Sequence[WrittenPiece]) -> None:
        for piece in pieces:
            self._check_piece(position, piece)
            position += piece.packed_bytes

    def _check_piece(self, position: int, piece: WrittenPiece) -> None:
        packed = self._read_at(position, piece.packed_bytes)
        inflate = isal_zlib.decompressobj(-15)
        try:
            text = inflate.decompress(packed)
        except _UNPACKING_FAILED as error:
            raise entry_damaged(self._entry, "its packed bytes make no sense") from error
        if inflate.eof or len(packed) != piece.packed_bytes or not packed.endswith(_FLUSHED):
            raise entry_damaged(self._entry, "one of its pieces does not end where it was cut")
        if (len(text), isal_zlib.crc32(text)) != (piece.bytes, piece.crc):
            raise entry_damaged(self._entry, "one of its pieces is not what was written")
