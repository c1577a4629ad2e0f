"""What reports print: the audit log, the users, the values that one property had."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import desc, select

from crmdesk.core.access.user import read_users
from crmdesk.core.audit import kinds
from crmdesk.core.audit.catalogue import AuditCatalogue, load_audit_catalogue
from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.filters import AuditFilters, acting_users
from crmdesk.core.audit.query import count_entries, walk_entries
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import audit_events
from crmdesk.core.db.tables import users as user_table
from crmdesk.core.errors import UserError
from crmdesk.core.exports.columns import label_rows
from crmdesk.core.exports.content import Cells
from crmdesk.core.exports.model import ExportSource, Naming
from crmdesk.core.exports.report_model import (
    AuditLogReport,
    HistoryReport,
    ReportRequest,
    ReportSubject,
    UsersReport,
)
from crmdesk.core.records.reader import value_history
from crmdesk.core.records.record import HistoryEntry, read_record
from crmdesk.core.records.schema import Property, load_object_type
from crmdesk.core.records.single import owners
from crmdesk.core.records.types import PropertyType

_BETWEEN = ";"
#: As much of a session's id as the log shows of it.
_SESSION_SIGNS = 12


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """One column that a report may have.

    Attributes:
        plain: holds nothing but a number, and a spreadsheet may calculate with it.
        phones: holds phone numbers, which no spreadsheet calculates.
    """

    name: str
    label: str
    plain: bool = False
    phones: bool = False


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A report before its columns are chosen.

    Attributes:
        object_name: API name of the object, or what else it is of.
        rows: every cell, in the order of ``columns``; good while the transaction is.
        sensitive: labels of sensitive properties that are in it.
    """

    source: ExportSource
    source_name: str
    object_name: str
    columns: tuple[ReportColumn, ...]
    total: int
    rows: Callable[[], Iterator[Cells]]
    sensitive: tuple[str, ...] = ()


