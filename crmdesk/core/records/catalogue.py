"""The schema catalogue: the objects, properties and pipelines a new workspace begins with.

The facts are data under ``resources/catalogue/objects``, one file an object. Beside the
properties an object starts with, a file lists every other column known from CRM exports:
those are not created, but an import recognises them and can create them with the right type.
A choice column whose options are not known is kept as text, which loses nothing. Headings and
names of files in other languages lie in ``resources/catalogue/headings``, one file a language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from crmdesk.core.errors import UserError
from crmdesk.core.records.types import SYSTEM_COLUMNS, PropertyFormat, PropertyType
from crmdesk.core.resources import resource_path

#: Order in which pickers and backups name the objects.
STANDARD_OBJECTS = (
    "contacts",
    "companies",
    "deals",
    "tickets",
    "products",
    "calls",
    "conversations",
    "tasks",
)
_CUSTOM_OBJECT = "custom_object"
_KNOWN_GROUP = "Other information"


@dataclass(frozen=True, slots=True)
class OptionDefinition:
    """One choice of an enumeration: the value kept, and the label people read."""

    value: str
    label: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class PropertyDefinition:
    """What one property of an object holds; ``aliases`` are further headers it goes by."""

    name: str
    label: str
    type: PropertyType
    group: str = ""
    description: str = ""
    format: PropertyFormat = PropertyFormat.NONE
    options: tuple[OptionDefinition, ...] = ()
    sensitive: bool = False
    unique: bool = False
    required: bool = False
    calculated: bool = False
    hidden: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def system_column(self) -> str | None:
        """The system column that holds it, or None when it has a column of its own."""
        return SYSTEM_COLUMNS.get(self.format)

    @property
    def counted_object(self) -> str | None:
        """Name of the object whose associations are counted here, else None."""
        if self.format is not PropertyFormat.ASSOCIATION_COUNT:
            return None
        return self.name.rpartition("_associated_")[2]


@dataclass(frozen=True, slots=True)
class StageDefinition:
    """One step of a pipeline; ``probability`` is canonical decimal text from 0 to 1."""

    name: str
    label: str
    probability: str | None
    closed: bool


@dataclass(frozen=True, slots=True)
class PipelineDefinition:
    """The steps records of an object go through, in order."""

    name: str
    label: str
    stages: tuple[StageDefinition, ...]


@dataclass(frozen=True, slots=True)
class ObjectDefinition:
    """One kind of record, and what imports know about it.

    ``match_properties`` may find a record when their value fits one record only, without
    being unique; ``file_names`` are the folded file names it is known by.
    """

    name: str
    singular: str
    plural: str
    icon: str
    display_properties: tuple[str, ...]
    fallback_property: str
    match_properties: tuple[str, ...]
    restorable: bool
    file_names: tuple[str, ...]
    groups: tuple[str, ...]
    properties: tuple[PropertyDefinition, ...]
    known_properties: tuple[PropertyDefinition, ...]
    pipelines: tuple[PipelineDefinition, ...]

    def find_property(self, name: str) -> PropertyDefinition | None:
        """The property of that internal name that every workspace starts with, else None."""
        return next((p for p in self.properties if p.name == name), None)

    @property
    def unique_properties(self) -> tuple[str, ...]:
        """Names of the properties no two live records share a value of."""
        return tuple(p.name for p in self.properties if p.unique)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every standard object in its order, and the pattern custom objects are made from."""

    objects: tuple[ObjectDefinition, ...]
    custom_object: ObjectDefinition

    def object(self, name: str) -> ObjectDefinition:
        """The standard object of that name.

        Raises:
            UserError: ``object_unknown``.
        """
        for definition in self.objects:
            if definition.name == name:
                return definition
        known = ", ".join(definition.name for definition in self.objects)
        raise UserError("object_unknown", f"There is no object {name!r}.", f"Known are: {known}.")

    def custom(self, name: str, singular: str, plural: str) -> ObjectDefinition:
        """A new custom object with the properties every custom object gets."""
        return replace(
            self.custom_object,
            name=name,
            singular=singular,
            plural=plural,
            file_names=(name, singular, plural),
        )


@cache
def load_catalogue() -> Catalogue:
    """Read the catalogue that ships with the program; it is read once."""
    folder = resource_path("catalogue", "objects")
    objects = [_read_object(folder / f"{name}.json") for name in STANDARD_OBJECTS]
    for path in sorted(resource_path("catalogue", "headings").glob("*.json")):
        words = json.loads(path.read_text(encoding="utf-8"))
        objects = [_with_words(each, words.get(each.name, {})) for each in objects]
    custom = _read_object(folder / f"{_CUSTOM_OBJECT}.json")
    return Catalogue(objects=tuple(objects), custom_object=custom)


def options_from_pipelines(
    property_format: PropertyFormat, pipelines: tuple[PipelineDefinition, ...]
) -> tuple[OptionDefinition, ...]:
    """The choices of a pipeline or stage property; of any other format, none."""
    if property_format is PropertyFormat.PIPELINE:
        return tuple(OptionDefinition(p.name, p.label) for p in pipelines)
    if property_format is PropertyFormat.STAGE:
        return tuple(OptionDefinition(s.name, s.label) for p in pipelines for s in p.stages)
    return ()


def _read_object(path: Path) -> ObjectDefinition:
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    pipelines = tuple(_pipeline(entry) for entry in facts["pipelines"])
    return ObjectDefinition(
        name=facts["name"],
        singular=facts["singular"],
        plural=facts["plural"],
        icon=facts["icon"],
        display_properties=tuple(facts["display_properties"]),
        fallback_property=facts["fallback_property"],
        match_properties=tuple(facts["match_properties"]),
        restorable=facts["restorable"],
        file_names=tuple(facts["file_names"]),
        groups=tuple(facts["groups"]),
        properties=tuple(_property(entry, pipelines) for entry in facts["properties"]),
        known_properties=tuple(_property(entry, ()) for entry in facts["known_properties"]),
        pipelines=pipelines,
    )


def _with_words(found: ObjectDefinition, words: Mapping[str, Any]) -> ObjectDefinition:
    """The object with the names that it and its properties go by in another language."""
    headings = words.get("headings", {})
    return replace(
        found,
        file_names=(*found.file_names, *words.get("file_names", ())),
        properties=tuple(
            replace(each, aliases=(*each.aliases, *headings.get(each.name, ())))
            for each in found.properties
        ),
    )


def _property(
    entry: Mapping[str, Any], pipelines: tuple[PipelineDefinition, ...]
) -> PropertyDefinition:
    property_format = PropertyFormat(entry.get("format", ""))
    options = tuple(OptionDefinition(o["value"], o["label"]) for o in entry.get("options", ()))
    return PropertyDefinition(
        name=entry["name"],
        label=entry["label"],
        type=PropertyType(entry["type"]),
        group=entry.get("group", _KNOWN_GROUP),
        description=entry.get("description", ""),
        format=property_format,
        options=options or options_from_pipelines(property_format, pipelines),
        sensitive=entry.get("sensitive", False),
        unique=entry.get("unique", False),
        required=entry.get("required", False),
        calculated=entry.get("calculated", False),
        hidden=entry.get("hidden", False),
        aliases=tuple(entry.get("aliases", ())),
    )


def _pipeline(entry: Mapping[str, Any]) -> PipelineDefinition:
    stages = (
        StageDefinition(s["name"], s["label"], s.get("probability"), s["closed"])
        for s in entry["stages"]
    )
    return PipelineDefinition(entry["name"], entry["label"], tuple(stages))
