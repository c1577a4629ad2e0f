"""Reads the columns of the histogram and the counts of the filters, and puts them into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QLocale, QObject, Signal

from crmdesk.core.audit.figures import Facets, Histogram, Span
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.view_model import AuditViewDefinition
from crmdesk.ui import words
from crmdesk.ui.audit.histogram import Bar
from crmdesk.ui.audit.say import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.date_chip import month_words, range_words
from crmdesk.ui.exports.words import filled

#: What the colour of losses stands for.
LOSSES = tuple(each.value for each in (Action.DELETE, Action.PURGE, Action.EXPORT, Action.DOWNLOAD))
_MOMENT = timedelta(milliseconds=1)
_SIX = 6
_SHORT = {Span.QUARTER, Span.HOUR, Span.SIX_HOURS}


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands above the table and in the menus of the filters.

    Attributes:
        losses: by start of a bar, how many of its entries are deletions and exports.
    """

    histogram: Histogram
    losses: Mapping[datetime, int]
    facets: Facets


class FiguresPart(QObject):
    """Reads off the GUI thread; the newest question is answered.

    Signals:
        read: the :class:`Figures`.
        failed: why they could not be read.
    """

    read = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk, page: QObject) -> None:
        super().__init__(page)
        self._desk = desk
        self._asked: AuditViewDefinition | None = None

    def ask(self, wanted: AuditViewDefinition) -> None:
        """Work out the figures of a filter."""
        desk, zone = self._desk, self._desk.zone
        self._asked = wanted

        def read() -> Figures:
            filters = wanted.filters_at(datetime.now(UTC), zone)
            # Half a second of work in ten million entries ends when something else is asked.
            return read_figures(desk, filters, zone, lambda: self._asked is wanted)

        self._desk.run_query(self, "figures", read, self.read.emit, self.failed.emit)


def read_figures(
    desk: Desk,
    filters: AuditFilters,
    zone: ZoneInfo,
    wanted: Callable[[], bool] = lambda: True,
) -> Figures:
    """The figures of one moment.

    Raises:
        Unwanted: ``wanted`` said that nobody waits for them any more.
    """
    reader, actor = desk.workspace.audit_reader, desk.actor
    found = reader.histogram(actor, filters, zone)
    losses = _losses(desk, filters, zone, found)
    return Figures(found, losses, reader.facets(actor, filters, wanted))


def _losses(
    desk: Desk, filters: AuditFilters, zone: ZoneInfo, found: Histogram
) -> Mapping[datetime, int]:
    actions = tuple(each for each in LOSSES if not filters.actions or each in filters.actions)
    if not found.bars or not actions:
        return {}
    # From the first column to the last, so that both have the same columns.
    within = replace(
        filters,
        actions=actions,
        since=found.bars[0].start,
        until=found.bars[-1].end - _MOMENT,
        last_days=None,
    )
    most = len(found.bars) + len(found.bars) // 16 + 2
    lost = desk.workspace.audit_reader.histogram(desk.actor, within, zone, most)
    return {bar.start: bar.count for bar in lost.bars}


def bars_of(figures: Figures, zone: ZoneInfo) -> list[Bar]:
    """The columns in words."""
    span = figures.histogram.span
    found = []
    for bar in figures.histogram.bars:
        lost = figures.losses.get(bar.start, 0)
        begin, end = bar.start.astimezone(zone), (bar.end - _MOMENT).astimezone(zone)
        time = _time_words(span, begin, end)
        sentence = filled(say("%1: %2"), time, say("%Ln entr{y|ies}", bar.count))
        if lost:
            of_them = say("%Ln of them deletion{|s} or export{|s}", lost)
            sentence = filled(say("%1, %2"), sentence, of_them)
        label = _axis_words(span, begin)
        found.append(Bar(bar.count, min(lost, bar.count), time, label, sentence))
    return found


def whole_words(figures: Figures, zone: ZoneInfo) -> str:
    """From when to when the columns reach, and the zone: "23 Oct to 22 Nov 2026, Europe/Oslo"."""
    bars = figures.histogram.bars
    if not bars:
        return zone.key
    first = bars[0].start.astimezone(zone).date()
    last = min(bars[-1].end - _MOMENT, max(datetime.now(UTC), bars[0].start)).astimezone(zone)
    return filled(say("%1, %2"), range_words(first, max(first, last.date())), zone.key)


def summary_words(bars: Sequence[Bar]) -> str:
    """What the histogram says as a whole, for those who do not see it."""
    if not bars:
        return ""
    most = max(bars, key=lambda bar: bar.total)
    keys = say("Arrow keys walk, Shift takes neighbours along, Enter zooms in.")
    return filled(say("Most: %1. %2"), most.sentence, keys)


def _time_words(span: Span, begin: datetime, end: datetime) -> str:
    if span in _SHORT:
        after = end + _MOMENT
        clock = f"{begin:%H:%M}", f"{after:%H:%M}"
        return filled(say("%1, %2 to %3"), words.day(begin.date()), *clock)
    if span is Span.MONTH:
        return month_words(begin.date())
    return str(begin.year) if span is Span.YEAR else range_words(begin.date(), end.date())


def _axis_words(span: Span, begin: datetime) -> str:
    if span in {Span.QUARTER, Span.HOUR}:
        return f"{begin:%H:%M}" if begin.hour or begin.minute else _day(begin)
    if span is Span.SIX_HOURS and begin.hour >= _SIX:
        return ""
    if span is Span.YEAR:
        return str(begin.year)
    return _month(begin) if span is Span.MONTH else _day(begin)


def _day(at: datetime) -> str:
    return words.day(at.date()).removesuffix(f" {at.year}")


def _month(at: datetime) -> str:
    name = QLocale().standaloneMonthName(at.month, QLocale.FormatType.ShortFormat).rstrip(".")
    return f"{name} {at.year}"
