"""Numbers, sizes and times as the window writes them, in the locale and the workspace's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

from PySide6.QtCore import QCoreApplication, QLocale

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def number(value: int) -> str:
    """A whole number with the locale's grouping: "12,480"."""
    return QLocale().toString(value)


def size(count: int) -> str:
    """A number of bytes: "41.2 MB"."""
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def percent(share: float) -> str:
    """A share from 0.0 to 1.0: "62 %", with a space that does not break."""
    return QCoreApplication.translate("Words", "%1\u00a0%").replace("%1", number(int(share * 100)))


def moment(at: datetime, zone: tzinfo, *, now: datetime | None = None, inside: bool = False) -> str:
    """A time in a list: "Today 09:41", "Yesterday", then "20 Nov 2026".

    Args:
        inside: it stands within a line: "Marc Dubois, today 09:41".
    """
    here = at.astimezone(zone)
    days = ((now or datetime.now(UTC)).astimezone(zone).date() - here.date()).days
    if days == 0:
        text = _say("today %1") if inside else _say("Today %1")
        return text.replace("%1", f"{here:%H:%M}")
    if days == 1:
        return _say("yesterday") if inside else _say("Yesterday")
    return day(here.date())


def stamp(at: datetime, zone: tzinfo, *, now: datetime | None = None) -> str:
    """A moment that tells rows apart: "Today 05:00", "Yesterday 16:22", "20 Nov 2026, 05:00"."""
    here = at.astimezone(zone)
    days = ((now or datetime.now(UTC)).astimezone(zone).date() - here.date()).days
    if days == 1:
        return _say("Yesterday %1").replace("%1", f"{here:%H:%M}")
    return moment(at, zone, now=now) if days == 0 else exact(at, zone)


def exact(at: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    """A time in full: "22 Nov 2026, 05:00", in the log with seconds."""
    here = at.astimezone(zone)
    return (
        f"{day(here.date())}, {here:%H:%M:%S}" if seconds else f"{day(here.date())}, {here:%H:%M}"
    )


def clock_time(at: datetime, zone: tzinfo) -> str:
    """The time of day alone: "09:41"."""
    return f"{at.astimezone(zone):%H:%M}"


def day(on: date) -> str:
    """A date: "20 Nov 2026"."""
    month = QLocale().standaloneMonthName(on.month, QLocale.FormatType.ShortFormat)
    return f"{on.day} {month.rstrip('.')} {on.year}"


def ago(at: datetime, *, now: datetime | None = None) -> str:
    """How long ago, in one round number: "3 h ago", "9 days ago"; for health only."""
    seconds = max(0, int(((now or datetime.now(UTC)) - at).total_seconds()))
    if seconds < _MINUTE:
        return _say("just now")
    if seconds < _HOUR:
        return _say("%n min ago", seconds // _MINUTE)
    if seconds < _DAY:
        return _say("%n h ago", seconds // _HOUR)
    return _say("%n day{|s} ago", seconds // _DAY)


def duration(seconds: int) -> str:
    """A waiting time in round words: "4 min", "20 s", "3 days"."""
    if seconds < _MINUTE:
        return _say("%n s", max(1, seconds))
    if seconds < 2 * _HOUR:
        return _say("%n min", -(-seconds // _MINUTE))
    if seconds < 2 * _DAY:
        return _say("%n h", -(-seconds // _HOUR))
    return _say("%n day{|s}", -(-seconds // _DAY))


def _say(text: str, count: int = -1) -> str:
    return QCoreApplication.translate("Words", text, "", count)
