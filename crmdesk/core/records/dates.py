"""Dates and times as files write them, to one canonical text.

Taken: year, month and day in any of three orders with "/", "-" or "."; the month as a number,
three letters or its English name; years of two or four digits; a time as hh:mm, with seconds,
fractions, AM or PM; ISO 8601 with a zone; Unix time in milliseconds (11 to 14 digits; ten digits
look like seconds and are refused). Two-digit years mean 1969 to 2068, as POSIX reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple

from crmdesk.core.records.problems import ImportErrorType, ValueProblem


class DateOrder(StrEnum):
    """In which order a column of numbers gives year, month and day.

    Under ``UNDECIDED`` only dates that can be read one way are read.
    """

    YEAR_FIRST = "ymd"
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    UNDECIDED = "undecided"


class _Reading(NamedTuple):
    """A date with its time of day; ``moment`` is set where the text gives the zone itself."""

    day: date
    time: timedelta
    moment: datetime | None


_MONTHS = {
    "january": 1,
    "february": 2,
    "march": 3,
    "april": 4,
    "may": 5,
    "june": 6,
    "july": 7,
    "august": 8,
    "september": 9,
    "october": 10,
    "november": 11,
    "december": 12,
}
_MONTHS |= {name[:3]: number for name, number in tuple(_MONTHS.items())} | {"sept": 9}

#: No date is longer; a cell may be a megabyte, which no pattern should have to look through.
_MAX_LENGTH = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIX_MILLISECONDS = re.compile(r"-?[0-9]{11,14}")
_COMPACT = re.compile(r"[0-9]{8}")
_CANONICAL_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
)
_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?)?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"\s?(?P<zone>[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_NUMBERS = re.compile(r"([0-9]{1,4})([/.-])([0-9]{1,2})\2([0-9]{1,4})\.?")
_YEAR = "([0-9]{2}|[0-9]{4})"
_DAY_MONTH_NAME = re.compile(rf"([0-9]{{1,2}})[ /.-]{{1,2}}([A-Za-z]{{3,9}})[ /.,-]{{1,2}}{_YEAR}")
_MONTH_NAME_DAY = re.compile(rf"([A-Za-z]{{3,9}})[ /.-]{{1,2}}([0-9]{{1,2}})[ /.,-]{{1,2}}{_YEAR}")
_YEAR_MONTH_NAME = re.compile(r"([0-9]{4})[ /.-]([A-Za-z]{3,9})[ /.-]([0-9]{1,2})")
_SPLIT = re.compile(r"^(.*?[0-9.])(?:[Tt]|,?\s+)([0-9]{1,2}:.*)$")
_ORDERS = (DateOrder.YEAR_FIRST, DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)


def is_canonical_date(text: str) -> bool:
    """Whether the text is ``YYYY-MM-DD`` and a day that exists."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not text.isascii():
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_canonical_datetime(text: str) -> bool:
    """Whether the text is ``YYYY-MM-DDTHH:MM:SS.mmmZ`` and a moment that exists."""
    # fromisoformat takes other forms of 24 characters too, but only it knows the calendar.
    if _CANONICAL_DATETIME.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def canonical_date(text: str, order: DateOrder = DateOrder.UNDECIDED) -> str:
    """Read a day; where the text also gives a time, the day as written is taken.

    Raises:
        ValueProblem: COULD_NOT_PARSE_DATE.
    """
    if is_canonical_date(text):
        return text
    found = _read_iso(text.strip())
    return (found.date() if found else _read(text.strip(), order).day).isoformat()


def canonical_datetime(
    text: str, order: DateOrder = DateOrder.UNDECIDED, zone: tzinfo = UTC
) -> str:
    """Read a moment; without a zone in the text it is in ``zone``, without a time midnight there.

    Raises:
        ValueProblem: COULD_NOT_PARSE_DATE.
    """
    if is_canonical_datetime(text):
        return text
    moment = _read_iso(text.strip()) or _moment(_read(text.strip(), order))
    try:
        utc = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise _problem("This moment lies outside the years 1 to 9999.") from None
    return f"{utc.isoformat(timespec='milliseconds')[:23]}Z"


def detect_date_order(samples: Iterable[str]) -> DateOrder:
    """The one order in which every sample is a day, else UNDECIDED.

    Samples that need no order (ISO, month names, Unix time, blanks, no dates at all) have no
    say. When none needs one, the answer is YEAR_FIRST, which a later "3/4/2024" will not pass.
    """
    possible = set(_ORDERS)
    needed = False
    for sample in samples:
        if is_canonical_date(sample):
            continue
        orders = _possible_orders(sample.strip())
        if orders is not None:
            needed = True
            possible &= orders
    if not needed:
        return DateOrder.YEAR_FIRST
    return possible.pop() if len(possible) == 1 else DateOrder.UNDECIDED


