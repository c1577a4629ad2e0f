"""Times that the log is narrowed to, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crmdesk.core.audit.view_model import AuditViewDefinition
from crmdesk.ui import words
from crmdesk.ui.audit.say import say
from crmdesk.ui.exports.date_chip import range_words
from crmdesk.ui.exports.words import filled
from crmdesk.ui.records.condition_words import period_words

DAY, MOMENT = timedelta(days=1), timedelta(milliseconds=1)
_HOURS_A_DAY = 24
#: The usual times, in the order in which they are offered; the first is any time.
PRESETS = (
    "",
    "today",
    "yesterday",
    "last_24_hours",
    "last_168_hours",
    "last_720_hours",
    "last_2160_hours",
    "this_month",
    "last_month",
)


def preset_words(name: str) -> str:
    """A usual time: "Last 30 days" is thirty times 24 hours."""
    hours = name.removeprefix("last_").removesuffix("_hours")
    if hours.isdigit():
        days, over = divmod(int(hours), _HOURS_A_DAY)
        whole = days > 1 and not over
        return say("Last %Ln days", days) if whole else say("Last %Ln hours", int(hours))
    return period_words(name) if name else say("Any time")


def time_words(wanted: AuditViewDefinition, zone: ZoneInfo) -> str:
    """A time as a chip says it: "Last 30 days", "24 Oct to 22 Nov 2026"; empty for any time."""
    if wanted.period:
        return preset_words(wanted.period)
    since, until = wanted.filters.since, wanted.filters.until
    begin = None if since is None else since.astimezone(zone)
    end = None if until is None else until.astimezone(zone)
    if begin is not None and end is not None:
        return _range_words(begin, end)
    if begin is not None:
        return filled(say("Since %1"), _edge(begin, whole=_starts_day(begin)))
    if end is not None:
        return filled(say("Until %1"), _edge(end, whole=_ends_day(end)))
    return ""


def plain(wanted: AuditViewDefinition) -> AuditViewDefinition:
    """The same with one way to say "the last days"; the command line has another."""
    days = wanted.filters.last_days
    if days is None:
        return wanted
    filters = replace(wanted.filters, last_days=None)
    return AuditViewDefinition(filters, wanted.period or f"last_{days * _HOURS_A_DAY}_hours")


def with_period(wanted: AuditViewDefinition, name: str) -> AuditViewDefinition:
    """The same filters in one of the usual times."""
    return AuditViewDefinition(replace(wanted.filters, since=None, until=None), name)


def between(wanted: AuditViewDefinition, since: datetime, until: datetime) -> AuditViewDefinition:
    """The same filters from one moment to another, both within."""
    return AuditViewDefinition(replace(wanted.filters, since=since, until=until))


def of_days(
    wanted: AuditViewDefinition, first: date, last: date, zone: ZoneInfo
) -> AuditViewDefinition:
    """The same filters on whole days of a zone, both within."""
    end = datetime.combine(last + DAY, time(), zone) - MOMENT
    return between(wanted, datetime.combine(first, time(), zone), end)


def _range_words(begin: datetime, end: datetime) -> str:
    if _starts_day(begin) and _ends_day(end):
        return range_words(begin.date(), end.date())
    if begin.date() == end.date():
        shown = words.day(begin.date()), f"{begin:%H:%M}", f"{end + MOMENT:%H:%M}"
        return filled(say("%1, %2 to %3"), *shown)
    first = _edge(begin, whole=_starts_day(begin))
    return filled(say("%1 to %2"), first, _edge(end, whole=_ends_day(end)))


def _edge(at: datetime, *, whole: bool) -> str:
    return words.day(at.date()) if whole else f"{words.day(at.date())}, {at:%H:%M}"


def _starts_day(at: datetime) -> bool:
    return at.time() == time()


def _ends_day(at: datetime) -> bool:
    return (at + MOMENT).date() > at.date()
