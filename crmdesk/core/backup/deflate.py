"""Deflate in independent pieces, so that threads can share one zip member."""

from __future__ import annotations

from isal import isal_zlib

# An empty final block: ends a stream whose pieces all end in a full flush.
END_OF_STREAM = b"\x03\x00"
RAW = -15
USUAL_LEVEL = 2


def deflate_piece(data: bytes, level: int) -> bytes:
    """Compress one piece; a full flush makes it stand on its own at a byte boundary.

    Args:
        level: 0 to 3 of ISA-L.
    """
    compressor = isal_zlib.compressobj(level, isal_zlib.DEFLATED, RAW)
    return bytes(compressor.compress(data) + compressor.flush(isal_zlib.Z_FULL_FLUSH))


def joined_checksum(first: int, second: int, second_bytes: int) -> int:
    """CRC-32 of two pieces one after the other, from the CRC-32 of each."""
    return int(isal_zlib.crc32_combine(first, second, second_bytes))


def checksum(data: bytes, start: int = 0) -> int:
    """CRC-32 as zip keeps it, going on from ``start``."""
    return int(isal_zlib.crc32(data, start))
