"""``record merge``, ``associate`` and the like: what ties records together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from crmdesk.cli.output import plural
from crmdesk.cli.parameters import JsonLines, ObjectName, RecordId
from crmdesk.cli.session import Seat, seat

if TYPE_CHECKING:
    from crmdesk.core.changes.change_set import Change
    from crmdesk.core.records.merge_plan import MergePlan

OtherObject = Annotated[str, typer.Argument(metavar="OBJECT", help="The other record's object.")]
OtherId = Annotated[int, typer.Argument(metavar="ID", help="The other record's ID.")]
LabelText = Annotated[
    str,
    typer.Option("--label", metavar="L", help="What the other record is to the first."),
]
Sides = Annotated[list[str] | None, typer.Option(metavar="PROPERTY", help="For this property.")]


def associate(
    context: typer.Context,
    object_name: ObjectName,
    record_id: RecordId,
    other_name: OtherObject,
    other_id: OtherId,
    label: LabelText = "",
) -> None:
    """Associate two records."""
    with seat(context) as here:
        pair = (object_name, record_id, other_name, other_id)
        _change(here, here.workspace.associations.associate, pair, label, "Associated.")


def dissociate(
    context: typer.Context,
    object_name: ObjectName,
    record_id: RecordId,
    other_name: OtherObject,
    other_id: OtherId,
    label: LabelText = "",
) -> None:
    """End the association of two records, or one label of it."""
    with seat(context) as here:
        pair = (object_name, record_id, other_name, other_id)
        _change(here, here.workspace.associations.dissociate, pair, label, "No longer associated.")


def associations(
    context: typer.Context,
    object_name: ObjectName,
    record_id: RecordId,
    other_name: Annotated[
        str | None, typer.Option("--object", metavar="O", help="Only records of this object.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many of each object.")] = 100,
    as_lines: JsonLines = False,
) -> None:
    """List what a record is associated with."""
    with seat(context) as here:
        service = here.workspace.associations
        groups = service.groups(here.actor, object_name, record_id)
        chosen = [g for g in groups if g.count and other_name in (None, g.object_name)]
        documents = [
            {
                "object": each.object_name,
                "id": each.id,
                "name": each.name,
                "labels": list(each.labels),
            }
            for group in chosen
            for each in service.list(
                here.actor, object_name, record_id, group.object_name, limit=limit
            )
        ]
        counts = {group.object_name: group.count for group in chosen}
        here.output.items(
            "associations",
            documents,
            ("object", "id", "name", "labels"),
            as_lines=as_lines,
            counts=counts,
        )


def merge(
    context: typer.Context,
    object_name: ObjectName,
    winner: Annotated[int, typer.Argument(metavar="WINNER", help="The record that stays.")],
    loser: Annotated[int, typer.Argument(metavar="LOSER", help="The one that becomes part of it.")],
    keep: Sides = None,
    take: Sides = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be written.")
    ] = False,
) -> None:
    """Merge two records; --keep WINNER's or --take LOSER's value of a property.

    Without a choice WINNER's value stays, unless it has none.
    """
    from crmdesk.core.records.merge_plan import Side

    choices = dict.fromkeys(keep or (), Side.WINNER) | dict.fromkeys(take or (), Side.LOSER)
    with seat(context) as here:
        service = here.workspace.merges
        plan = service.plan(here.actor, object_name, winner, loser, choices)
        document: dict[str, object] = {"object": object_name, "winner": winner, "loser": loser}
        document |= _merge_document(plan)
        left = "" if not plan.held else f" {_held(plan.held)}"
        written = plural(len(plan.cells), "value")
        if dry_run:
            here.output.result(
                document, f"{written} of {loser} would go to {winner}; nothing was written.{left}"
            )
            return
        versions = plan.winner.version, plan.loser.version
        done = service.apply(here.actor, object_name, winner, loser, choices, versions=versions)
        document["change_id"] = done.change_id
        here.output.result(
            document,
            f"{loser} is merged into {winner}: {written}, "
            f"{plural(done.associations, 'association')}. "
            f"To take it back, run `crmdesk record unmerge {done.change_id}`.{left}",
        )


def unmerge(
    context: typer.Context,
    change_id: Annotated[int, typer.Argument(metavar="CHANGE_ID", help="As merge printed it.")],
) -> None:
    """Take a merge back."""
    with seat(context) as here:
        done = here.workspace.merges.undo(here.actor, change_id)
        document = {
            "object": done.object_type,
            "winner": done.winner_id,
            "loser": done.loser_id,
            "values": done.values,
            "skipped": done.skipped,
            "change_id": done.change_id,
        }
        left = f" {plural(done.skipped, 'change')} could not be taken back." if done.skipped else ""
        here.output.result(document, f"{done.loser_id} is a record of its own again.{left}")


def _merge_document(plan: MergePlan) -> dict[str, object]:
    return {
        "values": [
            {
                "property": each.column.name,
                "winner": None if each.column.sensitive else each.winner,
                "loser": None if each.column.sensitive else each.loser,
                "chosen": each.chosen.value,
            }
            for each in plan.values
        ],
        "associations": dict(plan.associations),
        "held": plan.held,
    }


def _held(names: list[str]) -> str:
    return f"Sensitive values stay behind, as you may not edit them: {', '.join(names)}."


def add_relations(app: typer.Typer) -> None:
    """Add these commands to the group of records."""
    for command in (associate, dissociate, associations, merge, unmerge):
        app.command(command.__name__)(command)


def _change(
    here: Seat, act: Callable[..., Change], pair: tuple[str, int, str, int], label: str, done: str
) -> None:
    """Associate two records or end it, and say what came of it."""
    from crmdesk.core.changes.change_set import Source

    change = act(here.actor, *pair, label, source=Source.COMMAND_LINE)
    document = {
        "object": pair[0],
        "id": pair[1],
        "other_object": pair[2],
        "other_id": pair[3],
        "label": label or None,
        "change_id": change.change_id,
    }
    changed = bool(change.record_ids)
    here.output.result(document, done if changed else "They were associated so already.")
