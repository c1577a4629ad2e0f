"""``export audit-log``, ``users``, ``property-history``: files of something else than records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.audit_filters import (
    Actions,
    By,
    Categories,
    Search,
    Since,
    Subcategories,
    Until,
    audit_filters,
)
from crmdesk.cli.export_options import (
    EVERY_COLUMN,
    Bom,
    Choices,
    Columns,
    ExportName,
    FileFormat,
    ForSpreadsheet,
    Headers,
    finish_export,
    written_as,
)
from crmdesk.cli.parameters import ObjectName, RecordId, Wait
from crmdesk.cli.session import Seat, seat

if TYPE_CHECKING:
    from crmdesk.core.exports.report_model import ReportSubject

PropertyName = Annotated[
    str, typer.Argument(metavar="PROPERTY", help="Internal name of the property.")
]


def audit_log(
    context: typer.Context,
    *,
    categories: Categories = None,
    subcategories: Subcategories = None,
    actions: Actions = None,
    by: By = None,
    since: Since = None,
    until: Until = None,
    search: Search = "",
    columns: Columns = EVERY_COLUMN,
    file_format: FileFormat = "csv",
    headers: Headers = "label",
    values: Choices = "label",
    name: ExportName = "",
    bom: Bom = False,
    for_spreadsheet: ForSpreadsheet = False,
    wait: Wait = True,
) -> None:
    """Make a file of the audit log, newest entry first; takes a Super Admin."""
    from crmdesk.core.exports.report_model import AuditLogReport

    chosen = written_as(
        columns,
        file_format,
        headers,
        values,
        name=name,
        bom=bom,
        for_spreadsheets=for_spreadsheet,
    )
    with seat(context) as here:
        filters = audit_filters(here, categories, subcategories, actions, by, since, until, search)
        _make(here, AuditLogReport(filters), chosen, wait=wait)


def users(
    context: typer.Context,
    *,
    columns: Columns = EVERY_COLUMN,
    file_format: FileFormat = "csv",
    headers: Headers = "label",
    name: ExportName = "",
    bom: Bom = False,
    for_spreadsheet: ForSpreadsheet = False,
    wait: Wait = True,
) -> None:
    """Make a file of the users and of what they may do; takes a Super Admin."""
    from crmdesk.core.exports.report_model import UsersReport

    chosen = written_as(
        columns,
        file_format,
        headers,
        "label",
        name=name,
        bom=bom,
        for_spreadsheets=for_spreadsheet,
    )
    with seat(context) as here:
        _make(here, UsersReport(), chosen, wait=wait)


def property_history(
    context: typer.Context,
    object_name: ObjectName,
    record_id: RecordId,
    property_name: PropertyName,
    *,
    columns: Columns = EVERY_COLUMN,
    file_format: FileFormat = "csv",
    headers: Headers = "label",
    values: Choices = "label",
    name: ExportName = "",
    bom: Bom = False,
    for_spreadsheet: ForSpreadsheet = False,
    wait: Wait = True,
) -> None:
    """Make a file of every value that a property of one record had."""
    from crmdesk.core.exports.report_model import HistoryReport

    chosen = written_as(
        columns,
        file_format,
        headers,
        values,
        name=name,
        bom=bom,
        for_spreadsheets=for_spreadsheet,
    )
    with seat(context) as here:
        _make(here, HistoryReport(object_name, record_id, property_name), chosen, wait=wait)


def _make(here: Seat, subject: ReportSubject, chosen: dict[str, Any], *, wait: bool) -> None:
    from crmdesk.core.exports.report_model import ReportRequest

    asked = ReportRequest(subject, **chosen)
    finish_export(here, here.workspace.reports.create(here.actor, asked), wait=wait)
