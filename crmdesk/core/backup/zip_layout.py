"""The bytes around the members of a zip, exactly as this program writes them.

Writing and checking share these functions: a backup whose frame differs from them by a single
bit was changed after it was made (PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

STORED = 0
DEFLATED = 8
UNIX = 3
NAMES_ARE_UTF8 = 0x0800
PRIVATE_FILE = 0o100600 << 16
FULL_32 = 0xFFFFFFFF
FULL_16 = 0xFFFF
PLAIN_VERSION = 20
ZIP64_VERSION = 45
ZIP64_EXTRA = 0x0001
# Room in a local header for sizes not known beforehand. Until they need 64 bits it is filled
# with the padding field that Android's packages made known to every reader.
PADDING_EXTRA = 0xD935
ROOM = 20

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
LOCAL_HEADER_BYTES = _LOCAL.size


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its place in the file and what the headers say of it."""

    name: str
    method: int
    crc: int
    deflated_bytes: int
    bytes: int
    offset: int
    modified: datetime

    @property
    def header_bytes(self) -> int:
        """Size of the local header."""
        room = ROOM if self.method == DEFLATED else 0
        return LOCAL_HEADER_BYTES + len(self.name.encode()) + room

    @property
    def end(self) -> int:
        """Offset of the first byte after the member."""
        return self.offset + self.header_bytes + self.deflated_bytes


def local_header(member: Member) -> bytes:
    """The header before a member's data."""
    name = member.name.encode()
    large = max(member.bytes, member.deflated_bytes) >= FULL_32
    sizes = (FULL_32, FULL_32) if large else (member.deflated_bytes, member.bytes)
    extra = _room(member, large) if member.method == DEFLATED else b""
    return (
        _LOCAL.pack(
            b"PK\x03\x04",
            ZIP64_VERSION if large else PLAIN_VERSION,
            NAMES_ARE_UTF8,
            member.method,
            *_clock_and_day(member.modified),
            member.crc,
            *sizes,
            len(name),
            len(extra),
        )
        + name
        + extra
    )


def _room(member: Member, large: bool) -> bytes:
    if large:
        return struct.pack("<2H2Q", ZIP64_EXTRA, 16, member.bytes, member.deflated_bytes)
    return struct.pack("<3H14x", PADDING_EXTRA, 16, 1)


def _central_header(member: Member) -> bytes:
    name = member.name.encode()
    values = (member.bytes, member.deflated_bytes, member.offset)
    wide = b"".join(struct.pack("<Q", value) for value in values if value >= FULL_32)
    extra = struct.pack("<2H", ZIP64_EXTRA, len(wide)) + wide if wide else b""
    version = ZIP64_VERSION if wide else PLAIN_VERSION
    return (
        _CENTRAL.pack(
            b"PK\x01\x02",
            UNIX << 8 | ZIP64_VERSION,
            version,
            NAMES_ARE_UTF8,
            member.method,
            *_clock_and_day(member.modified),
            member.crc,
            min(member.deflated_bytes, FULL_32),
            min(member.bytes, FULL_32),
            len(name),
            len(extra),
            0,
            0,
            0,
            PRIVATE_FILE,
            min(member.offset, FULL_32),
        )
        + name
        + extra
    )


def ending(members: Sequence[Member], offset: int) -> bytes:
    """Everything after the last member: the central directory and its end records.

    Args:
        offset: where the directory begins.
    """
    directory = b"".join(_central_header(member) for member in members)
    count, size = len(members), len(directory)
    end = _END.pack(
        b"PK\x05\x06",
        0,
        0,
        min(count, FULL_16),
        min(count, FULL_16),
        min(size, FULL_32),
        min(offset, FULL_32),
        0,
    )
    if count < FULL_16 and size < FULL_32 and offset < FULL_32:
        return directory + end
    wide = _END_64.pack(
        b"PK\x06\x06",
        _END_64.size - 12,
        UNIX << 8 | ZIP64_VERSION,
        ZIP64_VERSION,
        0,
        0,
        count,
        count,
        size,
        offset,
    )
    return directory + wide + _LOCATOR.pack(b"PK\x06\x07", 0, offset + size, 1) + end


def _clock_and_day(at: datetime) -> tuple[int, int]:
    """MS-DOS time and date, which know years from 1980 to 2107 and even seconds."""
    year = min(max(at.year, 1980), 2107)
    clock = at.hour << 11 | at.minute << 5 | at.second // 2
    return clock, (year - 1980) << 9 | at.month << 5 | at.day
