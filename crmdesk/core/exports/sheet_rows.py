"""Rows of a sheet as its XML, many at once, from the marked cells that the database prints.

Everything a sheet cannot hold as it is has a form here that spreadsheets read back: control
characters, texts that look like such a form, and cells that are too long.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence

from crmdesk.core.backup import deflate
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_sheet import (
    EXACT_DIGITS,
    INEXACT,
    LONGEST_NUMBER,
    NUMBER,
    NUMBER_END,
    ROW_END,
    TEXT,
    TEXT_END,
)
from crmdesk.core.exports.content import Cells, FileColumn, SheetPiece, many_rows

#: Units of UTF-16 in a cell, Excel's own limit.
LONGEST_CELL = 32_767
#: Bytes, and characters, that fit whatever they are.
_SURELY_FITS = LONGEST_CELL // 2
_SAMPLED_BYTES = 4 << 20
_MARKS = TEXT + TEXT_END + NUMBER + NUMBER_END + ROW_END
#: Signs that stand for the marks in a text, which cannot hold those: no text holds these either.
_STAND_INS = bytes(range(len(_MARKS)))
_AS_MARKS = bytes.maketrans(_STAND_INS, _MARKS)
_LARGEST_EXACT = 10**EXACT_DIGITS
_CONTROLS = bytes(sign for sign in range(0x20) if sign not in b"\t\n")
_CONTROL = re.compile(b"[" + re.escape(_CONTROLS) + b"]")
# No characters to XML, though they are to UTF-8.
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
# What reads back as one character (ECMA-376, ST_Xstring), or would with what follows it.
_LIKE_ESCAPED = re.compile(
    b"_(?=x[0-9A-Fa-f]{4}(?:_|[" + re.escape(_CONTROLS) + b"]|\xef\xbf[\xbe\xbf]))"
)
_INEXACT_NUMBER = re.compile(NUMBER + INEXACT + b"([^" + NUMBER_END + b"]*)" + NUMBER_END)
_MARKUP = (
    (b"&", b"&amp;"),
    (b"<", b"&lt;"),
    (b">", b"&gt;"),
    # Blank cells first.
    (TEXT + TEXT_END, b"<c/>"),
    (NUMBER + NUMBER_END, b"<c/>"),
    (TEXT, b'<c t="inlineStr"><is><t xml:space="preserve">'),
    (TEXT_END, b"</t></is></c>"),
    (NUMBER, b"<c><v>"),
    (NUMBER_END, b"</v></c>"),
)


def sheet_piece(marked: bytes, rows: int, columns: Sequence[FileColumn] = ()) -> SheetPiece:
    """Make a piece of marked rows.

    Args:
        columns: as the rows have them; none for rows that were looked at before.

    Raises:
        sqlite3.DatabaseError: what is kept as text is none.
    """
    if INEXACT in marked:
        marked = _INEXACT_NUMBER.sub(TEXT + rb"\1" + TEXT_END, marked)
    rest, continued = b"", 0
    if columns:
        _refuse_other_bytes(marked, rows * (2 * len(columns) + 1))
        if max(map(len, marked.split(ROW_END))) > _SURELY_FITS:
            marked, rest, continued = _shortened(marked, columns)
    xml = as_xml(marked)
    deflated = deflate.deflate_piece(xml, deflate.USUAL_LEVEL)
    return SheetPiece(marked, xml, deflated, rows, rest, continued)


def split(piece: SheetPiece, rows: int) -> tuple[SheetPiece, SheetPiece]:
    """Part a piece after so many of its rows; what was too long is in neither part."""
    *first, second = piece.marked.split(ROW_END, rows)
    head = b"".join(row + ROW_END for row in first)
    return sheet_piece(head, rows), sheet_piece(second, piece.rows - rows)


def marked_cells(columns: Sequence[FileColumn], row: Cells) -> bytes:
    """One row that comes as values, marked as the database does it."""
    return b"".join(map(_marked, columns, row)) + ROW_END


def sheet_pieces(
    columns: Sequence[FileColumn], rows: Iterable[Cells]
) -> Generator[SheetPiece, None, None]:
    """Pieces of rows that come as values."""
    for some in many_rows(rows):
        marked = _marked_rows(columns, some)
        if marked is None:
            marked = b"".join(marked_cells(columns, row) for row in some)
        yield sheet_piece(marked, len(some), columns)


def _marked_rows(
    columns: Sequence[FileColumn], rows: Sequence[tuple[str | int, ...]]
) -> bytes | None:
    """Rows whose numbers are whole and short; ``None`` where one is not, or a text is odd."""
    numbers = [place for place, column in enumerate(columns) if column.is_number]
    for place in numbers:
        cells = [cell for row in rows if isinstance(cell := row[place], int)]
        if len(cells) < len(rows) or max(map(abs, cells)) >= _LARGEST_EXACT:
            return None
    form = "".join("\2%s\3" if column.is_number else "\0%s\1" for column in columns) + "\4"
    text = "".join([form % row for row in rows]).encode()
    marks = len(text) - len(text.translate(None, _STAND_INS))
    return text.translate(_AS_MARKS) if marks == (2 * len(columns) + 1) * len(rows) else None


def bytes_of_a_row(marked: Iterable[bytes]) -> float:
    """Bytes that a row takes in a workbook, as the first few of them suggest.

    Args:
        marked: the rows one by one.
    """
    found: list[bytes] = []
    size = 0
    for row in marked:
        found.append(row)
        size += len(row)
        if size > _SAMPLED_BYTES:
            break
    if not found:
        return 0.0
    return len(deflate.deflate_piece(as_xml(b"".join(found)), deflate.USUAL_LEVEL)) / len(found)


def as_xml(marked: bytes) -> bytes:
    """The ``row`` elements of marked rows; cells follow each other and need no reference."""
    text = _escaped(marked)
    for sign, markup in _MARKUP:
        text = text.replace(sign, markup)
    # Behind the last row begins no other.
    return b"<row>" + text.replace(ROW_END, b"</row><row>")[: -len(b"<row>")]


def cell_texts(text: str) -> Sequence[str]:
    """The text in as many cells as it takes; no character is cut in two."""
    if len(text) <= _SURELY_FITS:
        return (text,)
    units = text.encode("utf-16-le")
    pieces, start = [], 0
    while start < len(units):
        end = min(start + 2 * LONGEST_CELL, len(units))
        if end < len(units) and 0xDC <= units[end + 1] <= 0xDF:
            # The second half of a pair: its first goes on with it.
            end -= 2
        pieces.append(units[start:end].decode("utf-16-le"))
        start = end
    return pieces


def _refuse_other_bytes(marked: bytes, marks: int) -> None:
    """A spreadsheet opens nothing of a file with a text that is no UTF-8, by another's hand."""
    texts = marked.translate(None, _MARKS)
    try:
        texts.decode()
    except UnicodeDecodeError as problem:
        raise sqlite3.DatabaseError("a text is not UTF-8") from problem
    if len(marked) - len(texts) != marks:
        raise sqlite3.DatabaseError("a text holds what marks a cell")


