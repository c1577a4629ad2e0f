"""Exports that were made, as a table reads them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from crmdesk.core.exports.model import Export, ExportFilter, ExportState
from crmdesk.core.jobs.job import Job
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import OPEN, say, source_words, state_line
from crmdesk.ui.job_words import job_share
from crmdesk.ui.tables.cells import Align, Cell, Column, Row, TableQuery, Tone

_PAGE = 500
_ICONS = {
    ExportState.SUCCEEDED: ("circle-check", Tone.OK),
    ExportState.FAILED: ("circle-x", Tone.DANGER),
    ExportState.REJECTED: ("circle-x", Tone.WARN),
    ExportState.CANCELLED: ("circle-slash", Tone.NEUTRAL),
    ExportState.INTERRUPTED: ("triangle-alert", Tone.WARN),
    ExportState.PENDING_APPROVAL: ("hourglass", Tone.WARN),
}
_TONES = {
    ExportState.FAILED: Tone.DANGER,
    ExportState.PENDING_APPROVAL: Tone.WARN,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; empty sets ask nothing."""

    name: str = ""
    states: frozenset[ExportState] = field(default=frozenset())
    users: frozenset[int] = field(default=frozenset())
    since: datetime | None = None

    @property
    def narrows(self) -> bool:
        """Whether it may leave anything out."""
        return bool(self.name.strip() or self.states or self.users or self.since)

    def takes(self, found: Export) -> bool:
        """Whether an export is among what is wanted, beyond what the core was asked."""
        return (not self.states or found.state in self.states) and (
            not self.users or found.user_id in self.users
        )


class ExportSource:
    """The list, newest first. Exports have texts for ids; here each gets a number of its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._numbers: dict[str, int] = {}
        self._next = count(1)
        self._found: dict[int, Export] = {}
        self.columns: Sequence[Column] = (
            Column("name", say("Name"), 320, stretch=True, least=240),
            Column("source", say("Source"), 180, rank=2, stretch=True, least=120),
            Column("records", say("Records"), 96, align=Align.END),
            Column("user", say("User"), 170, rank=1),
            Column("date", say("Date"), 140),
        )

    def ids(self, query: TableQuery) -> array[int]:
        """Numbers of the exports that match; runs off the GUI thread."""
        wanted = query.filter if isinstance(query.filter, Wanted) else Wanted()
        asked = ExportFilter(name=wanted.name, since=wanted.since)
        found: list[Export] = []
        after: str | None = None
        while True:
            page = self._desk.workspace.exports.list(self._desk.actor, asked, _PAGE, after)
            found += [each for each in page if wanted.takes(each)]
            if len(page) < _PAGE:
                break
            after = page[-1].id
        if query.sort is not None:
            key = query.sort.key
            found.sort(key=lambda each: _sort_key(each, key), reverse=query.sort.descending)
        self._found = {self.number_of(each.id): each for each in found}
        return array("q", self._found)

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The rows of these numbers; running ones as far as they are now."""
        found, jobs = self._found, {job.id: job for job in self._desk.jobs.open_jobs}
        zone = self._desk.zone
        return [
            self._row(number, found[number], jobs.get(found[number].job_id or ""), zone)
            for number in ids
            if number in found
        ]

    def export_of(self, number: int) -> Export | None:
        """The export behind a number."""
        return self._found.get(number)

    def number_of(self, export_id: str) -> int:
        """The number of an export, listed or not."""
        if export_id not in self._numbers:
            self._numbers[export_id] = next(self._next)
        return self._numbers[export_id]

    def _row(self, number: int, found: Export, job: Job | None, zone: ZoneInfo) -> Row:
        icon, tone = _ICONS.get(found.state, ("loader-circle", Tone.INFO))
        share = None if job is None else job_share(job)
        line = state_line(found, zone)
        if share is not None and found.state is ExportState.RUNNING:
            line = f"{say('Processing')} {words.percent(share)}"
        cells = {
            "name": Cell(found.name, line, tone=_TONES.get(found.state, Tone.PLAIN)),
            "source": Cell(source_words(found), quiet=True),
            "records": Cell("" if found.records is None else words.number(found.records)),
            "user": Cell(found.user_name, avatar=found.user_name),
            "date": Cell(words.moment(found.created_at, zone), quiet=True),
        }
        gone = found.state not in OPEN | {ExportState.PENDING_APPROVAL} and not found.downloadable
        return Row(
            number,
            cells,
            icon="file-clock" if gone and found.state is ExportState.SUCCEEDED else icon,
            icon_tone=Tone.NEUTRAL if gone and found.state is ExportState.SUCCEEDED else tone,
            dimmed=gone,
            standing=("cancel",) if found.state in OPEN else (),
        )


def _sort_key(found: Export, key: str) -> tuple[object, ...]:
    values: dict[str, object] = {
        "name": found.name.casefold(),
        "source": source_words(found).casefold(),
        "records": -1 if found.records is None else found.records,
        "user": found.user_name.casefold(),
        "date": found.created_at,
    }
    return (values[key], found.created_at, found.id)
