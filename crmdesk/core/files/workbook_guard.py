"""Measures a workbook's parts before the reader that believes them sees it.

The reader keeps a sheet as a full rectangle and a copy of each repeated text, so that a few
kilobytes can ask for any amount of memory: one cell in the far corner, one long text named a
million times, one cell repeated over a whole sheet. Here the parts are only streamed and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from crmdesk.core.errors import UserError
from crmdesk.core.files.archive import Archive

_PIECE = 1 << 20
_OVERLAP = 32
_WINDOW = 1 << 14
_LONGEST_ELEMENT = 32 << 20
# A cell takes 32 bytes in the reader's memory: ten million are 320 MB.
_CELLS_ALWAYS = 10_000_000
_CELLS_PER_FILE_BYTE = 50
_TEXT_BYTES_ALWAYS = 256 << 20
_TEXT_PER_FILE_BYTE = 50
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
# Patterns that begin with fixed bytes are ten times as fast: white space and quotes are made
# alike first, and the rare forms with spaces around "=" take the slower patterns.
_PLAIN = bytes.maketrans(b"\t\r\n'", b'   "')
_SPACED = (b" r ", b" r= ", b" t ", b" t= ")
_REFERENCE = re.compile(rb' r="([A-Za-z]{0,3})([0-9]{1,9})"')
_REFERENCE_SPACED = re.compile(rb' r *= *"([A-Za-z]{0,3})([0-9]{1,9})"')
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(?:row|c)[\s>/]")
_STRING = re.compile(rb"<(?:\w+:)?si[\s>/]")
_STRING_USED = re.compile(rb' t="s"[^>]*> *<(?:\w+:)?v> *([0-9]{1,9})')
_STRING_SPACED = re.compile(rb' t *= *"s"[^>]*> *<(?:\w+:)?v> *([0-9]{1,9})')
_ODS_ROW = re.compile(rb"<table:table-row")
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell")
_ODS_COLUMNS = re.compile(rb"""number-columns-repeated\s*=\s*["']([0-9]{1,12})""")
_ODS_ROWS = re.compile(rb"""number-rows-repeated\s*=\s*["']([0-9]{1,12})""")


