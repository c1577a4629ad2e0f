"""``segment``: named sets of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.asking import ask_person
from crmdesk.cli.named_ids import Ids, passed_over, unknown_ids
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import JsonLines, Meant, ObjectName, OptionalObject, group
from crmdesk.cli.record_filters import (
    OR,
    Filters,
    GroupedFilters,
    Or,
    filter_texts,
    find_segment,
    groups_of,
)
from crmdesk.cli.session import seat
from crmdesk.core.errors import WrongUsage

if TYPE_CHECKING:
    from crmdesk.core.records.picking import Picked
    from crmdesk.core.records.segments import Segment

app = group("Name sets of records: by a filter, or one by one.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of the segment.")]
FromImport = Annotated[
    str | None,
    typer.Option("--import", metavar="ID", help="The records that an import brought or changed."),
]


def segment_document(found: Segment) -> dict[str, Any]:
    """One segment for scripts."""
    return {
        "id": found.id,
        "name": found.name,
        "object": found.object_name,
        "kind": found.kind.value,
        "size": found.size,
        "owner": found.owner_name or None,
        "filters": [filter_texts(group) for group in found.groups],
    }


@app.command("list")
def list_segments(
    context: typer.Context, object_name: OptionalObject = None, as_lines: JsonLines = False
) -> None:
    """List segments with the number of records each has now."""
    with seat(context) as here:
        if object_name is not None:
            here.workspace.definitions.object(here.actor, object_name)
        documents = [
            segment_document(each) for each in here.workspace.segments.list(here.actor, object_name)
        ]
        columns = ("id", "name", "object", "kind", "size")
        here.output.items(
            "segments", documents, columns, as_lines=as_lines, narrowed=object_name is not None
        )


@app.command("show")
def show(context: typer.Context, name: Name) -> None:
    """Show one segment. Its records: crmdesk record list OBJECT --segment NAME."""
    with seat(context) as here:
        document = segment_document(find_segment(here, name))
        filters = document["filters"]
        said = {**document, "filters": f" {OR} ".join(" and ".join(group) for group in filters)}
        lines = [f"{key}: {value}" for key, value in said.items() if value not in (None, "")]
        here.output.result(document, *lines)


@app.command("add", cls=GroupedFilters)
def add(
    context: typer.Context,
    object_name: ObjectName,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    filters: Filters = None,
    alternatives: Or = False,  # noqa: ARG001 - told by its place among the filters
    static: Annotated[
        bool, typer.Option("--static", help="Keep what fits at this moment, and no filter.")
    ] = False,
    record_ids: Ids = None,
    from_import: FromImport = None,
) -> None:
    """Make a segment: active by its filter, or static by what is put into it."""
    groups = groups_of(filters)
    by_hand = static or record_ids is not None or from_import is not None
    if groups and (record_ids is not None or from_import is not None):
        raise WrongUsage(
            "usage", "A segment is made by filters or by records, not by both.", "Choose one."
        )
    with seat(context) as here:
        members = _picked(object_name, filters, record_ids, from_import) if by_hand else None
        segment_id = here.workspace.segments.add(here.actor, object_name, name, groups, members)
        made = here.workspace.segments.show(here.actor, segment_id)
        text = f"The segment “{made.name}” has {plural(made.size or 0, 'record')}."
        unknown = unknown_ids(here, object_name, record_ids)
        here.output.result(segment_document(made) | unknown, text, *passed_over(unknown))


@app.command("set", cls=GroupedFilters)
def set_segment(
    context: typer.Context,
    name: Name,
    rename: Annotated[str | None, typer.Option("--name", help="Another name.")] = None,
    filters: Filters = None,
    alternatives: Or = False,  # noqa: ARG001 - told by its place among the filters
) -> None:
    """Rename a segment, or give an active one another filter."""
    groups = groups_of(filters)
    if rename is None and not groups:
        raise WrongUsage("usage", "Nothing to change was given.", "Give --name or --filter.")
    with seat(context) as here:
        found = find_segment(here, name)
        segments = here.workspace.segments
        segments.set(here.actor, found.id, name=rename, groups=groups or None)
        changed = segments.show(here.actor, found.id)
        here.output.result(segment_document(changed), f"The segment “{changed.name}” is saved.")


@app.command("put")
def put(
    context: typer.Context, name: Name, record_ids: Ids = None, from_import: FromImport = None
) -> None:
    """Put records into a static segment."""
    with seat(context) as here:
        found = find_segment(here, name)
        picked = _picked(found.object_name, None, record_ids, from_import)
        count = here.workspace.segments.add_members(here.actor, found.id, picked)
        unknown = unknown_ids(here, found.object_name, record_ids)
        text = f"{plural(count, 'record')} added."
        here.output.result({"id": found.id, "added": count} | unknown, text, *passed_over(unknown))


@app.command("take")
def take(
    context: typer.Context, name: Name, record_ids: Ids = None, from_import: FromImport = None
) -> None:
    """Take records out of a static segment; they stay in the CRM."""
    with seat(context) as here:
        found = find_segment(here, name)
        picked = _picked(found.object_name, None, record_ids, from_import)
        count = here.workspace.segments.remove_members(here.actor, found.id, picked)
        text = f"{plural(count, 'record')} taken out."
        here.output.result({"id": found.id, "removed": count}, text)


@app.command("remove")
def remove(context: typer.Context, name: Name, *, yes: Meant = False) -> None:
    """Delete a segment; its records stay."""
    with seat(context) as here:
        found = find_segment(here, name)
        question = f"Delete the segment “{found.name}”?"
        ask_person(question, "The segment was not deleted.", yes=yes)
        here.workspace.segments.remove(here.actor, found.id)
        here.output.result({"id": found.id}, f"The segment “{found.name}” is deleted.")


def _picked(
    object_name: str,
    filters: list[str] | None,
    record_ids: list[int] | None,
    from_import: str | None,
) -> Picked:
    from crmdesk.core.records.filters import RecordQuery
    from crmdesk.core.records.picking import Picked

    if from_import is not None:
        return Picked(import_id=from_import)
    groups = groups_of(filters)
    if groups:
        return Picked(query=RecordQuery(object_name, groups[0], alternatives=groups[1:]))
    return Picked(record_ids or ())
