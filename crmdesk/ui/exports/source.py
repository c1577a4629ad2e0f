"""Exports that were made, as a table reads them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from crmdesk.core.exports.model import OF_SUPER_ADMINS, Export, ExportOrder, ExportState
from crmdesk.core.jobs.job import Job
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.wanted import Wanted
from crmdesk.ui.exports.words import (
    OPEN,
    file_kind,
    is_kept_elsewhere,
    say,
    source_words,
    state_line,
    state_words,
)
from crmdesk.ui.job_words import job_share
from crmdesk.ui.tables.cells import Align, Cell, Column, Row, TableQuery, Tone

#: The columns of the first start; the others are chosen.
USUAL = ("name", "source", "records", "user", "date")
_MOST_SEEN = 5_000
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


class ExportSource:
    """The list, newest first; of a million exports only those in sight are read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: dict[int, Export] = {}
        self.columns: Sequence[Column] = (
            Column("name", say("Name"), 320, stretch=True, least=240),
            Column("source", say("Source"), 180, rank=2, stretch=True, least=120),
            Column("records", say("Records"), 96, align=Align.END),
            Column("user", say("User"), 170, rank=1),
            Column("date", say("Date"), 140),
            Column("object", say("Object"), 120, rank=3),
            Column("format", say("Format"), 110, rank=3),
            Column("state", say("State"), 150, rank=3),
            Column("size", say("Size"), 90, rank=3, align=Align.END),
            Column("ended", say("Ended"), 140, rank=3),
            Column("expires", say("Kept until"), 130, rank=3),
            Column("sensitive", say("Sensitive"), 160, rank=3),
            Column("downloads", say("Downloads"), 100, rank=3, align=Align.END),
        )
        self._objects = {
            each.name: each.plural_label for each in desk.workspace.definitions.objects(desk.actor)
        }

    def ids(self, query: TableQuery) -> array[int]:
        """Numbers of the exports that match; runs off the GUI thread."""
        wanted = query.filter if isinstance(query.filter, Wanted) else Wanted()
        order = ExportOrder.DATE if query.sort is None else ExportOrder(query.sort.key)
        descending = query.sort is None or query.sort.descending
        desk = self._desk
        return desk.workspace.exports.numbers(
            desk.actor, wanted.filter(), order, descending=descending
        )

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The rows of these numbers; running ones as far as they are now."""
        desk = self._desk
        found = desk.workspace.exports.numbered(desk.actor, ids)
        if len(self._seen) > _MOST_SEEN:
            self._seen.clear()
        self._seen.update(found)
        jobs = {job.id: job for job in desk.jobs.open_jobs}
        zone = desk.zone
        return [
            self._row(number, each, jobs.get(each.job_id or ""), zone)
            for number, each in found.items()
        ]

    def export_of(self, number: int) -> Export | None:
        """The export behind a number, as it was painted."""
        if number not in self._seen:
            self._seen.update(self._desk.workspace.exports.numbered(self._desk.actor, [number]))
        return self._seen.get(number)

    def number_of(self, found: Export) -> int | None:
        """The number of an export, painted or not."""
        return self._desk.workspace.exports.number_of(self._desk.actor, found.id)

    def _row(self, number: int, found: Export, job: Job | None, zone: ZoneInfo) -> Row:
        icon, tone = _ICONS.get(found.state, ("loader-circle", Tone.INFO))
        share = None if job is None else job_share(job)
        line = state_line(found, zone)
        if share is not None and found.state is ExportState.RUNNING:
            line = f"{say('Processing')} {words.percent(share)}"
        ready = Tone.INFO if found.downloadable else Tone.PLAIN
        cells = {
            # Pressing the name of one that can be saved saves it: it looks like a link.
            "name": Cell(found.name, line, tone=_TONES.get(found.state, ready)),
            "source": Cell(source_words(found), quiet=True),
            "records": Cell("" if found.records is None else words.number(found.records)),
            "user": Cell(found.user_name, avatar=found.user_name),
            "date": Cell(words.moment(found.created_at, zone), quiet=True),
            **self._more(found, zone),
        }
        ended = found.state not in OPEN | {ExportState.PENDING_APPROVAL}
        gone = ended and not (found.downloadable or is_kept_elsewhere(found))
        return Row(
            number,
            cells,
            icon="file-clock" if gone and found.state is ExportState.SUCCEEDED else icon,
            icon_tone=Tone.NEUTRAL if gone and found.state is ExportState.SUCCEEDED else tone,
            dimmed=gone,
            standing=("cancel",) if found.state in OPEN else (),
        )

    def _object(self, found: Export) -> str:
        """What its records are called; an object that was removed goes by its name."""
        return self._objects.get(found.object_name, found.object_name)

    def _more(self, found: Export, zone: ZoneInfo) -> dict[str, Cell]:
        """The columns that are there to be chosen."""
        moments = {"ended": found.finished_at, "expires": found.expires_at}
        texts = {
            "object": "" if found.source in OF_SUPER_ADMINS else self._object(found),
            "format": file_kind(found),
            "state": state_words(found.state),
            "size": words.size(found.bytes) if found.state is ExportState.SUCCEEDED else "",
            "sensitive": ", ".join(found.sensitive),
            "downloads": "" if found.downloads is None else words.number(found.downloads),
        }
        texts |= {key: "" if at is None else words.moment(at, zone) for key, at in moments.items()}
        return {key: Cell(text, quiet=True) for key, text in texts.items()}
