"""The rows of pipelines and stages, and the records that stand in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import pipeline_stages, pipelines
from crmdesk.core.errors import UserError
from crmdesk.core.records.choices import StageFinder
from crmdesk.core.records.names import validate_label
from crmdesk.core.records.numbers import canonical_number
from crmdesk.core.records.problems import ValueProblem
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat


@dataclass(frozen=True, slots=True)
class StageDetail:
    """A stage with what admins see of it.

    Attributes:
        probability: canonical decimal text from 0 to 1; ``None`` where the object has none.
        records: how many records stand in it, those in the recycle bin included.
    """

    id: int
    name: str
    label: str
    probability: str | None
    closed: bool
    records: int = 0


@dataclass(frozen=True, slots=True)
class PipelineDetail:
    """A pipeline with its stages in order.

    Attributes:
        records: how many are in it, those included that stand in none of its stages.
    """

    id: int
    name: str
    label: str
    stages: tuple[StageDetail, ...]
    records: int = 0

    def stage(self, name: str) -> StageDetail:
        """The stage with that internal name.

        Raises:
            UserError: ``stage_unknown``.
        """
        for found in self.stages:
            if found.name == name:
                return found
        raise UserError(
            "stage_unknown",
            f"The pipeline {self.label} has no stage “{name}”.",
            "Look at its stages as they are now.",
        )


@dataclass(frozen=True, slots=True)
class NewStage:
    """A stage that is to be; a blank name is made from the label."""

    label: str
    probability: str | None = None
    closed: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """The two properties of an object that say where in which pipeline a record stands."""

    pipeline: Property
    stage: Property


def columns_of(object_type: ObjectType) -> Columns:
    """Raise ``pipelines_not_possible`` for an object that goes through no pipeline."""
    pipeline = object_type.with_format(PropertyFormat.PIPELINE)
    stage = object_type.with_format(PropertyFormat.STAGE)
    if pipeline is None or stage is None:
        raise UserError(
            "pipelines_not_possible",
            f"{object_type.plural_label} go through no pipeline.",
            "Deals and tickets do.",
        )
    return Columns(pipeline, stage)


def load_pipelines(tx: Tx, object_type: ObjectType) -> list[PipelineDetail]:
    """Every pipeline with its stages, in order, each with its number of records."""
    counts = _counts(tx, object_type)
    rows = tx.execute(
        select(pipelines)
        .where(pipelines.c.object_type_id == object_type.id, pipelines.c.archived_at.is_(None))
        .order_by(pipelines.c.position, pipelines.c.id)
    )
    return [_pipeline(tx, row, counts) for row in rows.all()]


def find_pipeline(tx: Tx, object_type: ObjectType, name: str) -> PipelineDetail:
    """The pipeline with that internal name.

    Raises:
        UserError: ``pipeline_unknown``, ``pipelines_not_possible``.
    """
    columns_of(object_type)
    for found in load_pipelines(tx, object_type):
        if found.name == name:
            return found
    raise UserError(
        "pipeline_unknown",
        f"{object_type.plural_label} have no pipeline “{name}”.",
        "Look at the pipelines as they are now.",
        object=object_type.name,
    )


def insert_stage(tx: Tx, pipeline_id: int, name: str, stage: NewStage, position: int) -> None:
    """Add a stage; its name must be free."""
    tx.execute(
        insert(pipeline_stages).values(
            pipeline_id=pipeline_id,
            name=name,
            label=validate_label(stage.label),
            position=position,
            probability=checked_probability(stage.probability),
            closed=int(stage.closed),
        )
    )


def checked_probability(text: str | None) -> str | None:
    """Canonical text of a probability.

    Raises:
        UserError: ``probability_invalid``.
    """
    if text is None or not text.strip():
        return None
    try:
        canonical = canonical_number(text.strip())
        fits = 0 <= float(canonical) <= 1
    except (ValueError, ValueProblem):
        fits = False
    if not fits:
        raise UserError(
            "probability_invalid",
            f"“{text}” is no probability.",
            "Give a number from 0 (lost) to 1 (won), e.g. 0.4.",
        )
    return canonical


def write_pipeline_order(tx: Tx, ids: Sequence[int]) -> None:
    """Number pipelines in this order."""
    for place, each in enumerate(ids):
        tx.execute(update(pipelines).where(pipelines.c.id == each).values(position=place))


def write_stage_order(tx: Tx, ids: Sequence[int]) -> None:
    """Number stages in this order."""
    for place, each in enumerate(ids):
        tx.execute(
            update(pipeline_stages).where(pipeline_stages.c.id == each).values(position=place)
        )


def move_records(
    tx: Tx,
    object_type: ObjectType,
    change_id: int,
    old: tuple[PipelineDetail, StageDetail | None],
    new: tuple[PipelineDetail, StageDetail],
) -> int:
    """Put every record of one stage into another, with its history.

    Those in the recycle bin too: they may come back.

    Args:
        old: without a stage, whatever is in the pipeline.

    Returns:
        How many records that are.
    """
    columns = columns_of(object_type)
    table, pipeline = quoted(object_type.table), quoted(columns.pipeline.column)
    stage = quoted(columns.stage.column)
    left = old[1]
    where = f"{pipeline} = ?4"
    if left is not None:
        where = f"{stage} = ?3 AND ({where} OR {pipeline} IS NULL AND ?5)"
    name, alone = (
        (None, 0) if left is None else (left.name, _only_there(tx, object_type, old[0], left))
    )
    values = (new[1].name, new[0].name, name, old[0].name, alone)
    tx.sql(
        "INSERT INTO value_history (change_id, object_type_id, record_id, cells) "
        f"SELECT ?6, ?7, id, CASE WHEN {pipeline} IS ?2 THEN "
        f"json_array(json_array(?9, {stage}, ?1)) ELSE "
        f"json_array(json_array(?8, {pipeline}, ?2), json_array(?9, {stage}, ?1)) END "
        f"FROM {table} WHERE {where} ORDER BY id",
        (*values, change_id, object_type.id, columns.pipeline.id, columns.stage.id),
    )
    return tx.sql(
        f"UPDATE {table} SET {stage} = ?1, {pipeline} = ?2, updated_at = ?6, "
        f"version = version + 1 WHERE {where}",
        (*values, tx.now_text),
    ).rowcount


def _only_there(
    tx: Tx, object_type: ObjectType, pipeline: PipelineDetail, left: StageDetail
) -> int:
    """Whether a record without a pipeline can only mean this one by its stage."""
    others = [each for each in load_pipelines(tx, object_type) if each.id != pipeline.id]
    return int(not any(left.name == stage.name for each in others for stage in each.stages))


def _counts(tx: Tx, object_type: ObjectType) -> dict[tuple[str, str | None], int]:
    """Records by pipeline and stage, as their values name them.

    One in a stage and in no pipeline counts where its stage can only be, as when it is moved.
    """
    try:
        columns = columns_of(object_type)
    except UserError:
        return {}
    pipeline, stage = quoted(columns.pipeline.column), quoted(columns.stage.column)
    cursor = tx.sql(
        f"SELECT {pipeline}, {stage}, count(*) FROM {quoted(object_type.table)} "
        f"WHERE {pipeline} IS NOT NULL OR {stage} IS NOT NULL GROUP BY 1, 2"
    )
    finder = StageFinder(object_type.pipelines)
    counts: Counter[tuple[str, str | None]] = Counter()
    for name, step, many in cursor:
        counts[name or finder.pipeline_of(step) or "", step] += many
    return counts


def _pipeline(tx: Tx, row: Any, counts: dict[tuple[str, str | None], int]) -> PipelineDetail:
    stage_rows = tx.execute(
        select(pipeline_stages)
        .where(pipeline_stages.c.pipeline_id == row.id, pipeline_stages.c.archived_at.is_(None))
        .order_by(pipeline_stages.c.position, pipeline_stages.c.id)
    )
    stages = tuple(
        StageDetail(
            s.id, s.name, s.label, s.probability, bool(s.closed), counts.get((row.name, s.name), 0)
        )
        for s in stage_rows
    )
    records = sum(many for (pipeline, _), many in counts.items() if pipeline == row.name)
    return PipelineDetail(row.id, row.name, row.label, stages, records)
