"""Puts definitions back that a backup knows and the workspace has lost or changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.backup.contents import definitions_of
from crmdesk.core.compare.definitions import ObjectThere, compare_definitions, objects_of
from crmdesk.core.compare.model import DefinitionChange, DefinitionDifference
from crmdesk.core.compare.pipelines import PipelineThere, StageThere
from crmdesk.core.db.engine import Database
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.definitions import Definitions
from crmdesk.core.records.pipeline_rows import NewStage
from crmdesk.core.records.pipelines import PipelineService
from crmdesk.core.records.schema import load_object_types
from crmdesk.core.records.type_changes import TypeChanges
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.core.restore.definition_plan import (
    DefinitionStep,
    LostDefinition,
    StepPlanner,
    options_of,
    placed,
    put_away_object,
    refuse_others,
    unknown,
)
from crmdesk.core.restore.sources import TrustedBackup, open_source


class DefinitionRestores:
    """Plans and puts back. Super Admins only; the services of the settings do the work.

    So each change is an entry of its own in the audit log, as if it had been made by hand, and
    asks for the same permissions.

    Args:
        vault: the folder of the workspace's backups.
        verify_key: public key that this workspace's backups are signed with.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        definitions: Definitions,
        pipelines: PipelineService,
        type_changes: TypeChanges,
        vault: Path,
        verify_key: bytes,
    ) -> None:
        self._database = database
        self._guard = guard
        self._definitions = definitions
        self._pipelines = pipelines
        self._type_changes = type_changes
        self._vault = vault
        self._verify_key = verify_key

    def differences(self, actor: Actor, source: str) -> tuple[DefinitionDifference, ...]:
        """How the definitions differ between a backup and now; no record is read.

        Raises:
            UserError: what is wrong with the backup.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        backup = self._open(source)
        with self._database.read() as tx:
            now = objects_of(definitions_of(load_object_types(tx)))
        return compare_definitions(_objects(backup), now, recreatable=True)

    def plan(
        self, actor: Actor, source: str, wanted: Sequence[LostDefinition]
    ) -> tuple[DefinitionStep, ...]:
        """What putting these back would do, in the order of ``wanted``; writes nothing.

        Raises:
            UserError: what is wrong with the backup; ``definition_unknown`` where it does not
                define one, ``definition_gone`` where the object, property or pipeline that one
                belongs to is not there, ``definition_there``, ``definition_fixed``,
                ``pipeline_exists``, ``stage_exists``, ``nothing_to_change``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        refuse_others(wanted)
        backup = self._open(source)
        with self._database.read() as tx:
            planner = StepPlanner(tx, _objects(backup))
            return tuple(planner.step(lost) for lost in wanted)

    def remake(
        self, actor: Actor, source: str, wanted: Sequence[LostDefinition]
    ) -> tuple[DefinitionStep, ...]:
        """Put them back, one after the other; returns what was done.

        A property or object that was only put away comes back itself, with its values. One that is
        gone is made anew: its values can then be restored or imported from the backup. A type is
        changed back with the values that convert exactly. What :meth:`plan` refuses is
        refused before anything is written; where the settings refuse one, those before it stand.

        Raises:
            UserError: as :meth:`plan`; what the settings refuse, such as ``not_unique``.
        """
        steps = self.plan(actor, source, wanted)
        backup = self._open(source)
        there = _objects(backup)
        for step in steps:
            self._put_back(actor, backup, there[step.lost.object], step)
        return steps

    def _put_back(
        self, actor: Actor, backup: TrustedBackup, then: ObjectThere, step: DefinitionStep
    ) -> None:
        lost = step.lost
        own = (actor, lost.object, lost.name)
        match lost.change:
            case DefinitionChange.OBJECT_REMOVED:
                self._object(actor, backup, then)
            case DefinitionChange.TYPE_CHANGED:
                told = then.properties[lost.name]
                self._type_changes.apply(
                    *own,
                    PropertyType(told.type),
                    options_of(told),
                    accept_unconverted=step.unconverted,
                )
            case DefinitionChange.PROPERTY_REMOVED:
                self._property(actor, backup, lost)
            case DefinitionChange.OPTION_REMOVED | DefinitionChange.OPTION_RENAMED:
                self._option(actor, then, lost)
            case DefinitionChange.LABEL_CHANGED:
                label = then.properties[lost.name].label
                self._definitions.set_property(*own, {"label": label})
            case DefinitionChange.SETTING_CHANGED:
                value = then.properties[lost.name].settings[lost.item]
                self._definitions.set_property(*own, {lost.item: value})
            case DefinitionChange.PIPELINE_REMOVED:
                self._pipeline(actor, lost.object, then.pipelines[lost.name])
            case DefinitionChange.PIPELINE_RENAMED:
                self._pipelines.rename(*own, then.pipelines[lost.name].label)
            case _:
                self._stage(actor, then, lost)

    def _object(self, actor: Actor, backup: TrustedBackup, then: ObjectThere) -> None:
        put_away = put_away_object(self._definitions.archived_objects(actor), then)
        if put_away is not None:
            self._definitions.restore_object(actor, put_away.id)
            return
        made = self._definitions.add_object(actor, then.name, then.label, then.plural_label or None)
        for name, told in then.properties.items():
            if name not in made.by_name and told.type and not told.settings.get("calculated"):
                definition = _definition(name, _facts(backup, then.name, name))
                self._definitions.add_property(actor, then.name, definition)
        there = {each.name for each in self._pipelines.list(actor, then.name)}
        for name, pipeline in then.pipelines.items():
            if name not in there:
                self._pipeline(actor, then.name, pipeline)

    def _pipeline(self, actor: Actor, object_name: str, then: PipelineThere) -> None:
        stages = [_new_stage(stage) for stage in then.stages.values()]
        self._pipelines.add(actor, object_name, then.label, stages, then.name)

    def _property(self, actor: Actor, backup: TrustedBackup, lost: LostDefinition) -> None:
        facts = _facts(backup, lost.object, lost.name)
        archived = self._definitions.archived_properties(actor, lost.object)
        if any(each.id == facts.get("id") for each in archived):
            self._definitions.restore_property(actor, lost.object, int(facts["id"]))
        else:
            self._definitions.add_property(actor, lost.object, _definition(lost.name, facts))

    def _option(self, actor: Actor, then: ObjectThere, lost: LostDefinition) -> None:
        """One that comes back stands where it stood; one that was renamed stays where it is."""
        told = then.properties[lost.name].options
        found = self._definitions.object(actor, lost.object).property(lost.name)
        labels = {each.value: each.label for each in found.options if not each.archived}
        values = list(labels)
        if lost.change is DefinitionChange.OPTION_REMOVED:
            values = placed(list(told), lost.item, values)
        labels[lost.item] = told[lost.item]
        options = [OptionDefinition(value, labels[value]) for value in values]
        self._definitions.set_property(actor, lost.object, lost.name, {"options": options})

    def _stage(self, actor: Actor, then: ObjectThere, lost: LostDefinition) -> None:
        own = (actor, lost.object, lost.name)
        stages = then.pipelines[lost.name].stages
        stage = stages[lost.item]
        if lost.change is DefinitionChange.STAGE_REMOVED:
            self._pipelines.add_stage(*own, _new_stage(stage))
            found = self._pipelines.list(actor, lost.object)
            [names] = [[s.name for s in each.stages] for each in found if each.name == lost.name]
            self._pipelines.order_stages(*own, placed(list(stages), lost.item, names))
        elif lost.change is DefinitionChange.STAGE_RENAMED:
            self._pipelines.set_stage(*own, lost.item, {"label": stage.label})
        else:
            self._pipelines.set_stage(*own, lost.item, {"closed": stage.closed})

    def _open(self, source: str) -> TrustedBackup:
        with self._database.read() as tx:
            return open_source(tx, source, self._vault, self._verify_key)


