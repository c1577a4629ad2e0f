"""Stretches of days named from today: "this week", "the last 30 days"; both ends are within."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

_MOST_DAYS = 36_600
_COUNTED = re.compile(r"(last|next)_([1-9][0-9]{0,4})_days")


class Period(StrEnum):
    """Names that need no number; weeks begin on Monday."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    TOMORROW = "tomorrow"
    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    NEXT_WEEK = "next_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    NEXT_MONTH = "next_month"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"


@dataclass(frozen=True, slots=True)
class Moment:
    """When, and in which zone, days are reckoned."""

    now: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        """The day it is in that zone."""
        return self.now.astimezone(self.zone).date()


def is_period(name: str) -> bool:
    """Whether ``name`` is one of :class:`Period`, or e.g. ``last_30_days``, ``next_7_days``."""
    counted = _COUNTED.fullmatch(name)
    return name in set(Period) or (counted is not None and int(counted[2]) <= _MOST_DAYS)


def days_of(name: str, today: date) -> tuple[date, date]:
    """First and last day of a period.

    Raises:
        ValueError: no such period.
    """
    counted = _COUNTED.fullmatch(name)
    if counted is not None:
        span = timedelta(days=int(counted[2]) - 1)
        return (today - span, today) if counted[1] == "last" else (today, today + span)
    period = Period(name)
    word = period.value.rpartition("_")[2]
    if word in ("today", "yesterday", "tomorrow"):
        day = today + timedelta(days={"yesterday": -1, "tomorrow": 1}.get(word, 0))
        return day, day
    step = {"last": -1, "next": 1}.get(period.value.partition("_")[0], 0)
    if word == "week":
        monday = today + timedelta(days=7 * step - today.weekday())
        return monday, monday + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[word]
    number = today.year * 12 + today.month - 1
    begin = (number // months + step) * months
    return _first_of(begin), _first_of(begin + months) - timedelta(days=1)


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def bounds(first: date, last: date, zone: tzinfo) -> tuple[str, str]:
    """First and last moment of some days as stored: UTC, milliseconds."""
    begin = datetime.combine(first, time.min, zone).astimezone(UTC)
    end = datetime.combine(last, time.max, zone).astimezone(UTC)
    return _instant(begin), _instant(end)


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
