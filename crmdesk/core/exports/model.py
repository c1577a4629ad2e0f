"""The plain values of exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from crmdesk.core.records.filters import RecordQuery

#: What a person may be told of: "more than this many records" (HubSpot's own bounds).
LEAST_THRESHOLD, MOST_THRESHOLD = 1, 275_000


class ExportFormat(StrEnum):
    """Kinds of file."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


#: Kinds of file that records may leave in; reports may leave in all.
OF_RECORD_FILES = (ExportFormat.CSV, ExportFormat.XLSX)


class Naming(StrEnum):
    """Whether columns, or choices, stand as people read them or as programs do."""

    LABEL = "label"
    NAME = "name"


class ExportSource(StrEnum):
    """Where an export was asked for."""

    OBJECT = "object"
    VIEW = "view"
    SEGMENT = "segment"
    AUDIT_LOG = "audit_log"
    USERS = "users"
    PROPERTY_HISTORY = "property_history"
    BACKUP = "backup"
    PRIVACY = "privacy"


#: Files of records: told of when they are large, and with a history of who saved them. Those of
#: the log, of users and of one record's values are neither, and backups have a list of their own.
OF_RECORDS = frozenset({ExportSource.OBJECT, ExportSource.VIEW, ExportSource.SEGMENT})
#: What a Super Admin alone reads is seen by Super Admins alone, also when it stands in a file.
OF_SUPER_ADMINS = frozenset(
    {ExportSource.AUDIT_LOG, ExportSource.USERS, ExportSource.BACKUP, ExportSource.PRIVACY}
)


class ExportState(StrEnum):
    """Where an export stands; all but the first two are states of its job."""

    PENDING_APPROVAL = "pending_approval"
    REJECTED = "rejected"
    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class FileState(StrEnum):
    """Whether there is something to download."""

    NONE = "none"
    READY = "ready"
    EXPIRED = "expired"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to leave, and how it is written.

    Attributes:
        query: which records; its order is not kept, files are in the order of record ids.
        ids: these records alone; empty for all that the query finds.
        columns: internal names in the order of the file; None for every property.
        headers, choices: how column names and the values of choices, owners and stages stand.
        associated: names of objects whose records' ids stand in a column at the end.
        bom: a mark before UTF-8 text that some spreadsheets need.
        for_spreadsheets: texts that a spreadsheet would take for a formula begin with ``'``.
    """

    query: RecordQuery
    source: ExportSource = ExportSource.OBJECT
    source_name: str = ""
    name: str = ""
    ids: tuple[int, ...] = ()
    columns: tuple[str, ...] | None = None
    format: ExportFormat = ExportFormat.CSV
    headers: Naming = Naming.LABEL
    choices: Naming = Naming.LABEL
    associated: tuple[str, ...] = ()
    bom: bool = False
    for_spreadsheets: bool = False


class Exclusion(StrEnum):
    """What is not in a report of the log, and why."""

    EDITION = "edition"
    """Entries of categories that the edition does not show."""
    CONTENT_EDITION = "content_edition"
    """Content activity, by a setting of its own."""
    DETAILS = "details"
    """What changed, session and job: the edition shows the entries without."""


@dataclass(frozen=True, slots=True)
class ExportEstimate:
    """What an export would be.

    Attributes:
        bytes: of the file, from a sample.
        sensitive: labels of sensitive columns that would be in it.
        left_out: labels of sensitive columns that "every property" leaves out, since the actor
            may not see them.
        needs_approval: it would wait for somebody's decision.
        excluded: how many rows of the log that concerns, by what is left out.
    """

    records: int
    bytes: int
    sensitive: tuple[str, ...]
    left_out: tuple[str, ...]
    needs_approval: bool
    excluded: Mapping[Exclusion, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Export:
    """One line of the list.

    Attributes:
        records: None until they are counted.
        progress: share of the records written, 0 to 1; None unless it is running.
        expires_at: until when it can be downloaded.
        notes: what could not stand in the file as it is, by reason.
        has_history: whether :meth:`ExportService.history` may be asked by who reads this.
        downloads: how many copies were saved; None where no history is shown.
        error: why it failed: code, message, hint.
    """

    id: str
    job_id: str | None
    name: str
    source: ExportSource
    source_name: str
    object_name: str
    format: ExportFormat
    state: ExportState
    file_state: FileState
    records: int | None
    bytes: int
    user_id: int | None
    user_name: str
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
    sensitive: tuple[str, ...]
    notes: Mapping[str, int]
    progress: float | None
    has_history: bool
    downloads: int | None
    decided_by: str
    reason: str
    error: Mapping[str, Any] | None

    @property
    def downloadable(self) -> bool:
        """Whether its file can be saved."""
        return self.file_state is FileState.READY


@dataclass(frozen=True, slots=True)
class Download:
    """Who saved a copy of an export, from where and when."""

    user_id: int | None
    user_name: str
    at: datetime
    address: str
    host: str


class ExportOrder(StrEnum):
    """What the list can be sorted by."""

    DATE = "date"
    NAME = "name"
    RECORDS = "records"
    SOURCE = "source"
    USER = "user"
    OBJECT = "object"
    FORMAT = "format"
    STATE = "state"
    SIZE = "size"
    ENDED = "ended"
    EXPIRES = "expires"
    SENSITIVE = "sensitive"
    DOWNLOADS = "downloads"


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Which exports of the list; what is None or empty asks nothing.

    Attributes:
        by: e-mail, name or team of who asked for it, or the start of either, in any case.
        since, until: aware; the second is the first instant no longer meant.
    """

    user_id: int | None = None
    source: ExportSource | None = None
    state: ExportState | None = None
    name: str = ""
    since: datetime | None = None
    until: datetime | None = None
    states: tuple[ExportState, ...] = ()
    users: tuple[int, ...] = ()
    sources: tuple[ExportSource, ...] = ()
    by: tuple[str, ...] = ()