def _possible_orders(text: str) -> set[DateOrder] | None:
    """Orders in which the text is a day; None when it needs none or is no date."""
    match = _NUMBERS.fullmatch(_split(text[:_MAX_LENGTH])[0])
    if match is None or len(match[1]) > 2:
        return None
    orders = {order for order in _ORDERS if _ordered(match, order) is not None}
    return orders or None


def _moment(reading: _Reading) -> datetime:
    """The moment read, naive where the text gave no zone."""
    if reading.moment is not None:
        return reading.moment
    midnight = datetime(reading.day.year, reading.day.month, reading.day.day)  # noqa: DTZ001
    return midnight + reading.time


def _read(text: str, order: DateOrder) -> _Reading:
    if len(text) > _MAX_LENGTH:
        raise _problem(_advice(False, order))
    reading = _read_unix(text)
    if reading is not None:
        return reading
    day_text, time_text = _split(text)
    day = _read_day(day_text, order)
    if not time_text:
        return _Reading(day, timedelta(0), None)
    time, zone = _read_time(time_text)
    if zone is None:
        return _Reading(day, time, None)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return _Reading(day, time, midnight + time)


def _split(text: str) -> tuple[str, str]:
    match = _SPLIT.match(text)
    return (match[1], match[2].strip()) if match else (text, "")


def _read_iso(text: str) -> datetime | None:
    """ISO 8601 by the standard library: much the commonest form, and read in C.

    Naive where the text gives no zone.
    """
    if len(text) < 10 or text[4] != "-" or text[7] != "-" or not text.isascii():
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read_unix(text: str) -> _Reading | None:
    if _UNIX_MILLISECONDS.fullmatch(text) is None:
        return None
    try:
        moment = _EPOCH + timedelta(milliseconds=int(text))
    except OverflowError:
        raise _problem("This Unix time lies outside the years 1 to 9999.") from None
    return _Reading(moment.date(), timedelta(0), moment)


def _read_day(text: str, order: DateOrder) -> date:
    numbers = _NUMBERS.fullmatch(text)
    day = _read_numbers(numbers, order) if numbers else _read_named(text)
    if day is None:
        raise _problem(_advice(numbers is not None, order))
    return day


def _read_numbers(match: re.Match[str], order: DateOrder) -> date | None:
    if len(match[1]) == 4:
        return _ordered(match, DateOrder.YEAR_FIRST)
    if order != DateOrder.UNDECIDED:
        return _ordered(match, order)
    days = {day for each in _ORDERS if (day := _ordered(match, each)) is not None}
    return days.pop() if len(days) == 1 else None


def _ordered(match: re.Match[str], order: DateOrder) -> date | None:
    first, second, third = match[1], match[3], match[4]
    if order == DateOrder.YEAR_FIRST:
        return _day(first, int(second), third)
    if order == DateOrder.DAY_FIRST:
        return _day(third, int(second), first)
    return _day(third, int(first), second)


def _read_named(text: str) -> date | None:
    if match := _DAY_MONTH_NAME.fullmatch(text):
        day, month, year = match.groups()
    elif match := _MONTH_NAME_DAY.fullmatch(text):
        month, day, year = match.groups()
    elif match := _YEAR_MONTH_NAME.fullmatch(text):
        year, month, day = match.groups()
    elif _COMPACT.fullmatch(text):
        return _day(text[:4], int(text[4:6]), text[6:])
    else:
        return None
    return _day(year, _MONTHS.get(month.lower(), 0), day)


def _day(year: str, month: int, day: str) -> date | None:
    if len(year) not in (2, 4) or len(day) > 2:
        return None
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < 69 else 1900
    try:
        return date(number, month, int(day))
    except ValueError:
        return None


def _read_time(text: str) -> tuple[timedelta, tzinfo | None]:
    match = _TIME.fullmatch(text)
    if match is None:
        raise _problem("The time of day cannot be read; write hh:mm.")
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if match["half"]:
        if not 1 <= hour <= 12:
            raise _problem("The hour does not go with AM or PM.")
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise _problem("There is no such time of day.")
    milliseconds = int((match["part"] or "0").ljust(3, "0")[:3])
    time = timedelta(hours=hour, minutes=minute, seconds=second, milliseconds=milliseconds)
    return time, _zone(match["zone"])


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    return datetime.strptime(text.replace(":", "").ljust(5, "0"), "%z").tzinfo


def _advice(is_numeric: bool, order: DateOrder) -> str:
    if not is_numeric:
        return "This is not a date. Write it like 2026-11-22."
    if order == DateOrder.UNDECIDED:
        return "Day and month cannot be told apart; choose the order of the column's dates."
    words = {
        DateOrder.YEAR_FIRST: "year, month, day",
        DateOrder.DAY_FIRST: "day, month, year",
        DateOrder.MONTH_FIRST: "month, day, year",
    }
    return f"This is not a date in the order {words[DateOrder(order)]}."


def _problem(message: str) -> ValueProblem:
    return ValueProblem(ImportErrorType.COULD_NOT_PARSE_DATE, message)
