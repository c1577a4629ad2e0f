"""``property group``: the headings that an object's properties stand under."""

from __future__ import annotations

from typing import Annotated

import typer

from crmdesk.cli.asking import ask_person
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import JsonLines, Meant, ObjectName, group
from crmdesk.cli.session import seat

app = group("List, add, rename, move and remove the headings of properties.")
GroupName = Annotated[str, typer.Argument(metavar="GROUP", help="The heading as people read it.")]


@app.command("list")
def list_groups(
    context: typer.Context, object_name: ObjectName, as_lines: JsonLines = False
) -> None:
    """List an object's headings in their order."""
    with seat(context) as here:
        found = here.workspace.property_groups.list(here.actor, object_name)
        documents = [{"name": each.name, "properties": each.properties} for each in found]
        here.output.items("groups", documents, ("name", "properties"), as_lines=as_lines)


@app.command("add")
def add(context: typer.Context, object_name: ObjectName, name: GroupName) -> None:
    """Add a heading at the end."""
    with seat(context) as here:
        made = here.workspace.property_groups.add(here.actor, object_name, name)
        here.output.result(
            {"name": made.name, "properties": 0}, f"The group “{made.name}” is added."
        )


@app.command("rename")
def rename(
    context: typer.Context,
    object_name: ObjectName,
    name: GroupName,
    new_name: Annotated[str, typer.Argument(metavar="NEW", help="What it is called from now on.")],
) -> None:
    """Rename a heading; its properties stay under it."""
    with seat(context) as here:
        now = here.workspace.property_groups.rename(here.actor, object_name, name, new_name)
        here.output.result(
            {"name": now.name, "properties": now.properties},
            f"The group “{name}” is called “{now.name}” now.",
        )


@app.command("move")
def move(
    context: typer.Context,
    object_name: ObjectName,
    name: GroupName,
    position: Annotated[int, typer.Argument(metavar="PLACE", min=1, help="1 is the first.")],
) -> None:
    """Give a heading another place in the order."""
    with seat(context) as here:
        service = here.workspace.property_groups
        names = [each.name for each in service.list(here.actor, object_name)]
        others = [each for each in names if each != name]
        # A name that is unknown is refused by the service, which knows what to say.
        others.insert(position - 1, name)
        order = [each.name for each in service.order(here.actor, object_name, others)]
        here.output.result({"order": order}, f"The order is: {', '.join(order)}.")


@app.command("remove")
def remove(
    context: typer.Context,
    object_name: ObjectName,
    name: GroupName,
    move_to: Annotated[
        str, typer.Option("--move-to", metavar="GROUP", help="Where its properties go.")
    ] = "",
    *,
    yes: Meant = False,
) -> None:
    """Remove a heading; its properties move under another."""
    with seat(context) as here:
        ask_person(f"Delete the group “{name}”?", "The group was not deleted.", yes=yes)
        moved = here.workspace.property_groups.remove(here.actor, object_name, name, move_to)
        under = f" {plural(moved, 'property', 'properties')} moved to “{move_to}”." if moved else ""
        here.output.result({"name": name, "moved": moved}, f"The group “{name}” is removed.{under}")
