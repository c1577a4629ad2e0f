"""What a job is: a row that says what is to be done, by whom, and how far it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from crmdesk.core.access.permissions import Permission


class JobKind(StrEnum):
    """The work that runs outside the window."""

    BACKUP = "backup"
    RESTORE = "restore"
    EXPORT = "export"
    IMPORT = "import"
    IMPORT_UNDO = "import_undo"
    UNDO = "undo"
    DRILL = "drill"
    REVIVE = "revive"
    BULK_EDIT = "bulk_edit"
    BULK_DELETE = "bulk_delete"
    BULK_UNDO = "bulk_undo"
    BIN_RESTORE = "bin_restore"
    BIN_PURGE = "bin_purge"
    MAIL = "mail"
    PRIVACY_EXPORT = "privacy_export"
    PRIVACY_DELETE = "privacy_delete"
    LOG_IMPORT = "log_import"


class JobState(StrEnum):
    """Every job ends in exactly one of the last four."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


FINAL = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED})
OPEN = frozenset(set(JobState) - FINAL)


#: What whoever asked for a job must still be allowed to do when its work begins.
REQUIRED = {
    JobKind.BACKUP: Permission.SUPER_ADMIN,
    JobKind.RESTORE: Permission.SUPER_ADMIN,
    JobKind.UNDO: Permission.SUPER_ADMIN,
    JobKind.DRILL: Permission.SUPER_ADMIN,
    JobKind.REVIVE: Permission.SUPER_ADMIN,
    JobKind.EXPORT: Permission.EXPORT,
    JobKind.IMPORT: Permission.IMPORT,
    JobKind.IMPORT_UNDO: Permission.IMPORT,
    JobKind.BULK_EDIT: Permission.USE_RECORDS,
    JobKind.BULK_DELETE: Permission.DELETE_RECORDS,
    JobKind.BULK_UNDO: Permission.USE_RECORDS,
    JobKind.BIN_RESTORE: Permission.DELETE_RECORDS,
    JobKind.BIN_PURGE: Permission.DELETE_RECORDS,
    JobKind.MAIL: Permission.SUPER_ADMIN,
    JobKind.PRIVACY_EXPORT: Permission.SUPER_ADMIN,
    JobKind.PRIVACY_DELETE: Permission.SUPER_ADMIN,
    JobKind.LOG_IMPORT: Permission.SUPER_ADMIN,
}


#: What only a Super Admin may stop, also where another person began it.
CANCELLED_BY_SUPER_ADMINS = frozenset({JobKind.EXPORT})


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job failed, ready to be shown."""

    code: str
    message: str
    hint: str

    def to_json(self) -> str:
        """As rows of backups, imports and restores keep it."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Job:
    """One row of ``jobs``.

    Attributes:
        done, total: in rows, bytes or objects, as ``phase`` says; total 0 is unknown.
        detail: further numbers and names of the progress, e.g. the object being written.
    """

    id: str
    kind: JobKind
    state: JobState
    params: Mapping[str, Any]
    user_id: int | None
    user_name: str
    phase: str
    done: int
    total: int
    detail: Mapping[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancelled_by: int | None
    result: Mapping[str, Any] | None
    error: JobError | None
