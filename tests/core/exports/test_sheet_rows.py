"""Rows of a sheet: whatever people wrote is read back, by whichever road it came."""

from __future__ import annotations

import random
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from python_calamine import CalamineWorkbook

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_sheet import marked_row
from crmdesk.core.exports.content import Cells, Content, FileColumn, printed_pieces
from crmdesk.core.exports.sheet_rows import marked_cells, sheet_piece, sheet_pieces, split
from crmdesk.core.exports.xlsx_file import write_xlsx

# What XML, the escapes of a workbook or the marks of a cell might trip over, often side by side.
SIGNS = [*"_x0041_xFfFE_<>&\"'=+; \t\n\r\x01\x08\x0b\x1f\x7f\x85", "_x0008", "]]>", "&amp;"]
SIGNS += ["\ufffe", "\uffff", "\ufffd", "\u2028", "ÿ", "\U0001f6a2", "\U0010ffff"]
NUMBERS = ["0", "-12.5", "123456789012345", "1234567890123456", "-0.1234567890123456", "9" * 400]
NUMBERS += ["0." + "0" * 20 + "5", "0." + "0" * 320 + "5", None]
TEXT = FileColumn("Text <of> “people” & _x0041_", True, False)
NUMBER = FileColumn("Number", False, True)


def texts(many: int) -> list[str]:
    chance = random.Random(7)
    return ["".join(chance.choices(SIGNS, k=chance.randint(1, 12))) for _ in range(many)]


def rows(many: int) -> list[Cells]:
    found = texts(2 * many)
    return [
        (found[2 * place], NUMBERS[place % len(NUMBERS)], found[2 * place + 1] if place % 3 else "")
        for place in range(many)
    ]


def read(cell: str | int | None) -> str:
    """As our reader has it, who alone of all escapes leaves those of two non-characters."""
    return str(cell).replace("\ufffe", "_xFFFE_").replace("\uffff", "_xFFFF_")


def content(columns: tuple[FileColumn, ...], given: list[Cells]) -> Content:
    return Content(
        columns,
        len(given),
        datetime(2026, 11, 22, tzinfo=UTC),
        lambda: printed_pieces(columns, given),
        lambda: sheet_pieces(columns, given),
    )


def test_any_text_is_read_back_and_a_number_keeps_its_digits(tmp_path: Path) -> None:
    columns, given = (TEXT, NUMBER, TEXT), rows(3_000)
    target = tmp_path / "export.xlsx"

    write_xlsx(content(columns, given), target, name="All", reported=lambda _: None)

    book = CalamineWorkbook.from_path(str(target))
    heading, *found = book.get_sheet_by_name("All").to_python()
    assert heading == [TEXT.header, NUMBER.header, TEXT.header]
    assert [row[::2] for row in found] == [[read(row[0]), read(row[2])] for row in given]
    for row, (_, number, _) in zip(found, given, strict=True):
        exact = number is not None and len(number) < 300 and len(number.strip("-0.")) < 16
        assert row[1] == (float(number or 0) if exact else number or "")


def test_the_database_prints_what_is_made_of_the_same_values() -> None:
    given = rows(300)
    # More columns than one call of printf takes.
    columns = (TEXT, NUMBER, TEXT) * 60
    sql = marked_row([("text", False), ("number", True), ("other", False)] * 60)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (text TEXT, number TEXT, other TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", given)
        printed = [row[0] for row in connection.execute(f"SELECT CAST({sql} AS BLOB) FROM t")]

    (whole,) = sheet_pieces(columns, [(*row,) * 60 for row in given])
    assert sheet_piece(b"".join(printed), len(given)).xml == whole.xml
    assert sheet_piece(b"".join(printed), len(given)).marked == whole.marked


def test_a_piece_parts_between_two_rows() -> None:
    (whole,) = sheet_pieces((TEXT, NUMBER, TEXT), rows(20))

    first, second = split(whole, 7)

    assert (first.rows, second.rows) == (7, 13)
    assert first.xml + second.xml == whole.xml


def test_a_row_without_a_value_is_a_row_of_blank_cells() -> None:
    marked = marked_cells((TEXT, NUMBER), (None, None))

    assert sheet_piece(marked, 1).xml == b"<row><c/><c/></row>"
