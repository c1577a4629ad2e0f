"""``view``: saved views of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.asking import ask_person
from crmdesk.cli.parameters import JsonLines, Meant, ObjectName, OptionalObject, group
from crmdesk.cli.record_filters import (
    Filters,
    GroupedFilters,
    InSegment,
    Or,
    filter_texts,
    find_segment,
    find_view,
    groups_of,
)
from crmdesk.cli.session import seat

if TYPE_CHECKING:
    from crmdesk.core.records.views import SavedView

app = group("Keep columns, order and filters of a table under a name.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of the view.")]


def view_document(found: SavedView) -> dict[str, Any]:
    """One view for scripts."""
    kept = found.definition
    return {
        "id": found.id,
        "name": found.name,
        "object": found.object_name,
        "shared": found.shared,
        "owner": found.owner_name or None,
        "default": found.is_default,
        "columns": list(kept.columns),
        "sort": kept.sort,
        "descending": kept.descending,
        "filters": [filter_texts(group) for group in kept.groups],
        "search": kept.search,
        "segment": kept.segment,
    }


@app.command("list")
def list_views(
    context: typer.Context, object_name: OptionalObject = None, as_lines: JsonLines = False
) -> None:
    """List your views, and those shared with everyone."""
    with seat(context) as here:
        objects = here.workspace.definitions.objects(here.actor)
        names = [each.name for each in objects] if object_name is None else [object_name]
        found = [each for name in names for each in here.workspace.views.list(here.actor, name)]
        documents = [view_document(each) for each in found]
        columns = ("id", "name", "object", "owner", "shared", "default")
        here.output.items("views", documents, columns, as_lines=as_lines)


@app.command("add", cls=GroupedFilters)
def add(
    context: typer.Context,
    object_name: ObjectName,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    *,
    filters: Filters = None,
    alternatives: Or = False,  # noqa: ARG001 - told by its place among the filters
    segment: InSegment = None,
    columns: Annotated[
        str | None, typer.Option(metavar="A,B", help="These properties, in this order.")
    ] = None,
    sort: Annotated[
        str | None, typer.Option(metavar="PROPERTY", help="Sort by it; -PROPERTY turns it round.")
    ] = None,
    shared: Annotated[bool, typer.Option("--shared", help="Show it to everyone.")] = False,
) -> None:
    """Save a view under a name."""
    from crmdesk.core.records.views import ViewDefinition

    groups = groups_of(filters)
    with seat(context) as here:
        object_type = here.workspace.definitions.object(here.actor, object_name)
        names = [one.strip() for one in (columns or "").split(",") if one.strip()]
        by = (sort or "").removeprefix("-")
        for one in (*names, *([by] if by else []), *(f.property for g in groups for f in g)):
            object_type.property(one)
        definition = ViewDefinition(
            columns=tuple(names),
            sort=by or None,
            descending=(sort or "-").startswith("-"),
            groups=groups,
            segment=None if segment is None else find_segment(here, segment, object_name).id,
        )
        views = here.workspace.views
        view_id = views.add(here.actor, object_name, name, definition, shared=shared)
        made = next(v for v in views.list(here.actor, object_name) if v.id == view_id)
        here.output.result(view_document(made), f"The view “{made.name}” is saved.")


@app.command("remove")
def remove(
    context: typer.Context, object_name: ObjectName, name: Name, *, yes: Meant = False
) -> None:
    """Delete a view; the records stay."""
    with seat(context) as here:
        found = find_view(here, object_name, name)
        ask_person(f"Delete the view “{found.name}”?", "The view was not deleted.", yes=yes)
        here.workspace.views.remove(here.actor, found.id)
        here.output.result({"id": found.id}, f"The view “{found.name}” is deleted.")
