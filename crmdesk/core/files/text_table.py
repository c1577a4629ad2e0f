"""Reads CSV and its kin: streaming, fast, and with every oddity reported by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TextIO

from crmdesk.core.errors import UserError
from crmdesk.core.files.dialect import CsvDialect, TableBytes, open_bytes, sniff
from crmdesk.core.files.invalid_bytes import MARK, first_invalid
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
from crmdesk.core.files.table_parts import TablePart

__all__ = ["CsvDialect", "read_batches", "read_header", "read_rows", "sniff"]

_BATCH_ROWS = 1_000
_BATCH_CHARACTERS = 4 << 20
_DECODED_AT_ONCE = 1 << 17
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
    part: TablePart | None = None,
    width: int = 0,
) -> Iterator[Batch]:
    """Read ``size`` rows at once; a batch of very long rows has fewer.

    Args:
        part: what ``source`` holds of the table, where it is not all.
        width: number of columns, for a part that lacks the header.

    Raises:
        UserError: as :func:`read_header`.
    """
    with _opened(source, dialect, limits or TableLimits()) as feed:
        batch, first = Batch([]), feed.characters
        if part is not None and part.start:
            feed.stand_behind(part.lines_before)
        else:
            width = feed.width()
        for line, cells, problem in feed.parsed(width):
            if problem is None:
                batch.rows.append((line, *cells))
            else:
                batch.rejected.append(Row(line, tuple(cells), problem))
            full = len(batch.rows) + len(batch.rejected) >= size
            if full or feed.characters - first > _BATCH_CHARACTERS:
                yield batch
                batch, first = Batch([]), feed.characters
        if batch.rows or batch.rejected:
            yield batch


class _Feed:
    """The lines of a table on their way to the parser, counted and inspected."""

    def __init__(self, text: TextIO, dialect: CsvDialect, limits: TableLimits) -> None:
        self.characters = 0
        self._dialect = dialect
        self._limits = limits
        self._lines_read = 0
        self._row_starts = 1
        self._last = ""
        self._trouble: RowProblem | None = None
        self._put_back: _ParsedRow | None = None
        if csv.field_size_limit() < limits.cell_characters:
            csv.field_size_limit(limits.cell_characters)
        self._reader = csv.reader(
            self._lines(text),
            delimiter=dialect.delimiter,
            quotechar=dialect.quote,
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
            strict=True,
        )

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

    def _lines(self, text: TextIO) -> Iterator[str]:
        limit, proven = self._limits.line_characters, self._dialect.proven
        for line in iter(partial(text.readline, limit), ""):
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
        # newline="" hands out the line ends as they are: inside quotes they are content.
        text = io.TextIOWrapper(file, encoding=dialect.encoding, errors=MARK, newline="")
        text._CHUNK_SIZE = _DECODED_AT_ONCE  # type: ignore[attr-defined]
        yield _Feed(text, dialect, limits)


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
