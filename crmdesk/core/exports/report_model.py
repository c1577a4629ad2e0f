"""The plain values of reports: exports of something else than records."""

from __future__ import annotations

from dataclasses import dataclass, field

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.exports.model import ExportFormat, Naming


@dataclass(frozen=True, slots=True)
class AuditLogReport:
    """Entries of the audit log, newest first, as the log itself shows them.

    Attributes:
        up_to: the last entry that was there when it was asked for: what asking for it and making
            it cause is not in it. None before it was asked for.
        comments: what people said about each entry stands in a column of its own.
    """

    filters: AuditFilters = field(default_factory=AuditFilters)
    up_to: int | None = None
    comments: bool = False


@dataclass(frozen=True, slots=True)
class UsersReport:
    """Every user who was not removed, newest first."""


@dataclass(frozen=True, slots=True)
class HistoryReport:
    """All values that one property of one record had, the one of now first."""

    object_name: str
    record_id: int
    property_name: str


ReportSubject = AuditLogReport | UsersReport | HistoryReport


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What is to leave, and how it is written.

    Attributes:
        columns: internal names in the order of the file; None for every one. What names a row
            comes first in any case.
        headers, choices: how column names and the values of choices stand.
        bom: a mark before UTF-8 text that some spreadsheets need.
        for_spreadsheets: texts that a spreadsheet would take for a formula begin with ``'``.
    """

    subject: ReportSubject
    name: str = ""
    columns: tuple[str, ...] | None = None
    format: ExportFormat = ExportFormat.CSV
    headers: Naming = Naming.LABEL
    choices: Naming = Naming.LABEL
    bom: bool = False
    for_spreadsheets: bool = False
