"""Imports that were made, and the restores among them, as a table reads them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from crmdesk.core.jobs.job import FINAL, Job, JobState
from crmdesk.core.transfer.listing import ImportKind, ImportOrder
from crmdesk.core.transfer.model import Import
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.job_words import job_share
from crmdesk.ui.records.showing import in_sentence
from crmdesk.ui.tables.cells import (
    Align,
    Cell,
    Column,
    Progress,
    Row,
    RowKind,
    TableQuery,
    Tone,
)
from crmdesk.ui.transfer.filters import Wanted
from crmdesk.ui.transfer.run_step import phase
from crmdesk.ui.transfer.wording import file_words, filled, kind_words, say, state_line, state_words

#: The columns of the first start; the others are chosen.
USUAL = ("name", "source", "records", "user", "date")
_MOST_SEEN = 5_000
_ICONS = {
    JobState.SUCCEEDED: ("circle-check", Tone.OK),
    JobState.FAILED: ("circle-x", Tone.DANGER),
    JobState.CANCELLED: ("circle-slash", Tone.NEUTRAL),
    JobState.INTERRUPTED: ("triangle-alert", Tone.WARN),
}


class ImportSource:
    """The list, newest first; of a million imports only those in sight are read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: dict[int, Import] = {}
        self._labels = {
            each.name: each.plural_label for each in desk.workspace.definitions.objects(desk.actor)
        }
        end = Align.END
        self.columns: Sequence[Column] = (
            Column("name", say("Name"), 300, stretch=True, least=240),
            Column("source", say("Source"), 200, rank=2, stretch=True, least=120),
            Column("records", say("Records"), 96, align=end),
            Column("user", say("User"), 170, rank=1),
            Column("date", say("Date"), 140),
            Column("file", say("File"), 200, rank=3),
            Column("state", say("State"), 140, rank=3),
            Column("created", say("Created"), 90, rank=3, align=end),
            Column("updated", say("Updated"), 90, rank=3, align=end),
            Column("unchanged", say("Unchanged"), 100, rank=3, align=end),
            Column("failed", say("Failed"), 90, rank=3, align=end),
            Column("ended", say("Ended"), 140, rank=3),
        )

    def ids(self, query: TableQuery) -> array[int]:
        """Numbers of the imports that match; runs off the GUI thread."""
        wanted = query.filter if isinstance(query.filter, Wanted) else Wanted()
        order = ImportOrder.DATE if query.sort is None else ImportOrder(query.sort.key)
        descending = query.sort is None or query.sort.descending
        desk = self._desk
        return desk.workspace.import_listing.numbers(
            desk.actor, wanted.filter(), order, descending=descending
        )

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The rows of these numbers; running ones as far as they are now."""
        desk = self._desk
        found = desk.workspace.import_listing.numbered(desk.actor, ids)
        if len(self._seen) > _MOST_SEEN:
            self._seen.clear()
        self._seen.update(found)
        jobs = {job.id: job for job in desk.jobs.open_jobs}
        zone = desk.zone
        return [
            self._row(number, each, jobs.get(each.job_id or ""), zone)
            for number, each in found.items()
        ]

    def import_of(self, number: int) -> Import | None:
        """The import behind a number, as it was painted."""
        if number not in self._seen:
            desk = self._desk
            self._seen.update(desk.workspace.import_listing.numbered(desk.actor, [number]))
        return self._seen.get(number)

    def number_of(self, import_id: str) -> int | None:
        """The number of an import, listed or not; None where there is none."""
        return self._desk.workspace.import_listing.number_of(self._desk.actor, import_id)

    def _row(self, number: int, found: Import, job: Job | None, zone: ZoneInfo) -> Row:
        who = found.user_name or say("CRM Desk")
        icon, tone = _ICONS.get(found.state, ("loader-circle", Tone.INFO))
        if found.undone_by is not None:
            icon, tone = "undo-2", Tone.NEUTRAL
        over = found.state in FINAL
        cells = {
            "name": Cell(found.name, state_line(found)),
            "source": Cell(self._source(found), quiet=True),
            "records": Cell(words.number(found.rows) if over else ""),
            "user": Cell(who, avatar=who),
            "date": Cell(words.moment(found.created_at, zone), quiet=True),
            **self._more(found, zone),
        }
        if over:
            dimmed = found.state in (JobState.CANCELLED, JobState.INTERRUPTED)
            return Row(number, cells, icon=icon, icon_tone=tone, dimmed=dimmed)
        share = None if job is None else job_share(job)
        return Row(
            number,
            cells,
            RowKind.PROGRESS,
            icon=icon,
            icon_tone=tone,
            span_from="source",
            progress=Progress(
                phase("" if job is None else job.phase),
                share,
                "" if share is None else words.percent(share),
            ),
            standing=("cancel",) if found.kind == "import" else (),
        )

    def _source(self, found: Import) -> str:
        label = self._labels.get(found.object_name, found.object_name)
        if found.kind == ImportKind.IMPORT:
            return label
        return filled(say("%1, %2"), label, in_sentence(kind_words(ImportKind(found.kind))))

    def _more(self, found: Import, zone: ZoneInfo) -> dict[str, Cell]:
        """The columns that are there to be chosen."""
        counts = {
            "created": found.created,
            "updated": found.updated,
            "unchanged": found.unchanged,
            "failed": found.failed,
        }
        over = found.state in FINAL
        ended = "" if found.finished_at is None else words.moment(found.finished_at, zone)
        texts = {
            "file": file_words(found, zone),
            "state": say("Undone") if found.undone_by is not None else state_words(found.state),
            "ended": ended,
            **{key: words.number(count) if over else "" for key, count in counts.items()},
        }
        return {key: Cell(text, quiet=True) for key, text in texts.items()}
