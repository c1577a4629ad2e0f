"""``property``: the properties of an object."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli import property_groups
from crmdesk.cli.documents import archived_document, property_document
from crmdesk.cli.out_file import Force, refuse_target
from crmdesk.cli.parameters import JsonLines, ObjectName, group
from crmdesk.cli.session import seat
from crmdesk.core.errors import WrongUsage
from crmdesk.core.records.types import PropertyType

if TYPE_CHECKING:
    from crmdesk.core.records.type_changes import TypeChangePlan

app = group("List, add, change and archive properties.")
app.add_typer(property_groups.app, name="group")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Internal name of the property.")]
Options = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="V", help="A choice; V=LABEL gives it a label."),
]
_COLUMNS = ("name", "label", "type", "sensitive", "unique", "required", "calculated")


@app.command("list")
def list_properties(
    context: typer.Context,
    object_name: ObjectName,
    archived: Annotated[
        bool, typer.Option("--archived", help="Those that were put away instead.")
    ] = False,
    as_lines: JsonLines = False,
) -> None:
    """List an object's properties."""
    with seat(context) as here:
        if archived:
            away = here.workspace.definitions.archived_properties(here.actor, object_name)
            here.output.items(
                "properties",
                [archived_document(each) for each in away],
                ("id", "name", "label", "type", "archived_at"),
                as_lines=as_lines,
            )
            return
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
    description: Annotated[
        str | None, typer.Option("--description", help="What people should know of it.")
    ] = None,
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
            "description": description,
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


@app.command("unarchive")
def unarchive(
    context: typer.Context,
    object_name: ObjectName,
    property_id: Annotated[
        int, typer.Argument(metavar="ID", help="As property list --archived prints it.")
    ],
) -> None:
    """Bring a property back, with its values."""
    with seat(context) as here:
        back = here.workspace.definitions.restore_property(here.actor, object_name, property_id)
        here.output.result(property_document(back), f"The property “{back.name}” is back.")


@app.command("order")
def order(
    context: typer.Context,
    object_name: ObjectName,
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="In their new order.")],
) -> None:
    """Put properties into this order; those not named keep their places."""
    with seat(context) as here:
        changed = here.workspace.definitions.order_properties(here.actor, object_name, names)
        here.output.result(
            {"order": [each.name for each in changed.properties]}, "The order is changed."
        )


@app.command("type")
def change_type(
    context: typer.Context,
    object_name: ObjectName,
    name: Name,
    type_: Annotated[PropertyType, typer.Argument(metavar="TYPE", help="What it shall hold.")],
    *,
    options: Options = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would become of the values.")
    ] = False,
    accept: Annotated[
        int | None,
        typer.Option(
            "--accept-unconverted", metavar="N", help="Go on though N values do not convert."
        ),
    ] = None,
    unconverted: Annotated[
        Path | None,
        typer.Option("--unconverted", metavar="FILE", help="Save those values as a CSV file."),
    ] = None,
    force: Force = False,
) -> None:
    """Give a property another type; what converts exactly is carried over."""
    refuse_target(unconverted, force=force)
    from crmdesk.core.records.catalogue import OptionDefinition

    given = tuple(OptionDefinition(*_option(text)) for text in options or ())
    with seat(context) as here:
        service, what = here.workspace.type_changes, (object_name, name, type_, given)
        plan = service.plan(here.actor, *what)
        if unconverted is not None:
            service.save_unconverted(here.actor, *what, unconverted)
        if not dry_run:
            _refuse_unaccepted(plan, accept)
            plan = service.apply(here.actor, *what, accept_unconverted=accept or 0)
        counted = f"{plan.converted:,} of {plan.values:,} values"
        line = f"{counted} would be converted." if dry_run else f"{counted} are converted."
        here.output.result(_type_document(plan), line)


def _refuse_unaccepted(plan: TypeChangePlan, accept: int | None) -> None:
    if plan.unconverted and accept is None:
        raise WrongUsage(
            "accept_missing",
            f"{plan.unconverted:,} of {plan.values:,} values cannot become {plan.type.value} "
            "without loss; they would stay with the old property, which is put away.",
            f"To go on: --accept-unconverted {plan.unconverted}",
        )


def _type_document(plan: TypeChangePlan) -> dict[str, Any]:
    return {
        "property": property_document(plan.property),
        "values": plan.values,
        "converted": plan.converted,
        "unconverted": plan.unconverted,
        "samples": [
            {"id": each.record_id, "value": each.value, "reason": each.reason}
            for each in plan.samples
        ],
    }


def _option(text: str) -> tuple[str, str]:
    value, equals, label = text.partition("=")
    return value, label if equals else value
