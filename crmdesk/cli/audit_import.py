"""``audit import`` and ``audit imported``: logs that HubSpot exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.asking import ask_person
from crmdesk.cli.documents import moment
from crmdesk.cli.import_choices import date_order
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import Meant, group
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import finish_job, watching

if TYPE_CHECKING:
    from crmdesk.core.audit.imported_model import BadRow, LogFileSurvey

_LISTED = ("import_id", "file", "kind", "added", "failed", "imported_at")
_BAD_ROWS_SHOWN = 5
_KINDS = {"audit": "audit log", "login": "login history", "security": "security activity"}
_FAULTS = {
    "unreadable": "The row cannot be read: its cells do not match the headings, or are no text.",
    "time_missing": "It has no time.",
    "time_unreadable": "“{found}” is no time that can be read in one way only.",
    "kind_missing": "It does not say what happened.",
    "outcome_unreadable": "“{found}” says neither that signing in succeeded nor that it failed.",
    "too_long": "The cell is longer than such a log has it.",
}


def import_log(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As HubSpot exported it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it holds.")] = False,
    dates: Annotated[
        str,
        typer.Option(
            "--date-format", metavar="ORDER", help="How dates are written: dmy, mdy or ymd."
        ),
    ] = "",
) -> None:
    """Take in an audit, login or security history of HubSpot; its entries are marked."""
    order = date_order(dates) if dates else None
    with seat(context) as here:
        service = here.workspace.imported_logs
        import_id = None
        if dry_run:
            with watching(here.output, "Reading") as (reported, asked):
                found = service.look(
                    here.actor, file.absolute(), order, progress=reported, cancelled=asked
                )
        else:
            job_id = service.start(here.actor, file, date_order=order)
            finish_job(here, job_id, wait=True)
            import_id, found = _taken_by(here, job_id)
        document = {"import_id": import_id, "dry_run": dry_run} | _document(found)
        lines = _told(document)
        if found.asks_date_order:
            lines.append("Say how its dates are written: --date-format dmy, mdy or ymd.")
        here.output.result(document, *lines)


def _taken_by(here: Seat, job_id: str) -> tuple[int | None, LogFileSurvey]:
    """What a job that succeeded took."""
    from crmdesk.core.audit.imported_json import taken_from_json

    result = here.workspace.jobs.job(here.actor, job_id).result
    return taken_from_json(result or {})


def _document(found: LogFileSurvey) -> dict[str, Any]:
    return {
        "file": found.file_name,
        "sha256": found.sha256,
        "kind": found.kind.value,
        "rows": found.rows,
        "added": found.added,
        "known": found.known,
        "failed": found.failed,
        "first_at": moment(found.first_at),
        "last_at": moment(found.last_at),
        "categories": dict(found.by_category),
        "errors": [_error(each) for each in found.bad_rows],
    }


def _error(bad: BadRow) -> dict[str, Any]:
    return {
        "row": bad.line,
        "column": bad.column or None,
        "type": bad.fault.value,
        "message": _FAULTS[bad.fault.value].replace("{found}", bad.found),
    }


def _told(document: dict[str, Any]) -> list[str]:
    verb = "It would add" if document["dry_run"] else "Added"
    added = plural(document["added"], "entry", "entries")
    lines = [f"{document['file']}: {_KINDS[document['kind']]}. {verb} {added}."]
    if document["known"]:
        known = plural(document["known"], "entry was", "entries were")
        lines.append(f"{known} there already.")
    errors = document["errors"][:_BAD_ROWS_SHOWN]
    lines += [f"Line {each['row']}: {each['message']}" for each in errors]
    if more := document["failed"] - len(errors):
        lines.append(f"{plural(more, 'more row')} could not be read.")
    return lines


imported = group("See and remove the logs that were taken in from HubSpot's files.")


@imported.command("list")
def list_logs(context: typer.Context) -> None:
    """List the files that were taken, newest first."""
    with seat(context) as here:
        documents = [
            {
                "import_id": each.id,
                "file": each.file_name,
                "sha256": each.sha256,
                "kind": each.kind.value,
                "rows": each.rows,
                "added": each.added,
                "known": each.known,
                "failed": each.failed,
                "first_at": moment(each.first_at),
                "last_at": moment(each.last_at),
                "imported_at": moment(each.imported_at),
                "user_id": each.user_id,
            }
            for each in here.workspace.imported_logs.list(here.actor)
        ]
        here.output.items("imported", documents, _LISTED)


@imported.command("remove")
def remove(
    context: typer.Context,
    import_id: Annotated[int, typer.Argument(metavar="ID", help="Number of the import.")],
    *,
    yes: Meant = False,
) -> None:
    """Take the entries of one file out again."""
    with seat(context) as here:
        service = here.workspace.imported_logs
        for log in service.list(here.actor):
            if log.id == import_id:
                entries = f"Remove the entries of {log.file_name} ({log.added})?"
                ask_person(entries, "Nothing was removed.", yes=yes)
        gone = service.remove(here.actor, import_id)
        here.output.result({"removed": gone}, f"Removed {plural(gone, 'entry', 'entries')}.")
