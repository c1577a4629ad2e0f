"""Backups as rows of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from crmdesk.core.backup.model import GONE, Backup, FileState
from crmdesk.core.jobs.job import OPEN, Job, JobState
from crmdesk.ui import words
from crmdesk.ui.backup.words import file_words, no_download, no_restore, say
from crmdesk.ui.job_words import job_phase, job_remaining, job_share
from crmdesk.ui.tables.cells import Align, Cell, Column, Progress, Row, RowAction, RowKind, Tone


def columns() -> tuple[Column, ...]:
    """The columns; objects and rows give way first."""
    end = Align.END
    return (
        Column("as_of", say("Data as of"), 300, sortable=False, least=200, stretch=True),
        Column("check", say("Check"), 150, sortable=False),
        Column("objects", say("Objects"), 84, rank=2, align=end, sortable=False),
        Column("rows", say("Rows"), 96, rank=2, align=end, sortable=False),
        Column("size", say("Size"), 92, rank=1, align=end, sortable=False),
        Column("file", say("File"), 320, sortable=False, stretch=True, least=150),
    )


def row_id(backup: Backup) -> int:
    """A number that stays with the backup while rows come and go."""
    return int(backup.id, 16) >> 1


def row_of(backup: Backup, job: Job | None, zone: tzinfo) -> Row:
    """A backup as it stands; ``job`` is the one that makes it, or that was cancelled."""
    at = backup.snapshot_at or backup.created_at
    who = backup.created_by
    if backup.complete:
        who = f"{who} · {say('Complete')}" if who else say("Complete")
    cells = {"as_of": Cell(words.stamp(at, zone), who)}
    if backup.state in OPEN:
        return _progress(backup, job, cells)
    if backup.state is not JobState.SUCCEEDED:
        return _ended_badly(backup, job, cells)
    gone = backup.file_state in GONE
    cells |= {
        "check": _check(backup),
        "objects": Cell(words.number(len(backup.objects))),
        "rows": Cell(words.number(backup.records)),
        "size": Cell(words.size(backup.bytes)),
        "file": Cell(*file_words(backup, zone)),
    }
    return Row(
        row_id(backup),
        cells,
        icon="archive-x" if gone else "circle-check",
        icon_tone=Tone.NEUTRAL if gone else Tone.OK,
        dimmed=gone,
    )


def _check(backup: Backup) -> Cell:
    if backup.file_state is FileState.DELETED:
        return Cell(say("Deleted"), badge=Tone.NEUTRAL, icon="trash-2")
    if backup.file_state is FileState.EXPIRED:
        return Cell(say("Expired"), badge=Tone.NEUTRAL, icon="clock")
    if backup.file_state is FileState.MISSING:
        return Cell(say("File missing"), badge=Tone.DANGER, icon="file-x")
    if backup.verified_ok is False:
        return Cell(say("Check failed"), badge=Tone.DANGER, icon="shield-x")
    if backup.verified_ok is None:
        return Cell(say("Not verified"), badge=Tone.NEUTRAL, icon="shield")
    return Cell(say("Verified"), badge=Tone.OK, icon="shield-check")


def _progress(backup: Backup, job: Job | None, cells: Mapping[str, Cell]) -> Row:
    waiting = job is None or job.state is JobState.QUEUED
    doing = say("Waiting to start") if waiting or job is None else job_phase(job)
    share = None if job is None else job_share(job)
    remaining = "" if job is None else job_remaining(job)
    cancelling = job is not None and job.state is JobState.CANCELLING
    return Row(
        row_id(backup),
        cells,
        RowKind.PROGRESS,
        icon="loader-circle",
        icon_tone=Tone.INFO,
        span_from="check",
        progress=Progress(doing, share or 0.0, remaining),
        standing=() if cancelling else ("cancel",),
    )


def _ended_badly(backup: Backup, job: Job | None, cells: Mapping[str, Cell]) -> Row:
    error = "" if backup.error is None else str(backup.error.get("message", ""))
    kept = say("Nothing of it was kept.")
    if backup.state is JobState.CANCELLED:
        share = None if job is None else job_share(job)
        text = say("Cancelled") if share is None else say("Cancelled at %1")
        span = Cell(text.replace("%1", words.percent(share or 0.0)), kept)
        return Row(
            row_id(backup),
            cells,
            RowKind.SPANNED,
            icon="circle-slash",
            icon_tone=Tone.NEUTRAL,
            span_from="check",
            span=span,
        )
    failed = backup.state is JobState.FAILED
    title = say("Failed: %1") if failed and error else say("Failed")
    if not failed:
        title = say("Interrupted: CRM Desk or the computer stopped")
    tone = Tone.DANGER if failed else Tone.WARN
    return Row(
        row_id(backup),
        cells,
        RowKind.SPANNED,
        icon="circle-x" if failed else "triangle-alert",
        icon_tone=tone,
        span_from="check",
        span=Cell(title.replace("%1", _inside(error)), kept, tone=tone),
        standing=("again",),
    )


def _inside(message: str) -> str:
    """An error as it stands after a colon."""
    return (message[:1].lower() + message[1:]).rstrip(".")


def actions_for(backup: Backup, too_soon: str) -> Sequence[RowAction]:
    """What can be done with a backup; what cannot says why.

    Args:
        too_soon: why no backup may be made now; empty when one may.
    """
    if backup.state in OPEN:
        return (RowAction("cancel", say("Cancel backup"), prominent=True),)
    if backup.state is not JobState.SUCCEEDED:
        again = RowAction("again", say("Try again"), "rotate-ccw", True, reason=too_soon)
        return (again,)
    restorable, saved = no_restore(backup), no_download(backup)
    pin = "unpin" if backup.pinned else "pin"
    has_file = backup.file_state not in GONE
    fileless = "" if has_file else no_download(backup)
    pinned = say("unpin it first") if backup.pinned else fileless
    return (
        RowAction("restore", say("Restore"), "archive-restore", True, reason=restorable),
        RowAction("download", say("Download"), "download", True, reason=saved),
        RowAction("details", say("Show contents"), "panel-right"),
        RowAction("browse", say("Browse records"), "table", reason=fileless),
        RowAction("deleted", say("Deleted records"), "undo-2", reason=restorable),
        RowAction("compare", say("Compare with now"), "git-compare", reason=restorable),
        RowAction("verify", say("Verify"), "shield-check", reason=fileless),
        RowAction("drill", say("Restore drill"), "flask-conical", reason=restorable),
        RowAction(
            pin,
            say("Unpin") if backup.pinned else say("Pin"),
            "pin-off" if backup.pinned else "pin",
            reason="" if backup.pinned else fileless or restorable,
        ),
        RowAction(
            "delete", say("Delete file"), "trash-2", danger=True, separated=True, reason=pinned
        ),
    )
