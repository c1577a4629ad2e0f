"""Writes CSV that anything can read: RFC 4180, UTF-8, blank for no value."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from crmdesk.core.files.formula_guard import guarded
from crmdesk.core.files.invalid_bytes import readable


def write_rows(
    file: BinaryIO,
    header: Sequence[str],
    rows: Iterable[Sequence[object | None]],
    *,
    bom: bool = False,
    for_spreadsheets: bool = False,
) -> int:
    r"""Write a header and rows, lines ended by CR LF, and leave ``file`` open.

    Args:
        file: open for writing in binary, e.g. from ``atomic_write``.
        header: the column names.
        rows: None becomes blank; bytes that were no text when the row was read are written as
            ``\x81``, so that the file itself is always valid.
        bom: begin with a byte order mark, which spreadsheets need to recognise UTF-8.
        for_spreadsheets: people open it with one: it has the mark, and no text is a formula.

    Returns:
        the number of rows written, the header not counted.
    """
    encoding = "utf-8-sig" if bom or for_spreadsheets else "utf-8"
    printed = _inert if for_spreadsheets else _valid
    text = io.TextIOWrapper(file, encoding=encoding, newline="", write_through=False)
    writer = csv.writer(text, lineterminator="\r\n")
    written = 0
    try:
        writer.writerow([printed(cell) for cell in header])
        for row in rows:
            writer.writerow([printed(cell) for cell in row])
            written += 1
    finally:
        text.detach()  # flushes, and keeps the wrapper from closing the file
    return written


def _valid(cell: object | None) -> object | None:
    return readable(cell) if isinstance(cell, str) and not cell.isascii() else cell


def _inert(cell: object | None) -> object | None:
    """Text that no spreadsheet runs as a formula; numbers and phones stay as they are."""
    cell = _valid(cell)
    return guarded(cell, is_phone=True) if isinstance(cell, str) else cell
