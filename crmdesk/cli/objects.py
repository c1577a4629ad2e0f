"""``object``: the object types of the workspace."""

from __future__ import annotations

from typing import Annotated

import typer

from crmdesk.cli.parameters import JsonLines, group
from crmdesk.cli.session import seat

app = group("List, add and remove object types.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Internal name of the object.")]


@app.command("list")
def list_objects(context: typer.Context, as_lines: JsonLines = False) -> None:
    """List every object with its number of records."""
    with seat(context) as here:
        documents = [
            {
                "name": each.object_type.name,
                "label": each.object_type.label,
                "custom": each.object_type.custom,
                "records": each.records,
                "archived": each.in_recycle_bin,
            }
            for each in here.workspace.definitions.counts(here.actor)
        ]
        here.output.items(
            "objects", documents, ("name", "label", "custom", "records"), as_lines=as_lines
        )


@app.command("add")
def add(
    context: typer.Context,
    name: Name,
    label: Annotated[str, typer.Option("--label", help="What people read.")],
    plural: Annotated[
        str | None, typer.Option("--plural-label", help="The same for several.")
    ] = None,
) -> None:
    """Add a custom object."""
    with seat(context) as here:
        added = here.workspace.definitions.add_object(here.actor, name, label, plural)
        document = {"name": added.name, "label": added.label, "custom": True, "records": 0}
        here.output.result(document, f"The object “{added.name}” is added.")


@app.command("remove")
def remove(context: typer.Context, name: Name) -> None:
    """Put a custom object away, with all its records."""
    with seat(context) as here:
        here.workspace.definitions.remove_object(here.actor, name)
        here.output.result({"name": name}, f"The object “{name}” is put away.")
