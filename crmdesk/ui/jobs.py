"""Watches the jobs of the workspace, whichever process runs them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from crmdesk.core.access.actor import Actor
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import FINAL, Job
from crmdesk.core.workspace import Workspace

BUSY_MS = 250
IDLE_MS = 5_000


class JobWatcher(QObject):
    """Polls the open jobs: four times a second while there are some, else each 5 seconds.

    Args:
        workspace: the open workspace.
        actor: whose jobs; a Super Admin sees everybody's.
        start: starts a process for a queued job.

    Signals:
        changed: the open jobs, newest first, whenever one came, went or moved.
        ended: a job that reached its final state while it was watched.
    """

    changed = Signal(object)
    ended = Signal(object)

    def __init__(
        self,
        workspace: Workspace,
        actor: Actor,
        start: Callable[[str], object] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._actor = workspace, actor
        self._start = start or workspace.start_worker
        self._open: list[Job] = []
        self._expected: set[str] = set()
        self._timer = QTimer(self, interval=IDLE_MS)
        self._timer.timeout.connect(self.poll)

    @property
    def open_jobs(self) -> list[Job]:
        """The jobs that had not ended at the last look."""
        return list(self._open)

    def start_job(self, job_id: str) -> None:
        """Start the worker of a job that a service queued, and watch it.

        Raises:
            OSError: no process could be started; the job stays queued.
        """
        self._expected.add(job_id)
        self._start(job_id)
        self.poll()

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop; it ends when it has.

        Raises:
            UserError: it was too late.
        """
        self._workspace.jobs.request_cancel(self._actor, job_id)
        self.poll()

    def watch(self) -> None:
        """Begin to look, now and from now on."""
        self._timer.start()
        self.poll()

    def rest(self) -> None:
        """Stop looking: the window is locked or closing."""
        self._timer.stop()

    @Slot()
    def poll(self) -> None:
        """Look now."""
        try:
            found = self._workspace.jobs.jobs(self._actor, only_open=True)
            gone = ({job.id for job in self._open} | self._expected) - {job.id for job in found}
            over = [self._workspace.jobs.job(self._actor, job_id) for job_id in sorted(gone)]
        except UserError:
            # The session ended or was locked; whoever shows that calls watch() again.
            self.rest()
            return
        self._expected &= {job.id for job in found}
        moved, self._open = found != self._open, found
        if self._timer.isActive():
            self._timer.setInterval(BUSY_MS if found else IDLE_MS)
        if moved:
            self.changed.emit(list(found))
        for job in over:
            if job.state in FINAL:
                self.ended.emit(job)
