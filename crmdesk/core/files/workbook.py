"""Reads workbooks (XLSX, XLS, ODS) as rows of text."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError
from python_calamine import SheetTypeEnum as SheetType

from crmdesk.core.errors import UserError
from crmdesk.core.files.archive import ArchiveLimits, open_archive
from crmdesk.core.files.ordinary import open_ordinary
from crmdesk.core.files.table import TableLimits, check_width
from crmdesk.core.files.workbook_guard import check_workbook
from crmdesk.core.files.xls_guard import check_xls

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK"
_PARTS = 10_000
_checked: deque[tuple[int, int, int, int]] = deque(maxlen=16)
Cell = int | float | str | bool | time | date | datetime | timedelta


class TableKind(StrEnum):
    """What a file of tables is, judged by its content and not by its name."""

    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a sheet: its number as the spreadsheet shows it, and its cells as text."""

    line: int
    cells: list[str]


def recognise(path: str | os.PathLike[str]) -> TableKind:
    """Say what kind of table file this is.

    Raises:
        UserError: ``workbook_kind_unknown`` for other office files, and any refusal of the zip.
    """
    with open_ordinary(path) as file:
        head = file.read(len(OLE_MAGIC))
    if head == OLE_MAGIC:
        return TableKind.XLS
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return TableKind.CSV
    with open_archive(path, ArchiveLimits(entries=_PARTS)) as archive:
        names = {entry.name for entry in archive.entries}
    if "xl/workbook.xml" in names:
        return TableKind.XLSX
    if "content.xml" in names and "mimetype" in names:
        return TableKind.ODS
    if names & {"xl/workbook.bin", "word/document.xml", "ppt/presentation.xml"}:
        raise UserError(
            "workbook_kind_unknown",
            "The file is an office document, but no workbook this program reads.",
            "Save it as XLSX, ODS or CSV.",
        )
    return TableKind.ZIP


def sheet_names(path: str | os.PathLike[str], limits: TableLimits) -> tuple[str, ...]:
    """Name the sheets that hold cells, in their order; charts and macros are left out.

    Raises:
        UserError: ``workbook_encrypted``, ``workbook_damaged``, ``workbook_too_large``,
            ``workbook_forbidden_content``, and any refusal of the file or zip.
    """
    with _opened(path, limits) as workbook:
        return tuple(
            sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetType.WorkSheet
        )


def read_sheet(path: str | os.PathLike[str], sheet: str, limits: TableLimits) -> Iterator[SheetRow]:
    """Read one sheet; rows without any content are left out.

    Numbers come without a needless fraction, dates in ISO 8601 (without a time where it is
    midnight, as spreadsheets cannot tell the two apart), yes and no as ``true`` and ``false``.
    A cell that shows an error such as ``#DIV/0!`` has no value and is blank.

    Raises:
        UserError: as :func:`sheet_names`, and ``sheet_missing``, ``too_many_columns``,
            ``too_many_rows`` or ``cell_too_large``.
    """
    with _opened(path, limits) as workbook:
        if sheet not in workbook.sheet_names:
            raise UserError(
                "sheet_missing",
                f"The workbook has no sheet {sheet!r}.",
                "Choose one of: " + ", ".join(workbook.sheet_names) + ".",
                sheet=sheet,
                sheets=tuple(workbook.sheet_names),
            )
        cells = workbook.get_sheet_by_name(sheet)
        _check_extent(cells, limits)
        for line, values in enumerate(cells.iter_rows(), start=1):
            texts = [as_text(value) for value in values]
            if any(texts):
                _check_cells(texts, line, limits)
                yield SheetRow(line, texts)


def as_text(value: Cell) -> str:
    """Write a typed cell as text that loses nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, datetime) and value.microsecond:
        return value.isoformat(timespec="milliseconds")
    return value.isoformat()


def _number(value: float) -> str:
    """Digits without exponent: 5.0 is ``5``, 1e22 is written out."""
    plain = format(Decimal(repr(value)), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _duration(value: timedelta) -> str:
    seconds = value.days * 86_400 + value.seconds
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


@contextmanager
def _opened(path: str | os.PathLike[str], limits: TableLimits) -> Iterator[CalamineWorkbook]:
    with open_ordinary(path, limits.file_bytes) as file:
        _check_once(path, file, os.fstat(file.fileno()))
        file.seek(0)
        with _reported(), _load(file) as workbook:
            yield workbook


def _check_once(path: str | os.PathLike[str], file: BinaryIO, found: os.stat_result) -> None:
    """Check a workbook the first time it is opened in this state: preview and import open it."""
    state = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    if state in _checked:
        return
    magic = file.read(len(OLE_MAGIC))
    if magic.startswith(ZIP_MAGIC):
        limits = ArchiveLimits(file_bytes=found.st_size, entries=_PARTS)
        with open_archive(path, limits) as archive:
            check_workbook(archive)
    elif magic == OLE_MAGIC:
        file.seek(0)
        check_xls(file, found.st_size)
    _checked.append(state)


def _load(file: BinaryIO) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(file)
    except PasswordError as error:
        raise UserError(
            "workbook_encrypted",
            "The workbook is protected by a password.",
            "Save it without a password first.",
        ) from error


@contextmanager
def _reported() -> Iterator[None]:
    """Translate what the reader says, its panics included, which are no ordinary errors."""
    try:
        yield
    except UserError:
        raise
    except BaseException as error:
        if not isinstance(error, CalamineError | OSError | ValueError) and not _is_panic(error):
            raise
        raise UserError(
            "workbook_damaged",
            "The workbook cannot be read: it is damaged or of an unknown kind.",
            "Open it in a spreadsheet program and save it again.",
        ) from error


def _is_panic(error: BaseException) -> bool:
    return type(error).__name__ == "PanicException"


def _check_extent(sheet: CalamineSheet, limits: TableLimits) -> None:
    check_width(sheet.width, limits)
    if sheet.height > limits.rows:
        raise UserError(
            "too_many_rows",
            f"The sheet has {sheet.height:,} rows; at most {limits.rows:,} are accepted.",
            "Split it into several files.",
            rows=sheet.height,
            limit=limits.rows,
        )


def _check_cells(texts: list[str], line: int, limits: TableLimits) -> None:
    if max(map(len, texts)) > limits.cell_characters:
        raise UserError(
            "cell_too_large",
            f"A cell of row {line} has more than {limits.cell_characters:,} characters.",
            "Shorten the text.",
            line=line,
            limit=limits.cell_characters,
        )
