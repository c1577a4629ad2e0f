"""Measures an XLS workbook before the reader that believes it sees it.

The reader keeps each sheet as a full rectangle and a copy of each repeated text, as it does with
newer workbooks: a cell in the far corner of each of forty sheets fits into four kilobytes and asks
for twenty gigabytes. Here the records are only counted. Layout: [MS-CFB] for the container,
[MS-XLS] for the records.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from crmdesk.core.errors import UserError

_HEADER_BYTES, _ENTRY_BYTES = 512, 128
_LAST = 0xFFFFFFFA
_STREAMS = ("Workbook", "Book")
_BOF, _SST, _CONTINUE, _LABEL_SST = (0x0009, 0x0209, 0x0409, 0x0809), 0x00FC, 0x003C, 0x00FD
#: Records of one cell, which begin with its row and column.
_CELLS = frozenset(
    (0x00FD, 0x0203, 0x0003, 0x027E, 0x0204, 0x0004, 0x0205, 0x0005, 0x0006, 0x0206, 0x0406, 0x00D6)
)
_ROW_OF_CELLS, _ENCRYPTED = 0x00BD, 0x002F
# A cell takes 32 bytes in the reader's memory: ten million are 320 MB.
_CELLS_ALWAYS = 10_000_000
_TEXT_BYTES_ALWAYS = 256 << 20
_TEXT_PER_FILE_BYTE = 50


@dataclass(slots=True)
class _Sheet:
    """The cells that a sheet names, and the rectangle around them."""

    cells: int = 0
    top: int = 1 << 16
    bottom: int = -1
    left: int = 1 << 16
    right: int = -1

    def add(self, row: int, first: int, last: int) -> None:
        self.cells += last - first + 1
        self.top, self.bottom = min(self.top, row), max(self.bottom, row)
        self.left, self.right = min(self.left, first), max(self.right, last)

    @property
    def box(self) -> int:
        return max(self.bottom - self.top + 1, 0) * max(self.right - self.left + 1, 0)


def check_xls(file: BinaryIO, size: int) -> None:
    """Refuse an XLS workbook that would take far more memory than a file of its size should.

    Args:
        file: at its beginning; left anywhere.
        size: of the file in bytes.

    Raises:
        UserError: ``workbook_too_large``, ``workbook_damaged``.
    """
    try:
        content = _workbook_stream(file, size)
    except (struct.error, IndexError, ValueError) as error:
        raise UserError(
            "workbook_damaged",
            "The workbook cannot be read: it is damaged or of an unknown kind.",
            "Open it in a spreadsheet program and save it again.",
        ) from error
    cells, box, text_bytes = _measured(content)
    allowed = max(_CELLS_ALWAYS, 4 * cells)
    if box > allowed or text_bytes > max(_TEXT_BYTES_ALWAYS, _TEXT_PER_FILE_BYTE * size):
        raise UserError(
            "workbook_too_large",
            "The workbook would take far more memory than a file of its size should.",
            "Remove cells far outside of the table, or save it as CSV.",
        )


def _measured(content: bytes) -> tuple[int, int, int]:
    """Cells named, cells of the rectangles around them, and bytes of text once copied."""
    sheets, lengths, text_bytes = [_Sheet()], array("L"), 0
    for kind, at, length, pieces in _records(content):
        if kind == _ENCRYPTED:
            # Nothing behind it can be read, by the reader neither, which says so.
            return 0, 0, 0
        if kind in _BOF:
            sheets.append(_Sheet())
        elif kind == _SST:
            lengths = _text_lengths(pieces)
        elif kind in _CELLS and length >= 4:
            row, column = struct.unpack_from("<HH", content, at)
            sheets[-1].add(row, column, column)
            if kind == _LABEL_SST and length >= 10:
                number = struct.unpack_from("<I", content, at + 6)[0]
                text_bytes += lengths[number] if number < len(lengths) else 0
        elif kind == _ROW_OF_CELLS and length >= 6:
            row, first = struct.unpack_from("<HH", content, at)
            last = struct.unpack_from("<H", content, at + length - 2)[0]
            sheets[-1].add(row, first, max(first, last))
    return sum(sheet.cells for sheet in sheets), sum(sheet.box for sheet in sheets), text_bytes


def _records(content: bytes) -> Iterator[tuple[int, int, int, list[bytes]]]:
    """Kind, place and length of each record; of a table of texts also its pieces."""
    at, end = 0, len(content)
    while at + 4 <= end:
        kind, length = struct.unpack_from("<HH", content, at)
        begin, at = at + 4, at + 4 + length
        pieces = []
        if kind == _SST:
            pieces = [content[begin:at]]
            while at + 4 <= end and struct.unpack_from("<H", content, at)[0] == _CONTINUE:
                more = struct.unpack_from("<H", content, at + 2)[0]
                pieces.append(content[at + 4 : at + 4 + more])
                at += 4 + more
        yield kind, begin, length, pieces


def _text_lengths(pieces: list[bytes]) -> array[int]:
    """Bytes of each shared text; where the table breaks off, of those before."""
    lengths = array("L")
    number, at = 0, 8
    try:
        while number < len(pieces):
            if at >= len(pieces[number]):
                number, at = number + 1, at - len(pieces[number])
                continue
            count, flags = struct.unpack_from("<HB", pieces[number], at)
            at += 3
            runs = struct.unpack_from("<H", pieces[number], at)[0] if flags & 8 else 0
            at += 2 if flags & 8 else 0
            extra = struct.unpack_from("<I", pieces[number], at)[0] if flags & 4 else 0
            at += 4 if flags & 4 else 0
            lengths.append(count * 2)
            number, at = _after_characters(pieces, number, at, count, flags & 1)
            at += 4 * runs + extra
    except (struct.error, IndexError):
        pass
    return lengths


def _after_characters(
    pieces: list[bytes], number: int, at: int, count: int, wide: int
) -> tuple[int, int]:
    """Where a text ends; in each further piece its rest begins with a byte that says its width."""
    while count:
        here = (len(pieces[number]) - at) >> wide
        if here >= count:
            return number, at + (count << wide)
        count -= max(here, 0)
        number, at = number + 1, 1
        wide = pieces[number][0] & 1
    return number, at


def _workbook_stream(file: BinaryIO, size: int) -> bytes:
    """The stream that holds the sheets.

    Raises:
        struct.error, IndexError, ValueError: this is no container, or it is damaged.
    """
    header = file.read(_HEADER_BYTES)
    shift, mini_shift = struct.unpack_from("<HH", header, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("sectors of an unknown size")
    directory_at, cutoff = struct.unpack_from("<I4xI", header, 48)
    mini_at = struct.unpack_from("<I", header, 60)[0]
    sectors = _Sectors(file, 1 << shift, size)
    sectors.read_table(header)
    directory = sectors.chain(directory_at)
    entries = [directory[at : at + _ENTRY_BYTES] for at in range(0, len(directory), _ENTRY_BYTES)]
    root, found = entries[0], next((each for each in entries if _name(each) in _STREAMS), b"")
    begin, length = struct.unpack_from("<II", found, 116)
    if length >= cutoff:
        return sectors.chain(begin)[:length]
    small = sectors.chain(struct.unpack_from("<I", root, 116)[0])
    table = array("I", sectors.chain(mini_at))
    parts, left = [], len(table)
    while begin < _LAST and left:
        parts.append(small[begin << 6 : (begin + 1) << 6])
        begin, left = table[begin], left - 1
    return b"".join(parts)[:length]


def _name(entry: bytes) -> str:
    length = struct.unpack_from("<H", entry, 64)[0]
    return entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")


class _Sectors:
    """The container's sectors and the table that chains them."""

    def __init__(self, file: BinaryIO, bytes_each: int, size: int) -> None:
        self._file, self._each, self._most = file, bytes_each, size // bytes_each + 1
        self._table = array("I")

    def read_table(self, header: bytes) -> None:
        places = list(struct.unpack_from("<109I", header, 76))
        further, left = struct.unpack_from("<I", header, 68)[0], self._most
        while further < _LAST and left:
            more = array("I", self._sector(further))
            places += more[:-1]
            further, left = more[-1], left - 1
        for place in places[: self._most]:
            if place < _LAST:
                self._table.frombytes(self._sector(place))

    def chain(self, begin: int) -> bytes:
        """The content from a sector on; a chain that bites its tail ends with the file's size."""
        parts, left = [], self._most
        while begin < _LAST and left:
            parts.append(self._sector(begin))
            begin, left = self._table[begin], left - 1
        return b"".join(parts)

    def _sector(self, number: int) -> bytes:
        if number >= self._most:
            raise ValueError("a sector behind the end")
        self._file.seek((number + 1) * self._each)
        return self._file.read(self._each).ljust(self._each, b"\0")
