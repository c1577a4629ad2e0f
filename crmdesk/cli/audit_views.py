"""``audit view``: saved views of the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.asking import ask_person
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
from crmdesk.cli.audit_query import InQuery, in_query
from crmdesk.cli.parameters import JsonLines, Meant, group
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.times import zone_of
from crmdesk.core.errors import UserError, WrongUsage

if TYPE_CHECKING:
    from crmdesk.core.audit.filters import AuditFilters
    from crmdesk.core.audit.view_model import AuditView

app = group("Keep filters of the audit log under a name.")
InView = Annotated[
    str | None, typer.Option("--view", metavar="V", help="What this view shows: its name or id.")
]
ViewName = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of the view.")]
Period = Annotated[
    str,
    typer.Option(
        metavar="P", help="Dates that move with the day: today, this_month, last_7_days, …"
    ),
]


def find_audit_view(here: Seat, reference: str) -> AuditView:
    """A view of the log by its name or id; one's own comes before another's of the same name.

    Raises:
        UserError: ``view_unknown``.
    """
    found = here.workspace.audit_views.list(here.actor)
    named = [each for each in found if each.name.casefold() == reference.strip().casefold()]
    matching = named or [each for each in found if str(each.id) == reference]
    if not matching:
        raise UserError(
            "view_unknown",
            f"There is no view “{reference}” of the audit log.",
            "Run `crmdesk audit view list`.",
        )
    return min(matching, key=lambda each: not each.mine)


def in_view(here: Seat, reference: str | None, filters: AuditFilters) -> AuditFilters:
    """The filters that were given, or what a view shows; what else is asked would be guessed.

    Raises:
        UserError: ``view_unknown``.
        WrongUsage: a view, and filters beside it.
    """
    from crmdesk.core.audit.filters import AuditFilters

    if reference is None:
        return filters
    if filters != AuditFilters():
        raise WrongUsage(
            "usage", "A view has filters of its own.", "Give the view, or filters, not both."
        )
    return view_filters(here, reference)


def view_filters(here: Seat, reference: str) -> AuditFilters:
    """What a view shows at this moment; what it asks for in vain is remarked.

    Raises:
        UserError: ``view_unknown``.
    """
    from datetime import UTC, datetime

    found = find_audit_view(here, reference)
    for gone in found.gone:
        here.output.remark(f"{_gone_words(gone.kind.value)}: {gone.name}")
    return found.definition.filters_at(datetime.now(UTC), zone_of(here))


@app.command("list")
def list_views(context: typer.Context, as_lines: JsonLines = False) -> None:
    """List the three views everybody has, yours, and those shared."""
    with seat(context) as here:
        documents = [_document(each) for each in here.workspace.audit_views.list(here.actor)]
        columns = ("id", "name", "owner", "shared", "period")
        here.output.items("views", documents, columns, as_lines=as_lines)


@app.command("save")
def save(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    *,
    categories: Categories = None,
    subcategories: Subcategories = None,
    actions: Actions = None,
    by: By = None,
    since: Since = None,
    until: Until = None,
    search: Search = "",
    query: InQuery = "",
    period: Period = "",
    shared: Annotated[
        bool, typer.Option("--shared", help="Show it to all who see the log.")
    ] = False,
) -> None:
    """Save filters under a name; a view of yours by that name shows these from now on."""
    from crmdesk.core.audit.view_model import AuditViewDefinition

    if period and (since or until):
        raise WrongUsage(
            "usage", "A period has dates of its own.", "Give --period, or --since and --until."
        )
    with seat(context) as here:
        filters = audit_filters(here, categories, subcategories, actions, by, since, until, search)
        definition = AuditViewDefinition(in_query(here, query, filters), period)
        views = here.workspace.audit_views
        own = [each for each in views.list(here.actor) if each.mine and not each.is_default]
        known = next((each for each in own if each.name.casefold() == name.casefold()), None)
        if known is None:
            view_id = views.save_as(here.actor, name, definition, shared=shared)
        else:
            view_id = known.id
            views.save(here.actor, view_id, definition)
            if shared and not known.shared:
                views.share(here.actor, view_id, everyone=True)
        _tell(here, view_id, "The view “{}” is saved.")


@app.command("clone")
def clone(context: typer.Context, name: ViewName) -> None:
    """Make a private copy of a view."""
    with seat(context) as here:
        found = find_audit_view(here, name)
        view_id = here.workspace.audit_views.clone(here.actor, found.id)
        _tell(here, view_id, "The view “{}” is made.")


@app.command("rename")
def rename(
    context: typer.Context,
    name: ViewName,
    new_name: Annotated[str, typer.Argument(metavar="NEW", help="What it is called from now on.")],
) -> None:
    """Give a view of yours another name."""
    with seat(context) as here:
        found = find_audit_view(here, name)
        here.workspace.audit_views.rename(here.actor, found.id, new_name)
        _tell(here, found.id, "The view is called “{}” now.")


@app.command("share")
def share(
    context: typer.Context,
    name: ViewName,
    private: Annotated[bool, typer.Option("--private", help="Keep it to yourself again.")] = False,
) -> None:
    """Show a view of yours to all who see the log; they cannot change it."""
    with seat(context) as here:
        found = find_audit_view(here, name)
        here.workspace.audit_views.share(here.actor, found.id, everyone=not private)
        whom = "you alone" if private else "all who see the log"
        _tell(here, found.id, f"The view “{{}}” is shown to {whom}.")


@app.command("delete")
def delete(context: typer.Context, name: ViewName, *, yes: Meant = False) -> None:
    """Delete a view of yours; the entries stay."""
    with seat(context) as here:
        found = find_audit_view(here, name)
        ask_person(f"Delete the view “{found.name}”?", "The view was not deleted.", yes=yes)
        here.workspace.audit_views.remove(here.actor, found.id)
        here.output.result({"id": found.id}, f"The view “{found.name}” is deleted.")


def _tell(here: Seat, view_id: int, sentence: str) -> None:
    found = here.workspace.audit_views.list(here.actor)
    view = next(each for each in found if each.id == view_id)
    here.output.result(_document(view), sentence.format(view.name))


def _document(found: AuditView) -> dict[str, Any]:
    from crmdesk.core.audit.filters_json import filters_to_json

    return {
        "id": found.id,
        "name": found.name,
        "owner": found.owner_name or None,
        "shared": found.shared,
        "mine": found.mine,
        "period": found.definition.period or None,
        "filters": filters_to_json(found.definition.filters),
        "gone": [{"kind": each.kind.value, "name": each.name} for each in found.gone],
    }


def _gone_words(kind: str) -> str:
    return {
        "user": "The view asks for a user who is gone",
        "team": "The view asks for a team that is gone",
        "object": "The view asks for an object that is gone",
    }.get(kind, "The view asks for what this version does not know")
