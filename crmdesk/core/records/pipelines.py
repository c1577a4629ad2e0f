"""Pipelines and their stages: adding, changing, ordering, and deleting with re-assignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import EventKind
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import Source, open_change_set
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import pipeline_stages, pipelines
from crmdesk.core.records.definition_checks import refuse_unknown
from crmdesk.core.records.names import name_from_label, validate_label
from crmdesk.core.records.pipeline_checks import (
    MOST_PIPELINES,
    add_stage,
    checked_name,
    in_use,
    last_one,
    no_target,
    pipeline_facts,
    refuse_many,
    refuse_taken,
    stage_facts,
    stage_values,
    stages_missing,
    target_of,
)
from crmdesk.core.records.pipeline_rows import (
    NewStage,
    PipelineDetail,
    StageDetail,
    columns_of,
    find_pipeline,
    load_pipelines,
    move_records,
    write_pipeline_order,
    write_stage_order,
)
from crmdesk.core.records.schema import ObjectType, load_object_type

_STAGE_SETTINGS = {"label", "probability", "closed"}


@dataclass(frozen=True, slots=True)
class Removed:
    """What was deleted, and how many records stand elsewhere since.

    Attributes:
        change_id: the change set of those records; ``None`` when there were none.
    """

    name: str
    label: str
    records: int
    change_id: int | None


class PipelineService:
    """The roads that deals and tickets take. Each change is an entry with old and new."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    def list(self, actor: Actor, object_name: str) -> list[PipelineDetail]:
        """Every pipeline of an object with its stages and numbers of records."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return load_pipelines(tx, load_object_type(tx, object_name))

    # -- pipelines -----------------------------------------------------------------------
    def add(
        self,
        actor: Actor,
        object_name: str,
        label: str,
        stages: Sequence[NewStage],
        name: str = "",
    ) -> PipelineDetail:
        """Add a pipeline with its stages.

        Args:
            name: internal name; made from the label when blank.

        Raises:
            UserError: ``pipelines_not_possible``, ``pipeline_exists``, ``stages_missing``,
                ``stage_exists``, ``too_many``, ``probability_invalid``, what is wrong with a name.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            columns_of(object_type)
            known = load_pipelines(tx, object_type)
            refuse_taken([(e.name, e.label) for e in known], name, label, "pipeline")
            if not stages:
                raise stages_missing()
            refuse_many(len(known) + 1, MOST_PIPELINES, "pipelines")
            own = name or name_from_label(label, {each.name for each in known})
            pipeline_id = tx.execute(
                insert(pipelines).values(
                    object_type_id=object_type.id,
                    name=checked_name(own),
                    label=validate_label(label),
                    position=len(known),
                )
            ).lastrowid
            for stage in stages:
                add_stage(tx, object_type, own, pipeline_id, stage)
            added = find_pipeline(tx, object_type, own)
            self._log(
                tx, actor, kinds.PIPELINE_CREATED, object_type, own, new=pipeline_facts(added)
            )
        return added

    def rename(self, actor: Actor, object_name: str, name: str, label: str) -> PipelineDetail:
        """Change a pipeline's label.

        Raises:
            UserError: ``pipeline_unknown``, ``pipeline_exists``, what is wrong with the label.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            old = find_pipeline(tx, object_type, name)
            others = [e for e in load_pipelines(tx, object_type) if e.id != old.id]
            refuse_taken([(e.name, e.label) for e in others], "", label, "pipeline")
            tx.execute(
                update(pipelines)
                .where(pipelines.c.id == old.id)
                .values(label=validate_label(label))
            )
            new = find_pipeline(tx, object_type, name)
            self._log(
                tx,
                actor,
                kinds.PIPELINE_UPDATED,
                object_type,
                name,
                old={"label": old.label},
                new={"label": new.label},
            )
        return new

    def order(
        self, actor: Actor, object_name: str, names: Sequence[str]
    ) -> Sequence[PipelineDetail]:
        """Put pipelines into this order; those not named follow in the order they had.

        Raises:
            UserError: ``pipeline_unknown``.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            known = load_pipelines(tx, object_type)
            first = [find_pipeline(tx, object_type, name) for name in dict.fromkeys(names)]
            order = [*first, *(each for each in known if each not in first)]
            write_pipeline_order(tx, [each.id for each in order])
            if order != known:
                self._log(
                    tx,
                    actor,
                    kinds.PIPELINE_UPDATED,
                    object_type,
                    None,
                    old={"order": [each.name for each in known]},
                    new={"order": [each.name for each in order]},
                )
            return load_pipelines(tx, object_type)

    def remove(
        self, actor: Actor, object_name: str, name: str, move_to: tuple[str, str] | None = None
    ) -> Removed:
        """Delete a pipeline; the records in it move, in the same transaction.

        Args:
            move_to: another pipeline and its stage, for every record of this one.

        Raises:
            UserError: ``pipeline_unknown``, ``pipeline_last``, ``pipeline_in_use`` when records
                have nowhere to go, ``stage_unknown``.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            old = find_pipeline(tx, object_type, name)
            if len(load_pipelines(tx, object_type)) == 1:
                raise last_one("pipeline", old.label)
            target = None if move_to is None else target_of(tx, object_type, *move_to)
            if target is not None and target[0].id == old.id:
                raise no_target(old.label)
            moved = self._reassign(tx, actor, object_type, (old, None), target)
            tx.execute(
                update(pipelines).where(pipelines.c.id == old.id).values(archived_at=tx.now_text)
            )
            gone = Removed(name, old.label, moved[1], moved[0])
            self._log_removal(
                tx, actor, kinds.PIPELINE_DELETED, object_type, gone, pipeline_facts(old)
            )
        return gone

    # -- stages --------------------------------------------------------------------------
    def add_stage(
        self, actor: Actor, object_name: str, pipeline: str, stage: NewStage
    ) -> StageDetail:
        """Add a stage at the end.

        Raises:
            UserError: ``pipeline_unknown``, ``stage_exists``, ``too_many``,
                ``probability_invalid``, what is wrong with a name.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            found = find_pipeline(tx, object_type, pipeline)
            name = add_stage(tx, object_type, pipeline, found.id, stage)
            added = find_pipeline(tx, object_type, pipeline).stage(name)
            link = f"{pipeline}/{name}"
            self._log(tx, actor, kinds.STAGE_CREATED, object_type, link, new=stage_facts(added))
        return added

    def set_stage(
        self,
        actor: Actor,
        object_name: str,
        pipeline: str,
        stage: str,
        changes: Mapping[str, Any],
    ) -> StageDetail:
        """Change a stage: label, probability, closed.

        Raises:
            UserError: ``pipeline_unknown``, ``stage_unknown``, ``stage_exists``,
                ``setting_unknown``, ``probability_invalid``, what is wrong with the label.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        refuse_unknown(changes, _STAGE_SETTINGS, "A stage")
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            found = find_pipeline(tx, object_type, pipeline)
            old = found.stage(stage)
            values = stage_values(found, old, changes)
            tx.execute(update(pipeline_stages).where(pipeline_stages.c.id == old.id).values(values))
            new = find_pipeline(tx, object_type, pipeline).stage(stage)
            self._log(
                tx,
                actor,
                kinds.STAGE_UPDATED,
                object_type,
                f"{pipeline}/{stage}",
                old=stage_facts(old),
                new=stage_facts(new),
            )
        return new

    def order_stages(
        self, actor: Actor, object_name: str, pipeline: str, names: Sequence[str]
    ) -> PipelineDetail:
        """Put stages into this order; those not named follow in the order they had.

        Raises:
            UserError: ``pipeline_unknown``, ``stage_unknown``.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            found = find_pipeline(tx, object_type, pipeline)
            first = [found.stage(name) for name in dict.fromkeys(names)]
            order = [*first, *(each for each in found.stages if each not in first)]
            write_stage_order(tx, [each.id for each in order])
            if tuple(order) != found.stages:
                self._log(
                    tx,
                    actor,
                    kinds.STAGE_UPDATED,
                    object_type,
                    pipeline,
                    old={"order": [each.name for each in found.stages]},
                    new={"order": [each.name for each in order]},
                )
            return find_pipeline(tx, object_type, pipeline)

    def remove_stage(
        self, actor: Actor, object_name: str, pipeline: str, stage: str, move_to: str = ""
    ) -> Removed:
        """Delete a stage; the records in it move to another of the pipeline.

        Raises:
            UserError: ``pipeline_unknown``, ``stage_unknown``, ``stage_last``, ``stage_in_use``
                when records have nowhere to go.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            found = find_pipeline(tx, object_type, pipeline)
            old = found.stage(stage)
            if len(found.stages) == 1:
                raise last_one("stage", old.label)
            target = (found, found.stage(move_to)) if move_to else None
            if target is not None and target[1].id == old.id:
                raise no_target(old.label)
            moved = self._reassign(tx, actor, object_type, (found, old), target)
            tx.execute(
                update(pipeline_stages)
                .where(pipeline_stages.c.id == old.id)
                .values(archived_at=tx.now_text)
            )
            gone = Removed(f"{pipeline}/{stage}", old.label, moved[1], moved[0])
            self._log_removal(tx, actor, kinds.STAGE_DELETED, object_type, gone, stage_facts(old))
        return gone

    # -- within --------------------------------------------------------------------------
    def _reassign(
        self,
        tx: Tx,
        actor: Actor,
        object_type: ObjectType,
        old: tuple[PipelineDetail, StageDetail | None],
        target: tuple[PipelineDetail, StageDetail] | None,
    ) -> tuple[int | None, int]:
        """Move the records of a stage, or of a pipeline; the change set and how many they are."""
        pipeline, stage = old
        standing = pipeline.records if stage is None else stage.records
        if target is None:
            if standing:
                raise in_use(object_type, pipeline, stage, standing)
            return None, 0
        label = f"{target[0].label}: {target[1].label}"
        change_id = open_change_set(tx, actor, Source.PIPELINE_SETTINGS, source_label=label)
        # By their stages first: who is in a stage and in no pipeline goes along.
        parts = [*pipeline.stages, None] if stage is None else [stage]
        moved = sum(
            move_records(tx, object_type, change_id, (pipeline, part), target) for part in parts
        )
        return change_id, moved

    def _log(
        self,
        tx: Tx,
        actor: Actor,
        kind: EventKind,
        object_type: ObjectType,
        name: str | None,
        **facts: dict[str, Any],
    ) -> None:
        self._audit_log.log(
            tx,
            actor,
            kind,
            object_type=object_type.name,
            object_id=name,
            link="settings/objects",
            details=facts,
        )

    def _log_removal(
        self,
        tx: Tx,
        actor: Actor,
        kind: EventKind,
        object_type: ObjectType,
        gone: Removed,
        old: dict[str, Any],
    ) -> None:
        self._audit_log.log(
            tx,
            actor,
            kind,
            object_type=object_type.name,
            object_id=gone.name,
            subjects=max(1, gone.records),
            link="settings/objects",
            details={"old": old, "records_moved": gone.records, "change_id": gone.change_id},
        )
