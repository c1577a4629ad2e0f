"""``export list``: what left, narrowed as in the window."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.export_options import chosen_of, export_document
from crmdesk.cli.parameters import JsonLines
from crmdesk.cli.session import seat
from crmdesk.cli.times import span, zone_of

if TYPE_CHECKING:
    from crmdesk.core.exports.model import ExportFilter

_LISTED = ("export_id", "name", "source", "state", "records", "user", "created_at")
Users = Annotated[
    list[str] | None,
    typer.Option("--user", metavar="USER_OR_TEAM", help="E-mail, name or team, or its start."),
]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="S",
        help="Only object, view, segment, audit_log, users, property_history, backup or privacy.",
    ),
]
States = Annotated[
    list[str] | None, typer.Option("--state", metavar="S", help="Only this state, e.g. succeeded.")
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="T", help="From this time or day on (ISO 8601), in the workspace's zone."
    ),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="T", help="Up to this time, or the end of this day."),
]
Search = Annotated[str, typer.Option("--search", metavar="TEXT", help="Text in the name.")]
Limit = Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")]
After = Annotated[
    str | None, typer.Option("--after", metavar="ID", help="The “next” of the page before.")
]


def list_exports(
    context: typer.Context,
    *,
    users: Users = None,
    sources: Sources = None,
    states: States = None,
    since: Since = None,
    until: Until = None,
    search: Search = "",
    limit: Limit = 100,
    after: After = None,
    as_lines: JsonLines = False,
) -> None:
    """List exports, newest first: yours, or everybody's for a Super Admin."""
    from crmdesk.core.exports.model import ExportFilter

    with seat(context) as here:
        times = span(since, until, zone_of(here))
        wanted = _filter(users, sources, states, times, search)
        exports = here.workspace.exports
        # One more than is shown tells whether another page follows.
        found = exports.list(here.actor, wanted, limit + 1, after)
        shown = found[:limit]
        facts = {
            "total": exports.count(here.actor, wanted),
            "next": shown[-1].id if len(found) > limit else None,
        }
        documents = [export_document(each) for each in shown]
        if not (here.output.as_json or as_lines):
            # For people the state says what became of the file; scripts have a key of its own.
            documents = [each | _state_of(each) for each in documents]
        narrowed = wanted != ExportFilter()
        here.output.items(
            "exports", documents, _LISTED, as_lines=as_lines, narrowed=narrowed, **facts
        )
        if facts["next"] is not None and not as_lines:
            here.output.say(f"{len(shown):,} of {facts['total']:,}; more: --after {facts['next']}")


def _state_of(document: dict[str, Any]) -> dict[str, str]:
    gone = document["file"] in ("expired", "missing")
    return {"state": document["file"]} if gone else {}


def _filter(
    users: list[str] | None,
    sources: list[str] | None,
    states: list[str] | None,
    times: tuple[datetime | None, datetime | None],
    search: str,
) -> ExportFilter:
    from crmdesk.core.exports.model import ExportFilter, ExportSource, ExportState

    first, last = times
    return ExportFilter(
        by=tuple(users or ()),
        sources=tuple(chosen_of("--source", ExportSource, one) for one in sources or ()),
        states=tuple(chosen_of("--state", ExportState, one) for one in states or ()),
        since=first,
        # The first instant that is not meant.
        until=last + timedelta(milliseconds=1) if last is not None else None,
        name=search,
    )
