"""What exports say: states, sources, what became of their files."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import QCoreApplication

from crmdesk.core.exports.model import (
    OF_RECORDS,
    Export,
    ExportFormat,
    ExportSource,
    ExportState,
    FileState,
)
from crmdesk.ui import words

OPEN = frozenset({ExportState.QUEUED, ExportState.RUNNING, ExportState.CANCELLING})


def say(text: str, count: int = -1) -> str:
    """A text about exports, with plurals where a count is given."""
    return QCoreApplication.translate("Exports", text, "", count)


def filled(text: str, *parts: str) -> str:
    """Put parts into the places ``%1``, ``%2`` of a sentence."""
    for number, part in enumerate(parts, 1):
        text = text.replace(f"%{number}", part)
    return text


def format_words(file_format: ExportFormat) -> str:
    """What a kind of file is called."""
    names = {
        ExportFormat.CSV: say("CSV"),
        ExportFormat.XLSX: say("Excel (XLSX)"),
        ExportFormat.JSONL: say("JSON, an object a line"),
    }
    return names[file_format]


def file_kind(found: Export) -> str:
    """What kind of file an export is; a backup, and what a person is given, are zips."""
    zipped = (ExportSource.BACKUP, ExportSource.PRIVACY)
    return say("ZIP") if found.source in zipped else format_words(found.format)


def source_words(found: Export) -> str:
    """Where it was asked for: "Contacts", "View “VIP”", "Segment “Oslo”"."""
    texts = {
        ExportSource.OBJECT: "%1",
        ExportSource.VIEW: say("View “%1”"),
        ExportSource.SEGMENT: say("Segment “%1”"),
        ExportSource.AUDIT_LOG: say("Audit log"),
        ExportSource.USERS: say("Users"),
        ExportSource.PROPERTY_HISTORY: say("History of %1"),
        ExportSource.BACKUP: say("Backup"),
        ExportSource.PRIVACY: say("Privacy request"),
    }
    return filled(texts[found.source], found.source_name)


def state_words(state: ExportState) -> str:
    """The word of a state."""
    return {
        ExportState.PENDING_APPROVAL: say("Waiting for approval"),
        ExportState.REJECTED: say("Rejected"),
        ExportState.QUEUED: say("Waiting to start"),
        ExportState.RUNNING: say("Processing"),
        ExportState.CANCELLING: say("Cancelling"),
        ExportState.SUCCEEDED: say("Finished"),
        ExportState.FAILED: say("Failed"),
        ExportState.CANCELLED: say("Cancelled"),
        ExportState.INTERRUPTED: say("Interrupted"),
    }[state]


def state_line(found: Export, zone: tzinfo) -> str:
    """What stands under the name: how far it is, why there is none, until when it is kept."""
    word = state_words(found.state)
    if found.state is ExportState.RUNNING and found.progress is not None:
        return f"{word} {words.percent(found.progress)}"
    if found.state is ExportState.REJECTED and found.reason:
        return filled(say("%1: %2"), word, found.reason)
    if found.state is ExportState.FAILED and found.error is not None:
        return filled(say("%1: %2"), word, _inside(str(found.error.get("message") or "")))
    if found.state is ExportState.SUCCEEDED:
        return file_words(found, zone)
    return word


def file_words(found: Export, zone: tzinfo) -> str:
    """What has become of the file of a finished export."""
    if found.source is ExportSource.BACKUP:
        if found.file_state is FileState.EXPIRED:
            return say("The backup was removed")
        if found.file_state is FileState.MISSING:
            return say("The file is missing")
        return filled(say("Kept with the backups, %1"), words.size(found.bytes))
    day = "" if found.expires_at is None else words.day(found.expires_at.astimezone(zone).date())
    if found.file_state is FileState.EXPIRED:
        return filled(say("Expired on %1"), day)
    if found.file_state is FileState.MISSING:
        return say("The file is missing")
    size = words.size(found.bytes)
    return filled(say("%1, %2, until %3"), file_kind(found), size, day)


def is_kept_elsewhere(found: Export) -> bool:
    """Whether it is a backup that is still there: its file is saved from the list of backups."""
    there = found.source is ExportSource.BACKUP and found.file_state is FileState.NONE
    return there and found.state is ExportState.SUCCEEDED


def no_download(found: Export) -> str:
    """Why no copy can be saved; empty when one can."""
    if found.downloadable:
        return ""
    if found.source is ExportSource.BACKUP:
        return say("backups are saved from their own list")
    if found.file_state is FileState.EXPIRED:
        return say("its time is over and the file was removed")
    if found.file_state is FileState.MISSING:
        return say("its file is missing")
    if found.state is ExportState.PENDING_APPROVAL:
        return say("nobody has approved it yet")
    if found.state in OPEN:
        return say("it is still being made")
    return say("nothing of it was kept")


def no_history(found: Export) -> str:
    """Why there is no history of downloads to see; empty when there is one."""
    if found.has_history:
        return ""
    if found.source not in OF_RECORDS:
        return say("only exports of records have one; the audit log has every download")
    if found.sensitive:
        return say("it holds sensitive values; the audit log has every download")
    return say("no Super Admin has saved it from this list yet")


def note_words(name: str, count: int) -> str:
    """What could not stand in the file as it is."""
    texts = {
        "parts": say("More rows than one file holds: %Ln files in one zip.", count),
        "long_values": say(
            "%Ln text{|s} longer than a cell: the rest is on the sheet “Long values”.", count
        ),
        "associations_cut": say(
            "%Ln record{|s} with more than 1,000 associations: the first 1,000 are in it.", count
        ),
        "asker_disallowed": say("Whoever asked for it lost the permission while it was written."),
    }
    return texts.get(name, f"{name.replace('_', ' ')}: {words.number(count)}")


def _inside(message: str) -> str:
    """An error as it stands after a colon."""
    return (message[:1].lower() + message[1:]).rstrip(".")
