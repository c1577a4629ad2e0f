"""Runs one job in this process, whoever started it: the window, a schedule or a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crmdesk.core.access.actor import Actor
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.stopping import stop_if
from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.core.jobs.queue import JobQueue

_REPORT_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, for whoever watches in this process."""

    phase: str
    done: int
    total: int
    detail: Mapping[str, Any]


Watcher = Callable[[Progress], None]


class JobContext:
    """What a job's work is given: who asked, for what, and how to report and be stopped."""

    def __init__(self, queue: JobQueue, job: Job, actor: Actor, watcher: Watcher | None) -> None:
        self.job = job
        self.actor = actor
        self._queue = queue
        self._watcher = watcher
        self._last_report = 0.0
        self._phase = ""
        self._last_look = 0.0
        self._cancelled = False
        self._is_done = False

    @property
    def params(self) -> Mapping[str, Any]:
        """What the job was asked to do."""
        return self.job.params

    def report(self, phase: str, done: int = 0, total: int = 0, **detail: Any) -> None:
        """Say how far the work is; stored at most four times a second, a new phase at once."""
        if self._watcher is not None:
            self._watcher(Progress(phase, done, total, detail))
        now = time.monotonic()
        if phase != self._phase or now - self._last_report >= _REPORT_SECONDS:
            self._last_report, self._phase = now, phase
            self._queue.report(self.job.id, phase, done, total, detail)

    def cancelled(self) -> bool:
        """Whether the work shall stop; looked up at most four times a second.

        Not once it is done: then its transaction may stand already.
        """
        now = time.monotonic()
        settled = self._cancelled or self._is_done
        if not settled and now - self._last_look >= _REPORT_SECONDS:
            self._last_look = now
            self._cancelled = self._queue.cancel_wanted(self.job.id)
        return self._cancelled

    def stop_if_cancelled(self) -> None:
        """Raise when the work shall stop.

        Raises:
            Cancelled: somebody asked for it.
        """
        stop_if(self.cancelled)

    def succeed(self, tx: Tx, result: Mapping[str, Any]) -> None:
        """Finish the job in the transaction that writes its work.

        Raises:
            Cancelled: a cancel came first; let it pass so that the transaction rolls back.
        """
        self._queue.succeed(tx, self.job.id, result)
        self._is_done = True


Work = Callable[[JobContext], None]


def run_job(
    queue: JobQueue,
    work_of: Callable[[JobKind], Work],
    job_id: str,
    watcher: Watcher | None = None,
) -> None:
    """Claim the job and do its work.

    The work calls :meth:`JobContext.succeed` in its last transaction. Whatever else happens, the
    job ends in one final state, and the error is raised to the caller.

    Raises:
        UserError: why it could not be done; the row tells the same.
    """
    job, actor = queue.claim(job_id)
    context = JobContext(queue, job, actor, watcher)
    try:
        work_of(job.kind)(context)
    except Cancelled:
        queue.end(job_id, JobState.CANCELLED)
        raise
    except UserError as error:
        queue.end(job_id, JobState.FAILED, error)
        raise
    except KeyboardInterrupt:
        queue.end(job_id, JobState.CANCELLED)
        raise
    except BaseException:
        queue.end(job_id, JobState.FAILED, _UNEXPECTED)
        raise


_UNEXPECTED = UserError(
    "unexpected",
    "A fault in CRM Desk stopped the job. Nothing of it was kept.",
    "The log of this computer has the details; please report it.",
)
