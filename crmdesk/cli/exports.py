"""``export``: make files of records, decide on them, save them, and see who did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.documents import moment
from crmdesk.cli.downloads import code_for_download
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import Code, JsonLines, ObjectName, OutFile, Wait, group
from crmdesk.cli.record_filters import Filters, GroupedFilters, InSegment, Or, query_of
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import finish_job
from crmdesk.core.errors import WrongUsage

if TYPE_CHECKING:
    from crmdesk.core.exports.model import Export, ExportRequest

app = group("Save records as files, and account for every file that leaves.")
ExportId = Annotated[str, typer.Argument(metavar="ID", help="Id of the export.")]
_LISTED = ("export_id", "name", "source", "state", "records", "user", "created_at")
_ALL = "all"
_NOTES = {
    "parts": "More rows than one file holds: {:,} files in one zip.",
    "long_values": "Texts longer than a cell: {:,}. The sheet “Long values” has the rest.",
    "associations_cut": "Records with more than 1,000 associated ones: {:,}. Their cells hold the "
    "first 1,000.",
}
Columns = Annotated[
    str,
    typer.Option("--columns", metavar="A,B|all", help="Internal names, in the order of the file."),
]
FileFormat = Annotated[str, typer.Option("--format", metavar="csv|xlsx", help="Kind of file.")]
Headers = Annotated[
    str, typer.Option("--headers", metavar="label|name", help="What stands over the columns.")
]
Choices = Annotated[
    str, typer.Option("--values", metavar="label|name", help="How choices and owners stand.")
]
Associated = Annotated[
    str | None,
    typer.Option("--associated", metavar="A,B", help="Also ids and names of these objects'."),
]
Name = Annotated[str, typer.Option("--name", metavar="N", help="What it is called.")]
Bom = Annotated[
    bool, typer.Option("--bom", help="A mark before UTF-8 that some spreadsheets need.")
]
ForSpreadsheet = Annotated[
    bool,
    typer.Option("--for-spreadsheet", help="Nothing in it is taken for a formula."),
]


@app.command("create", cls=GroupedFilters)
def create(
    context: typer.Context,
    object_name: ObjectName,
    filters: Filters = None,
    alternatives: Or = False,  # noqa: ARG001 - told by its place among the filters
    segment: InSegment = None,
    columns: Columns = _ALL,
    file_format: FileFormat = "csv",
    headers: Headers = "label",
    values: Choices = "label",
    associated: Associated = None,
    name: Name = "",
    bom: Bom = False,
    for_spreadsheet: ForSpreadsheet = False,
    wait: Wait = True,
) -> None:
    """Make a file of records; it is kept for 30 days and can be saved by “export download”."""
    with seat(context) as here:
        asked = _request(
            here,
            object_name,
            filters,
            segment,
            {
                "columns": None if columns == _ALL else _names(columns),
                "format": file_format,
                "headers": headers,
                "choices": values,
                "associated": _names(associated or ""),
                "name": name,
                "bom": bom,
                "for_spreadsheets": for_spreadsheet,
            },
        )
        exports = here.workspace.exports
        export_id = exports.create(here.actor, asked)
        finish_job(here, exports.show(here.actor, export_id).job_id, wait=wait)
        document = export_document(exports.show(here.actor, export_id))
        here.output.result(document, *_told(document))


@app.command("list")
def list_exports(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="At most so many.")] = 100,
    as_lines: JsonLines = False,
) -> None:
    """List exports, newest first: yours, or everybody's for a Super Admin."""
    with seat(context) as here:
        found = here.workspace.exports.list(here.actor, limit=limit)
        here.output.items(
            "exports", [export_document(each) for each in found], _LISTED, as_lines=as_lines
        )


@app.command("cancel")
def cancel(context: typer.Context, export_id: ExportId) -> None:
    """Stop an export; takes a Super Admin. Its file is gone."""
    with seat(context) as here:
        here.workspace.exports.cancel(here.actor, export_id)
        _tell(here, export_id)


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
def download(context: typer.Context, export_id: ExportId, out: OutFile, code: Code = None) -> None:
    """Save a copy; it is checked on the way, counted and logged."""
    with seat(context) as here:
        exports = here.workspace.exports
        sensitive = bool(exports.show(here.actor, export_id).sensitive)
        step_up_id = code_for_download(here, export_id, code, sensitive=sensitive)
        path = exports.download(here.actor, export_id, out.absolute(), step_up_id=step_up_id)
        here.output.result({"export_id": export_id, "file": str(path)}, f"Saved: {path}")


@app.command("history")
def history(context: typer.Context, export_id: ExportId, as_lines: JsonLines = False) -> None:
    """Show who saved a copy, from where and when."""
    with seat(context) as here:
        found = [
            {"user": each.user_name or None, "address": each.address, "at": moment(each.at)}
            for each in here.workspace.exports.history(here.actor, export_id)
        ]
        here.output.items("downloads", found, ("user", "address", "at"), as_lines=as_lines)


@app.command("threshold")
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


def export_document(found: Export) -> dict[str, Any]:
    """One export for scripts."""
    return {
        "export_id": found.id,
        "name": found.name,
        "source": found.source_name,
        "source_kind": found.source.value,
        "object": found.object_name,
        "format": found.format.value,
        "state": found.state.value,
        "file": found.file_state.value,
        "records": found.records,
        "bytes": found.bytes,
        "user": found.user_name or None,
        "created_at": moment(found.created_at),
        "expires_at": moment(found.expires_at),
        "sensitive": list(found.sensitive),
        "notes": dict(found.notes),
        "reason": found.reason or None,
        "error": found.error,
    }


def _request(
    here: Seat,
    object_name: str,
    filters: list[str] | None,
    segment: str | None,
    options: dict[str, Any],
) -> ExportRequest:
    from crmdesk.core.exports.model import ExportFormat, ExportRequest, ExportSource, Naming

    try:
        chosen = options | {
            "format": ExportFormat(options["format"]),
            "headers": Naming(options["headers"]),
            "choices": Naming(options["choices"]),
        }
    except ValueError as problem:
        raise WrongUsage(
            "usage",
            f"{str(problem).split(' is not')[0]} is not one of the choices.",
            "--format takes csv or xlsx; --headers and --values take label or name.",
        ) from None
    query = query_of(here, object_name, filters, segment)
    source = ExportSource.SEGMENT if segment else ExportSource.OBJECT
    return ExportRequest(query, source, segment or "", **chosen)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _threshold(text: str) -> int | None:
    if text.lower() == "off":
        return None
    try:
        return int(text.replace(",", ""))
    except ValueError:
        raise WrongUsage(
            "usage", f"“{text}” is neither a number nor off.", "Write e.g. 1000, or off."
        ) from None


def _tell(here: Seat, export_id: str) -> None:
    document = export_document(here.workspace.exports.show(here.actor, export_id))
    here.output.result(document, *_told(document))


def _told(document: dict[str, Any]) -> list[str]:
    state = document["state"].replace("_", " ")
    lines = [f"Export {document['export_id']} “{document['name']}”: {state}."]
    if document["records"] is not None:
        size = f", {document['bytes']:,} bytes" if document["bytes"] else ""
        lines.append(f"{plural(document['records'], 'record')}{size}.")
    lines += [_NOTES[note].format(count) for note, count in document["notes"].items()]
    if document["state"] == "pending_approval":
        lines.append("Somebody who may approve exports has to approve it first.")
    if document["state"] == "succeeded":
        lines.append(f"Save it: crmdesk export download {document['export_id']} --out FILE")
    return lines
