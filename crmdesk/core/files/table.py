"""The words every kind of table shares: rows, problems, limits, headers."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from crmdesk.core.errors import UserError
from crmdesk.core.files.names import tidy


class RowProblemCode(StrEnum):
    """Why a row cannot be taken, in the import's own error types."""

    INCORRECT_NUMBER_OF_COLUMNS = "INCORRECT_NUMBER_OF_COLUMNS"
    COULD_NOT_PARSE_ROW = "COULD_NOT_PARSE_ROW"


class RowProblemCause(StrEnum):
    """What exactly is wrong in the file."""

    TOO_FEW_CELLS = "too_few_cells"
    TOO_MANY_CELLS = "too_many_cells"
    INVALID_BYTES = "invalid_bytes"
    NUL = "nul"
    TEXT_AFTER_QUOTE = "text_after_quote"
    UNCLOSED_QUOTE = "unclosed_quote"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with one row.

    ``line`` is the line of the file the problem stands on, from 1; ``offset`` the character in
    that line, from 1, where it is known; ``found`` what stood there (bytes in hex, or the
    number of cells), ``expected`` the number of cells the header has.
    """

    code: RowProblemCode
    cause: RowProblemCause
    line: int
    offset: int | None = None
    found: str = ""
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, from 1, its cells, and what is wrong with it, if anything.

    Cells hold text as the file has it; bytes that are no text stand as lone surrogates, see
    ``invalid_bytes.readable``.
    """

    line: int
    cells: tuple[str, ...]
    problem: RowProblem | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """About a thousand rows at once, for speed.

    ``rows`` are ``(line, cell, cell, …)``, each exactly as wide as the header; ``rejected`` are
    the others, in the order of the file.
    """

    rows: list[tuple[int | str, ...]]
    rejected: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TableLimits:
    """What is refused: sizes in bytes for files, in characters for cells and lines."""

    file_bytes: int = 2 << 30
    columns: int = 1_500
    rows: int = 1 << 40
    cell_characters: int = 1 << 20
    line_characters: int = 16 << 20


@dataclass(frozen=True, slots=True)
class Headers:
    """Column names that are never blank and never equal, and what the file said.

    ``names`` are for people and for mapping: spaces tidied, blanks ``Column 3``, a second
    ``Email`` is ``Email (2)`` whatever its capitals. ``originals`` are untouched. Both have one
    item per column. ``line`` is the header's own line, None when the file has no header.
    """

    names: tuple[str, ...]
    originals: tuple[str, ...]
    line: int | None

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self.names)


def name_columns(originals: Sequence[str], line: int | None) -> Headers:
    """Give each column a name of its own; no column is ever lost.

    Args:
        originals: the cells of the header, or one blank per column when there is none.
        line: where the header stands, None when there is none.
    """
    used: set[str] = set()
    names: list[str] = []
    for position, original in enumerate(originals, start=1):
        wanted = tidy(original) or f"Column {position}"
        name, number = wanted, 1
        while name.casefold() in used:
            number += 1
            name = f"{wanted} ({number})"
        used.add(name.casefold())
        names.append(name)
    return Headers(tuple(names), tuple(originals), line)


def looks_like_data(cells: Sequence[str]) -> bool:
    """Whether a first row is no header: it holds an e-mail address, or is mostly numbers."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if any(_EMAIL.match(cell) for cell in filled):
        return True
    numbers = sum(bool(_NUMBER_OR_DATE.match(cell)) for cell in filled)
    return bool(filled) and numbers * 2 >= len(filled)


def check_width(width: int, limits: TableLimits) -> None:
    """Refuse a table with more columns than an object may have.

    Raises:
        UserError: ``too_many_columns``.
    """
    if width > limits.columns:
        raise UserError(
            "too_many_columns",
            f"The file has {width:,} columns; at most {limits.columns:,} are accepted.",
            "Remove columns that are not needed, or check the delimiter.",
            columns=width,
            limit=limits.columns,
        )


def wrong_width(line: int, found: int, expected: int) -> RowProblem:
    """The problem of a row that is wider or narrower than the header."""
    few = found < expected
    cause = RowProblemCause.TOO_FEW_CELLS if few else RowProblemCause.TOO_MANY_CELLS
    code = RowProblemCode.INCORRECT_NUMBER_OF_COLUMNS
    return RowProblem(code, cause, line, found=str(found), expected=expected)


# The parser's own limit of 131,072 characters refuses texts that are only long.
csv.field_size_limit(max(csv.field_size_limit(), TableLimits().cell_characters))

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_NUMBER_OR_DATE = re.compile(r"^[+-]?\d[\d.,:/ \-]*([TZ][\d:.Z+-]*)?$")
