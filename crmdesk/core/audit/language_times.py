"""Times as people type them into a search, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crmdesk.core.clock import to_text

_INSTANT = timedelta(milliseconds=1)
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ](?P<minute>\d\d:\d\d)(?P<second>:\d\d)?(?P<part>\.\d{1,6})?"
    r"(Z|[+-]\d\d:\d\d)?"
)


@dataclass(frozen=True, slots=True)
class Period:
    """A day, a month or a shorter time; both ends are in it."""

    first: datetime
    last: datetime

    @property
    def before(self) -> datetime:
        """The last instant that is before it."""
        return self.first - _INSTANT


def period(text: str, now: datetime, zone: ZoneInfo) -> Period | None:
    """Read ``2026-11``, ``2026-11-22``, ``2026-11-22T09:30`` or longer, ``today``, ``yesterday``.

    Returns:
        ``None`` for anything else.
    """
    plain = text.strip()
    try:
        return _read(plain, now, zone)
    except (ValueError, OverflowError):
        return None


def written_since(at: datetime, zone: ZoneInfo) -> str:
    """The shortest text after ``after:`` that means a time."""
    local = at.astimezone(zone).date()
    return local.isoformat() if start_of_day(local, zone) == at else to_text(at)


def written_until(at: datetime, zone: ZoneInfo) -> str:
    """The shortest text after ``until:`` that means a time."""
    local = at.astimezone(zone).date()
    try:
        return local.isoformat() if _end_of_day(local, zone) == at else to_text(at)
    except OverflowError:
        return to_text(at)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins in a zone, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _read(text: str, now: datetime, zone: ZoneInfo) -> Period | None:
    today = now.astimezone(zone).date()
    named = {"today": today, "yesterday": today - timedelta(days=1)}.get(text.casefold())
    if named is not None:
        return _days(named, named, zone)
    if _DAY.fullmatch(text):
        day = date.fromisoformat(text)
        return _days(day, day, zone)
    if month := _MONTH.fullmatch(text):
        first = date(int(month[1]), int(month[2]), 1)
        following = (first + timedelta(days=31)).replace(day=1)
        return _days(first, following - timedelta(days=1), zone)
    exact = _TIME.fullmatch(text.upper())
    return None if exact is None else _instants(exact, zone)


def _instants(exact: re.Match[str], zone: ZoneInfo) -> Period:
    """A minute, a second or a millisecond, as exactly as it was given."""
    at = datetime.fromisoformat(exact[0])
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    first = at.astimezone(UTC)
    first = first.replace(microsecond=first.microsecond // 1000 * 1000)
    if exact["part"]:
        return Period(first, first)
    length = timedelta(seconds=1) if exact["second"] else timedelta(minutes=1)
    return Period(first, first + length - _INSTANT)


def _days(first: date, last: date, zone: ZoneInfo) -> Period:
    return Period(start_of_day(first, zone), _end_of_day(last, zone))


def _end_of_day(day: date, zone: ZoneInfo) -> datetime:
    return start_of_day(day + timedelta(days=1), zone) - _INSTANT
