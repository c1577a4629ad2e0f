"""The table of contents of a zip, read strictly (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5).

The standard library's reader tolerates what an attacker needs: overlapping entries, bytes after
the end, names cut at NUL. This one reads the directory alone and refuses what does not add up.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass

from crmdesk.core.errors import UserError

ReadAt = Callable[[int, int], bytes]
"""``read_at(offset, size)``: up to ``size`` bytes of the file, fewer only at its end."""

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 0xFFFF
_MASK_16, _MASK_32 = 0xFFFF, 0xFFFFFFFF
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8_NAME = 0x800
_UNIX = 3


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One line of the directory: sizes in bytes, offsets from the start of the file."""

    name: str
    raw_name: bytes
    bytes: int
    packed_bytes: int
    crc: int
    method: int
    encrypted: bool
    unix_mode: int
    header_offset: int

    @property
    def is_folder(self) -> bool:
        """Whether the entry only names a folder."""
        return self.name.endswith("/")


@dataclass(frozen=True, slots=True)
class DirectoryPlace:
    """Where the directory lies and how many entries it says it has."""

    offset: int
    size: int
    entries: int


def damaged(reason: str) -> UserError:
    """The refusal of a zip whose parts contradict each other."""
    return UserError(
        "archive_damaged",
        f"The zip file is damaged: {reason}.",
        "Fetch the file again, or use another one.",
        reason=reason,
    )


def find_directory(read_at: ReadAt, size: int) -> DirectoryPlace:
    """Find the directory from the record at the end of the file.

    Raises:
        UserError: ``file_not_a_zip``, ``archive_truncated``, ``archive_trailing_bytes`` or
            ``archive_damaged``.
    """
    tail_start = max(0, size - _END.size - _LONGEST_COMMENT)
    tail = read_at(tail_start, size - tail_start)
    position = _end_record(tail, read_at(0, 4))
    values = _END.unpack_from(tail, position)
    _, disk, first_disk, here, total, length, offset, _ = values
    end = tail_start + position
    place = DirectoryPlace(offset, length, total)
    if _MASK_16 in (disk, first_disk, here, total) or _MASK_32 in (length, offset):
        place, end = _directory_64(read_at, end, place)
    elif disk or first_disk or here != total:
        raise damaged("it is one part of several")
    if place.offset + place.size != end:
        raise damaged("its table of contents does not lie where it should")
    return place


def read_directory(read_at: ReadAt, place: DirectoryPlace) -> list[DirectoryEntry]:
    """Read every line of the directory.

    Raises:
        UserError: ``archive_damaged`` or ``archive_name_unreadable``.
    """
    table = read_at(place.offset, place.size)
    entries: list[DirectoryEntry] = []
    position = 0
    while position < len(table) and len(entries) <= place.entries:
        entry, position = _entry(table, position)
        entries.append(entry)
    if len(entries) != place.entries or len(table) != place.size:
        raise damaged("its table of contents is not complete")
    return entries


