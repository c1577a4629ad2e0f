"""Writes a table of texts straight into the pages of a SQLite file, at a third of what SQL costs.

Binding sixty cells of a row one by one is the dear part of filling a staging table. The file
format is fixed for good (https://www.sqlite.org/fileformat2.html, sections 1.3, 1.6 and 2.1):
rows in ascending order become leaf pages one after the other, and above them a few pages of
pointers. A leaf page names no other page unless a row is larger than a page, so that pages which
another process made are copied nearly as they are.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

_LEAF, _INTERIOR = 0x0D, 0x05
_LEAF_HEADER, _INTERIOR_HEADER = 8, 12
#: The page that holds this byte of a database belongs to locking and never to a table.
_LOCK_BYTE = 1 << 30
_COPIED_PAGES = 32


@dataclass(slots=True)
class Pages:
    """Pages of rows that no table holds yet; their numbers are their places in the file, from 1.

    Attributes:
        leaves: number of each leaf page and the last row on it, in order.
        pointers: places in the file, in bytes, where four bytes give the number of a page.
    """

    path: Path
    leaves: list[tuple[int, int]] = field(default_factory=list)
    pointers: list[int] = field(default_factory=list)


class PageWriter:
    """Makes pages of rows in ascending order.

    Args:
        file: stands at the end of ``path``.
        in_place: the file is the database that shall hold the pages; otherwise it holds nothing
            but pages, which are copied later.
    """

    def __init__(self, file: BinaryIO, path: Path, page_bytes: int, *, in_place: bool) -> None:
        self._file = file
        self._page_bytes = page_bytes
        self._lock_page = _LOCK_BYTE // page_bytes + 1 if in_place else 0
        self._number = file.tell() // page_bytes + 1
        self._largest = page_bytes - 35
        self._cells: list[bytes] = []
        self._used = _LEAF_HEADER
        self._last_row = 0
        #: Which cells of the page at hand end with the number of a page.
        self._spilled: list[int] = []
        self.pages = Pages(path)

    def add(
        self, numbers: Iterable[int], rows: Iterable[Sequence[str]], *, encoded: bool = False
    ) -> None:
        """Add rows of cells; a blank cell is NULL, and so is what a row lacks at its end.

        Args:
            encoded: the cells hold UTF-8, each byte as the character of that number.

        Raises:
            UnicodeEncodeError: a cell holds half of a surrogate pair.
            OSError: as the disk says.
        """
        for number, cells in zip(numbers, rows, strict=True):
            record = _record(cells, encoded=encoded)
            cell = b"".join((_varint(len(record)), _varint(number), record))
            spills = len(record) > self._largest
            if spills:
                cell = self._spill(cell, len(record))
            if self._used + len(cell) + 2 > self._page_bytes:
                self._end_page()
            if spills:
                self._spilled.append(len(self._cells))
            self._cells.append(cell)
            self._used += len(cell) + 2
            self._last_row = number

    def finish(self) -> Pages:
        """Write what is left."""
        if self._cells:
            self._end_page()
        self._file.flush()
        return self.pages

    def _end_page(self) -> None:
        end, offsets = self._page_bytes, []
        for cell in self._cells:
            end -= len(cell)
            offsets.append(end)
        head = struct.pack(f">BHHHB{len(offsets)}H", _LEAF, 0, len(offsets), end, 0, *offsets)
        self._skip_lock_page()
        place = (self._number - 1) * self._page_bytes
        for index in self._spilled:
            self.pages.pointers.append(place + offsets[index] + len(self._cells[index]) - 4)
        self._cells.reverse()
        self.pages.leaves.append((self._number, self._last_row))
        self._write(b"".join((head, bytes(end - len(head)), *self._cells)))
        self._cells, self._spilled, self._used = [], [], _LEAF_HEADER

    def _spill(self, cell: bytes, size: int) -> bytes:
        """Write the end of a large row on pages of its own; its cell then names the first."""
        step = self._page_bytes - 4
        least = (self._page_bytes - 12) * 32 // 255 - 23
        kept = least + (size - least) % step
        cut = len(cell) - size + (kept if kept <= self._largest else least)
        self._skip_lock_page()
        first = self._number
        for start in range(cut, len(cell), step):
            self._skip_lock_page()
            following = 0
            if start + step < len(cell):
                following = self._number + (2 if self._number + 1 == self._lock_page else 1)
                self.pages.pointers.append((self._number - 1) * self._page_bytes)
            part = cell[start : start + step].ljust(step, b"\0")
            self._write(struct.pack(">I", following) + part)
        return cell[:cut] + struct.pack(">I", first)

    def _skip_lock_page(self) -> None:
        if self._number == self._lock_page:
            self._write(bytes(self._page_bytes))

    def _write(self, page: bytes) -> None:
        self._file.write(page)
        self._number += 1


def adopt_pages(path: Path, root: int, page_bytes: int, made: Sequence[Pages]) -> None:
    """Make pages the content of an empty table of a database that nobody has open.

    Args:
        root: number of the table's first page.
        made: pages whose rows follow each other; those in the database itself come first.

    Raises:
        OSError: as the disk says.
    """
    with path.open("r+b") as file:
        adoption = _Adoption(file, page_bytes)
        leaves: list[tuple[int, int]] = []
        for pages in made:
            leaves += pages.leaves if pages.path == path else adoption.copy(pages)
        if leaves:
            adoption.build(root, leaves)
        adoption.count_pages()


def pages_counted(file: BinaryIO) -> int:
    """How many pages a database says it has."""
    file.seek(28)
    return int(struct.unpack(">I", file.read(4))[0])


class _Adoption:
    """Gives pages their numbers in a database, and builds the pointers to them."""

    def __init__(self, file: BinaryIO, page_bytes: int) -> None:
        self._file = file
        self._page_bytes = page_bytes
        self._lock_page = _LOCK_BYTE // page_bytes + 1
        self._count = file.seek(0, 2) // page_bytes

    def copy(self, pages: Pages) -> list[tuple[int, int]]:
        """Put pages of another file at the end; return the leaves by their new numbers."""
        base = self._count
        with pages.path.open("rb") as source:
            while piece := source.read(_COPIED_PAGES * self._page_bytes):
                for start in range(0, len(piece), self._page_bytes):
                    self._append(piece[start : start + self._page_bytes])
        for offset in pages.pointers:
            number, within = divmod(offset, self._page_bytes)
            self._renumber(base, self._moved(base, number + 1), within)
        return [(self._moved(base, number), row) for number, row in pages.leaves]

    def build(self, root: int, children: list[tuple[int, int]]) -> None:
        """Write pages of pointers above the leaves, up to the root, which has its place."""
        if len(children) == 1:
            self._file.seek((children[0][0] - 1) * self._page_bytes)
            self._put(root, self._file.read(self._page_bytes))
            # An only leaf was written last; its own place is free again.
            self._count = self._file.truncate((children[0][0] - 1) * self._page_bytes)
            self._count //= self._page_bytes
            return
        # A pointer takes four bytes, the last row nine at most, and its place on the page two.
        many = (self._page_bytes - _INTERIOR_HEADER) // 15
        while len(children) > many:
            # In equal parts: a page of pointers with only one is no valid page.
            groups = -(-len(children) // many)
            cuts = [len(children) * cut // groups for cut in range(groups + 1)]
            parts = [children[start:end] for start, end in pairwise(cuts)]
            children = [(self._append(self._interior(part)), part[-1][1]) for part in parts]
        self._put(root, self._interior(children))

    def count_pages(self) -> None:
        """Tell the database's header how many pages there are; a changed file is read anew."""
        self._file.seek(24)
        changes = struct.unpack(">I", self._file.read(4))[0] + 1
        self._put(1, struct.pack(">II", changes, self._count), 24)
        self._put(1, struct.pack(">I", changes), 92)

    def _interior(self, children: Sequence[tuple[int, int]]) -> bytes:
        end, offsets, cells = self._page_bytes, [], []
        for number, row in children[:-1]:
            cells.append(struct.pack(">I", number) + _varint(row))
            end -= len(cells[-1])
            offsets.append(end)
        head = struct.pack(">BHHHB", _INTERIOR, 0, len(offsets), end, 0)
        head += struct.pack(f">I{len(offsets)}H", children[-1][0], *offsets)
        return head + bytes(end - len(head)) + b"".join(reversed(cells))

    def _renumber(self, base: int, page: int, within: int) -> None:
        self._file.seek((page - 1) * self._page_bytes + within)
        number = struct.unpack(">I", self._file.read(4))[0]
        self._put(page, struct.pack(">I", self._moved(base, number)), within)

    def _moved(self, base: int, number: int) -> int:
        moved = base + number
        return moved + 1 if base < self._lock_page <= moved else moved

    def _append(self, page: bytes) -> int:
        self._file.seek(self._count * self._page_bytes)
        if self._count + 1 == self._lock_page:
            self._file.write(bytes(self._page_bytes))
            self._count += 1
        self._file.write(page)
        self._count += 1
        return self._count

    def _put(self, number: int, content: bytes, within: int = 0) -> None:
        self._file.seek((number - 1) * self._page_bytes + within)
        self._file.write(content)