@dataclass(slots=True)
class _Extent:
    """What one part of a workbook would become: a rectangle, cells really named, text."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    text_bytes: int = 0


def check_workbook(archive: Archive) -> None:
    """Refuse a workbook that would take far more memory than a file of its size should.

    Raises:
        UserError: ``workbook_forbidden_content`` for document type declarations,
            ``workbook_too_large`` for what would grow, and whatever reading the zip refuses.
    """
    strings: list[int] = []
    for entry in archive.entries:
        if entry.name.lower().endswith("sharedstrings.xml"):
            with archive.open(entry.name) as file:
                strings.extend(_string_sizes(file))
    for entry in archive.entries:
        if not entry.name.lower().endswith((".xml", ".rels")):
            continue
        with archive.open(entry.name) as file:
            ods = entry.name == "content.xml"
            extent = _measure_ods(file) if ods else _measure_xlsx(file, strings)
        _check(extent, archive.size)


def _check(extent: _Extent, size: int) -> None:
    box = extent.rows * extent.columns
    allowed = max(_CELLS_ALWAYS, min(4 * extent.cells, _CELLS_PER_FILE_BYTE * size))
    text_allowed = max(_TEXT_BYTES_ALWAYS, _TEXT_PER_FILE_BYTE * size)
    if box > allowed or extent.text_bytes > text_allowed:
        raise UserError(
            "workbook_too_large",
            f"A sheet of the workbook spans {extent.rows:,} rows and {extent.columns:,} columns "
            f"and {extent.text_bytes:,} bytes of text, far more than the file holds.",
            "Copy the filled cells to a new workbook, or save the sheet as CSV.",
            rows=extent.rows,
            columns=extent.columns,
        )


def _measure_xlsx(file: BinaryIO, strings: list[int]) -> _Extent:
    extent = _Extent()
    rows = columns = 0
    unplaced = _Unplaced()
    for piece in _pieces(file, _ROW_OR_CELL):
        plain = piece.translate(_PLAIN)
        spaced = any(form in plain for form in _SPACED)
        references = (_REFERENCE_SPACED if spaced else _REFERENCE).findall(plain)
        cells = _count_cells(plain)
        extent.cells += cells
        rows = max([rows, *map(int, {row for _, row in references})])
        columns = max([columns, *map(_column, {letters for letters, _ in references})])
        if cells > sum(1 for letters, _ in references if letters):
            unplaced.count(plain)
        if strings:
            used = map(int, (_STRING_SPACED if spaced else _STRING_USED).findall(plain))
            extent.text_bytes += sum(strings[index] for index in used if index < len(strings))
    extent.rows, extent.columns = rows + unplaced.rows, columns + unplaced.columns
    return extent


def _count_cells(plain: bytes) -> int:
    if b":c " in plain or b":c>" in plain or b":c/" in plain:
        return len(_CELL.findall(plain))
    return plain.count(b"<c ") + plain.count(b"<c>") + plain.count(b"<c/")


@dataclass(slots=True)
class _Unplaced:
    """Cells without a reference, which follow each other: at most so many rows and columns."""

    rows: int = 0
    columns: int = 0
    in_row: int = 0

    def count(self, piece: bytes) -> None:
        """Count the cells of each row; the piece may begin in the middle of one."""
        for number, row in enumerate(_ROW.split(piece)):
            self.rows += number > 0
            self.in_row = len(_CELL.findall(row)) + (self.in_row if number == 0 else 0)
            self.columns = max(self.columns, self.in_row)


def _measure_ods(file: BinaryIO) -> _Extent:
    extent = _Extent()
    before = 0
    for piece in _pieces(file, _ODS_ROW):
        for row in _ODS_ROW.split(piece)[1:]:
            repeated = _number(_ODS_ROWS, row[: row.find(b">") + 1])
            width, cells, text = _ods_row(row)
            if cells:
                extent.rows = before + repeated
                extent.columns = max(extent.columns, width)
                extent.cells += cells
                extent.text_bytes += repeated * text
            before += repeated
    return extent


def _ods_row(row: bytes) -> tuple[int, int, int]:
    """Columns up to the last filled cell, filled cells as written, bytes of their content."""
    width = position = cells = text = 0
    for cell in _ODS_CELL.split(row)[1:]:
        repeated = _number(_ODS_COLUMNS, cell[: cell.find(b">") + 1])
        position += repeated
        if b"value-type" in cell or b"<text:" in cell:
            width = position
            cells += 1
            text += repeated * len(cell)
    return width, cells, text


def _string_sizes(file: BinaryIO) -> Iterator[int]:
    for piece in _pieces(file, _STRING):
        for string in _STRING.split(piece)[1:]:
            yield len(string)


def _pieces(file: BinaryIO, element: re.Pattern[bytes]) -> Iterator[bytes]:
    """Cut a part before an element, about a megabyte at once, and refuse what is forbidden.

    What comes before the first element is left out.
    """
    carried = bytearray()
    seen = False
    while piece := file.read(_PIECE):
        searched = max(0, len(carried) - _OVERLAP)
        carried += piece
        if b"\0" in piece or _FORBIDDEN.search(carried, searched):
            raise UserError(
                "workbook_forbidden_content",
                "The workbook holds a document type declaration or text in an unusual form.",
                "Save it again with a spreadsheet program.",
            )
        first = None if seen else element.search(carried, searched)
        if first is not None:
            seen, searched = True, 0
            del carried[: first.start()]
        last = _last_start(element, carried, searched) if seen else 0
        if last:
            yield bytes(carried[:last])
            del carried[:last]
        elif not seen:
            del carried[:-_OVERLAP]
        elif len(carried) > _LONGEST_ELEMENT:
            raise UserError(
                "workbook_too_large",
                "One row or text of the workbook is larger than a workbook may hold.",
                "Save it again with a spreadsheet program, or as CSV.",
            )
    if seen:
        yield bytes(carried)


def _last_start(element: re.Pattern[bytes], piece: bytearray, searched: int) -> int:
    """Where the last element begins, 0 when none does; its end is looked at first, for speed."""
    for begin in (max(searched, len(piece) - _WINDOW), searched):
        starts = [found.start() for found in element.finditer(piece, begin)]
        if starts:
            return starts[-1]
    return 0


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _number(pattern: re.Pattern[bytes], tag: bytes) -> int:
    found = pattern.search(tag)
    return max(1, int(found.group(1))) if found else 1
