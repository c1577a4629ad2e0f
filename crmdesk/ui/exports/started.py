"""Follows exports from where they were asked for: says that they began, and offers the file."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.exports.model import OF_RECORDS, Export, ExportState
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled, say


class StartedExports(QObject):
    """The exports that one page asked for.

    Signals:
        failed: an error that the page has to show.
    """

    failed = Signal(object)

    def __init__(self, desk: Desk, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._page = desk, page
        self._mine: dict[str, str] = {}
        desk.jobs.ended.connect(self._ended)

    @Slot(object)
    def follow(self, found: Export) -> None:
        """Start a new export, or say that it waits."""
        link = f"exports/{found.id}"
        show = say("Show it")
        if found.state is ExportState.PENDING_APPROVAL:
            text = filled(say("“%1” is made once a Super Admin approves it."), found.name)
            self._desk.toast(say("Waiting for approval"), text, show, lambda: self._desk.go(link))
            return
        if found.job_id is None:
            return
        self._mine[found.job_id] = found.id
        text = filled(say("“%1” goes on in the background."), found.name)
        self._desk.toast(say("Export started"), text, show, lambda: self._desk.go(link))
        self._desk.start_job(found.job_id)

    @Slot(object)
    def _ended(self, job: Job) -> None:
        export_id = self._mine.pop(job.id, None)
        if export_id is None:
            return
        desk = self._desk
        found = desk.workspace.exports.show(desk.actor, export_id)
        if job.state is not JobState.SUCCEEDED:
            why = "" if job.error is None else job.error.message
            title = say("Export cancelled" if job.state is JobState.CANCELLED else "Export failed")
            desk.toast(title, why or say("Nothing of it was kept."))
            return
        records = found.records or 0
        text = say("%Ln row{|s} in %1.", records)
        if found.source in OF_RECORDS:
            text = say("%Ln record{|s} in %1.", records)
        desk.toast(
            say("Export finished"),
            filled(text, words.size(found.bytes)),
            say("Save a copy"),
            lambda: self._save(found),
        )

    def _save(self, found: Export) -> None:
        from crmdesk.ui.exports.saving import ExportSaving

        saving = ExportSaving(self._desk, self._page, from_list=False)
        saving.failed.connect(self.failed)
        saving.download(found)
