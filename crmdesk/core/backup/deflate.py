"""Deflate in independent pieces, so that threads can share one zip member."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from isal import isal_zlib

# An empty final block: ends a stream whose pieces all end in a full flush.
END_OF_STREAM = b"\x03\x00"
RAW = -15
USUAL_LEVEL = 2
_OUT = 1 << 20


def deflate_piece(data: bytes, level: int) -> bytes:
    """Compress one piece; a full flush makes it stand on its own at a byte boundary.

    Args:
        level: 0 to 3 of ISA-L.
    """
    compressor = isal_zlib.compressobj(level, isal_zlib.DEFLATED, RAW)
    return bytes(compressor.compress(data) + compressor.flush(isal_zlib.Z_FULL_FLUSH))


def checksum(data: bytes, start: int = 0) -> int:
    """CRC-32 as zip keeps it, going on from ``start``."""
    return int(isal_zlib.crc32(data, start))


def inflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress a raw deflate stream, at most 1 MB at a time.

    Raises:
        ValueError: the stream is damaged, ends early, or goes on after its end.
    """
    stream = isal_zlib.decompressobj(RAW)
    for piece in pieces:
        waiting = piece
        while waiting:
            if stream.eof:
                raise ValueError("there are bytes after the end of the stream")
            try:
                data = stream.decompress(waiting, _OUT)
            except isal_zlib.error as problem:
                raise ValueError(f"the stream is damaged: {problem}") from problem
            waiting = stream.unconsumed_tail or stream.unused_data
            if data:
                yield data
    if not stream.eof:
        raise ValueError("the stream ends early")
