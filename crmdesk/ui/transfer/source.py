"""Imports that were made, and the restores among them, as a table reads them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import count
from zoneinfo import ZoneInfo

from crmdesk.core.jobs.job import FINAL, Job, JobState
from crmdesk.core.transfer.model import Import
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.job_words import job_share
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
from crmdesk.ui.transfer.run_step import phase
from crmdesk.ui.transfer.wording import say, state_line

_PAGE = 500
_ICONS = {
    JobState.SUCCEEDED: ("circle-check", Tone.OK),
    JobState.FAILED: ("circle-x", Tone.DANGER),
    JobState.CANCELLED: ("circle-slash", Tone.NEUTRAL),
    JobState.INTERRUPTED: ("triangle-alert", Tone.WARN),
}


class ImportSource:
    """The list, newest first. Imports have texts for ids; here each gets a number of its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._numbers: dict[str, int] = {}
        self._next = count(1)
        self._found: dict[int, Import] = {}
        self._labels = {
            each.name: each.plural_label for each in desk.workspace.definitions.objects(desk.actor)
        }
        self.columns: Sequence[Column] = (
            Column("name", say("Name"), 300, stretch=True, least=240, sortable=False),
            Column("object", say("Object"), 120, rank=2, sortable=False),
            Column("source", say("Source"), 180, rank=3, sortable=False),
            Column("records", say("Rows"), 88, align=Align.END, sortable=False),
            Column("user", say("User"), 160, rank=1, sortable=False),
            Column("date", say("Date"), 140, sortable=False),
        )

    def ids(self, query: TableQuery) -> array[int]:
        """Numbers of the imports that match; runs off the GUI thread."""
        wanted = str(query.filter or "").strip().casefold()
        found: dict[int, Import] = {}
        after: str | None = None
        while True:
            imports = self._desk.workspace.imports
            page = imports.list(self._desk.actor, _PAGE, after)
            for each in page:
                if wanted in f"{each.name} {each.file_name} {each.user_name}".casefold():
                    found[self._number(each.id)] = each
            if len(page) < _PAGE:
                break
            after = page[-1].id
        self._found = found
        return array("q", found)

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The rows of these numbers; running ones as far as they are now."""
        found, jobs = self._found, {job.id: job for job in self._desk.jobs.open_jobs}
        zone = self._desk.zone
        return [
            self._row(number, found[number], jobs.get(found[number].job_id or ""), zone)
            for number in ids
            if number in found
        ]

    def import_of(self, number: int) -> Import | None:
        """The import behind a number."""
        return self._found.get(number)

    def number_of(self, import_id: str) -> int:
        """The number of an import, listed or not."""
        return self._number(import_id)

    def _number(self, import_id: str) -> int:
        if import_id not in self._numbers:
            self._numbers[import_id] = next(self._next)
        return self._numbers[import_id]

    def _row(self, number: int, found: Import, job: Job | None, zone: ZoneInfo) -> Row:
        who = found.user_name or say("CRM Desk")
        icon, tone = _ICONS.get(found.state, ("loader-circle", Tone.INFO))
        if found.undone_by is not None:
            icon, tone = "undo-2", Tone.NEUTRAL
        cells = {
            "name": Cell(found.name, state_line(found)),
            "object": Cell(self._labels.get(found.object_name, found.object_name), quiet=True),
            "source": Cell(found.file_name, quiet=True),
            "records": Cell(words.number(found.rows) if found.state in FINAL else ""),
            "user": Cell(who, avatar=who),
            "date": Cell(words.moment(found.created_at, zone), quiet=True),
        }
        if found.state in FINAL:
            dimmed = found.state in (JobState.CANCELLED, JobState.INTERRUPTED)
            return Row(number, cells, icon=icon, icon_tone=tone, dimmed=dimmed)
        share = None if job is None else job_share(job)
        return Row(
            number,
            cells,
            RowKind.PROGRESS,
            icon=icon,
            icon_tone=tone,
            span_from="object",
            progress=Progress(
                phase("" if job is None else job.phase),
                share,
                "" if share is None else words.percent(share),
            ),
            standing=("cancel",) if found.kind == "import" else (),
        )
