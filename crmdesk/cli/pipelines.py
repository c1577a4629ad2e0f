"""``pipeline``: pipelines and their stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from crmdesk.cli.asking import ask_person
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import JsonLines, Meant, ObjectName, group
from crmdesk.cli.session import Seat, seat
from crmdesk.core.errors import WrongUsage
from crmdesk.core.records.pipeline_rows import NewStage, PipelineDetail, StageDetail

app = group("List, add, change and remove pipelines and their stages.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Internal name of the pipeline.")]
_STAGE_HELP = (
    "A stage: NAME=LABEL, with the probability after a colon and a ! where it closes the record, "
    "e.g. won=Won:1!"
)


@app.command("list")
def list_pipelines(
    context: typer.Context, object_name: ObjectName, as_lines: JsonLines = False
) -> None:
    """List the pipelines of an object with their stages."""
    with seat(context) as here:
        found = here.workspace.pipelines.list(here.actor, object_name)
        documents = [_document(each) for each in found]
        if here.output.as_json or as_lines:
            here.output.items("pipelines", documents, (), as_lines=as_lines)
            return
        rows = [
            {"pipeline": each.label, **_stage_document(stage)}
            for each in found
            for stage in each.stages
        ]
        columns = ("pipeline", "name", "label", "probability", "closed", "records")
        here.output.items("pipelines", rows, columns)


@app.command("add")
def add(
    context: typer.Context,
    object_name: ObjectName,
    name: Name,
    *,
    label: Annotated[str, typer.Option("--label", help="What people read.")],
    stages: Annotated[list[str], typer.Option("--stage", metavar="STAGE", help=_STAGE_HELP)],
) -> None:
    """Add a pipeline with its stages, in order."""
    new = [_new_stage(text) for text in stages]
    with seat(context) as here:
        added = here.workspace.pipelines.add(here.actor, object_name, label, new, name)
        here.output.result(_document(added), f"The pipeline “{added.name}” is added.")


@app.command("set")
def set_pipeline(
    context: typer.Context,
    object_name: ObjectName,
    name: Name,
    *,
    label: Annotated[str | None, typer.Option("--label", help="What people read.")] = None,
    position: Annotated[
        int | None, typer.Option("--position", min=1, help="Its place among the pipelines.")
    ] = None,
    add_stage: Annotated[
        list[str] | None, typer.Option("--add-stage", metavar="STAGE", help=_STAGE_HELP)
    ] = None,
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="S", help="The stage that changes.")
    ] = None,
    stage_label: Annotated[
        str | None, typer.Option("--stage-label", help="The stage's new label.")
    ] = None,
    probability: Annotated[
        str | None, typer.Option("--probability", metavar="P", help="From 0 to 1.")
    ] = None,
    closed: Annotated[
        bool | None, typer.Option("--closed/--open", help="Whether the stage is an end.")
    ] = None,
    order: Annotated[
        str | None, typer.Option("--order", metavar="A,B", help="The stages in this order.")
    ] = None,
    remove_stage: Annotated[
        str | None, typer.Option("--remove-stage", metavar="S", help="Delete this stage.")
    ] = None,
    move_to: Annotated[
        str, typer.Option("--move-to", metavar="S", help="Where its records go.")
    ] = "",
    yes: Meant = False,
) -> None:
    """Change a pipeline and its stages; what is not named stays."""
    wanted = _Wanted(
        object_name, name, label, position, add_stage or (), stage, order, remove_stage, move_to
    )
    told = {"label": stage_label, "probability": probability, "closed": closed}
    changes = {key: value for key, value in told.items() if value is not None}
    _refuse_nothing(stage, changes, [label, position, add_stage, order, remove_stage])
    with seat(context) as here:
        if remove_stage is not None:
            question = f"Delete the stage “{remove_stage}”?"
            ask_person(question, "The pipeline was not changed.", yes=yes)
        moved = _change(here, wanted, changes)
        pipelines = here.workspace.pipelines.list(here.actor, object_name)
        [now] = [each for each in pipelines if each.name == name]
        document = _document(now) | {"records_moved": moved}
        words = f" {plural(moved, 'record')} moved." if moved else ""
        here.output.result(document, f"The pipeline “{name}” is changed.{words}")


@app.command("remove")
def remove(
    context: typer.Context,
    object_name: ObjectName,
    name: Name,
    move_to: Annotated[
        str | None,
        typer.Option("--move-to", metavar="PIPELINE/STAGE", help="Where its records go."),
    ] = None,
    *,
    yes: Meant = False,
) -> None:
    """Delete a pipeline; its records move."""
    target = None
    if move_to is not None:
        pipeline, slash, stage = move_to.partition("/")
        if not slash:
            raise WrongUsage(
                "stage_missing", "--move-to needs a stage.", "Write it as PIPELINE/STAGE."
            )
        target = (pipeline, stage)
    with seat(context) as here:
        ask_person(f"Delete the pipeline “{name}”?", "The pipeline was not deleted.", yes=yes)
        gone = here.workspace.pipelines.remove(here.actor, object_name, name, target)
        document = {"name": name, "records_moved": gone.records}
        told = f"; {plural(gone.records, 'record')} moved" if gone.records else ""
        here.output.result(document, f"The pipeline “{name}” is deleted{told}.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked of one pipeline; what is ``None`` or blank stays as it is."""

    object: str
    name: str
    label: str | None
    position: int | None
    new_stages: Sequence[str]
    stage: str | None
    order: str | None
    remove_stage: str | None
    move_to: str