def _escaped(text: bytes) -> bytes:
    if b"_x" in text:
        text = _LIKE_ESCAPED.sub(b"_x005F_", text)
    # Counting what deleting them leaves is five times as quick as looking for them.
    if len(text.translate(None, _CONTROLS)) != len(text):
        text = _CONTROL.sub(lambda found: b"_x%04X_" % found[0][0], text)
    for sign in _NO_CHARACTERS:
        text = text.replace(sign, b"_x%04X_" % ord(sign.decode()))
    return text


def _shortened(marked: bytes, columns: Sequence[FileColumn]) -> tuple[bytes, bytes, int]:
    """The rows with cells of at most the limit, rows with what they lost, and how many did."""
    rows = marked.split(ROW_END)[:-1]
    rest: list[bytes] = []
    continued = 0
    for number, row in enumerate(rows):
        if len(row) <= _SURELY_FITS:
            continue
        cells = _cells(row)
        for place, column in enumerate(columns):
            first, *others = cell_texts(cells[place][1:-1].decode())
            if others:
                cells[place] = TEXT + first.encode() + TEXT_END
                rest += _rest_rows(cells[0], column.header, others)
                continued += 1
        rows[number] = b"".join(cells)
    return b"".join(row + ROW_END for row in rows), b"".join(rest), continued


def _cells(row: bytes) -> list[bytes]:
    """The cells of a marked row, each with its marks."""
    return re.findall(
        b"[" + TEXT + NUMBER + b"][^" + TEXT_END + NUMBER_END + b"]*.", row, re.DOTALL
    )


def _rest_rows(record_id: bytes, header: str, others: Sequence[str]) -> Iterator[bytes]:
    for part, text in enumerate(others, start=2):
        yield b"".join(
            (
                record_id,
                TEXT + header.encode() + TEXT_END,
                NUMBER + b"%d" % part + NUMBER_END,
                TEXT + text.encode() + TEXT_END + ROW_END,
            )
        )


def _marked(column: FileColumn, cell: str | int | None) -> bytes:
    text = "" if cell is None else str(cell)
    if column.is_number and _is_exact(text):
        return NUMBER + text.encode() + NUMBER_END
    return TEXT + text.encode() + TEXT_END


def _is_exact(text: str) -> bool:
    """Whether a double gives back all digits of a canonical number."""
    digits = text.lstrip("-").replace(".", "").lstrip("0")
    return len(text) <= LONGEST_NUMBER and len(digits) <= EXACT_DIGITS
