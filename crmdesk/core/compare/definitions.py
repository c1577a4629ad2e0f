"""How the definitions of two states differ: objects, properties, options, pipelines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crmdesk.core.backup.manifest import Manifest, ManifestEntry
from crmdesk.core.compare.model import DefinitionChange, DefinitionDifference
from crmdesk.core.compare.pipelines import PipelineThere, compare_pipelines, pipeline_of

_LOOKED_UP = frozenset({"pipeline", "stage", "owner"})
_SETTINGS = ("sensitive", "unique", "required", "calculated", "group")


@dataclass(frozen=True, slots=True)
class PropertyThere:
    """A property as one state defines it; ``type`` is "" where an old backup does not tell."""

    name: str
    label: str
    type: str
    definition_id: int | None
    settings: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObjectThere:
    """An object as one state defines it; ``id`` is None where an old backup does not tell."""

    name: str
    label: str
    custom: bool
    properties: Mapping[str, PropertyThere]
    pipelines: Mapping[str, PipelineThere]
    id: int | None = None
    plural_label: str = ""


def objects_of(
    definitions: Mapping[str, Any], manifest: Manifest | None = None
) -> dict[str, ObjectThere]:
    """The definitions that a manifest tells, or that would be told now.

    Args:
        manifest: backups of the first format tell types and ids beside the files only.
    """
    objects = {name: _object(name, told, manifest) for name, told in definitions.items()}
    for entry in () if manifest is None else manifest.entries:
        if entry.object not in objects:
            objects[entry.object] = _told_by_columns(entry)
    return objects


def compare_definitions(
    then: Mapping[str, ObjectThere], now: Mapping[str, ObjectThere], *, recreatable: bool
) -> tuple[DefinitionDifference, ...]:
    """Every difference, object by object.

    Args:
        recreatable: the earlier state is a backup, and the later one the workspace itself, which
            can be given back what it lost.
    """
    found: list[DefinitionDifference] = []
    for name in sorted(set(then) | set(now)):
        before, after = then.get(name), now.get(name)
        if before is None and after is not None:
            change = DefinitionChange.OBJECT_ADDED
            found.append(DefinitionDifference(name, change, name, after.label, now=after.label))
        elif after is None and before is not None:
            change = DefinitionChange.OBJECT_REMOVED
            found.append(
                DefinitionDifference(
                    name,
                    change,
                    name,
                    before.label,
                    then=before.label,
                    recreatable=recreatable and before.custom,
                )
            )
        elif before is not None and after is not None:
            found += _properties(before, after, recreatable)
            found += compare_pipelines(before, after, recreatable)
    return tuple(found)


def _object(name: str, told: Mapping[str, Any], manifest: Manifest | None) -> ObjectThere:
    entry = None if manifest is None else manifest.entry(name)
    columns = {} if entry is None else {column.name: column for column in entry.columns}
    properties = {}
    for property_name, facts in told["properties"].items():
        column = columns.get(property_name)
        properties[property_name] = PropertyThere(
            property_name,
            facts.get("label") or (column.label if column else property_name),
            facts.get("type") or (column.type if column else ""),
            facts.get("id") or (column.definition_id if column else None),
            {key: facts[key] for key in _SETTINGS},
            _options_of(facts),
        )
    pipelines = {each["name"]: pipeline_of(each) for each in told["pipelines"]}
    return ObjectThere(
        name,
        told["label"],
        bool(told["custom"]),
        properties,
        pipelines,
        told.get("id"),
        told.get("plural_label", ""),
    )


def _told_by_columns(entry: ManifestEntry) -> ObjectThere:
    """An object of which a manifest tells no more than the columns of its file."""
    properties = {
        column.name: PropertyThere(column.name, column.label, column.type, column.definition_id)
        for column in entry.columns[1:]
    }
    return ObjectThere(entry.object, entry.label, False, properties, {})


def _options_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """Options that can be chosen; those of pipelines are told with the pipelines."""
    if facts["format"] in _LOOKED_UP:
        return {}
    archived = facts.get("archived_options", ())
    return {value: label for value, label, *_ in facts["options"] if value not in archived}


def _properties(
    before: ObjectThere, after: ObjectThere, recreatable: bool
) -> Iterator[DefinitionDifference]:
    for name in sorted(set(before.properties) | set(after.properties)):
        then, now = before.properties.get(name), after.properties.get(name)
        if then is None and now is not None:
            change = DefinitionChange.PROPERTY_ADDED
            yield DefinitionDifference(before.name, change, name, now.label, now=now.type)
        elif now is None and then is not None:
            change = DefinitionChange.PROPERTY_REMOVED
            can = recreatable and bool(then.type) and not then.settings.get("calculated")
            yield DefinitionDifference(
                before.name, change, name, then.label, then=then.type, recreatable=can
            )
        elif then is not None and now is not None:
            yield from _property(before.name, then, now, recreatable)


def _property(
    object_name: str, then: PropertyThere, now: PropertyThere, recreatable: bool
) -> Iterator[DefinitionDifference]:
    name, label = now.name, now.label
    can = recreatable and not now.settings.get("calculated")
    other_type = bool(then.type) and then.type != now.type
    if other_type:
        change = DefinitionChange.TYPE_CHANGED
        yield DefinitionDifference(
            object_name, change, name, label, then=then.type, now=now.type, recreatable=can
        )
    elif None not in (then.definition_id, now.definition_id) and (
        then.definition_id != now.definition_id
    ):
        yield DefinitionDifference(object_name, DefinitionChange.PROPERTY_REMADE, name, label)
    if then.label != now.label:
        change = DefinitionChange.LABEL_CHANGED
        yield DefinitionDifference(
            object_name, change, name, label, then=then.label, now=now.label, recreatable=can
        )
    for key in _SETTINGS:
        told = key in then.settings and key in now.settings
        if told and then.settings[key] != now.settings[key]:
            yield DefinitionDifference(
                object_name,
                DefinitionChange.SETTING_CHANGED,
                name,
                label,
                key,
                _word(then.settings[key]),
                _word(now.settings[key]),
                can and key != "calculated",
            )
    # Options come and go with a type: then they are no difference of their own.
    if then.settings and now.settings and not other_type:
        yield from _options(object_name, then, now, recreatable)


def _options(
    object_name: str, then: PropertyThere, now: PropertyThere, recreatable: bool
) -> Iterator[DefinitionDifference]:
    for value in [*then.options, *(value for value in now.options if value not in then.options)]:
        before, after = then.options.get(value), now.options.get(value)
        if before == after:
            continue
        if after is None:
            change = DefinitionChange.OPTION_REMOVED
        elif before is None:
            change = DefinitionChange.OPTION_ADDED
        else:
            change = DefinitionChange.OPTION_RENAMED
        yield DefinitionDifference(
            object_name,
            change,
            now.name,
            now.label,
            value,
            before or "",
            after or "",
            recreatable and before is not None,
        )


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "")