def _change(here: Seat, wanted: _Wanted, changes: dict[str, Any]) -> int:
    """Change the pipeline; returns how many records moved out of a stage that was deleted."""
    service, own = here.workspace.pipelines, (here.actor, wanted.object, wanted.name)
    if wanted.label is not None:
        service.rename(*own, wanted.label)
    if wanted.position is not None:
        _place(here, wanted.object, wanted.name, wanted.position)
    for text in wanted.new_stages:
        service.add_stage(*own, _new_stage(text))
    if wanted.stage is not None:
        service.set_stage(*own, wanted.stage, changes)
    if wanted.order is not None:
        service.order_stages(*own, [each.strip() for each in wanted.order.split(",")])
    if wanted.remove_stage is None:
        return 0
    return service.remove_stage(*own, wanted.remove_stage, wanted.move_to).records


def _place(here: Seat, object_name: str, name: str, position: int) -> None:
    service = here.workspace.pipelines
    names = [each.name for each in service.list(here.actor, object_name) if each.name != name]
    names.insert(position - 1, name)
    service.order(here.actor, object_name, names)


def _refuse_nothing(stage: str | None, changes: dict[str, Any], others: list[object]) -> None:
    if changes and stage is None:
        raise WrongUsage(
            "stage_missing", "It was not said which stage changes.", "Name it with --stage."
        )
    if stage is not None and not changes:
        raise WrongUsage(
            "nothing_to_change",
            "It was not said what of the stage changes.",
            "Give e.g. --stage-label LABEL.",
        )
    if not changes and not any(each is not None for each in others):
        raise WrongUsage(
            "nothing_to_change", "Nothing to change was named.", "Give e.g. --label LABEL."
        )


def _new_stage(text: str) -> NewStage:
    """Read ``NAME=LABEL:PROBABILITY!``, of which the label alone must be there."""
    closed = text.endswith("!")
    text = text.removesuffix("!")
    rest, colon, probability = text.rpartition(":")
    if not colon:
        rest, probability = text, ""
    name, equals, label = rest.partition("=")
    return NewStage(label if equals else name, probability or None, closed, name if equals else "")


def _document(found: PipelineDetail) -> dict[str, Any]:
    return {
        "name": found.name,
        "label": found.label,
        "records": found.records,
        "stages": [_stage_document(stage) for stage in found.stages],
    }


def _stage_document(stage: StageDetail) -> dict[str, Any]:
    return {
        "name": stage.name,
        "label": stage.label,
        "probability": stage.probability,
        "closed": stage.closed,
        "records": stage.records,
    }
