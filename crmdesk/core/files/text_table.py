"""Reads CSV and its kin: streaming, fast, and with every oddity reported by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, TextIO

from crmdesk.core.errors import UserError
from crmdesk.core.files.dialect import CsvDialect, TableBytes, open_bytes, sniff
from crmdesk.core.files.invalid_bytes import first_invalid, is_text
from crmdesk.core.files.piece_text import PieceText, piece_text
from crmdesk.core.files.table import (
    Batch,
    Headers,
    Row,
    RowProblem,
    RowProblemCause,
    RowProblemCode,
    TableLimits,
    check_width,
    name_columns,
    wrong_width,
)

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

__all__ = ["CsvDialect", "read_batches", "read_header", "read_rows", "sniff"]

_BATCH_ROWS = 1_000
_ParsedRow = tuple[int, list[str], RowProblem | None]
_BROKEN = RowProblemCode.COULD_NOT_PARSE_ROW
_WHY = {
    RowProblemCause.TOO_FEW_CELLS: "there are fewer of them than columns",
    RowProblemCause.TOO_MANY_CELLS: "there are more of them than columns",
    RowProblemCause.INVALID_BYTES: "they are no text in this encoding",
    RowProblemCause.NUL: "they hold a character that no text has",
    RowProblemCause.TEXT_AFTER_QUOTE: "text stands behind a closing quote",
    RowProblemCause.UNCLOSED_QUOTE: "a quote is never closed",
}


def read_header(
    source: TableBytes, dialect: CsvDialect, limits: TableLimits | None = None
) -> Headers:
    """Read the names of the columns, or make them up where the table has none.

    Raises:
        UserError: ``table_empty``, ``header_unreadable``, ``too_many_columns``,
            ``cell_too_large`` or ``line_too_long``.
    """
    with _opened(source, dialect, limits or TableLimits()) as feed:
        return feed.headers()


def read_rows(
    source: TableBytes, dialect: CsvDialect, limits: TableLimits | None = None
) -> Iterator[Row]:
    """Read one row after the other, good and bad ones in the order of the file.

    Blank lines are no rows.

    Raises:
        UserError: as :func:`read_header`.
    """
    with _opened(source, dialect, limits or TableLimits()) as feed:
        for line, cells, problem in feed.parsed(feed.width()):
            yield Row(line, tuple(cells), problem)


def read_batches(
    source: TableBytes,
    dialect: CsvDialect,
    limits: TableLimits | None = None,
    size: int = _BATCH_ROWS,
    *,
    lines_before: int = 0,
    width: int = 0,
) -> Iterator[Batch]:
    """Read ``size`` rows at once; a batch of very long rows has fewer.

    Args:
        lines_before: of the table, where ``source`` holds only a part of it that lacks the header.
        width: number of columns, for such a part.

    Raises:
        UserError: as :func:`read_header`.
    """
    with _opened(source, dialect, limits or TableLimits()) as feed:
        if lines_before:
            feed.stand_behind(lines_before)
        else:
            width = feed.width()
        yield from feed.batches(width, size)


def is_row(line: bytes, dialect: CsvDialect, width: int) -> bool:
    """Whether a line of UTF-8, without its line feed, is a row by itself."""
    if b"\r" in line[:-1]:
        return False
    try:
        return [len(row) for row in _parser([line.decode(errors="replace")], dialect)] == [width]
    except csv.Error:
        return False


def _parser(lines: Iterable[str], dialect: CsvDialect) -> CsvReader:
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        strict=True,
    )


class _Feed:
    """The lines of a table on their way to the parser, counted and inspected."""

    def __init__(self, text: PieceText, dialect: CsvDialect, limits: TableLimits) -> None:
        self.characters = 0
        self._dialect = dialect
        self._limits = limits
        self._lines_read = 0
        self._row_starts = 1
        self._last = ""
        self._trouble: RowProblem | None = None
        self._put_back: _ParsedRow | None = None
        self._text = text
        self._ahead: TextIO = io.StringIO()
        if csv.field_size_limit() < limits.cell_characters:
            csv.field_size_limit(limits.cell_characters)
        self._reader = _parser(self._lines(), dialect)

    def stand_behind(self, lines: int) -> None:
        """Count from a line further down, where a part begins."""
        self._lines_read = lines
        self._row_starts = lines + 1

    def headers(self) -> Headers:
        """Read the first row and name the columns."""
        line, cells, problem = self._first()
        check_width(len(cells), self._limits)
        if not self._dialect.has_header:
            return name_columns([""] * len(cells), None)
        if problem is not None:
            raise UserError(
                "header_unreadable",
                f"The column names on line {line} cannot be read: {_WHY[problem.cause]}.",
                "Choose another encoding or delimiter.",
                line=line,
                cause=str(problem.cause),
            )
        return name_columns(cells, line)

    def width(self) -> int:
        """Read past the header, if there is one, and return the number of columns."""
        if self._dialect.has_header:
            return len(self.headers())
        first = self._first()
        check_width(len(first[1]), self._limits)
        self._put_back = first
        return len(first[1])

    def batches(self, width: int, size: int) -> Iterator[Batch]:
        """Yield the rows that are left, at most ``size`` good ones at once.

        A piece in which nothing is odd goes through the parser in one go, which takes two thirds
        of the time; the others line by line.
        """
        parsed = self.parsed(width)
        if self._put_back is not None:
            yield _batch(islice(parsed, 1))
        while piece := self._piece():
            found = self._quickly(piece, width)
            if found is None:
                self._ahead = io.StringIO(piece, newline="")
                found = _batch(self._until_behind(parsed, len(piece)))
            yield from _split(found, size)

    def _piece(self) -> str:
        """The next lines, none of them cut."""
        return self._text.piece(self._limits.line_characters)

    def _quickly(self, piece: str, width: int) -> Batch | None:
        """The rows of whole lines; None where one of them is open or odd, or might be."""
        if self._text.has_nul or len(piece) > self._limits.cell_characters:
            return None
        if not (self._dialect.proven or is_text(piece)):
            return None
        first = self._lines_read + 1
        try:
            found, lines = self._line_by_line(piece, width, first) or self._row_by_row(
                piece, width, first
            )
        except csv.Error:
            return None
        self.characters += len(piece)
        self._lines_read += lines
        self._row_starts = first + lines
        return found

    def _line_by_line(self, piece: str, width: int, first: int) -> tuple[Batch, int] | None:
        """The rows and the number of lines, where each line is a row, as nearly always."""
        lines = piece.split("\n")
        if not lines[-1]:
            lines.pop()
        if "\r" in piece and any(line.find("\r", 0, -1) >= 0 for line in lines):
            return None
        numbered = enumerate(_parser(lines, self._dialect), first)
        rows: list[tuple[int | str, ...]] = [(line, *cells) for line, cells in numbered]
        if len(rows) != len(lines):
            return None
        if set(map(len, rows)) <= {width + 1}:
            return Batch(rows), len(lines)
        good = [row for row in rows if len(row) == width + 1]
        odd = [
            _odd_row(int(line), tuple(map(str, cells)), width)
            for line, *cells in rows
            if cells and len(cells) != width
        ]
        return Batch(good, odd), len(lines)

    def _row_by_row(self, piece: str, width: int, first: int) -> tuple[Batch, int]:
        """The same, where cells hold ends of lines."""
        found, line = Batch([]), first
        reader = _parser(io.StringIO(piece, newline=""), self._dialect)
        for cells in reader:
            if len(cells) == width:
                found.rows.append((line, *cells))
            elif cells:
                found.rejected.append(_odd_row(line, tuple(cells), width))
            line = first + reader.line_num
        return found, reader.line_num

    def _until_behind(self, parsed: Iterator[_ParsedRow], end: int) -> Iterator[_ParsedRow]:
        """Rows of the piece ahead, the last of which may end behind it."""
        for row in parsed:
            yield row
            if self._ahead.tell() == end:
                return

    def parsed(self, width: int) -> Iterator[_ParsedRow]:
        """Yield line, cells and problem of every row that is left."""
        if self._put_back is not None:
            yield self._put_back
        for line, cells, problem in self._rows():
            if problem is None and len(cells) != width:
                yield line, cells, wrong_width(line, len(cells), width)
            else:
                yield line, cells, problem

    def _first(self) -> _ParsedRow:
        for row in islice(self._rows(), 1):
            return row
        raise UserError(
            "table_empty",
            "The file holds no rows, not even column names.",
            "Choose another file.",
        )

    def _rows(self) -> Iterator[_ParsedRow]:
        more, begun = True, self.characters
        while more:
            try:
                for cells in self._reader:
                    line, self._row_starts = self._row_starts, self._lines_read + 1
                    # The parser's own limit is one for the whole process, and whoever reads
                    # a backup raises it; only a row this long can hold a cell this long.
                    if self.characters - begun > self._limits.cell_characters:
                        self._check_cells(cells, line)
                    begun = self.characters
                    if cells:
                        trouble, self._trouble = self._trouble, None
                        yield line, cells, trouble
                more = False
            except csv.Error as error:  # the parser goes on with the next line
                line, self._row_starts = self._row_starts, self._lines_read + 1
                self._trouble = None
                yield line, [self._last.rstrip("\r\n")], self._broken(error, line)

    def _lines(self) -> Iterator[str]:
        limit, proven = self._limits.line_characters, self._dialect.proven
        while line := self._ahead.readline(limit) or self._text.readline(limit):
            self._lines_read += 1
            self.characters += len(line)
            if "\0" in line or not (proven or line.isascii()):
                self._inspect(line)
            if len(line) >= limit and line[-1] not in "\r\n":
                raise _line_too_long(self._lines_read, limit)
            self._last = line
            if self._lines_read <= self._dialect.skipped_lines:
                self._row_starts = self._lines_read + 1
            elif self._lines_read == 1:
                yield line.removeprefix("\ufeff")
            else:
                yield line

    def _inspect(self, line: str) -> None:
        """Note the first thing in a row that is no text."""
        if self._trouble is not None:
            return
        nul = line.find("\0")
        if nul >= 0:
            cause = RowProblemCause.NUL
            self._trouble = RowProblem(_BROKEN, cause, self._lines_read, nul + 1, "00")
            return
        try:
            line.encode()  # five times as fast as a search, and nearly every line passes
        except UnicodeEncodeError:
            offset, found = first_invalid(line) or (0, b"")
            cause = RowProblemCause.INVALID_BYTES
            self._trouble = RowProblem(_BROKEN, cause, self._lines_read, offset + 1, found.hex())

    def _check_cells(self, cells: list[str], line: int) -> None:
        if any(len(cell) > self._limits.cell_characters for cell in cells):
            raise _cell_too_large(line, self._limits.cell_characters)

    def _broken(self, error: csv.Error, line: int) -> RowProblem:
        """Tell what the parser stumbled over; its messages are its only way to say."""
        said = str(error)
        if "field limit" in said:
            raise _cell_too_large(line, self._limits.cell_characters) from error
        if "end of data" in said:
            return RowProblem(_BROKEN, RowProblemCause.UNCLOSED_QUOTE, line)
        return RowProblem(_BROKEN, RowProblemCause.TEXT_AFTER_QUOTE, self._lines_read)


@contextmanager
def _opened(source: TableBytes, dialect: CsvDialect, limits: TableLimits) -> Iterator[_Feed]:
    with open_bytes(source) as file:
        yield _Feed(piece_text(file, dialect.encoding), dialect, limits)


def _odd_row(line: int, cells: tuple[str, ...], width: int) -> Row:
    return Row(line, cells, wrong_width(line, len(cells), width))


def _batch(rows: Iterable[_ParsedRow]) -> Batch:
    batch = Batch([])
    for line, cells, problem in rows:
        if problem is None:
            batch.rows.append((line, *cells))
        else:
            batch.rejected.append(Row(line, tuple(cells), problem))
    return batch


def _split(batch: Batch, size: int) -> Iterator[Batch]:
    """The same rows in batches of at most so many good ones, bad ones with the last of them."""
    rows = batch.rows
    for start in range(0, len(rows) - size, size):
        yield Batch(rows[start : start + size])
    if rows or batch.rejected:
        yield Batch(rows[(len(rows) - 1) // size * size :] if rows else [], batch.rejected)


def _cell_too_large(line: int, limit: int) -> UserError:
    return UserError(
        "cell_too_large",
        f"A cell of the row that begins on line {line} has more than {limit:,} characters.",
        "Check the quotes on that line, or shorten the text.",
        line=line,
        limit=limit,
    )


def _line_too_long(line: int, limit: int) -> UserError:
    return UserError(
        "line_too_long",
        f"Line {line} has more than {limit:,} characters.",
        "Check the file: this is hardly a table.",
        line=line,
        limit=limit,
    )
