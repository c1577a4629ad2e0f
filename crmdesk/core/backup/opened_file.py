"""A backup file as it is shown when somebody opens it, and why a backup cannot be saved."""

from __future__ import annotations

from crmdesk.core.backup.model import Backup, FileState, OpenedEntry, OpenedFile
from crmdesk.core.backup.reader import BackupFile
from crmdesk.core.backup.verify import Verification
from crmdesk.core.clock import to_text
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobState


def not_downloadable(found: Backup) -> UserError:
    """The refusal for a backup whose file is not there, or not to be had."""
    if found.state is not JobState.SUCCEEDED:
        why, hint = f"it {found.state.value}", "Make a new backup."
    elif found.file_state is FileState.MISSING:
        why, hint = "its file is missing from the vault", "Use a copy that was saved earlier."
    elif found.file_state is FileState.DELETED:
        why, hint = "its file was deleted", "Use a copy that was saved earlier."
    else:
        when = found.expired_at or found.expires_at
        why = "it expired" + (f" on {to_text(when)}" if when else "")
        hint = "Make a new backup; this one can still be restored while its file is kept."
    return UserError("backup_not_downloadable", f"This backup cannot be saved: {why}.", hint)


def opened_file(file: BackupFile, verdict: Verification) -> OpenedFile:
    """What a file holds, by its manifest where it has one."""
    described = {} if file.manifest is None else {e.file: e for e in file.manifest.entries}
    parts = set() if file.manifest is None else {part.file for part in file.manifest.parts}
    entries = []
    for entry in file.entries:
        told = described.get(entry.name)
        if entry.name in parts or (told is None and not entry.name.lower().endswith(".csv")):
            continue
        entries.append(
            OpenedEntry(
                object="" if told is None else told.object,
                label=entry.name if told is None else told.label,
                file=entry.name,
                rows=None if told is None else told.rows,
                bytes=entry.bytes,
                columns=() if told is None else told.column_names,
            )
        )
    manifest = file.manifest
    return OpenedFile(
        path=file.path,
        verified=verdict.ok,
        signed=verdict.signed,
        foreign=file.foreign,
        workspace_name="" if manifest is None else manifest.workspace_name,
        snapshot_at=None if manifest is None else manifest.snapshot_at,
        bytes=file.path.stat().st_size,
        sha256=verdict.sha256,
        entries=tuple(entries),
        problems=tuple((problem.code.value, problem.entry) for problem in verdict.problems),
    )
