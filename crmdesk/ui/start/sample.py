"""Fills a workspace made for looking around with invented people, firms and deals."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.records.sample import write_sample_files
from crmdesk.core.transfer.model import ImportRequest
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence

CONTACTS = 12_480
SEED = 20_261_122


class SampleFiller(QObject):
    """Imports one sample file after the other, by the same road as anybody's files.

    Args:
        desk: of the new workspace's Super Admin.
        contacts: how many; the other objects follow in proportion.
    """

    def __init__(self, desk: Desk, parent: QObject, contacts: int = 0) -> None:
        super().__init__(parent)
        self._desk, self._contacts = desk, contacts or CONTACTS
        self._folder = desk.workspace.folder / "staging" / "sample"
        self._left: list[ImportRequest] = []
        self._job = ""
        desk.jobs.ended.connect(self._go_on)

    def start(self) -> None:
        """Write the files, then import them."""
        self._desk.run_write(self, self._write, self._have_files, self._failed)

    def _write(self) -> list[ImportRequest]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = write_sample_files(self._folder, self._contacts, SEED)
        imports, actor = self._desk.workspace.imports, self._desk.actor
        return [request for path in files for request in imports.requests(actor, path)]

    def _have_files(self, requests: list[ImportRequest]) -> None:
        self._left = list(requests)
        self._next()

    def _next(self) -> None:
        if not self._left:
            self._end()
            return
        request, desk = self._left.pop(0), self._desk
        desk.run_write(
            self,
            lambda: self._queue(request),
            self._begin,
            self._failed,
        )

    def _queue(self, request: ImportRequest) -> str:
        imports, actor = self._desk.workspace.imports, self._desk.actor
        return str(imports.show(actor, imports.start(actor, request)).job_id)

    def _begin(self, job_id: str) -> None:
        self._job = job_id
        self._desk.start_job(job_id)

    @Slot(object)
    def _go_on(self, job: Job) -> None:
        if job.id != self._job:
            return
        self._job = ""
        if job.state is JobState.CANCELLED:
            self._end()
        else:
            # One file that failed is told by the bell; the others are worth having.
            self._next()

    def _failed(self, error: Exception) -> None:
        self._desk.toast(self.tr("The sample data could not be written"), sentence(error))
        self._end()

    def _end(self) -> None:
        self._left = []
        _remove(self._folder)
        self.deleteLater()


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
