"""``property``: the properties of an object."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crmdesk.cli.documents import property_document
from crmdesk.cli.parameters import JsonLines, ObjectName, group
from crmdesk.cli.session import seat
from crmdesk.core.errors import WrongUsage
from crmdesk.core.records.types import PropertyType

app = group("List, add, change and archive properties.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Internal name of the property.")]
Options = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="V", help="A choice; V=LABEL gives it a label."),
]
_COLUMNS = ("name", "label", "type", "sensitive", "unique", "required", "calculated")


@app.command("list")
def list_properties(
    context: typer.Context, object_name: ObjectName, as_lines: JsonLines = False
) -> None:
    """List an object's properties."""
    with seat(context) as here:
        object_type = here.workspace.definitions.object(here.actor, object_name)
        documents = [property_document(each) for each in object_type.properties]
        here.output.items("properties", documents, _COLUMNS, as_lines=as_lines)


@app.command("add")
def add(
    context: typer.Context,
    object_name: ObjectName,
    name: Name,
    *,
    label: Annotated[str, typer.Option("--label", help="What people read.")],
    type_: Annotated[PropertyType, typer.Option("--type", help="What it holds.")],
    options: Options = None,
    group: Annotated[str, typer.Option("--group", help="Under which heading it stands.")] = "",
    sensitive: Annotated[bool, typer.Option("--sensitive", help="Masked until revealed.")] = False,
    unique: Annotated[bool, typer.Option("--unique", help="No two records share it.")] = False,
    required: Annotated[bool, typer.Option("--required", help="Every record has it.")] = False,
) -> None:
    """Add a property."""
    from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition

    definition = PropertyDefinition(
        name,
        label,
        type_,
        group=group,
        options=tuple(OptionDefinition(*_option(text)) for text in options or ()),
        sensitive=sensitive,
        unique=unique,
        required=required,
    )
    with seat(context) as here:
        added = here.workspace.definitions.add_property(here.actor, object_name, definition)
        here.output.result(property_document(added), f"The property “{added.name}” is added.")


@app.command("set")
def set_property(
    context: typer.Context,
    object_name: ObjectName,
    name: Name,
    *,
    label: Annotated[str | None, typer.Option("--label", help="What people read.")] = None,
    options: Options = None,
    group: Annotated[str | None, typer.Option("--group", help="Its heading.")] = None,
    sensitive: Annotated[
        bool | None, typer.Option("--sensitive/--no-sensitive", help="Masked until revealed.")
    ] = None,
    unique: Annotated[
        bool | None, typer.Option("--unique/--no-unique", help="No two records share it.")
    ] = None,
    required: Annotated[
        bool | None, typer.Option("--required/--no-required", help="Every record has it.")
    ] = None,
) -> None:
    """Change a property; what is not named stays."""
    from crmdesk.core.records.catalogue import OptionDefinition

    changes: dict[str, Any] = {
        key: value
        for key, value in {
            "label": label,
            "group": group,
            "sensitive": sensitive,
            "unique": unique,
            "required": required,
        }.items()
        if value is not None
    }
    if options:
        changes["options"] = tuple(OptionDefinition(*_option(text)) for text in options)
    if not changes:
        raise WrongUsage(
            "nothing_to_change", "Nothing to change was named.", "Give e.g. --label LABEL."
        )
    with seat(context) as here:
        new = here.workspace.definitions.set_property(here.actor, object_name, name, changes)
        here.output.result(property_document(new), f"The property “{name}” is changed.")


@app.command("archive")
def archive(context: typer.Context, object_name: ObjectName, name: Name) -> None:
    """Put a property away; its values stay in the database."""
    with seat(context) as here:
        here.workspace.definitions.archive_property(here.actor, object_name, name)
        here.output.result({"name": name}, f"The property “{name}” is archived.")


def _option(text: str) -> tuple[str, str]:
    value, equals, label = text.partition("=")
    return value, label if equals else value
