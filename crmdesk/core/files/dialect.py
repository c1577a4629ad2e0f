"""How a text table is written: encoding, delimiter, line ends, header; guessed and overridable."""

from __future__ import annotations

import codecs
import csv
import io
import math
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from crmdesk.core.errors import UserError
from crmdesk.core.files.encodings import UTF_8, EncodingGuess, EncodingProbe, as_told
from crmdesk.core.files.invalid_bytes import MARK
from crmdesk.core.files.ordinary import open_ordinary
from crmdesk.core.files.table import looks_like_data

TableBytes = str | os.PathLike[str] | Callable[[], BinaryIO]
"""A file by its path, or a function that opens its bytes from the start, as for a zip entry."""

DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 1 << 18
_ROWS_COMPARED = 200
_SURE = 0.9
_PIECE = 1 << 20
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\r?\n', re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a text table is to be read.

    ``confidence`` is 1.0 when nothing else fits; below 0.9 a person should confirm.
    ``alternatives`` are other encodings and ``other_delimiters`` other delimiters that fit, best
    first. ``proven`` says that the whole table was read and is UTF-8 without a flaw. ``quote`` is
    None when quotes are plain characters. ``invalid_bytes`` were seen that
    the encoding cannot read. ``skipped_lines`` come before the table (``sep=;`` of a spreadsheet).
    """

    encoding: str
    had_bom: bool
    delimiter: str
    quote: str | None
    newline: str
    has_header: bool
    confidence: float
    alternatives: tuple[str, ...] = ()
    other_delimiters: tuple[str, ...] = ()
    invalid_bytes: int = 0
    skipped_lines: int = 0
    proven: bool = False

    @property
    def certain(self) -> bool:
        """Whether nobody needs to be asked."""
        return self.confidence >= _SURE


def open_bytes(source: TableBytes) -> BinaryIO:
    """Open a table's bytes from the start."""
    return source() if callable(source) else open_ordinary(source)


def sniff(
    source: TableBytes,
    encoding: str | None = None,
    delimiter: str | None = None,
    has_header: bool | None = None,
) -> CsvDialect:
    """Find out how a text table is written; what is given is taken as it is.

    All bytes are looked at, since one accented letter at the end decides the encoding.

    Raises:
        UserError: ``encoding_unknown``, ``delimiter_unusable``, ``file_not_a_table``.
    """
    probe = EncodingProbe()
    with open_bytes(source) as file:
        head = file.read(HEAD_BYTES)
        piece = head
        while piece and encoding is None:
            probe.feed(piece)
            piece = file.read(_PIECE)
    return choose_dialect(
        head, None if encoding else probe.guess(), encoding, delimiter, has_header
    )


def choose_dialect(
    head: bytes,
    guess: EncodingGuess | None,
    encoding: str | None = None,
    delimiter: str | None = None,
    has_header: bool | None = None,
) -> CsvDialect:
    """Decide from the first bytes of a table and what its whole says about the encoding.

    Args:
        head: the first ``HEAD_BYTES`` bytes.
        guess: the encoding as probed; not needed when ``encoding`` is given.
        encoding: taken instead of the guess.
        delimiter: one character; guessed when None.
        has_header: whether the first row holds names; guessed when None.

    Raises:
        UserError: as :func:`sniff`.
    """
    found = guess if guess is not None and encoding is None else as_told(encoding or UTF_8, head)
    text = _decode_head(head, found.encoding)
    _refuse_binary(text)
    told = _SEPARATOR_LINE.match(text)
    # Not splitlines: it also cuts at characters that are content here.
    lines = list(io.StringIO(text[told.end() if told else 0 :], newline=""))
    if delimiter is None and told:
        delimiter = told.group(1)
    choice = _given(delimiter) if delimiter is not None else _choose_delimiter(lines)
    if has_header is None:
        has_header = not looks_like_data(_first_row(lines, choice.delimiter))
    return CsvDialect(
        encoding=found.encoding,
        had_bom=found.had_bom,
        delimiter=choice.delimiter,
        quote='"',
        newline=_newline(text),
        has_header=has_header,
        confidence=min(found.confidence, choice.confidence),
        alternatives=found.alternatives,
        other_delimiters=choice.others,
        invalid_bytes=found.invalid,
        skipped_lines=1 if told else 0,
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    delimiter: str
    confidence: float
    others: tuple[str, ...] = ()


def _given(delimiter: str) -> _Choice:
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise UserError(
            "delimiter_unusable",
            f"{delimiter!r} cannot separate columns.",
            "Give one character: comma, semicolon, tab or pipe.",
            delimiter=delimiter,
        )
    return _Choice(delimiter, 1.0)


def _choose_delimiter(lines: list[str]) -> _Choice:
    """Take the delimiter that cuts most rows into as many cells as the header has."""
    scores = {delimiter: _score(lines, delimiter) for delimiter in DELIMITERS}
    order = sorted(DELIMITERS, key=lambda delimiter: -scores[delimiter])
    best, second = scores[order[0]], scores[order[1]]
    others = tuple(delimiter for delimiter in order[1:] if scores[delimiter] > 0)
    if best == 0:
        return _Choice(",", 1.0)  # one column: no delimiter divides the header
    return _Choice(order[0], 1.0 if second < best / 2 else 0.6, others)


def _score(lines: list[str], delimiter: str) -> float:
    widths = [len(row) for row in _rows(lines, delimiter) if row][:_ROWS_COMPARED]
    if not widths or widths[0] < 2:
        return 0.0
    agreeing = sum(width == widths[0] for width in widths) / len(widths)
    return agreeing * (1 + math.log2(widths[0]) / 10)


def _rows(lines: list[str], delimiter: str) -> list[list[str]]:
    """Parse what can be parsed; a table cut in its middle ends with its last whole row."""
    rows: list[list[str]] = []
    reader = csv.reader(lines[: _ROWS_COMPARED * 4], delimiter=delimiter)
    try:
        rows.extend(reader)
    except csv.Error:
        return rows
    return rows[:-1] if len(rows) > 1 and not lines[-1].endswith(("\r", "\n")) else rows


def _first_row(lines: list[str], delimiter: str) -> list[str]:
    return next((row for row in _rows(lines, delimiter) if row), [])


def _decode_head(head: bytes, encoding: str) -> str:
    decoder = codecs.getincrementaldecoder(encoding)(MARK)
    return decoder.decode(head).removeprefix("\ufeff")


def _newline(text: str) -> str:
    if "\r\n" in text:
        return "\r\n"
    return "\r" if "\r" in text and "\n" not in text else "\n"


def _refuse_binary(text: str) -> None:
    """Pictures, programs and the like are full of control characters; tables are not."""
    controls = len(_CONTROLS.findall(text))
    if text.startswith("%PDF-") or (controls > 64 and controls * 20 > len(text)):
        raise UserError(
            "file_not_a_table",
            "The file is not a table of text.",
            "Choose a CSV file, a workbook (XLSX, XLS, ODS) or a zip of CSV files.",
        )
