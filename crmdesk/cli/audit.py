"""``audit``: read, verify and anchor the audit log."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli import audit_comments, audit_export, audit_import, audit_views
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
from crmdesk.cli.documents import link_to, moment
from crmdesk.cli.out_file import Force, OutFile, refuse_target
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import JsonLines, group
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import watching_steps

if TYPE_CHECKING:
    from crmdesk.core.audit.event import AuditEvent

app = group("Read, verify and anchor the audit log.")
app.command("export")(audit_export.export_log)
app.command("import")(audit_import.import_log)
app.add_typer(audit_import.imported, name="imported")
app.add_typer(audit_views.app, name="view")
app.add_typer(audit_comments.app, name="comment")
_COLUMNS = ("id", "at", "subcategory", "action", "user", "object", "object_id")


@app.command("list")
def list_events(
    context: typer.Context,
    *,
    view: audit_views.InView = None,
    categories: Categories = None,
    subcategories: Subcategories = None,
    actions: Actions = None,
    by: By = None,
    since: Since = None,
    until: Until = None,
    search: Search = "",
    query: InQuery = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    after: Annotated[
        str | None, typer.Option("--after", metavar="CURSOR", help="The “next” of a page.")
    ] = None,
    as_lines: JsonLines = False,
) -> None:
    """List entries, newest first; reading writes no entry."""
    with seat(context) as here:
        filters = audit_filters(here, categories, subcategories, actions, by, since, until, search)
        filters = audit_views.in_view(here, view, in_query(here, query, filters))
        page = here.workspace.audit_reader.events(here.actor, filters, limit, after)
        if not page.events:
            # First, since it refuses a name that nobody has: that is no answer of nothing.
            tell_left_out(here, filters, in_file=False)
        if page.events and not page.detailed and (here.output.as_json or as_lines):
            here.output.remark("Without details, which this edition does not show.")
        here.output.items(
            "events",
            [_event(here, each, detailed=page.detailed) for each in page.events],
            _COLUMNS,
            as_lines=as_lines,
            narrowed=True,
            next=page.next,
            total=page.total,
        )


@app.command("verify")
def verify(
    context: typer.Context,
    anchor: Annotated[
        Path | None,
        typer.Option("--anchor", metavar="FILE", help="A file of heads given away earlier."),
    ] = None,
) -> None:
    """Check every entry against its key and every head known; writes nothing."""
    with seat(context) as here:
        with watching_steps(here.output) as (show, asked):
            found = here.workspace.audit.verify(
                here.actor, anchor, progress=partial(show, "Verifying"), cancelled=asked
            )
        document = {
            "ok": found.ok,
            "events": found.events,
            "erased": found.erased,
            "first_bad": found.first_bad,
            "reason": None if found.reason is None else found.reason.value,
            "anchored": found.anchored,
            "unproven": [each.value for each in found.unproven],
            "sealed": found.sealed,
            "misfits": found.misfits,
        }
        here.output.result(document, *_verdict(document))
        if not found.ok:
            raise typer.Exit(1)


@app.command("anchor")
def anchor_head(context: typer.Context, out: OutFile, *, force: Force = False) -> None:
    """Write the signed head of the log to a file, to be given away."""
    refuse_target(out, force=force)
    out = out.absolute()
    with seat(context) as here:
        head = here.workspace.audit.anchor(here.actor, out)
        document = {"file": str(out), "sequence": head.sequence, "hash": head.hash.hex()}
        here.output.result(document, f"Entry {head.sequence:,} is signed in {out}.")


@app.command("catalogue")
def catalogue(context: typer.Context) -> None:
    """Say what is recorded, what is not, and how many entries there are of each category."""
    with seat(context) as here:
        found = here.workspace.audit.catalogue(here.actor)
        counts = here.workspace.audit_reader.facets(here.actor).categories
        shown = {
            each.code for each in here.workspace.audit_reader.vocabulary(here.actor).categories
        }
        documents = [
            {
                "category": category.code,
                "label": category.label,
                "edition": category.edition.value,
                "recorded": category.has_source,
                "entries": counts.get(category.code, 0) if category.code in shown else None,
                "description": category.description,
                "actions": list(category.actions),
                "subcategories": [
                    {"code": each.code, "label": each.label, "recorded": each.has_source}
                    for each in category.subcategories
                ],
            }
            for category in found.categories
        ]
        columns = ("category", "label", "edition", "recorded", "entries")
        here.output.items("categories", documents, columns)


def _event(here: Seat, found: AuditEvent, *, detailed: bool) -> dict[str, Any]:
    from crmdesk.core.audit.event import EVENT_KEYS

    document = {key: getattr(found, key) or None for key in EVENT_KEYS}
    return document | {
        "at": moment(found.at),
        "link": link_to(here, found.link),
        "detail": dict(found.detail) if detailed else None,
        "result": found.result,
        "super_admin": found.super_admin,
        "job_id": found.job_id,
        "imported": found.imported,
    }


def _verdict(document: dict[str, Any]) -> list[str]:
    if document["ok"]:
        lines = [f"The audit log is whole: {plural(document['events'], 'entry', 'entries')}."]
    elif document["reason"] == "anchor_not_genuine":
        whole = plural(document["events"], "entry", "entries")
        lines = [
            f"The audit log holds: {whole}. But an anchor was not signed by this workspace, or is "
            "none: anchor_not_genuine."
        ]
    else:
        bad = document["first_bad"]
        where = "" if bad is None else f" at entry {bad:,}"
        lines = [f"The audit log is NOT whole{where}: {document['reason']}."]
    if document["erased"]:
        lines.append(f"Erased: {plural(document['erased'], 'entry', 'entries')}.")
    if document["misfits"]:
        seals = plural(document["misfits"], "seal does", "seals do")
        lines.append(f"{seals} not fit; the entries were proven one by one.")
    return lines + [f"Not proven: {each}." for each in document["unproven"]]
