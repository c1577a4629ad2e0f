"""How far the reading or the import of a log is, and the way to stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import shiboken6
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.audit.imported_model import LogFileSurvey
from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.core.records.dates import DateOrder
from crmdesk.ui import words
from crmdesk.ui.audit.say import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled
from crmdesk.ui.job_words import job_doing, job_share
from crmdesk.ui.widgets.progress_row import ProgressRow

#: A file of fewer rows is read before a line about it could be.
_WORTH_A_LINE = 5_000


class LogImportProgress(QWidget):
    """A line while a file is looked at or its job runs; hidden without one.

    Signals:
        looked: the path and its survey.
        refused: why a file could not be looked at, or a job not be stopped.
        freed: nothing is being read any more, however it ended.
        ended: a job that ended.
        moved: name of the file that is read, and how many rows; from another thread.
    """

    looked = Signal(object, object)
    refused = Signal(object)
    freed = Signal()
    ended = Signal(object)
    moved = Signal(object, int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._looking: threading.Event | None = None
        self._job_id = ""
        self.row: ProgressRow | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.moved.connect(self._show_rows)
        desk.jobs.changed.connect(self._follow)
        desk.jobs.ended.connect(self._job_ended)
        self.hide()
        self._follow(desk.jobs.open_jobs)

    def look(self, path: Path, order: DateOrder | None) -> None:
        """Read a whole file beside everything else, and say what taking it would add."""
        desk, name = self._desk, path.name
        service = desk.workspace.imported_logs

        def told(rows: int) -> None:
            if rows >= _WORTH_A_LINE and shiboken6.isValid(self):
                self.moved.emit(name, rows)

        def read(cancelled: Callable[[], bool]) -> LogFileSurvey:
            return service.look(desk.actor, path, order, progress=told, cancelled=cancelled)

        def done(survey: LogFileSurvey) -> None:
            self._end_look()
            self.looked.emit(path, survey)

        def failed(error: Exception) -> None:
            self._end_look()
            self.refused.emit(error)

        self._looking = desk.run_aside(self, read, done, failed)

    @Slot(object, int)
    def _show_rows(self, name: str, rows: int) -> None:
        if self._looking is not None and not self._looking.is_set():
            text = filled(say("Reading %1, row %2"), name, words.number(rows))
            self._line().set_progress(text, None)

    @Slot(object)
    def _follow(self, jobs: list[Job]) -> None:
        mine = {job.id: job for job in jobs if job.kind is JobKind.LOG_IMPORT}
        # Of several the one that is shown, or the oldest: they come newest first.
        job = mine.get(self._job_id) or next(reversed(mine.values()), None)
        if job is not None:
            self._job_id = job.id
            if job.state is not JobState.CANCELLING:
                self._line().set_progress(job_doing(job), job_share(job))

    @Slot(object)
    def _job_ended(self, job: Job) -> None:
        if job.kind is not JobKind.LOG_IMPORT:
            return
        if job.id == self._job_id:
            self._job_id = ""
            self._clear()
        self.ended.emit(job)

    @Slot()
    def stop(self) -> None:
        """Stop what is being done; the line goes when it has stopped."""
        if self._job_id:
            self._desk.cancel_job(self, self._job_id, self.refused.emit)
        elif self._looking is not None:
            self._looking.set()

    def _line(self) -> ProgressRow:
        if self.row is None:
            self.row = ProgressRow(say("Import of a log"), say("Cancel"))
            self.row.cancel_button.setObjectName("cancel_log_import")
            self.row.cancel_asked.connect(self.stop)
            self._column.addWidget(self.row)
            self.show()
        return self.row

    def _end_look(self) -> None:
        self._looking = None
        self._clear()
        self.freed.emit()

    def _clear(self) -> None:
        row, self.row = self.row, None
        if row is not None:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.hide()
