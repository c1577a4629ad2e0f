"""Times as they are typed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from crmdesk.core.errors import WrongUsage

_TO_THE_END_OF_A_DAY = timedelta(days=1, milliseconds=-1)


def span(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """Two times as given, both meant too; a day that a span ends with is meant up to its end.

    Raises:
        WrongUsage: ``time_invalid``, or ``range_reversed``: nobody asks for no time at all, and a
            report of nothing looks like a log in which nothing happened.
    """
    first, last = _instant(since), _instant(until)
    if last is not None and _is_day(str(until)):
        last += _TO_THE_END_OF_A_DAY
    if first is not None and last is not None and last < first:
        raise WrongUsage(
            "range_reversed",
            f"With --since {since} and --until {until} the times end before they begin.",
            "Exchange the two.",
        )
    return first, last


def _instant(text: str | None) -> datetime | None:
    """A time as given; one without a zone is in UTC.

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
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
