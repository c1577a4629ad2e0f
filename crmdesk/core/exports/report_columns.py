"""The columns that reports may have."""

from __future__ import annotations

from dataclasses import dataclass

from crmdesk.core.exports.report_model import (
    AuditLogReport,
    HistoryReport,
    ReportSubject,
    UsersReport,
)


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """One column that a report may have.

    Attributes:
        plain: holds nothing but a number, and a spreadsheet may calculate with it.
        phones: holds phone numbers, which no spreadsheet calculates.
        json: holds JSON, which is not a text in JSON; `true` and `false` are such, too.
    """

    name: str
    label: str
    plain: bool = False
    phones: bool = False
    json: bool = False


#: The first six are those of HubSpot's security history, in its order; ours follow them.
AUDIT_LOG_COLUMNS = (
    ReportColumn("at", "Time"),
    ReportColumn("type", "Type"),
    ReportColumn("user", "User e-mail"),
    ReportColumn("object_id", "Object ID"),
    ReportColumn("location", "Approximate location"),
    ReportColumn("link", "Link"),
    ReportColumn("id", "Entry", plain=True),
    ReportColumn("category", "Category"),
    ReportColumn("subcategory", "Subcategory"),
    ReportColumn("action", "Action"),
    ReportColumn("result", "Result"),
    ReportColumn("actor_kind", "Acted as"),
    ReportColumn("user_name", "Name"),
    ReportColumn("object", "Object"),
    ReportColumn("subjects", "Records", plain=True),
    ReportColumn("address", "Address"),
    ReportColumn("host", "Computer"),
    ReportColumn("country", "Country"),
    ReportColumn("region", "Region"),
    ReportColumn("agent", "Program"),
    ReportColumn("sign_in_type", "Signed in with"),
    ReportColumn("session_id", "Session"),
    ReportColumn("job_id", "Job"),
    ReportColumn("detail", "Details", json=True),
    ReportColumn("erased", "Details erased", json=True),
)
COMMENTS_COLUMN = ReportColumn("comments", "Comments", json=True)
USERS_COLUMNS = (
    ReportColumn("id", "User ID", plain=True),
    ReportColumn("name", "Name"),
    ReportColumn("email", "E-mail"),
    ReportColumn("super_admin", "Super Admin", json=True),
    ReportColumn("permissions", "Permissions"),
    ReportColumn("teams", "Teams"),
    ReportColumn("active", "Active", json=True),
    ReportColumn("two_factor", "Two-factor authentication", json=True),
    ReportColumn("last_sign_in", "Last sign-in"),
    ReportColumn("created_at", "Added"),
)
HISTORY_COLUMNS = (
    ReportColumn("change_id", "Change", plain=True),
    ReportColumn("at", "Time"),
    ReportColumn("old", "Old value"),
    ReportColumn("new", "New value"),
    ReportColumn("source", "Source"),
    ReportColumn("source_label", "Source detail"),
    ReportColumn("user", "User"),
    ReportColumn("job_id", "Job"),
)


def report_columns(subject: ReportSubject) -> tuple[ReportColumn, ...]:
    """Every column that a report may have; the first names a row and is always in it."""
    match subject:
        case AuditLogReport(comments=comments):
            return AUDIT_LOG_COLUMNS + ((COMMENTS_COLUMN,) if comments else ())
        case UsersReport():
            return USERS_COLUMNS
        case HistoryReport():
            return HISTORY_COLUMNS
