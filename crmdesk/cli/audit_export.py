"""``audit export``: a report of the log, made and saved in one go."""

from __future__ import annotations

from typing import Annotated

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
from crmdesk.cli.audit_left_out import tell_left_out
from crmdesk.cli.audit_query import InQuery, in_query
from crmdesk.cli.audit_views import InView, in_view
from crmdesk.cli.export_options import (
    EVERY_COLUMN,
    Bom,
    Columns,
    ExportName,
    ForSpreadsheet,
    written_as,
)
from crmdesk.cli.export_saving import finish_and_save
from crmdesk.cli.out_file import Force, OutFile, refuse_target
from crmdesk.cli.parameters import Code
from crmdesk.cli.session import seat

LogFormat = Annotated[str, typer.Option("--format", metavar="csv|xlsx|jsonl", help="Kind of file.")]


def export_log(
    context: typer.Context,
    out: OutFile,
    *,
    view: InView = None,
    categories: Categories = None,
    subcategories: Subcategories = None,
    actions: Actions = None,
    by: By = None,
    since: Since = None,
    until: Until = None,
    search: Search = "",
    query: InQuery = "",
    file_format: LogFormat = "csv",
    columns: Columns = EVERY_COLUMN,
    name: ExportName = "",
    bom: Bom = False,
    for_spreadsheet: ForSpreadsheet = False,
    comments: Annotated[
        bool, typer.Option("--comments", help="With what people said about each entry.")
    ] = False,
    force: Force = False,
    code: Code = None,
) -> None:
    """Save the log, or what filters find in it; the export stands in the list of exports too."""
    from crmdesk.core.exports.report_model import AuditLogReport, ReportRequest

    refuse_target(out, force=force)
    chosen = written_as(
        columns,
        file_format,
        "label",
        "label",
        name=name,
        bom=bom,
        for_spreadsheets=for_spreadsheet,
    )
    with seat(context) as here:
        filters = audit_filters(here, categories, subcategories, actions, by, since, until, search)
        filters = in_view(here, view, in_query(here, query, filters))
        asked = ReportRequest(AuditLogReport(filters, comments=comments), **chosen)
        tell_left_out(here, filters, in_file=True)
        export_id = here.workspace.reports.create(here.actor, asked)
        finish_and_save(here, export_id, out, code)
