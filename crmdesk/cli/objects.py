"""``object``: the object types of the workspace."""

from __future__ import annotations

from typing import Annotated

import typer

from crmdesk.cli.parameters import JsonLines, group
from crmdesk.cli.session import seat
from crmdesk.core.errors import WrongUsage

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


@app.command("set")
def set_object(
    context: typer.Context,
    name: Name,
    *,
    label: Annotated[str | None, typer.Option("--label", help="What people read.")] = None,
    plural: Annotated[
        str | None, typer.Option("--plural-label", help="The same for several.")
    ] = None,
    display: Annotated[
        str | None,
        typer.Option("--display", metavar="A,B", help="The properties a record is called by."),
    ] = None,
) -> None:
    """Change an object; what is not named stays."""
    changes: dict[str, object] = {
        key: value
        for key, value in {"label": label, "plural_label": plural}.items()
        if value is not None
    }
    if display is not None:
        changes["display_properties"] = [each.strip() for each in display.split(",")]
    if not changes:
        raise WrongUsage(
            "nothing_to_change", "Nothing to change was named.", "Give e.g. --label LABEL."
        )
    with seat(context) as here:
        new = here.workspace.definitions.set_object(here.actor, name, changes)
        document = {
            "name": new.name,
            "label": new.label,
            "plural_label": new.plural_label,
            "display": list(new.display_properties),
        }
        here.output.result(document, f"The object “{name}” is changed.")


@app.command("restore")
def restore(context: typer.Context, name: Name) -> None:
    """Bring a custom object back that was put away."""
    with seat(context) as here:
        service = here.workspace.definitions
        away = [each for each in service.archived_objects(here.actor) if each.name == name]
        back = service.restore_object(here.actor, away[0].id if away else 0)
        here.output.result(
            {"name": back.name, "label": back.label}, f"The object “{name}” is back."
        )


@app.command("form")
def form(
    context: typer.Context,
    name: Name,
    fields: Annotated[
        list[str] | None,
        typer.Option(
            "--field", metavar="PROPERTY", help="A field, in order; with ! where it is required."
        ),
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Ask for what the program asks for by itself.")
    ] = False,
) -> None:
    """Show or choose the fields of the dialog that adds a record."""
    from crmdesk.core.records.create_forms import FormField

    with seat(context) as here:
        service = here.workspace.create_forms
        if fields or reset:
            wanted = [FormField(t.removesuffix("!"), t.endswith("!")) for t in fields or ()]
            service.set(here.actor, name, wanted)
        documents = [
            {"property": each.property, "required": each.required}
            for each in service.get(here.actor, name)
        ]
        here.output.items("fields", documents, ("property", "required"))
