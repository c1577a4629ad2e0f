"""What the file of an export holds, wherever its rows come from."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crmdesk.core.backup.csv_rows import LINE_END

Cells = Sequence[str | int | None]
_ROWS_OF_A_PIECE = 500


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
    lines: list[bytes] = []
    for row in rows:
        cells = (_printed(column, cell) for column, cell in zip(columns, row, strict=True))
        lines.append(",".join(cells).encode() + LINE_END)
        if len(lines) == _ROWS_OF_A_PIECE:
            yield Piece(b"".join(lines), len(lines))
            lines.clear()
    if lines:
        yield Piece(b"".join(lines), len(lines))


def _printed(column: FileColumn, cell: str | int | None) -> str:
    text = "" if cell is None else str(cell)
    return '"' + text.replace('"', '""') + '"' if column.is_text else text
