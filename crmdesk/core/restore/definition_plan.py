"""What putting a definition back would do: looked at before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmdesk.core.compare.definitions import ObjectThere, PropertyThere
from crmdesk.core.compare.model import DefinitionChange, DefinitionDifference
from crmdesk.core.compare.pipelines import PipelineThere
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import OptionDefinition
from crmdesk.core.records.definition_rows import (
    ArchivedDefinition,
    archived_objects,
    records_put_away,
)
from crmdesk.core.records.pipeline_rows import PipelineDetail, load_pipelines
from crmdesk.core.records.schema import ObjectType, Property, load_object_types
from crmdesk.core.records.type_changes import planned_change
from crmdesk.core.records.types import PropertyFormat, PropertyType


@dataclass(frozen=True, slots=True)
class LostDefinition:
    """A difference of definitions that is to be put back.

    Attributes:
        name: internal name of the property or pipeline.
        item: value of the option, name of the stage, or the setting; else "".
    """

    object: str
    change: DefinitionChange
    name: str
    item: str = ""

    @classmethod
    def of(cls, found: DefinitionDifference) -> LostDefinition:
        """The one that a comparison told."""
        return cls(found.object, found.change, found.name, found.item)


@dataclass(frozen=True, slots=True)
class DefinitionStep:
    """One thing that would be done.

    Attributes:
        label: what people call it.
        now: how it stands today; "" where it is gone.
        then: how it would stand; a pipeline's and a property's parts are in ``parts``.
        parts: labels of the stages or options that come with it, in order.
        records: live records whose value names it today, although it is gone; of an object those
            that come back with it.
        unconverted: values that the earlier type cannot hold exactly; they stay with the
            definition that is put away.
    """

    lost: LostDefinition
    label: str
    now: str = ""
    then: str = ""
    parts: tuple[str, ...] = ()
    records: int = 0
    unconverted: int = 0


@dataclass(frozen=True, slots=True)
class Here:
    """An object as it is now."""

    object_type: ObjectType
    pipelines: Mapping[str, PipelineDetail]


class StepPlanner:
    """Tells what one step does, and refuses what cannot be done.

    Args:
        then: the objects as the backup defines them.
    """

    def __init__(self, tx: Tx, then: Mapping[str, ObjectThere]) -> None:
        self._tx = tx
        self._then = then
        self._types = {found.name: found for found in load_object_types(tx)}

    def step(self, lost: LostDefinition) -> DefinitionStep:
        """What would be done for it.

        Raises:
            UserError: ``definition_unknown``, ``definition_gone``, ``definition_there``,
                ``definition_fixed``.
        """
        before = self._then.get(lost.object)
        if before is None:
            raise unknown(lost.name)
        if lost.change is DefinitionChange.OBJECT_REMOVED:
            return self._object_step(lost, before)
        here = self._here(lost)
        if lost.change in _OF_PIPELINES:
            return self._pipeline_step(lost, before, here)
        return self._property_step(lost, before, here)

    def _here(self, lost: LostDefinition) -> Here:
        found = self._types.get(lost.object)
        if found is None:
            raise _gone("object", lost.object)
        return Here(found, {each.name: each for each in load_pipelines(self._tx, found)})

    def _object_step(self, lost: LostDefinition, then: ObjectThere) -> DefinitionStep:
        if found := self._types.get(lost.object):
            raise _there("object", found.label)
        if not then.custom:
            raise _fixed(f"{then.label} is no object that can be made")
        put_away = put_away_object(archived_objects(self._tx), then)
        records = 0 if put_away is None else records_put_away(self._tx, put_away.id)
        labels = tuple(each.label for each in then.properties.values())
        return DefinitionStep(lost, then.label, then=then.label, parts=labels, records=records)

    # -- properties ----------------------------------------------------------------------
    def _property_step(
        self, lost: LostDefinition, before: ObjectThere, here: Here
    ) -> DefinitionStep:
        then = before.properties.get(lost.name)
        if then is None or not then.type:
            raise unknown(lost.name)
        now = here.object_type.by_name.get(lost.name)
        if lost.change is DefinitionChange.PROPERTY_REMOVED:
            if now is not None:
                raise _there("property", now.label)
            return DefinitionStep(
                lost, then.label, then=then.type, parts=tuple(then.options.values())
            )
        if now is None:
            raise _gone("property", then.label)
        if lost.change is DefinitionChange.LABEL_CHANGED:
            return DefinitionStep(lost, now.label, now.label, then.label)
        if lost.change is DefinitionChange.SETTING_CHANGED:
            return _setting_step(lost, then, now)
        if lost.change is DefinitionChange.TYPE_CHANGED:
            return self._type_step(lost, then, now, here)
        return self._option_step(lost, then, now, here)

    def _type_step(
        self, lost: LostDefinition, then: PropertyThere, now: Property, here: Here
    ) -> DefinitionStep:
        if then.type == now.type.value:
            raise _there("type", now.type.value)
        change = planned_change(
            self._tx, here.object_type, now, PropertyType(then.type), options_of(then)
        )
        return DefinitionStep(
            lost,
            now.label,
            now.type.value,
            then.type,
            tuple(then.options.values()),
            unconverted=change.unconverted,
        )

    def _option_step(
        self, lost: LostDefinition, then: PropertyThere, now: Property, here: Here
    ) -> DefinitionStep:
        if lost.item not in then.options:
            raise unknown(lost.item)
        if not now.type.has_options:
            raise _fixed(f"{now.label} is no choice any more, so it takes no options")
        label = then.options[lost.item]
        there = next((o for o in now.options if o.value == lost.item and not o.archived), None)
        if lost.change is DefinitionChange.OPTION_RENAMED:
            if there is None:
                raise _gone("option", label)
            return DefinitionStep(lost, now.label, there.label, label)
        if there is not None:
            raise _there("option", there.label)
        records = self._records_naming(here.object_type, now, lost.item)
        return DefinitionStep(lost, now.label, "", label, records=records)

    # -- pipelines -----------------------------------------------------------------------
    def _pipeline_step(
        self, lost: LostDefinition, before: ObjectThere, here: Here
    ) -> DefinitionStep:
        then, now = before.pipelines.get(lost.name), here.pipelines.get(lost.name)
        if then is None:
            raise unknown(lost.name)
        if lost.change is DefinitionChange.PIPELINE_REMOVED:
            if now is not None:
                raise _there("pipeline", now.label)
            _refuse_label(then.label, [each.label for each in here.pipelines.values()], "pipeline")
            stages = tuple(stage.label for stage in then.stages.values())
            records = self._records_in(here.object_type, PropertyFormat.PIPELINE, lost.name)
            return DefinitionStep(lost, then.label, "", then.label, stages, records)
        if now is None:
            raise _gone("pipeline", then.label)
        if lost.change is DefinitionChange.PIPELINE_RENAMED:
            others = [each.label for each in here.pipelines.values() if each is not now]
            _refuse_label(then.label, others, "pipeline")
            return DefinitionStep(lost, now.label, now.label, then.label)
        return self._stage_step(lost, then, now, here.object_type)

    def _stage_step(
        self,
        lost: LostDefinition,
        then: PipelineThere,
        now: PipelineDetail,
        object_type: ObjectType,
    ) -> DefinitionStep:
        stage = then.stages.get(lost.item)
        if stage is None:
            raise unknown(lost.item)
        there = next((each for each in now.stages if each.name == lost.item), None)
        others = [each.label for each in now.stages if each.name != lost.item]
        if lost.change is DefinitionChange.STAGE_REMOVED:
            if there is not None:
                raise _there("stage", there.label)
            _refuse_label(stage.label, others, "stage")
            records = self._records_in(object_type, PropertyFormat.STAGE, lost.item)
            return DefinitionStep(lost, now.label, "", stage.label, records=records)
        if there is None:
            raise _gone("stage", stage.label)
        if lost.change is DefinitionChange.STAGE_RENAMED:
            _refuse_label(stage.label, others, "stage")
            return DefinitionStep(lost, now.label, there.label, stage.label)
        return DefinitionStep(lost, now.label, _end(there.closed), _end(stage.closed))

    # -- records -------------------------------------------------------------------------
    def _records_in(self, object_type: ObjectType, format_name: str, value: str) -> int:
        found = object_type.with_format(format_name)
        return 0 if found is None else self._records_naming(object_type, found, value)

    def _records_naming(self, object_type: ObjectType, found: Property, value: str) -> int:
        column = quoted(found.column)
        where = f"{column} = ?1"
        if found.type is PropertyType.MULTI_ENUMERATION:
            where = f"instr(';' || {column} || ';', ';' || ?1 || ';') > 0"
        row = self._tx.sql(
            f"SELECT count(*) FROM {quoted(object_type.table)} "
            f"WHERE archived_at IS NULL AND {where}",
            (value,),
        ).fetchone()
        return int(row[0])


_OF_PIPELINES = frozenset(
    {
        DefinitionChange.PIPELINE_REMOVED,
        DefinitionChange.PIPELINE_RENAMED,
        DefinitionChange.STAGE_REMOVED,
        DefinitionChange.STAGE_RENAMED,
        DefinitionChange.STAGE_CLOSED,
    }
)
_PUT_BACK = _OF_PIPELINES | {
    DefinitionChange.OBJECT_REMOVED,
    DefinitionChange.TYPE_CHANGED,
    DefinitionChange.PROPERTY_REMOVED,
    DefinitionChange.LABEL_CHANGED,
    DefinitionChange.SETTING_CHANGED,
    DefinitionChange.OPTION_REMOVED,
    DefinitionChange.OPTION_RENAMED,
}


def refuse_others(wanted: Sequence[LostDefinition]) -> None:
    """Refuse what is never put back, such as what was only added since.

    Raises:
        UserError: ``definition_fixed``, ``nothing_to_change``.
    """
    if not wanted:
        raise UserError(
            "nothing_to_change", "Nothing was chosen.", "Choose what is to be put back."
        )
    for lost in wanted:
        if lost.change not in _PUT_BACK:
            what = lost.change.value.replace("_", " ")
            raise _fixed(f"“{lost.name}” cannot be put back ({what})")


def put_away_object(
    put_away: Sequence[ArchivedDefinition], then: ObjectThere
) -> ArchivedDefinition | None:
    """The object itself, if it was only put away; another of its name is another object."""
    return next((each for each in put_away if each.id == then.id), None)


def options_of(then: PropertyThere) -> list[OptionDefinition]:
    """Its options as they are made."""
    return [OptionDefinition(value, label) for value, label in then.options.items()]


def unknown(name: str) -> UserError:
    """The refusal of what the backup does not define."""
    return UserError(
        "definition_unknown",
        f"The backup does not define “{name}”.",
        "Compare the backup with now to see what it defines.",
    )


def placed(then: Sequence[str], name: str, now: Sequence[str]) -> list[str]:
    """Today's stages or options in order, ``name`` behind the one that it followed in the backup.

    Args:
        then: all of them in the backup's order, ``name`` among them.
        now: today's, with or without ``name``.
    """
    others = [each for each in now if each != name]
    earlier = [each for each in then[: then.index(name)] if each in others]
    place = others.index(earlier[-1]) + 1 if earlier else 0
    return [*others[:place], name, *others[place:]]


def _setting_step(lost: LostDefinition, then: PropertyThere, now: Property) -> DefinitionStep:
    if now.calculated or lost.item not in _SETTINGS or lost.item not in then.settings:
        raise _fixed(f"The setting “{lost.item}” of {now.label} cannot be put back")
    standing = getattr(now, lost.item)
    return DefinitionStep(lost, now.label, _word(standing), _word(then.settings[lost.item]))


_SETTINGS = frozenset({"sensitive", "unique", "required", "group"})


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "")


def _end(closed: bool) -> str:
    return "closed" if closed else "open"


def _refuse_label(label: str, others: Sequence[str], what: str) -> None:
    if label.casefold() in {each.casefold() for each in others}:
        raise UserError(
            f"{what}_exists",
            f"There is another {what} “{label}” by now.",
            f"Rename that {what} first.",
        )


def _gone(what: str, label: str) -> UserError:
    return UserError(
        "definition_gone",
        f"The {what} “{label}” that this belongs to is not there.",
        "Make that again first.",
    )


def _there(what: str, label: str) -> UserError:
    return UserError(
        "definition_there", f"The {what} “{label}” is there already.", "Compare the backup again."
    )


def _fixed(sentence: str) -> UserError:
    return UserError(
        "definition_fixed", f"{sentence}.", "Change it in the settings of the object instead."
    )
