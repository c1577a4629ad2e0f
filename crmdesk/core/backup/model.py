"""Backups as services return them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from crmdesk.core.jobs.job import JobState


class FileState(StrEnum):
    """What has become of a backup's file in the vault."""

    NONE = "none"
    KEPT = "kept"
    PINNED = "pinned"
    LAST_SAFETY_COPY = "last_safety_copy"
    EXPIRED = "expired"
    DELETED = "deleted"
    MISSING = "missing"


#: States of a backup that was completed and has no file any more.
GONE = frozenset({FileState.EXPIRED, FileState.DELETED, FileState.MISSING})


@dataclass(frozen=True, slots=True)
class Backup:
    """One row of the list.

    Attributes:
        state: of the job that made it.
        file_state: of its file; a last safety copy is kept past its expiry.
        expired_at: when its file was removed, by the retention or by a person.
        snapshot_at: the one instant whose data it holds.
        expires_at: until when it can be downloaded.
        objects: by name, the numbers of records and properties.
        sensitive: labels of sensitive properties whose values are in the file.
        complete: a whole workspace can be built from it, not only values restored.
        second_copy: ``{"file": …}`` or ``{"error": …}`` where a second folder is set.
    """

    id: str
    job_id: str | None
    state: JobState
    file_state: FileState
    created_at: datetime
    created_by: str
    snapshot_at: datetime | None
    completed_at: datetime | None
    file_name: str
    sha256: str
    bytes: int
    records: int
    objects: Mapping[str, Mapping[str, int]]
    expires_at: datetime | None
    expired_at: datetime | None
    downloadable: bool
    restorable: bool
    verified_at: datetime | None
    verified_ok: bool | None
    pinned: bool
    signed: bool
    sensitive: tuple[str, ...]
    second_copy: Mapping[str, str] | None
    error: Mapping[str, str] | None
    complete: bool = False


@dataclass(frozen=True, slots=True)
class ObjectEstimate:
    """What a backup made now would hold of one object."""

    name: str
    label: str
    icon: str
    records: int
    properties: int


@dataclass(frozen=True, slots=True)
class BackupEstimate:
    """What *Create* would do.

    Attributes:
        bytes: estimated size of the zip, from a sample of the records.
        complete_bytes: the same of a complete backup.
        sensitive: labels of sensitive properties that hold values or may.
        next_possible_at: ``None`` when a backup may be made now.
        kept_until: when a backup made now would expire.
    """

    objects: tuple[ObjectEstimate, ...]
    bytes: int
    free_bytes: int
    sensitive: tuple[str, ...]
    next_possible_at: datetime | None
    interval_hours: float
    edition: str
    keep_days: int
    kept_until: datetime
    complete_bytes: int = 0

    @property
    def records(self) -> int:
        """Records in all."""
        return sum(item.records for item in self.objects)


class HealthLevel(StrEnum):
    """How well the data is protected."""

    OK = "ok"
    WARN = "warn"
    DANGER = "danger"
    NEVER = "never"


class HealthReason(StrEnum):
    """Why the data is not as well protected as it could be, the worst first."""

    NEVER = "never"
    VERIFY_FAILED = "verify_failed"
    DRILL_FAILED = "drill_failed"
    NOTHING_KEPT = "nothing_kept"
    FAILING = "failing"
    FAILED = "failed"
    LONG_AGO = "long_ago"
    LATE = "late"
    DRILL_LATE = "drill_late"
    LITTLE_ROOM = "little_room"


@dataclass(frozen=True, slots=True)
class BackupHealth:
    """The one fact that must never hide.

    Attributes:
        failures: failed or interrupted backups since the last completed one.
        reasons: why it is not well; empty when it is.
        last_drill_seconds: how long the last good drill took, and so a restore would.
        free_bytes: room on the disk of the vault.
    """

    level: HealthLevel
    last_completed_at: datetime | None
    last_verified_at: datetime | None
    last_verified_ok: bool | None
    failures: int
    backups: int
    bytes: int
    reasons: tuple[HealthReason, ...] = ()
    last_drill_at: datetime | None = None
    last_drill_ok: bool | None = None
    last_drill_seconds: float | None = None
    free_bytes: int = 0


@dataclass(frozen=True, slots=True)
class OpenedEntry:
    """One file inside a zip; ``rows`` and ``columns`` only where a manifest tells."""

    object: str
    label: str
    file: str
    rows: int | None
    bytes: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A backup file from anywhere, as it describes itself.

    Attributes:
        verified: this workspace made it, and every bit is as it was written.
        foreign: another workspace or program made it: readable, never restored by id.
        problems: codes with the file inside the zip they are about.
    """

    path: Path
    verified: bool
    signed: bool
    foreign: bool
    workspace_name: str
    snapshot_at: datetime | None
    bytes: int
    sha256: str
    entries: tuple[OpenedEntry, ...]
    problems: tuple[tuple[str, str], ...]
