"""Times as they are typed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from crmdesk.cli.session import Seat
from crmdesk.core.errors import WrongUsage

_TO_THE_END_OF_A_DAY = timedelta(days=1, milliseconds=-1)


def zone_of(here: Seat) -> ZoneInfo:
    """The zone in which the workspace reckons days, here as in its window."""
    return ZoneInfo(here.workspace.settings.text(None, "workspace.time_zone"))


def span(
    since: str | None, until: str | None, zone: ZoneInfo
) -> tuple[datetime | None, datetime | None]:
    """Two times as given, both meant too; a day that a span ends with is meant up to its end.

    Args:
        zone: of days, and of times that name none.

    Returns:
        Both in UTC.

    Raises:
        WrongUsage: ``time_invalid``, or ``range_reversed``: nobody asks for no time at all, and a
            report of nothing looks like a log in which nothing happened.
    """
    first, last = _instant(since, zone), _instant(until, zone)
    if last is not None and _is_day(str(until)):
        last += _TO_THE_END_OF_A_DAY
    if first is not None and last is not None and last < first:
        raise WrongUsage(
            "range_reversed",
            f"With --since {since} and --until {until} the times end before they begin.",
            "Exchange the two.",
        )
    return _in_utc(first), _in_utc(last)


def _instant(text: str | None, zone: ZoneInfo) -> datetime | None:
    """A time as given, in the zone that it names itself or in this one.

    Raises:
        WrongUsage: ``time_invalid``.
    """
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUsage(
            "time_invalid",
            f"“{text}” is not a time.",
            "Write it as 2026-11-22 or 2026-11-22T09:30:00Z.",
        ) from None
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def _in_utc(at: datetime | None) -> datetime | None:
    """The same instant; at the ends of the calendar a day of the zone has none in UTC.

    Raises:
        WrongUsage: ``time_invalid``.
    """
    try:
        return None if at is None else at.astimezone(UTC)
    except OverflowError:
        raise WrongUsage("time_invalid", f"No log reaches to the year {at:%Y}.") from None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