def _objects(backup: TrustedBackup) -> dict[str, ObjectThere]:
    return objects_of(backup.manifest.definitions, backup.manifest)


def _new_stage(stage: StageThere) -> NewStage:
    return NewStage(stage.label, stage.probability, stage.closed, stage.name)


def _facts(backup: TrustedBackup, object_name: str, name: str) -> Mapping[str, Any]:
    """What the manifest says of a property; backups of the first format tell its type aside."""
    definitions: Mapping[str, Any] = backup.manifest.definitions
    facts = definitions.get(object_name, {}).get("properties", {}).get(name)
    if facts is None:
        raise unknown(name)
    if facts.get("type"):
        return dict(facts)
    entry = backup.manifest.entry(object_name)
    column = next((c for c in (entry.columns if entry else ()) if c.name == name), None)
    if column is None:
        raise unknown(name)
    return {
        **facts,
        "type": column.type,
        "label": column.label,
        "id": column.definition_id,
    }


def _definition(name: str, facts: Mapping[str, Any]) -> PropertyDefinition:
    gone = facts.get("archived_options", ())
    return PropertyDefinition(
        name,
        str(facts["label"]),
        PropertyType(facts["type"]),
        group=str(facts["group"]),
        format=PropertyFormat(facts["format"]),
        options=tuple(
            OptionDefinition(value, label)
            for value, label, *_ in facts["options"]
            if value not in gone
        ),
        sensitive=bool(facts["sensitive"]),
        unique=bool(facts["unique"]),
        required=bool(facts["required"]),
        hidden=bool(facts.get("hidden")),
    )
