"""Writes an export as a workbook: a sheet per million rows, and nothing cut without a word."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

# The library brings no types.
from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

from crmdesk.core.errors import UserError
from crmdesk.core.exports.content import Content, FileColumn
from crmdesk.core.exports.vault_files import pieces_prefix
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.files.disk_errors import as_user_error

#: Excel's own limits: rows of a sheet without its heading, columns, and units of UTF-16 in a cell.
MOST_ROWS = 1_048_575
MOST_COLUMNS = 16_384
LONGEST_CELL = 32_767
#: Characters that fit even if each takes two units.
_SURELY_FITS = LONGEST_CELL // 2
#: Digits that a number of a workbook, a double, keeps.
_EXACT_DIGITS = 15
_LONGEST_SHEET_NAME = 31
_TOLD_EVERY = 500
#: The least that was still to be written when the disk said no.
_PIECE = 1 << 12
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False}
_REST_SHEET = "Long values"
_REST_HEADINGS = ("Column", "Part", "Text")
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
    if len(content.columns) > MOST_COLUMNS:
        raise UserError(
            "too_many_columns",
            f"A workbook has {MOST_COLUMNS:,} columns at most, and this export "
            f"{len(content.columns):,}.",
            "Choose CSV, or fewer columns.",
        )
    done = 0
    with _pieces_folder(target) as folder, atomic_write(target) as file:
        # Putting it together takes as long as reading the rows: it too can be stopped.
        watched = _Watched(file, lambda: reported(done))
        workbook = Workbook(watched, _OPTIONS | {"tmpdir": str(folder)})
        # A sheet of a million rows and sixty columns is more than 32 bits can say.
        workbook.use_zip64()
        book = _Book(workbook, name, content.columns, most_rows)
        try:
            for done, row in enumerate(content.values(), start=1):
                book.add(row)
                if not done % _TOLD_EVERY:
                    reported(done)
            book.begin_if_empty()
            workbook.close()
        except BaseException:
            # Also where it is stopped: the library's own files would stay open and in its folder.
            _close_quietly(workbook)
            raise
    return {"long_values": book.continued} if book.continued else {}


class _Watched:
    """A file of which somebody is told at each write, and may stop it.

    A zip that was stopped still wants to write its end: that goes nowhere.
    """

    def __init__(self, file: BinaryIO, told: Callable[[], None]) -> None:
        self._file = file
        self._told = told
        self._stopped = False

    def write(self, data: bytes) -> int:
        if self._stopped:
            return len(data)
        try:
            self._told()
            return self._file.write(data)
        except BaseException:
            self._stopped = True
            raise

    def seek(self, place: int, whence: int = 0) -> int:
        return 0 if self._stopped else self._file.seek(place, whence)

    def tell(self) -> int:
        return 0 if self._stopped else self._file.tell()

    def flush(self) -> None:
        if not self._stopped:
            self._file.flush()


@contextmanager
def _pieces_folder(target: Path) -> Iterator[Path]:
    """A folder for what the library writes on the way: it too must lie where nobody else reads.

    By its name it is found again, should this process be killed. What the disk refuses in it is
    told as of the file that it is for.
    """
    written = 0
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=pieces_prefix(target)) as name:
            try:
                yield Path(name)
            except (OSError, FileCreateError):
                written = sum(path.stat().st_size for path in Path(name).iterdir())
                raise
    except FileCreateError as problem:
        raise as_user_error(problem.args[0], target, written + _PIECE) from problem
    except OSError as problem:
        raise as_user_error(problem, target, written + _PIECE) from problem


class _Book:
    """Sheets of rows, and one for what of a cell did not fit into it.

    The library keeps only the row at hand of each sheet in memory.
    """

    def __init__(
        self, workbook: Any, name: str, columns: Sequence[FileColumn], most_rows: int
    ) -> None:
        self.continued = 0
        self._workbook = workbook
        self._name = name
        self._columns = columns
        self._most_rows = most_rows
        self._sheet: Any = None
        self._sheets = 0
        self._at = 0
        self._rest: Any = None
        self._rests = 0
        self._rest_at = 0

    def begin_if_empty(self) -> None:
        """A workbook without records still says which columns it has."""
        if self._sheet is None:
            self._begin()

    def add(self, row: Sequence[str | int | None]) -> None:
        """Write a row under the last one, on a further sheet when this one is full."""
        if self._sheet is None or self._at == self._most_rows:
            self._begin()
        self._at += 1
        for place, (value, column) in enumerate(zip(row, self._columns, strict=True)):
            if value is None or value == "":
                continue
            text = str(value)
            if column.is_number and _is_exact(text):
                self._sheet.write_number(self._at, place, float(text))
                continue
            if len(text) <= _SURELY_FITS:
                _put(self._sheet, self._at, place, text)
                continue
            first, *rest = cell_texts(text)
            _put(self._sheet, self._at, place, first)
            if rest:
                self._continue(str(row[0]), column.header, rest)

    def _begin(self) -> None:
        self._sheets += 1
        self._sheet = self._workbook.add_worksheet(_sheet_name(self._name, self._sheets))
        self._sheet.freeze_panes(1, 0)
        self._at = 0
        for place, column in enumerate(self._columns):
            _put(self._sheet, 0, place, column.header)

    def _continue(self, record_id: str, header: str, rest: Sequence[str]) -> None:
        self.continued += 1
        for part, text in enumerate(rest, start=2):
            if self._rest is None or self._rest_at == self._most_rows:
                self._begin_rest()
            self._rest_at += 1
            _put(self._rest, self._rest_at, 0, record_id)
            _put(self._rest, self._rest_at, 1, header)
            self._rest.write_number(self._rest_at, 2, part)
            _put(self._rest, self._rest_at, 3, text)

    def _begin_rest(self) -> None:
        self._rests += 1
        ending = "" if self._rests == 1 else f" {self._rests}"
        self._rest = self._workbook.add_worksheet(_REST_SHEET + ending)
        self._rest_at = 0
        for place, heading in enumerate((self._columns[0].header, *_REST_HEADINGS)):
            _put(self._rest, 0, place, heading)


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


def _put(sheet: Any, row: int, column: int, text: str) -> None:
    """Write a text; the library tells by a number alone that it left something out."""
    if sheet.write_string(row, column, text):
        raise RuntimeError("a cell of the workbook was not written as it is")


def _is_exact(text: str) -> bool:
    """Whether a double gives back all digits of a canonical number."""
    return len(text.lstrip("-").replace(".", "").lstrip("0")) <= _EXACT_DIGITS


def _sheet_name(name: str, number: int) -> str:
    """A name that a spreadsheet takes for one of several sheets."""
    ending = "" if number == 1 else f" {number}"
    plain = "".join("_" if sign in "[]:*?/\\" else sign for sign in name)
    units = plain.encode("utf-16-le")[: 2 * (_LONGEST_SHEET_NAME - len(ending))]
    kept = units.decode("utf-16-le", "ignore").strip("' ")
    folded = kept.casefold()
    taken = folded == _RESERVED or folded.startswith(_REST_SHEET.casefold())
    return ("Export" if taken or not kept else kept) + ending


def _close_quietly(workbook: Any) -> None:
    """The library warns of a workbook that was never closed; what it holds is thrown away."""
    workbook.fileclosed = True
    for sheet in workbook.worksheets():
        if sheet.row_data_fh is not None:
            # On a full disk there is no room for what it still holds.
            with suppress(OSError):
                sheet.row_data_fh.close()