AUDIT_LOG_COLUMNS = (
    ReportColumn("id", "Entry", plain=True),
    ReportColumn("at", "Time"),
    ReportColumn("category", "Category"),
    ReportColumn("subcategory", "Subcategory"),
    ReportColumn("action", "Action"),
    ReportColumn("result", "Result"),
    ReportColumn("actor_kind", "Acted as"),
    ReportColumn("user", "User"),
    ReportColumn("user_name", "Name"),
    ReportColumn("object", "Object"),
    ReportColumn("object_id", "Object ID"),
    ReportColumn("subjects", "Records", plain=True),
    ReportColumn("address", "Address"),
    ReportColumn("host", "Computer"),
    ReportColumn("country", "Country"),
    ReportColumn("region", "Region"),
    ReportColumn("agent", "Program"),
    ReportColumn("sign_in_type", "Signed in with"),
    ReportColumn("session_id", "Session"),
    ReportColumn("job_id", "Job"),
    ReportColumn("link", "Link"),
    ReportColumn("detail", "Details"),
    ReportColumn("erased", "Details erased"),
)
USERS_COLUMNS = (
    ReportColumn("id", "User ID", plain=True),
    ReportColumn("name", "Name"),
    ReportColumn("email", "E-mail"),
    ReportColumn("super_admin", "Super Admin"),
    ReportColumn("permissions", "Permissions"),
    ReportColumn("teams", "Teams"),
    ReportColumn("active", "Active"),
    ReportColumn("two_factor", "Two-factor authentication"),
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
        case AuditLogReport():
            return AUDIT_LOG_COLUMNS
        case UsersReport():
            return USERS_COLUMNS
        case HistoryReport():
            return HISTORY_COLUMNS


def report_table(tx: Tx, request: ReportRequest) -> ReportTable:
    """What a request asks for.

    Raises:
        UserError: ``audit_user_unknown``; ``object_unknown``, ``record_unknown``,
            ``property_unknown``, ``property_without_history``.
        WrongUsage: a filter of the log that does not exist.
    """
    match request.subject:
        case AuditLogReport(filters=filters):
            return _audit_log(tx, filters, request.choices)
        case UsersReport():
            return _users(tx)
        case HistoryReport() as subject:
            return _history(tx, subject, request.choices)


# -- the audit log ---------------------------------------------------------------------------
def _audit_log(tx: Tx, filters: AuditFilters, choices: Naming) -> ReportTable:
    _refuse_unknown_users(tx, filters)
    catalogue = load_audit_catalogue() if choices is Naming.LABEL else None
    return ReportTable(
        ExportSource.AUDIT_LOG,
        "Audit log",
        "audit_log",
        AUDIT_LOG_COLUMNS,
        count_entries(tx, filters),
        lambda: (_entry_cells(event, catalogue) for event in walk_entries(tx, filters)),
    )


def _refuse_unknown_users(tx: Tx, filters: AuditFilters) -> None:
    """A name that was misspelt must not make a file that says that nothing was done."""
    known = set(tx.execute(select(user_table.c.id)).scalars())
    unknown = [prefix for prefix in filters.by if not acting_users(tx, (prefix,))]
    unknown += [str(user_id) for user_id in filters.user_ids if user_id not in known]
    if unknown:
        raise UserError(
            "audit_user_unknown",
            f"No user or team is called “{unknown[0]}”, or begins so.",
            "Give an e-mail address, a name, a team, or the beginning of one.",
            by=unknown[0],
        )


def _entry_cells(event: AuditEvent, catalogue: AuditCatalogue | None) -> Cells:
    category, subcategory, action = event.category, event.subcategory, event.action
    if catalogue is not None:
        action = catalogue.action_labels.get(action, action)
        if (found := catalogue.category(category)) is not None:
            category = found.label
            below = found.subcategory(subcategory)
            subcategory = subcategory if below is None else below.label
    detail = json.dumps(event.detail, ensure_ascii=False) if event.detail else ""
    return (
        event.id,
        to_text(event.at),
        category,
        subcategory,
        action,
        event.result,
        event.actor_kind,
        event.user,
        event.user_name,
        event.object,
        event.object_id,
        event.subjects,
        event.address,
        event.host,
        event.country,
        event.region,
        event.agent,
        event.sign_in_type,
        (event.session_id or "")[:_SESSION_SIGNS],
        event.job_id,
        event.link,
        detail,
        _truth(event.erased),
    )


# -- the users -------------------------------------------------------------------------------
def _users(tx: Tx) -> ReportTable:
    found = read_users(tx)

    def rows() -> Iterator[Cells]:
        for user in found:
            yield (
                user.id,
                user.name,
                user.email,
                _truth(user.super_admin),
                _BETWEEN.join(each.value for each in user.permissions),
                _BETWEEN.join(user.teams),
                _truth(user.active),
                _truth(user.two_factor),
                _last_sign_in(tx, user.id),
                to_text(user.created_at),
            )

    return ReportTable(ExportSource.USERS, "Users", "user", USERS_COLUMNS, len(found), rows)


def _last_sign_in(tx: Tx, user_id: int) -> str | None:
    """By the log, whose times are the clock's: those of sessions are steady ones."""
    signed_in = (
        audit_events.c.user_id == user_id,
        audit_events.c.subcategory == kinds.LOGIN_SUCCEEDED.subcategory,
    )
    latest = select(audit_events.c.at).where(*signed_in).order_by(desc(audit_events.c.id))
    at: str | None = tx.scalar(latest.limit(1))
    return at


# -- the history of a property ---------------------------------------------------------------
def _history(tx: Tx, subject: HistoryReport, choices: Naming) -> ReportTable:
    object_type = load_object_type(tx, subject.object_name)
    only = object_type.property(subject.property_name)
    read_record(tx, object_type, subject.record_id)
    entries = value_history(tx, object_type, subject.record_id, only, reveals=True)
    if not entries:
        raise UserError(
            "property_without_history",
            f"{only.label} of this record was never changed.",
            "Export another property's history.",
            property=only.name,
        )
    labels = _labels(tx, only) if choices is Naming.LABEL else {}
    return ReportTable(
        ExportSource.PROPERTY_HISTORY,
        only.label,
        object_type.name,
        tuple(_of_type(column, only) for column in HISTORY_COLUMNS),
        len(entries),
        lambda: (_change_cells(entry, labels) for entry in entries),
        (only.label,) if only.sensitive else (),
    )


def _of_type(column: ReportColumn, only: Property) -> ReportColumn:
    """The column as the property's own would be written, where it holds its values."""
    if column.name not in {"old", "new"}:
        return column
    return replace(
        column,
        plain=only.type is PropertyType.NUMBER,
        phones=only.type is PropertyType.PHONE,
    )


def _labels(tx: Tx, only: Property) -> Mapping[str, str]:
    return {row.value: row.label for row in label_rows([only], owners(tx))}


def _change_cells(entry: HistoryEntry, labels: Mapping[str, str]) -> Cells:
    return (
        entry.change_id,
        to_text(entry.at),
        _labelled(entry.old, labels),
        _labelled(entry.new, labels),
        entry.source,
        entry.source_label,
        entry.user_name,
        entry.job_id,
    )


def _labelled(value: str | None, labels: Mapping[str, str]) -> str | None:
    if value is None or not labels:
        return value
    return _BETWEEN.join(labels.get(one, one) for one in value.split(_BETWEEN))


def _truth(value: bool) -> str:
    return "true" if value else "false"
