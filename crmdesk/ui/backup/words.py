"""What the Backup tab says: states, times to come, findings of a check."""

from __future__ import annotations

import math
from datetime import UTC, datetime, tzinfo

from PySide6.QtCore import QCoreApplication

from crmdesk.core.backup.model import Backup, FileState
from crmdesk.core.jobs.job import OPEN, JobState
from crmdesk.ui import words


def say(text: str, count: int = -1) -> str:
    """A text of this tab, with English plurals where a count is given."""
    return QCoreApplication.translate("Backup", text, "", count)


def coming(at: datetime, zone: tzinfo, *, now: datetime | None = None) -> str:
    """A time to come: "today at 17:00", "tomorrow at 05:00", "29 Nov 2026 at 05:00"."""
    here, today = at.astimezone(zone), (now or datetime.now(UTC)).astimezone(zone).date()
    days = (here.date() - today).days
    text = {0: say("today at %1"), 1: say("tomorrow at %1")}.get(days, say("%2 at %1"))
    return text.replace("%1", f"{here:%H:%M}").replace("%2", words.day(here.date()))


def file_words(backup: Backup, zone: tzinfo, *, now: datetime | None = None) -> tuple[str, str]:
    """What has become of the file, in two lines: "14 days left", "until 6 Dec 2026"."""
    state = backup.file_state
    until = "" if backup.expires_at is None else _day(backup.expires_at, zone)
    if state is FileState.PINNED:
        return say("Pinned"), say("kept until you unpin it")
    if state in (FileState.EXPIRED, FileState.DELETED):
        removed = backup.expired_at or backup.expires_at
        what = say("Deleted") if state is FileState.DELETED else say("Removed")
        return what, "" if removed is None else say("on %1").replace("%1", _day(removed, zone))
    if state is FileState.MISSING:
        return say("Missing"), say("not in the vault")
    if state is FileState.LAST_SAFETY_COPY:
        return say("Kept"), say("last safety copy")
    if backup.expires_at is None:
        return "", ""
    seconds = (backup.expires_at - (now or datetime.now(UTC))).total_seconds()
    left = max(0, math.ceil(seconds / 86_400))
    return say("%Ln day{|s} left", left), say("until %1").replace("%1", until)


def no_download(backup: Backup) -> str:
    """Why no copy of it can be saved; empty when one can."""
    if backup.downloadable:
        return ""
    if backup.state in OPEN:
        return say("it is still being made")
    if backup.state is not JobState.SUCCEEDED:
        return say("nothing of it was kept")
    reasons = {
        FileState.EXPIRED: say("its file was removed"),
        FileState.DELETED: say("its file was deleted"),
        FileState.MISSING: say("its file is missing"),
    }
    return reasons.get(backup.file_state, say("the time for downloading is over"))


def no_restore(backup: Backup) -> str:
    """Why it cannot be restored from; empty when it can."""
    if backup.restorable:
        return ""
    if backup.verified_ok is False:
        return say("its check failed")
    return no_download(backup) or say("its file was removed")


def problem_sentence(code: str, entry: str) -> str:
    """A finding of a check."""
    sentences = {
        "file_unreadable": say("The file cannot be read."),
        "frame_changed": say("The structure of the zip is not as it was written."),
        "no_manifest": say("There is no manifest: another program made this zip."),
        "manifest_unreadable": say("The manifest cannot be read."),
        "newer_format": say("A newer CRM Desk made it. Update CRM Desk to read it."),
        "no_signature": say("It carries no signature."),
        "signature_wrong": say("The signature does not fit: the manifest was changed."),
        "signature_unchecked": say("The signature could not be checked."),
        "other_key": say("Another workspace signed it."),
        "entry_missing": say("%1 is missing."),
        "entry_unexpected": say("%1 was added later."),
        "entry_size_differs": say("%1 has another size than it was written with."),
        "entry_content_differs": say("%1 is not as it was written."),
        "entry_rows_differ": say("%1 has another number of rows than it was written with."),
    }
    return sentences.get(code, code).replace("%1", entry)


def _day(at: datetime, zone: tzinfo) -> str:
    return words.day(at.astimezone(zone).date())
