"""What a job is called and how far it is, in words."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication

from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.ui import words
from crmdesk.ui.frame.values import JobLine
from crmdesk.ui.widgets.time_left import time_left


def job_name(kind: JobKind) -> str:
    """What is running: "Backup"."""
    names = {
        JobKind.BACKUP: _say("Backup"),
        JobKind.RESTORE: _say("Restore"),
        JobKind.IMPORT: _say("Import"),
        JobKind.IMPORT_UNDO: _say("Undo of an import"),
        JobKind.EXPORT: _say("Export"),
        JobKind.UNDO: _say("Undo of a restore"),
        JobKind.DRILL: _say("Restore drill"),
        JobKind.REVIVE: _say("Restore of deleted records"),
        JobKind.BULK_EDIT: _say("Bulk edit"),
        JobKind.BULK_DELETE: _say("Bulk deletion"),
        JobKind.BULK_UNDO: _say("Undo"),
        JobKind.BIN_RESTORE: _say("Restore from the recycle bin"),
        JobKind.BIN_PURGE: _say("Permanent deletion"),
        JobKind.MAIL: _say("Sending e\u2011mail"),
        JobKind.PRIVACY_EXPORT: _say("Data of a person"),
        JobKind.PRIVACY_DELETE: _say("Deletion of a person"),
        JobKind.LOG_IMPORT: _say("Import of a log"),
    }
    return names[kind]


def job_share(job: Job) -> float | None:
    """How far it is, from 0.0 to 1.0; None while that is unknown."""
    return min(1.0, job.done / job.total) if job.total > 0 else None


def job_doing(job: Job, now: datetime | None = None) -> str:
    """One line: what is being done, per cent and time left."""
    if job.state is JobState.QUEUED:
        return _say("Waiting to start")
    remaining = job_remaining(job, now)
    return f"{job_phase(job)}. {remaining}" if remaining else job_phase(job)


def job_remaining(job: Job, now: datetime | None = None) -> str:
    """Per cent and time left; empty while nothing is known of it."""
    share = job_share(job)
    if share is None or job.state is not JobState.RUNNING:
        return ""
    left = _left(job, share, now or datetime.now(UTC))
    return ", ".join(filter(None, (words.percent(share), left)))


def job_line(job: Job, now: datetime | None = None, *, may_stop_exports: bool = True) -> JobLine:
    """The job as the popover shows it; only Super Admins stop an export."""
    stoppable = may_stop_exports or job.kind is not JobKind.EXPORT
    share = job_share(job)
    return JobLine(
        job.id,
        job_name(job.kind),
        job_doing(job, now),
        share,
        "" if share is None else words.percent(share),
        cancellable=stoppable and job.state is not JobState.CANCELLING,
    )


def job_phase(job: Job) -> str:
    """What is being done now: "Writing deals, 5 of 9 objects"."""
    if job.state is JobState.CANCELLING:
        return _say("Cancelling, finishing the current object")
    name, of = str(job.detail.get("object") or ""), int(job.detail.get("objects") or 0)
    if name and of:
        number = min(of, int(job.detail.get("objects_done") or 0) + 1)
        text = _say("Writing %1, %2 of %3 objects")
        return text.replace("%1", name).replace("%2", str(number)).replace("%3", str(of))
    phases = {
        "counting": _say("Counting records"),
        "writing": _say("Writing"),
        "verifying": _say("Checking the file"),
        "checking": _say("Checking the plan"),
        "comparing": _say("Comparing values"),
        "reading": _say("Reading the file"),
        "staging": _say("Reading the file"),
        "planning": _say("Comparing values"),
        "applying": _say("Writing values"),
        "deleting": _say("Deleting for good"),
        "copying": _say("Copying to the second folder"),
        "connecting": _say("Connecting to the mail server"),
        "sending": _say("Sending messages"),
        "looking": _say("Looking through files"),
    }
    return phases.get(job.phase, _say("Running"))


def _left(job: Job, share: float, now: datetime) -> str:
    if job.started_at is None or share <= 0.0:
        return ""
    elapsed = (now - job.started_at).total_seconds()
    return time_left(elapsed * (1.0 - share) / share, elapsed)


def _say(text: str) -> str:
    return QCoreApplication.translate("JobWords", text)