def _record(cells: Sequence[str], *, encoded: bool) -> bytes:
    """A row as SQLite keeps it: the lengths of its cells, then the cells without a gap."""
    text = "".join(cells)
    body = text.encode("latin-1" if encoded else "utf-8")
    plain = encoded or len(body) == len(text)
    sizes = list(map(len, cells if plain else map(str.encode, cells)))
    try:
        types = bytes(sizes).translate(_SHORT_TYPES)
    except ValueError:  # a cell of more than 255 bytes
        types = _LONG
    if _LONG in types:
        types = b"".join([_TYPES[size] if size < len(_TYPES) else _type_of(size) for size in sizes])
    # The row's own number has a place among the cells but is kept outside of them: NULL, b"\0".
    # The size of all this counts itself.
    size = len(types) + 2
    start = _VARINTS[size] if size < 128 else _varint(size + 1 if size < 16_383 else size + 2)
    return b"".join((start, b"\0", types, body))


def _varint(number: int) -> bytes:
    """A number of up to 62 bits in as few bytes as it needs, seven bits each."""
    if number < 4_096:
        return _VARINTS[number]
    if 16_384 <= number < 2_097_152:
        return bytes((number >> 14 | 128, number >> 7 & 127 | 128, number & 127))
    return _long_varint(number)


def _long_varint(number: int) -> bytes:
    parts = [number & 127]
    while number := number >> 7:
        parts.append(number & 127 | 128)
    return bytes(reversed(parts))


def _type_of(size: int) -> bytes:
    return _long_varint(13 + 2 * size if size else 0)


_VARINTS = [_long_varint(number) for number in range(4_096)]
_TYPES = [_type_of(size) for size in range(1_024)]
#: Types of one byte; longer cells have none.
_LONG = b"\xff"
_SHORT_TYPES = b"".join(_type_of(size) for size in range(58)).ljust(256, _LONG)
