"""What an object type and its properties are; where they are read, ``schema`` says.

Apart from it, since a process that reads a part of a file needs these and no database.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from crmdesk.core.errors import UserError
from crmdesk.core.records.types import PropertyType


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an enumeration; archived ones stay valid where they stand."""

    value: str
    label: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Property:
    """A property's definition. A re-created property has another ``id``.

    Attributes:
        column: its column in the object's table.
        format: ``email``, ``domain``, ``url``, ``currency``, ``multiline``, ``owner``,
            ``pipeline``, ``stage`` or empty.
        version: goes up with every change of the definition.
    """

    id: int
    name: str
    column: str
    label: str
    type: PropertyType
    group: str
    format: str
    sensitive: bool
    unique: bool
    required: bool
    calculated: bool
    hidden: bool
    archived: bool
    version: int
    options: tuple[Option, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a pipeline; ``probability`` is canonical text from 0 to 1, or None."""

    name: str
    label: str
    closed: bool
    probability: str | None = None


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The road a deal or a ticket takes."""

    name: str
    label: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class ObjectType:
    """An object type with its properties, in their order; archived ones are left out."""

    id: int
    name: str
    table: str
    label: str
    plural_label: str
    icon: str
    custom: bool
    display_properties: tuple[str, ...]
    properties: tuple[Property, ...]
    pipelines: tuple[Pipeline, ...]

    @cached_property
    def by_name(self) -> dict[str, Property]:
        """Properties by internal name."""
        return {p.name: p for p in self.properties}

    def property(self, name: str) -> Property:
        """The property with that internal name.

        Raises:
            UserError: ``property_unknown``.
        """
        found = self.by_name.get(name)
        if found is None:
            raise UserError(
                "property_unknown",
                f"{self.plural_label} have no property “{name}”.",
                "Use the internal name, as listed under the object's properties.",
                property=name,
                object=self.name,
            )
        return found

    @cached_property
    def writable(self) -> tuple[Property, ...]:
        """Properties that a person or a restore may write."""
        return tuple(p for p in self.properties if not p.calculated)

    @cached_property
    def unique_properties(self) -> tuple[Property, ...]:
        """Properties whose values no two live records share."""
        return tuple(p for p in self.properties if p.unique)

    def with_format(self, format_name: str) -> Property | None:
        """The first property of that format, e.g. ``stage``."""
        return next((p for p in self.properties if p.format == format_name), None)
