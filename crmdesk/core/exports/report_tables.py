"""What reports print: the audit log, the users, the values that one property had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from crmdesk.core.access.user import read_users
from crmdesk.core.audit import kinds
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.errors import UserError
from crmdesk.core.exports.columns import label_rows
from crmdesk.core.exports.content import Cells
from crmdesk.core.exports.model import ExportSource, Naming
from crmdesk.core.exports.report_columns import HISTORY_COLUMNS, USERS_COLUMNS, ReportColumn
from crmdesk.core.exports.report_log import audit_log_table
from crmdesk.core.exports.report_model import (
    AuditLogReport,
    HistoryReport,
    ReportRequest,
    UsersReport,
)
from crmdesk.core.exports.report_table import ReportTable, truth
from crmdesk.core.records.reader import value_history
from crmdesk.core.records.record import HistoryEntry, read_record
from crmdesk.core.records.schema import Property, load_object_type
from crmdesk.core.records.single import owners
from crmdesk.core.records.types import PropertyType

_BETWEEN = ";"


def report_table(tx: Tx, request: ReportRequest) -> ReportTable:
    """What a request asks for.

    Raises:
        UserError: ``audit_user_unknown``; ``object_unknown``, ``record_unknown``,
            ``property_unknown``, ``property_without_history``.
        WrongUsage: a filter of the log that does not exist.
    """
    match request.subject:
        case AuditLogReport() as log:
            return audit_log_table(tx, log, request.choices)
        case UsersReport():
            return _users(tx)
        case HistoryReport() as subject:
            return _history(tx, subject, request.choices)


# -- the users -------------------------------------------------------------------------------
def _users(tx: Tx) -> ReportTable:
    found = read_users(tx)

    def rows() -> Iterator[Cells]:
        for user in found:
            yield (
                user.id,
                user.name,
                user.email,
                truth(user.super_admin),
                _BETWEEN.join(each.value for each in user.permissions),
                _BETWEEN.join(user.teams),
                truth(user.active),
                truth(user.two_factor),
                _last_sign_in(tx, user.id),
                to_text(user.created_at),
            )

    return ReportTable(ExportSource.USERS, "Users", "user", USERS_COLUMNS, len(found), rows)


def _last_sign_in(tx: Tx, user_id: int) -> str | None:
    """By the log, whose times are the clock's: those of sessions are steady ones."""
    # The word as it stands in the index: SQLite does not take a partial one for a parameter.
    row = tx.sql(
        "SELECT at FROM audit_events WHERE user_id = ? "
        f"AND subcategory = '{kinds.LOGIN_SUCCEEDED.subcategory}' ORDER BY id DESC LIMIT 1",
        (user_id,),
    ).fetchone()
    return None if row is None else str(row[0])


# -- the history of a property ---------------------------------------------------------------
def _history(tx: Tx, subject: HistoryReport, choices: Naming) -> ReportTable:
    object_type = load_object_type(tx, subject.object_name)
    only = object_type.property(subject.property_name)
    read_record(tx, object_type, subject.record_id)
    entries = value_history(tx, object_type, subject.record_id, only, reveals=True)
    if not entries:
        raise UserError(
            "property_without_history",
            f"{only.label} of this record never had a value.",
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
