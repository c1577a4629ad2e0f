"""The SQLite text of rows on their way into a sheet: values between bytes that no text holds.

UTF-8 never uses the bytes from F8 on, so that they tell where a cell begins and ends whatever
people wrote, and whole pieces of a sheet are turned into XML at once. Escaping each value in SQL
took six times as long.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmdesk.core.db.sqlite_backup import COLUMNS_PER_PRINTF

#: A text, and a number, from their first byte to the one behind the last.
TEXT, TEXT_END = b"\xff", b"\xfe"
NUMBER, NUMBER_END = b"\xfd", b"\xfc"
#: Stands at the beginning of a number that a spreadsheet would change: it is a text.
INEXACT = b"\xfb"
ROW_END = b"\xfa"
#: Digits that a number of a workbook, a double, keeps.
EXACT_DIGITS = 15
#: Characters of a number that a double surely reaches, however small it is.
LONGEST_NUMBER = 300


def marked_row(cells: Sequence[tuple[str, bool]]) -> str:
    """Return an SQL expression for one row of a sheet.

    Args:
        cells: SQL of each cell, and whether it is a canonical number.
    """
    parts: list[str] = []
    for start in range(0, len(cells), COLUMNS_PER_PRINTF):
        group = cells[start : start + COLUMNS_PER_PRINTF]
        layout = b"".join(_layout(is_number) for _, is_number in group)
        if start + len(group) == len(cells):
            layout += ROW_END
        arguments = [_number(sql) if is_number else sql for sql, is_number in group]
        parts.append(f"printf({_literal(layout)},{','.join(arguments)})")
    return "||".join(parts)


def _layout(is_number: bool) -> bytes:
    return NUMBER + b"%s" + NUMBER_END if is_number else TEXT + b"%s" + TEXT_END


def _number(sql: str) -> str:
    digits = f"ltrim(replace(ltrim({sql},'-'),'.',''),'0')"
    inexact = f"length({sql})>{LONGEST_NUMBER} OR length({digits})>{EXACT_DIGITS}"
    # Most numbers are short: for them one length says it.
    return (
        f"CASE WHEN length({sql})>{EXACT_DIGITS} AND ({inexact}) "
        f"THEN {_literal(INEXACT)}||{sql} ELSE {sql} END"
    )


def _literal(text: bytes) -> str:
    """Bytes that a statement, being UTF-8, cannot hold."""
    return f"CAST(x'{text.hex()}' AS TEXT)"
