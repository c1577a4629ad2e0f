"""Numbers as people and programs write them, to one canonical decimal text.

Canonical text has no exponent, no leading "+" or zeros, no trailing zeros and no "-0", so that
equal numbers are equal texts. No float is ever made of a value: an 18-digit id keeps its digits.

Taken: grouped thousands ("1,234.50", "12,34,567", "1 234", "1'234"), one currency sign before or
after ("£1000", "5 €"), exponents ("1.2E+3"). Refused, since reading them would be a guess:
shortened amounts ("250k"), percentages, "1,5" where the point is the decimal mark, NaN, infinity.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

from crmdesk.core.records.problems import ImportErrorType, ValueProblem

#: More digits than any double, id or amount has; beyond it a cell is no number but an attack.
MAX_DIGITS = 400


class DecimalMark(StrEnum):
    """What separates whole and fraction; the other one may group thousands."""

    POINT = "."
    COMMA = ","


# As long as MAX_DIGITS lets a number written with an exponent become.
_CANONICAL = re.compile(r"(?!-0\Z)-?(?:0|[1-9][0-9]{0,399})(?:\.[0-9]{0,800}[1-9])?")
# What no line of canonical numbers has, once every digit above zero is written as 1 and every sign
# that numbers do not have as x. Looking for it takes half as long as a pattern for all that may be.
_KINDS = bytes(
    byte if byte in b"0.-\n" else ord("1") if byte in b"123456789" else ord("x")
    for byte in range(256)
)
_WRONG = (b"x", b"\n00", b"\n01")
_WRONG_MINUS = (b"1-", b"0-", b".-", b"--", b"-\n", b"-.", b"-00", b"-01", b"-0\n")
_WRONG_POINT = re.compile(rb"\.(?:(?<![01]\.)|\n|[01]*(?:0\n|\.))")
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_SPACES = re.compile("[ \u00a0\u2007\u2009\u202f'\u2019]")
_GROUPED = {
    DecimalMark.POINT: re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}(?:\.[0-9]*)?"),
    DecimalMark.COMMA: re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{2,3})*\.[0-9]{3}(?:,[0-9]*)?"),
}
_SPACE_GROUPED = re.compile("[+-]?[0-9]{1,3}(?:([ \u00a0\u2007\u2009\u202f'\u2019])[0-9]{3})"
                            "(?:\\1[0-9]{3})*(?:[.,][0-9]*)?")  # fmt: skip


def is_canonical_number(text: str) -> bool:
    """Whether the text is already in its canonical form."""
    return _CANONICAL.fullmatch(text) is not None


def are_canonical_numbers(rows: Iterable[Sequence[str]], cells: int) -> bool:
    """Whether each cell is blank or in its canonical form; a tenth of asking one by one.

    False also where one of them has more than 400 signs.

    Args:
        rows: with one cell or more each.
        cells: how many there are in all.
    """
    text = "\n".join(("", *map("\n".join, rows), ""))
    if not text.isascii():
        return False
    lines = text.encode().translate(_KINDS)
    # A cell with a line end of its own would pass as two.
    return lines.count(b"\n") == cells + 1 and not (
        any(map(lines.__contains__, _WRONG))
        or (b"-" in lines and any(map(lines.__contains__, _WRONG_MINUS)))
        or (b"." in lines and _WRONG_POINT.search(lines))
        or _has_long_line(lines)
    )


def _has_long_line(lines: bytes) -> bool:
    """Whether more signs than a number may have digits stand between two ends of lines."""
    end, last = 0, len(lines) - 1
    while end < last:
        found = lines.rfind(b"\n", end + 1, end + MAX_DIGITS + 2)
        if found < 0:
            return True
        end = found
    return False


def canonical_number(text: str, mark: DecimalMark = DecimalMark.POINT) -> str:
    """Read a number and return its canonical text.

    Raises:
        ValueProblem: COULD_NOT_PARSE_NUMBER.
    """
    if mark == DecimalMark.POINT and is_canonical_number(text):
        return text
    if len(text) > 2 * MAX_DIGITS:
        raise _unreadable(text)
    plain = _without_grouping(_without_currency(text.strip()), mark)
    if plain is None or len(plain) > MAX_DIGITS or _PLAIN.fullmatch(plain) is None:
        raise _unreadable(text)
    number = Decimal(plain)
    if number and abs(number.adjusted()) >= MAX_DIGITS:
        raise _unreadable(text)
    return _canonical_text(number)


def _without_currency(text: str) -> str:
    sign = text[:1] if text[:1] in ("+", "-") else ""
    rest = text[len(sign) :]
    if rest and unicodedata.category(rest[0]) == "Sc":
        rest = rest[1:].lstrip()
        if not sign and rest[:1] == "-":
            sign, rest = "-", rest[1:]
    elif rest and unicodedata.category(rest[-1]) == "Sc":
        rest = rest[:-1].rstrip()
    return sign + rest


def _without_grouping(text: str, mark: DecimalMark) -> str | None:
    """The number with a point as its only mark, or None when its marks make no sense."""
    if _SPACES.search(text):
        if _SPACE_GROUPED.fullmatch(text) is None:
            return None
        text = _SPACES.sub("", text)
    grouping = "," if mark == DecimalMark.POINT else "."
    if grouping in text:
        if _GROUPED[DecimalMark(mark)].fullmatch(text) is None:
            return None
        text = text.replace(grouping, "")
    return text.replace(",", ".") if mark == DecimalMark.COMMA else text


def _canonical_text(number: Decimal) -> str:
    if not number:
        return "0"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _unreadable(text: str) -> ValueProblem:
    shortened = text.strip()[-1:].lower() in ("k", "m") and text.strip()[:-1].strip("£$€ ")
    reason = (
        "A shortened amount is not read; write the number in full."
        if shortened
        else "This is not a number. Write it like 1250.50."
    )
    return ValueProblem(ImportErrorType.COULD_NOT_PARSE_NUMBER, reason)