def data_offset(read_at: ReadAt, entry: DirectoryEntry) -> int:
    """Where an entry's packed bytes begin, after its own header has been compared.

    Raises:
        UserError: ``archive_damaged``: the header is missing or speaks of another entry.
    """
    header = read_at(entry.header_offset, _LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
        raise damaged(f"the entry {entry.name!r} is not where the table of contents says")
    _, _, flags, method, _, _, _, _, _, name_size, extra_size = _LOCAL.unpack(header)
    name = read_at(entry.header_offset + _LOCAL.size, name_size)
    if name != entry.raw_name or method != entry.method:
        raise damaged(f"the entry {entry.name!r} contradicts the table of contents")
    if bool(flags & _ENCRYPTED) != entry.encrypted:
        raise damaged(f"the entry {entry.name!r} contradicts the table of contents")
    return entry.header_offset + _LOCAL.size + int(name_size) + int(extra_size)


def _end_record(tail: bytes, head: bytes) -> int:
    """Position in ``tail`` of the end record whose comment ends where the file ends."""
    position = tail.rfind(b"PK\x05\x06")
    if position < 0:
        if head.startswith((b"PK\x03\x04", b"PK\x07\x08")):
            raise UserError(
                "archive_truncated",
                "The zip file ends in the middle: its table of contents is missing.",
                "Fetch the file again.",
            )
        raise UserError("file_not_a_zip", "The file is not a zip file.", "Choose another file.")
    while position >= 0:
        if len(tail) - position >= _END.size:
            comment = int(_END.unpack_from(tail, position)[-1])
            if position + _END.size + comment == len(tail):
                return position
        position = tail.rfind(b"PK\x05\x06", 0, position)
    raise UserError(
        "archive_trailing_bytes",
        "The zip file does not end where it says it ends: bytes were added or are missing.",
        "Fetch the file again, or use another one.",
    )


def _directory_64(read_at: ReadAt, end: int, plain: DirectoryPlace) -> tuple[DirectoryPlace, int]:
    """Follow the zip64 locator in front of the end record, where there is one."""
    locator = read_at(end - _LOCATOR_64.size, _LOCATOR_64.size) if end >= _LOCATOR_64.size else b""
    if not locator.startswith(b"PK\x06\x07"):
        return plain, end  # exactly 65,535 entries need no zip64 record
    _, disk, offset, disks = _LOCATOR_64.unpack(locator)
    record = read_at(offset, _END_64.size)
    if disk or disks > 1 or len(record) < _END_64.size or record[:4] != b"PK\x06\x06":
        raise damaged("its zip64 record is missing")
    _, length, _, _, disk, first_disk, here, total, size, start = _END_64.unpack(record)
    if disk or first_disk or here != total:
        raise damaged("it is one part of several")
    if offset + 12 + length != end - _LOCATOR_64.size:
        raise damaged("its zip64 record does not lie where it should")
    return DirectoryPlace(start, size, total), offset


def _entry(table: bytes, position: int) -> tuple[DirectoryEntry, int]:
    if len(table) - position < _ENTRY.size or table[position : position + 4] != b"PK\x01\x02":
        raise damaged("its table of contents cannot be read")
    values = _ENTRY.unpack_from(table, position)
    system, flags, method, crc, packed, plain = values[2], *values[5:7], *values[9:12]
    name_size, extra_size, comment_size, disk, _, attributes, offset = values[12:]
    name_end = position + _ENTRY.size + name_size
    following = name_end + extra_size + comment_size
    if following > len(table) or disk not in (0, _MASK_16):
        raise damaged("its table of contents cannot be read")
    raw_name = table[position + _ENTRY.size : name_end]
    extra = table[name_end : name_end + extra_size]
    plain, packed, offset = _wide(extra, plain, packed, offset)
    entry = DirectoryEntry(
        name=_decode(raw_name, flags),
        raw_name=raw_name,
        bytes=plain,
        packed_bytes=packed,
        crc=crc,
        method=method,
        encrypted=bool(flags & _ENCRYPTED),
        unix_mode=attributes >> 16 if system == _UNIX else 0,
        header_offset=offset,
    )
    return entry, following


def _wide(extra: bytes, plain: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Replace the 32-bit fields that say "look in the zip64 field" (APPNOTE 4.5.3)."""
    if _MASK_32 not in (plain, packed, offset):
        return plain, packed, offset
    field = _extra_field(extra, 0x0001)
    if field is None:
        return plain, packed, offset
    wide = iter(struct.unpack_from(f"<{len(field) // 8}Q", field))
    try:
        return (
            next(wide) if plain == _MASK_32 else plain,
            next(wide) if packed == _MASK_32 else packed,
            next(wide) if offset == _MASK_32 else offset,
        )
    except StopIteration as error:
        raise damaged("the size of an entry is missing") from error


def _extra_field(extra: bytes, wanted: int) -> bytes | None:
    position = 0
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, position)
        if kind == wanted:
            return extra[position + 4 : position + 4 + size]
        position += 4 + size
    return None


def _decode(raw_name: bytes, flags: int) -> str:
    try:
        return raw_name.decode("utf-8" if flags & _UTF8_NAME else "cp437")
    except UnicodeDecodeError as error:
        raise UserError(
            "archive_name_unreadable",
            "The zip file holds a name that is not valid text.",
            "Pack the files again with plain names.",
            name=os.fsdecode(raw_name),
        ) from error
