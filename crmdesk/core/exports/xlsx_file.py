"""Writes an export as a workbook: a sheet per million rows, and nothing cut without a word."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from io import FileIO
from pathlib import Path

from crmdesk.core.backup import deflate
from crmdesk.core.backup.zip_writer import ZipWriter
from crmdesk.core.db.sqlite_sheet import ROW_END
from crmdesk.core.errors import UserError
from crmdesk.core.exports import xlsx_parts
from crmdesk.core.exports.content import Content, FileColumn, SheetPiece
from crmdesk.core.exports.sheet_rows import as_xml, marked_cells, sheet_piece, split
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.files.disk_errors import as_user_error

#: Excel's own limits: rows of a sheet without its heading, and columns.
MOST_ROWS = 1_048_575
MOST_COLUMNS = 16_384
_LONGEST_SHEET_NAME = 31
_REST_SHEET = "Long values"
_REST_HEADINGS = ("Column", "Part", "Text")
_REST_PIECE = 1 << 20
#: A spreadsheet keeps it for itself.
_RESERVED = "history"


def write_xlsx(
    content: Content,
    target: Path,
    *,
    name: str,
    reported: Callable[[int], None],
    most_rows: int = MOST_ROWS,
) -> dict[str, int]:
    """Write the rows; the file appears under its name only when all of it is on the disk.

    Every text is a text to the workbook, never a formula; numbers are numbers where a double
    holds all their digits. The text of a cell beyond the limit goes on on a sheet of its own.

    Args:
        name: of the sheets.
        reported: told the rows written; may raise to stop.

    Returns:
        how many cells were continued elsewhere, as ``long_values``; nothing when none.

    Raises:
        UserError: ``too_many_columns``, ``disk_full`` or what else the disk said.
    """
    _refuse_too_many(len(content.columns))
    done = continued = 0
    with (
        atomic_write(target) as file,
        _opened_rest(target) as rest,
        closing(content.sheet_pieces()) as pieces,
    ):
        book = _Book(ZipWriter(file, content.taken_at), most_rows)
        book.begin_sheets(_plain_name(name), content.columns)
        for piece in pieces:
            book.add(piece)
            rest.keep(piece.rest)
            continued += piece.continued
            done += piece.rows
            reported(done)
        if continued:
            book.begin_sheets(_REST_SHEET, _rest_columns(content.columns[0]))
            for piece in rest.pieces():
                book.add(piece)
                reported(done)
        book.close()
    return {"long_values": continued} if continued else {}


def _refuse_too_many(columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise UserError(
            "too_many_columns",
            f"A workbook has {MOST_COLUMNS:,} columns at most, and this export {columns:,}.",
            "Choose CSV, or fewer columns.",
        )


@contextmanager
def _opened_rest(target: Path) -> Iterator[_Rest]:
    """Beside the workbook, in a file without a name: nobody else reads it, no kill leaves it.

    What the disk refuses is told as of the workbook.
    """
    rest: _Rest | None = None
    try:
        # Without a buffer: nothing is left to be written when it is closed.
        with tempfile.TemporaryFile(dir=target.parent, buffering=0) as file:
            rest = _Rest(file)
            yield rest
    except OSError as problem:
        needed = 0 if rest is None else rest.bytes
        raise as_user_error(problem, target, needed) from problem


class _Rest:
    """Rows that wait until the sheets before theirs are written."""

    def __init__(self, file: FileIO) -> None:
        self.bytes = 0
        self._file = file

    def keep(self, rows: bytes) -> None:
        """Keep some rows; most workbooks have none."""
        self.bytes += len(rows)
        left = memoryview(rows)
        while left:
            left = left[self._file.write(left) :]

    def pieces(self) -> Iterator[SheetPiece]:
        """All of them, in their order."""
        self._file.seek(0)
        carried = b""
        while read := self._file.read(_REST_PIECE):
            whole, end, carried = (carried + read).rpartition(ROW_END)
            if end:
                yield sheet_piece(whole + end, whole.count(ROW_END) + 1)


class _Book:
    """Sheets one after the other, each with the heading of its kind and at most so many rows."""

    def __init__(self, writer: ZipWriter, most_rows: int) -> None:
        self._writer = writer
        self._most_rows = most_rows
        self._names: list[str] = []
        self._name = ""
        self._heading = b""
        self._of_kind = self._rows = self._crc = self._size = 0
        for part in xlsx_parts.opening_parts():
            writer.store(*part)

    def begin_sheets(self, name: str, columns: Sequence[FileColumn]) -> None:
        """Begin a sheet of rows with these columns; one without rows still says which."""
        self._end_sheet()
        texts = [FileColumn(column.header, True, False) for column in columns]
        self._heading = as_xml(marked_cells(texts, [column.header for column in columns]))
        self._name, self._of_kind = name, 0
        self._begin_sheet()

    def add(self, piece: SheetPiece) -> None:
        """Write rows under the last ones, on a further sheet when this one is full."""
        while piece.rows > (room := self._most_rows - self._rows):
            if room:
                first, piece = split(piece, room)
                self._append(first)
            self._end_sheet()
            self._begin_sheet()
        self._append(piece)

    def close(self) -> None:
        """Write what names all sheets, and the end of the file."""
        self._end_sheet()
        for part in xlsx_parts.closing_parts(self._names):
            self._writer.store(*part)
        self._writer.close()

    def _append(self, piece: SheetPiece) -> None:
        self._write(piece.xml, piece.deflated)
        self._rows += piece.rows

    def _begin_sheet(self) -> None:
        self._of_kind += 1
        self._names.append(_sheet_name(self._name, self._of_kind))
        number = len(self._names)
        self._rows = self._crc = self._size = 0
        self._writer.begin(xlsx_parts.sheet_name(number))
        self._write_small(xlsx_parts.sheet_start(number) + self._heading)

    def _end_sheet(self) -> None:
        if self._names:
            self._write_small(xlsx_parts.SHEET_END)
            self._writer.finish(self._crc, self._size)

    def _write_small(self, xml: bytes) -> None:
        self._write(xml, deflate.deflate_piece(xml, deflate.USUAL_LEVEL))

    def _write(self, xml: bytes, deflated: bytes) -> None:
        self._writer.append(deflated)
        self._crc = deflate.checksum(xml, self._crc)
        self._size += len(xml)


def _rest_columns(first: FileColumn) -> list[FileColumn]:
    headers = (first.header, *_REST_HEADINGS)
    return [FileColumn(header, True, False) for header in headers]


def _plain_name(name: str) -> str:
    """A name that a spreadsheet takes for a sheet, and that no other sheet here has."""
    plain = "".join("_" if sign in "[]:*?/\\" else sign for sign in name)
    folded = _cut(plain, _LONGEST_SHEET_NAME).casefold()
    taken = folded == _RESERVED or folded.startswith(_REST_SHEET.casefold())
    return "Export" if taken or not folded else plain


def _sheet_name(name: str, number: int) -> str:
    """Name of one of several sheets."""
    ending = "" if number == 1 else f" {number}"
    return _cut(name, _LONGEST_SHEET_NAME - len(ending)) + ending


def _cut(name: str, units: int) -> str:
    kept = name.encode("utf-16-le")[: 2 * units]
    return kept.decode("utf-16-le", "ignore").strip("' ")
