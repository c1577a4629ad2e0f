"""``export show``: one export, and what it was asked to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.export_options import export_document, told
from crmdesk.cli.output import plural
from crmdesk.cli.record_filters import OR, filter_texts
from crmdesk.cli.session import seat

if TYPE_CHECKING:
    from crmdesk.core.exports.asked import AskedFor

ExportId = Annotated[str, typer.Argument(metavar="ID", help="Id of the export.")]


def show(context: typer.Context, export_id: ExportId) -> None:
    """Show one export: how far it is, and what it was asked to hold."""
    with seat(context) as here:
        exports = here.workspace.exports
        found, asked = (
            exports.show(here.actor, export_id),
            exports.asked(here.actor, export_id),
        )
        document = export_document(found)
        request = None if asked is None else request_document(asked)
        lines = [*told(document), f"Asked for by {found.user_name or 'nobody'}."]
        if found.sensitive:
            lines.append(f"Sensitive values: {', '.join(found.sensitive)}.")
        if found.reason:
            lines.append(f"Reason: {found.reason}")
        if request is not None:
            lines += ["", *_request_lines(request)]
        here.output.result(document | {"request": request}, *lines)


def request_document(asked: AskedFor) -> dict[str, Any]:
    """What was asked for, for scripts; filters as ``--filter`` takes them."""
    from crmdesk.core.exports.report_json import report_to_json
    from crmdesk.core.exports.report_model import ReportRequest

    request = asked.request
    if isinstance(request, ReportRequest):
        which: dict[str, Any] = {"of": report_to_json(request)["subject"]}
    else:
        which = {
            "filters": [filter_texts(group) for group in request.query.groups],
            "search": request.query.search or None,
            "segment": asked.segment or None,
            "ids": list(request.ids),
            "associated": list(request.associated),
        }
    return which | {
        "columns": [name for name, _label in asked.columns],
        "headers": request.headers.value,
        "values": request.choices.value,
        "bom": request.bom,
        "for_spreadsheet": request.for_spreadsheets,
    }


def _subject_lines(of: dict[str, Any]) -> list[str]:
    """What a report is of; nothing for an export of records."""
    lines = []
    for name, value in of.get("filters", {}).items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        lines.append(f"Filter: {name} {shown}")
    if of.get("up_to"):
        lines.append(f"Entries: up to {of['up_to']}{', with comments' * bool(of['comments'])}")
    if "property_name" in of:
        lines.append(f"Of: {of['property_name']} of {of['object_name']} {of['record_id']}")
    return lines


def _request_lines(request: dict[str, Any]) -> list[str]:
    """The same in words, each thing by the option that asks for it."""
    lines = _subject_lines(request.get("of", {}))
    for number, group in enumerate(request.get("filters", ())):
        lines += [f"{OR}"] * bool(number) + [f"Filter: {text}" for text in group]
    ids = request.get("ids", ())
    if ids:
        lines.append(f"Chosen: {plural(len(ids), 'record')} by id")
    named = {"Search": "search", "Segment": "segment"}
    lines += [f"{title}: {request[key]}" for title, key in named.items() if request.get(key)]
    if "of" not in request and not lines:
        lines.append("Every record")
    lines.append(f"Columns: {', '.join(request['columns']) or 'the record id alone'}")
    if request.get("associated"):
        lines.append(f"Associated: {', '.join(request['associated'])}")
    lines.append(f"Headers: {request['headers']}; values: {request['values']}")
    marks = [name for name in ("bom", "for_spreadsheet") if request[name]]
    return lines + [f"Marks: {', '.join(marks)}"] * bool(marks)
