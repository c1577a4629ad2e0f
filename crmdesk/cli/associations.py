"""``association``: labels and limits of associations."""

from __future__ import annotations

from typing import Annotated

import typer

from crmdesk.cli.asking import ask_person
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import JsonLines, Meant, ObjectName, group
from crmdesk.cli.session import Seat, seat
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_labels import Label

app = group("Set up how records may be associated: labels and limits.")
Other = Annotated[str, typer.Argument(metavar="OTHER", help="Name of the other object.")]
LabelName = Annotated[str, typer.Argument(metavar="NAME", help="Internal name of the label.")]
Text = Annotated[
    str, typer.Option("--label", metavar="L", help="What a record of OTHER is to one of OBJECT.")
]
Inverse = Annotated[
    str,
    typer.Option("--inverse", metavar="L", help="The other way round, where it reads otherwise."),
]


@app.command("labels")
def labels(
    context: typer.Context, object_name: ObjectName, other: Other, as_lines: JsonLines = False
) -> None:
    """List the labels between two objects."""
    with seat(context) as here:
        found = here.workspace.association_definitions.labels(here.actor, object_name, other)
        own = here.workspace.definitions.object(here.actor, object_name).id
        here.output.items(
            "labels",
            [_document(each, own) for each in found],
            ("name", "label", "inverse_label", "associations"),
            as_lines=as_lines,
        )


@app.command("add-label")
def add_label(
    context: typer.Context,
    object_name: ObjectName,
    other: Other,
    *,
    label: Text,
    inverse: Inverse = "",
    name: Annotated[str, typer.Option("--name", help="Internal name; else from L.")] = "",
) -> None:
    """Add a label."""
    with seat(context) as here:
        added = here.workspace.association_definitions.add_label(
            here.actor, object_name, other, label, inverse, name
        )
        own = here.workspace.definitions.object(here.actor, object_name).id
        here.output.result(_document(added, own), f"The label “{added.name}” is added.")


@app.command("set-label")
def set_label(
    context: typer.Context,
    object_name: ObjectName,
    other: Other,
    name: LabelName,
    *,
    label: Text,
    inverse: Inverse = "",
) -> None:
    """Reword a label."""
    with seat(context) as here:
        found = _find(here, object_name, other, name)
        own = here.workspace.definitions.object(here.actor, object_name).id
        turned = found.from_type_id != own and inverse
        words = (inverse, label) if turned else (label, inverse)
        changed = here.workspace.association_definitions.set_label(here.actor, found.id, *words)
        here.output.result(_document(changed, own), f"The label “{name}” is changed.")


@app.command("remove-label")
def remove_label(
    context: typer.Context,
    object_name: ObjectName,
    other: Other,
    name: LabelName,
    *,
    yes: Meant = False,
) -> None:
    """Put a label away; associations that bear it stay, without it."""
    with seat(context) as here:
        found = _find(here, object_name, other, name)
        ask_person(f"Put the label “{name}” away?", "The label was not put away.", yes=yes)
        gone = here.workspace.association_definitions.remove_label(here.actor, found.id)
        document = {"name": name, "associations": gone.associations}
        stay = plural(gone.associations, "association")
        here.output.result(document, f"The label “{name}” is put away; {stay} stay without it.")


@app.command("limits")
def limits(context: typer.Context, as_lines: JsonLines = False) -> None:
    """List every limit."""
    with seat(context) as here:
        documents = [
            {
                "object": each.object_name,
                "other": each.other_name,
                "label": each.label or None,
                "maximum": each.maximum,
            }
            for each in here.workspace.association_definitions.limits(here.actor)
        ]
        here.output.items(
            "limits", documents, ("object", "other", "label", "maximum"), as_lines=as_lines
        )


@app.command("set-limit")
def set_limit(
    context: typer.Context,
    object_name: ObjectName,
    other: Other,
    maximum: Annotated[str, typer.Argument(metavar="N", help="A number, or off.")],
    label: Annotated[
        str, typer.Option("--label", metavar="NAME", help="Only of associations with this label.")
    ] = "",
) -> None:
    """Say how many records of OTHER one record of OBJECT may have."""
    with seat(context) as here:
        number = None if maximum == "off" else _number(maximum)
        here.workspace.association_definitions.set_limit(
            here.actor, object_name, other, number, label
        )
        document = {"object": object_name, "other": other, "label": label or None}
        line = "The limit is lifted." if number is None else f"At most {number:,} from now on."
        here.output.result(document | {"maximum": number}, line)


def _number(text: str) -> int:
    # 0 is refused by the service, with the range that is possible.
    return int(text) if text.isascii() and text.isdigit() else 0


def _find(here: Seat, object_name: str, other: str, name: str) -> Label:
    for each in here.workspace.association_definitions.labels(here.actor, object_name, other):
        if each.name == name:
            return each
    raise UserError(
        "label_unknown",
        f"There is no label “{name}” between these two objects.",
        f"Run `crmdesk association labels {object_name} {other}`.",
    )


def _document(label: Label, own: int) -> dict[str, object]:
    back = label.inverse_label and label.from_type_id != own
    words = (label.inverse_label, label.label) if back else (label.label, label.inverse_label)
    return {
        "name": label.name,
        "label": words[0],
        "inverse_label": words[1] or None,
        "associations": label.uses,
    }
