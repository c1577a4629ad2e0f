"""Texts that a spreadsheet would take for a formula, made harmless and back again.

A cell that begins with one of a few characters is calculated, not shown (OWASP, "CSV Injection").
Such a text gets an apostrophe before it; so does one that begins with an apostrophe already, so
that no two texts become the same and all can be read back.
"""

from __future__ import annotations

import re

GUARD = "'"
#: Spreadsheets take full-width signs for the plain ones.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", GUARD)
#: A phone number is shown as it stands; nothing in it can be calculated with another cell.
_PHONE = re.compile(r"[+-]?[0-9][0-9 ().-]*", re.ASCII)


def guarded(text: str, *, is_phone: bool = False) -> str:
    """The text as a spreadsheet shows it and never calculates it."""
    if not text.startswith(STARTS) or (is_phone and _PHONE.fullmatch(text)):
        return text
    return GUARD + text


def unguarded(text: str) -> str:
    """The text that :func:`guarded` was given."""
    if text.startswith(GUARD) and text[1:].startswith(STARTS):
        return text[1:]
    return text


def guarded_sql(column: str, *, is_phone: bool = False) -> str:
    """:func:`guarded` in SQL, for a column or expression that may be NULL."""
    starts = ", ".join(f"char({ord(start)})" for start in STARTS)
    guard = f"{column} IS NOT NULL AND substr({column}, 1, 1) IN ({starts})"
    if is_phone:
        digits = f"CASE WHEN substr({column}, 1, 1) IN ('+', '-') THEN 2 ELSE 1 END"
        guard += (
            f" AND NOT (substr({column}, {digits}, 1) GLOB '[0-9]' "
            f"AND ltrim(substr({column}, {digits}), '0123456789 ().-') = '')"
        )
    return f"CASE WHEN {guard} THEN char({ord(GUARD)}) || {column} ELSE {column} END"
