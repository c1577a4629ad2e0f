"""The imports of an assistant once they are started: one job, one summary for each table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.transfer.model import Import, ImportRequest
from crmdesk.ui.desk import Desk
from crmdesk.ui.save_dialog import ask_save
from crmdesk.ui.transfer.run_step import RunStep
from crmdesk.ui.transfer.wording import filled, say


class Going(QObject):
    """Starts imports, follows their job and shows how each ended.

    Signals:
        begun: they are queued.
        refused: why they are not, or what did not work of them.
        ended: the job is over.
    """

    begun = Signal()
    refused = Signal(object)
    ended = Signal()

    def __init__(self, desk: Desk, step: RunStep, over: QWidget) -> None:
        super().__init__(over)
        self._desk, self._step, self._over = desk, step, over
        self.ids: dict[int, str] = {}
        self.import_id = ""
        step.errors_asked.connect(self._save_errors)
        step.records_asked.connect(self._show_records)
        step.audit_asked.connect(self._show_audit)
        desk.jobs.changed.connect(self._follow)
        desk.jobs.ended.connect(self._end)

    @property
    def found(self) -> Import:
        """The import in sight, as it is now."""
        return self._read(self.import_id)

    def _read(self, import_id: str) -> Import:
        return self._desk.workspace.imports.show(self._desk.actor, import_id)

    def start(self, requests: Mapping[int, ImportRequest]) -> None:
        """Queue the imports, by the places of their tables, in their order."""
        desk = self._desk
        desk.run_write(
            self,
            lambda: desk.workspace.imports.start_together(desk.actor, [*requests.values()]),
            lambda ids: self._begin(dict(zip(requests, ids, strict=True))),
            self.refused.emit,
        )

    def _begin(self, ids: dict[int, str]) -> None:
        self.ids = ids
        self.import_id = next(iter(ids.values()))
        found = self.found
        self._step.begin(found, len(ids))
        self.begun.emit()
        try:
            self._desk.start_job(found.job_id or "")
        except OSError as error:
            self.refused.emit(
                UserError(
                    "worker_not_started",
                    filled(say("The import waits: no process could be started (%1)."), str(error)),
                    say("Cancel it, and try again when the computer has room for a process."),
                )
            )

    def show(self, place: int) -> None:
        """Bring the summary of one table in sight."""
        self.import_id = self.ids[place]
        if self._step.ended:
            self._step.show_end(self.found)

    @property
    def in_sight(self) -> int:
        """Place of the table whose summary is in sight."""
        return next((n for n, each in self.ids.items() if each == self.import_id), -1)

    @Slot(object)
    def _follow(self, jobs: list[Job]) -> None:
        for job in jobs:
            if job.id == self._step.job_id:
                self._step.show_progress(job)

    @Slot(object)
    def _end(self, job: Job) -> None:
        if job.id != self._step.job_id or self._step.ended:
            return
        done = (JobState.SUCCEEDED,)
        failed = (each for each in self.ids.values() if self._read(each).state not in done)
        # What went wrong is to be seen first.
        self.import_id = next(failed, self.import_id)
        self._step.show_end(self.found)
        self._desk.changed(job)
        self.ended.emit()

    # The ways on from a summary

    def _save_errors(self) -> None:
        desk, import_id = self._desk, self.import_id
        name = filled(say("%1 errors.csv"), Path(self.found.file_name).stem)

        def save(target: Path) -> None:
            desk.run_write(
                self,
                lambda: desk.workspace.imports.save_errors(desk.actor, import_id, target),
                lambda _: desk.toast(say("Error file saved"), str(target)),
                self.refused.emit,
            )

        ask_save(self._over, say("Save error file"), name, save)

    def _show_records(self) -> None:
        self._desk.go(f"records/{self.found.object_name}")

    def _show_audit(self) -> None:
        desk = self._desk
        wanted = AuditFilters(texts=(self._step.job_id,))
        page = desk.workspace.audit_reader.events(desk.actor, wanted, limit=1)
        desk.go(f"audit/{page.events[0].id}" if page.events else "audit")
