"""What pipelines and stages may be, and the refusals of what they may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmdesk.core.db.engine import Tx
from crmdesk.core.errors import UserError
from crmdesk.core.records.names import name_from_label, validate_label, validate_property_name
from crmdesk.core.records.pipeline_rows import (
    NewStage,
    PipelineDetail,
    StageDetail,
    checked_probability,
    find_pipeline,
    insert_stage,
    load_pipelines,
)
from crmdesk.core.records.schema import ObjectType

MOST_PIPELINES = 100
MOST_STAGES = 100


def add_stage(
    tx: Tx, object_type: ObjectType, pipeline: str, pipeline_id: int, stage: NewStage
) -> str:
    """Add a stage and return its name, which no stage of the object has."""
    found = find_pipeline(tx, object_type, pipeline)
    refuse_many(len(found.stages) + 1, MOST_STAGES, "stages")
    taken = {s.name for each in load_pipelines(tx, object_type) for s in each.stages}
    refuse_taken([(s.name, s.label) for s in found.stages], stage.name, stage.label, "stage")
    name = checked_name(stage.name or name_from_label(stage.label, taken))
    insert_stage(tx, pipeline_id, name, stage, len(found.stages))
    return name


def checked_name(name: str) -> str:
    """Names from elsewhere may begin with a digit, as those of pipelines often do."""
    return name if name.isalnum() and name.isascii() else validate_property_name(name)


def stage_values(
    pipeline: PipelineDetail, old: StageDetail, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Column values of a changed stage.

    Raises:
        UserError: ``stage_exists``, ``probability_invalid``, what is wrong with the label.
    """
    values: dict[str, Any] = {}
    if "label" in changes:
        label = validate_label(str(changes["label"]))
        others = [(s.name, s.label) for s in pipeline.stages if s.id != old.id]
        refuse_taken(others, "", label, "stage")
        values["label"] = label
    if "probability" in changes:
        values["probability"] = checked_probability(changes["probability"])
    if "closed" in changes:
        values["closed"] = int(bool(changes["closed"]))
    return values or {"label": old.label}


def target_of(
    tx: Tx, object_type: ObjectType, pipeline: str, stage: str
) -> tuple[PipelineDetail, StageDetail]:
    """The place that records move to.

    Raises:
        UserError: ``pipeline_unknown``, ``stage_unknown``.
    """
    found = find_pipeline(tx, object_type, pipeline)
    return found, found.stage(stage)


def pipeline_facts(pipeline: PipelineDetail) -> dict[str, Any]:
    """A pipeline as an entry of the log tells it."""
    return {"label": pipeline.label, "stages": [stage.label for stage in pipeline.stages]}


def stage_facts(stage: StageDetail) -> dict[str, Any]:
    """A stage as an entry of the log tells it."""
    return {"label": stage.label, "probability": stage.probability, "closed": stage.closed}


def refuse_taken(known: Sequence[tuple[str, str]], name: str, label: str, what: str) -> None:
    """Raise ``pipeline_exists`` or ``stage_exists`` for a name or label that is there."""
    labels = {each.casefold() for _, each in known}
    if name in {each for each, _ in known} - {""} or label.strip().casefold() in labels:
        raise UserError(
            f"{what}_exists", f"There is a {what} “{label}” already.", "Choose another name."
        )


def refuse_many(number: int, most: int, what: str) -> None:
    """Raise ``too_many``."""
    if number > most:
        raise UserError(
            "too_many", f"There can be {most} {what} at most.", "Delete one that is not used."
        )


def stages_missing() -> UserError:
    """The refusal of a pipeline without a stage."""
    return UserError(
        "stages_missing", "A pipeline needs at least one stage.", "Add the first stage."
    )


def last_one(what: str, label: str) -> UserError:
    """The refusal to delete the last of its kind."""
    return UserError(
        f"{what}_last",
        f"“{label}” is the last {what} and stays.",
        f"Add another {what} first, or rename this one.",
    )


def no_target(label: str) -> UserError:
    """The refusal to move records to what is being deleted."""
    return UserError(
        "no_target",
        f"Records cannot move to “{label}”, which is being deleted.",
        "Choose another place for them.",
    )


def in_use(
    object_type: ObjectType,
    pipeline: PipelineDetail,
    stage: StageDetail | None,
    standing: int,
) -> UserError:
    """The refusal to delete what records stand in, with how many."""
    what = pipeline.label if stage is None else stage.label
    many = object_type.label.lower() if standing == 1 else object_type.plural_label.lower()
    return UserError(
        "pipeline_in_use" if stage is None else "stage_in_use",
        f"“{what}” holds {standing:,} {many}, those in the recycle bin included.",
        "Say where they shall stand from now on.",
        records=standing,
    )
