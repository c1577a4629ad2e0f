"""``export``: make files of records, decide on them, save them, and see who did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crmdesk.cli import export_list, export_reports, export_shown, export_summary
from crmdesk.cli.documents import moment
from crmdesk.cli.export_options import (
    EVERY_COLUMN,
    Associated,
    Bom,
    Choices,
    Columns,
    ExportName,
    FileFormat,
    ForSpreadsheet,
    Headers,
    finish_export,
    names_of,
    tell_export,
    written_as,
)
from crmdesk.cli.export_saving import SaveTo, finish_and_save, refuse_not_waiting, save_copy
from crmdesk.cli.export_shown import ExportId
from crmdesk.cli.named_ids import Ids, passed_over, unknown_ids
from crmdesk.cli.out_file import Force, OutFile, refuse_target
from crmdesk.cli.parameters import NUMBERS_BELOW_ZERO, Code, JsonLines, ObjectName, Wait, group
from crmdesk.cli.record_filters import (
    Filters,
    GroupedFilters,
    InSegment,
    Or,
    find_view,
    query_of,
    refuse_view_with_filters,
)
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import finish_job
from crmdesk.core.errors import WrongUsage

if TYPE_CHECKING:
    from crmdesk.core.exports.model import ExportSource
    from crmdesk.core.records.filters import RecordQuery

app = group("Save records as files, and account for every file that leaves.")


@app.command("create", cls=GroupedFilters)
def create(
    context: typer.Context,
    object_name: ObjectName,
    filters: Filters = None,
    alternatives: Or = False,  # noqa: ARG001 - told by its place among the filters
    segment: InSegment = None,
    view: Annotated[
        str | None,
        typer.Option("--view", metavar="NAME", help="The records that this view has."),
    ] = None,
    record_ids: Ids = None,
    columns: Columns = EVERY_COLUMN,
    file_format: FileFormat = "csv",
    headers: Headers = "label",
    values: Choices = "label",
    associated: Associated = None,
    name: ExportName = "",
    bom: Bom = False,
    for_spreadsheet: ForSpreadsheet = False,
    wait: Wait = True,
    out: SaveTo = None,
    force: Force = False,
    code: Code = None,
) -> None:
    """Make a file of records; it is kept for 30 days and can be saved by “export download”."""
    from crmdesk.core.exports.model import ExportRequest

    chosen = written_as(
        columns,
        file_format,
        headers,
        values,
        associated=names_of(associated or ""),
        name=name,
        bom=bom,
        for_spreadsheets=for_spreadsheet,
    )
    refuse_not_waiting(out, wait=wait)
    refuse_target(out, force=force)
    _refuse_two_choices(record_ids, filters, segment, view)
    with seat(context) as here:
        query, source, source_name = _chosen_records(here, object_name, filters, segment, view)
        for line in passed_over(unknown_ids(here, object_name, record_ids)):
            here.output.remark(line)
        asked = ExportRequest(query, source, source_name, ids=tuple(record_ids or ()), **chosen)
        export_id = here.workspace.exports.create(here.actor, asked)
        if out is None:
            finish_export(here, export_id, wait=wait)
        else:
            finish_and_save(here, export_id, out, code)


def _chosen_records(
    here: Seat,
    object_name: str,
    filters: list[str] | None,
    segment: str | None,
    view: str | None,
) -> tuple[RecordQuery, ExportSource, str]:
    """The records that are asked for, and by what they were chosen.

    Raises:
        UserError: ``view_unknown``, ``segment_unknown``, or a filter that cannot be.
    """
    from crmdesk.core.exports.model import ExportSource

    if view is not None:
        kept = find_view(here, object_name, view)
        return kept.definition.query(object_name), ExportSource.VIEW, kept.name
    query = query_of(here, object_name, filters, segment)
    return query, ExportSource.SEGMENT if segment else ExportSource.OBJECT, segment or ""


app.command("list")(export_list.list_exports)
app.command("show")(export_shown.show)
app.command("audit-log")(export_reports.audit_log)
app.command("users")(export_reports.users)
app.command("property-history")(export_reports.property_history)
app.command("summary")(export_summary.summary)


@app.command("cancel")
def cancel(context: typer.Context, export_id: ExportId) -> None:
    """Stop an export; takes a Super Admin. Its file is gone."""
    with seat(context) as here:
        here.workspace.exports.cancel(here.actor, export_id)
        tell_export(here, export_id)


@app.command("approve")
def approve(context: typer.Context, export_id: ExportId, wait: Wait = True) -> None:
    """Let an export go ahead that waits for a decision."""
    with seat(context) as here:
        job_id = here.workspace.export_approvals.approve(here.actor, export_id)
        finish_job(here, job_id, wait=wait)
        here.output.result(
            {"export_id": export_id, "approved": True}, f"Approved: export {export_id}."
        )


@app.command("reject")
def reject(
    context: typer.Context,
    export_id: ExportId,
    reason: Annotated[str, typer.Option("--reason", metavar="R", help="Why; they read it.")] = "",
) -> None:
    """Refuse an export that waits for a decision."""
    with seat(context) as here:
        here.workspace.export_approvals.reject(here.actor, export_id, reason)
        here.output.result(
            {"export_id": export_id, "approved": False}, f"Rejected: export {export_id}."
        )


@app.command("download")
def download(
    context: typer.Context,
    export_id: ExportId,
    out: OutFile,
    *,
    force: Force = False,
    code: Code = None,
) -> None:
    """Save a copy; it is checked on the way, counted and logged."""
    refuse_target(out, force=force)
    with seat(context) as here:
        found = here.workspace.exports.show(here.actor, export_id)
        more, lines = save_copy(here, found, out, code)
        here.output.result({"export_id": export_id} | more, *lines)


@app.command("history")
def history(context: typer.Context, export_id: ExportId, as_lines: JsonLines = False) -> None:
    """Show who saved a copy, from where and when."""
    with seat(context) as here:
        found = [
            {"user": each.user_name or None, "address": each.address, "at": moment(each.at)}
            for each in here.workspace.exports.history(here.actor, export_id)
        ]
        here.output.items("downloads", found, ("user", "address", "at"), as_lines=as_lines)


@app.command("threshold", context_settings=NUMBERS_BELOW_ZERO)
def threshold(
    context: typer.Context,
    records: Annotated[
        str | None,
        typer.Argument(metavar="[N|off]", help="Be told of exports of more records than this."),
    ] = None,
) -> None:
    """Show or set from how many records on you are told of an export."""
    with seat(context) as here:
        thresholds = here.workspace.export_thresholds
        if records is not None:
            thresholds.set(here.actor, _threshold(records))
        own = thresholds.own(here.actor)
        words = (
            "You are told of no export." if own is None else f"You are told of more than {own:,}."
        )
        here.output.result({"threshold": own}, words)


def _refuse_two_choices(
    record_ids: list[int] | None,
    filters: list[str] | None,
    segment: str | None,
    view: str | None,
) -> None:
    refuse_view_with_filters(view, filters, segment)
    if record_ids and (filters or segment or view):
        raise WrongUsage(
            "usage",
            "Records are named by --id, or found by filters, a segment or a view, not both.",
            "Choose one.",
        )


def _threshold(text: str) -> int | None:
    if text.lower() == "off":
        return None
    try:
        return int(text.replace(",", ""))
    except ValueError:
        raise WrongUsage(
            "usage", f"“{text}” is neither a number nor off.", "Write e.g. 1000, or off."
        ) from None
