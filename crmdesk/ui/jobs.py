"""Watches the jobs of the workspace, whichever process runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from crmdesk.core.access.actor import Actor
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import FINAL, Job
from crmdesk.core.workspace import Workspace
from crmdesk.ui.queries import Queries

BUSY_MS = 250
IDLE_MS = 5_000
_KEY = "jobs"


@dataclass(frozen=True, slots=True)
class _Seen:
    open: list[Job]
    gone: list[Job]


class JobWatcher(QObject):
    """Looks at the open jobs: four times a second while there are some, else each 5 seconds.

    Args:
        workspace: the open workspace.
        actor: whose jobs; a Super Admin sees everybody's.
        queries: reads them off the GUI thread.
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
        queries: Queries,
        start: Callable[[str], object] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._actor, self._queries = workspace, actor, queries
        self._start = start or self._start_worker
        self._open: list[Job] = []
        self._expected: set[str] = set()
        self._timer = QTimer(self, interval=IDLE_MS)
        self._timer.timeout.connect(self._look)

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

    def watch(self) -> None:
        """Begin to look, now and from now on."""
        self._timer.start()
        self.poll()

    def rest(self) -> None:
        """Stop looking: the window is locked or closing."""
        self._timer.stop()
        self._queries.cancel(self, _KEY)

    def poll(self) -> None:
        """Look now, and know when this returns."""
        # An answer that is on its way does not know what was started since.
        self._queries.cancel(self, _KEY)
        try:
            self._take(self._read(self._known()))
        except UserError as error:
            self._stop(error)

    @Slot()
    def _look(self) -> None:
        known = self._known()
        self._queries.run_query(self, _KEY, lambda: self._read(known), self._take, self._stop)

    def _start_worker(self, job_id: str) -> None:
        self._workspace.start_worker(job_id, self._write_soon)

    def _write_soon(self, write: Callable[[], None]) -> None:
        # The worker claims its job itself; the note is for one that never comes to it.
        self._queries.run_write(self, write, lambda _none: None, lambda _error: None, missed=False)

    def _known(self) -> frozenset[str]:
        return frozenset({job.id for job in self._open} | self._expected)

    def _read(self, known: frozenset[str]) -> _Seen:
        jobs, actor = self._workspace.jobs, self._actor
        found = jobs.jobs(actor, only_open=True)
        gone = known - {job.id for job in found}
        told = [self._told(job_id) for job_id in sorted(gone)]
        return _Seen(found, [each for each in told if each is not None])

    def _told(self, job_id: str) -> Job | None:
        """A job that is not open any more; None where its end is nothing of ours by now."""
        try:
            return self._workspace.jobs.job(self._actor, job_id)
        except UserError as error:
            if error.code != "job_unknown":
                raise
            return None

    def _take(self, seen: _Seen) -> None:
        self._expected &= {job.id for job in seen.open}
        moved, self._open = seen.open != self._open, seen.open
        if self._timer.isActive():
            self._timer.setInterval(BUSY_MS if seen.open else IDLE_MS)
        if moved:
            self.changed.emit(list(seen.open))
        for job in seen.gone:
            if job.state in FINAL:
                self.ended.emit(job)

    def _stop(self, error: Exception) -> None:
        """The session ended or was locked; whoever shows that calls watch() again."""
        self.rest()
        if not isinstance(error, UserError):
            raise error
