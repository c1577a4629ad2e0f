"""What the file of an export holds, wherever its rows come from."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from crmdesk.core.backup.csv_rows import LINE_END

Cells = Sequence[str | int | None]
_ROWS_OF_A_PIECE = 500
_END = LINE_END.decode()
#: Stands for the quotes around a cell until those within cells are doubled: no text holds it.
_QUOTE = "\0"
_QUOTED = f"{_QUOTE}%s{_QUOTE}"


@dataclass(frozen=True, slots=True)
class FileColumn:
    """One column of the file.

    Attributes:
        header: as it stands in the file.
        is_text: the cell may hold anything and stands in quotes.
        is_number: a spreadsheet may calculate with it.
        is_json: the cell is JSON.
    """

    header: str
    is_text: bool
    is_number: bool
    is_json: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows as CSV, without a heading."""

    text: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class SheetPiece:
    """Some rows of a sheet.

    Attributes:
        marked: the rows as the database prints them, none of their cells too long.
        xml: the same rows as XML; ``deflated`` is that compressed.
        rest: marked rows of a sheet of its own, with what was too long for its cell.
        continued: how many cells were.
    """

    marked: bytes
    xml: bytes
    deflated: bytes
    rows: int
    rest: bytes = b""
    continued: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a file is written from; good while what it is read from is open.

    Attributes:
        total: how many rows there are.
        pieces: the rows as CSV.
        sheet_pieces: the rows as a workbook takes them.
        notes: what could not stand in a cell as it is, by reason.
        json_pieces: the rows as JSON, an object a line; None for records.
    """

    columns: tuple[FileColumn, ...]
    total: int
    taken_at: datetime
    pieces: Callable[[], Generator[Piece, None, None]]
    sheet_pieces: Callable[[], Generator[SheetPiece, None, None]]
    notes: Mapping[str, int] = field(default_factory=dict)
    json_pieces: Callable[[], Generator[Piece, None, None]] | None = None


def printed_pieces(
    columns: Sequence[FileColumn], rows: Iterable[Cells]
) -> Generator[Piece, None, None]:
    """Rows that come as values, in the CSV that the database prints of records."""
    row_form = ",".join(_QUOTED if column.is_text else "%s" for column in columns)
    quotes = 2 * sum(column.is_text for column in columns)
    for some in many_rows(rows):
        text = "".join([row_form % row + _END for row in some])
        if text.count(_QUOTE) == quotes * len(some):
            text = text.replace('"', '""').replace(_QUOTE, '"')
        else:
            text = "".join(_printed_row(columns, row) for row in some)
        yield Piece(text.encode(), len(some))


def many_rows(rows: Iterable[Cells]) -> Iterator[list[tuple[str | int, ...]]]:
    """Rows by the hundred; blank cells are empty texts."""
    waiting = iter(rows)
    while some := list(islice(waiting, _ROWS_OF_A_PIECE)):
        yield [tuple(["" if cell is None else cell for cell in row]) for row in some]


def _printed_row(columns: Sequence[FileColumn], row: Cells) -> str:
    return ",".join(map(_printed, columns, row)) + _END


def _printed(column: FileColumn, cell: str | int | None) -> str:
    text = str(cell)
    return '"' + text.replace('"', '""') + '"' if column.is_text else text
