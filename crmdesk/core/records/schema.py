"""Object types and properties as they stand in this workspace."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from sqlalchemy import Row, select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import (
    object_types,
    pipeline_stages,
    pipelines,
    properties,
    property_options,
)
from crmdesk.core.errors import UserError
from crmdesk.core.records.types import PropertyFormat, PropertyType


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


def load_object_type(tx: Tx, name: str) -> ObjectType:
    """Read one object type with its properties, options and pipelines.

    What a read transaction saw is kept until a definition changes: pages of a table ask for it
    many times a second. A write transaction may use it too: it sees another version as soon as
    it has changed a definition itself.

    Raises:
        UserError: ``object_unknown``.
    """
    version = tx.sql("SELECT version FROM definitions_state").fetchone()[0]
    key = f"object_type:{name}"
    kept_version, kept = tx.cache.get(key, (None, None))
    if kept is not None and kept_version == version:
        return cast(ObjectType, kept)
    found = _load_object_type(tx, name)
    if not tx.writes:
        tx.cache[key] = (version, found)
    return found


def _load_object_type(tx: Tx, name: str) -> ObjectType:
    row = tx.execute(
        select(object_types).where(
            object_types.c.name == name, object_types.c.archived_at.is_(None)
        )
    ).first()
    if row is None:
        raise UserError(
            "object_unknown",
            f"There is no object “{name}” in this workspace.",
            "The objects are listed under Records.",
            object=name,
        )
    return _object_type(tx, row)


def load_object_types(tx: Tx) -> list[ObjectType]:
    """Read every object type that is not archived, in its order."""
    names = tx.execute(
        select(object_types.c.name)
        .where(object_types.c.archived_at.is_(None))
        .order_by(object_types.c.position)
    ).scalars()
    return [load_object_type(tx, name) for name in names.all()]


def object_type_by_id(tx: Tx, object_type_id: int) -> ObjectType | None:
    """Read an object type by id; ``None`` when it is archived or was never there."""
    row = tx.execute(
        select(object_types).where(
            object_types.c.id == object_type_id, object_types.c.archived_at.is_(None)
        )
    ).first()
    return None if row is None else _object_type(tx, row)


def _object_type(tx: Tx, row: Row[tuple[object, ...]]) -> ObjectType:
    found_pipelines = _pipelines(tx, row.id)
    return ObjectType(
        id=row.id,
        name=row.name,
        table=row.table_name,
        label=row.label,
        plural_label=row.plural_label,
        icon=row.icon,
        custom=bool(row.custom),
        display_properties=tuple(json.loads(row.display_properties)),
        properties=_properties(tx, row.id, found_pipelines),
        pipelines=found_pipelines,
    )


def _properties(
    tx: Tx, object_type_id: int, found_pipelines: tuple[Pipeline, ...]
) -> tuple[Property, ...]:
    mine = properties.c.object_type_id == object_type_id
    rows = tx.execute(
        select(properties)
        .where(mine, properties.c.archived_at.is_(None))
        .order_by(properties.c.position, properties.c.id)
    ).all()
    option_rows = tx.execute(
        select(property_options)
        .join(properties, properties.c.id == property_options.c.property_id)
        .where(mine, properties.c.archived_at.is_(None))
        .order_by(property_options.c.property_id, property_options.c.position)
    ).all()
    options = _grouped(option_rows)
    looked_up = {
        PropertyFormat.PIPELINE.value: tuple(Option(p.name, p.label) for p in found_pipelines),
        PropertyFormat.STAGE.value: tuple(
            Option(s.name, s.label) for p in found_pipelines for s in p.stages
        ),
    }
    return tuple(
        _property(row, looked_up.get(row.format) or options.get(row.id, ())) for row in rows
    )


def _grouped(rows: Iterable[Row[tuple[object, ...]]]) -> dict[int, tuple[Option, ...]]:
    grouped: dict[int, list[Option]] = {}
    for row in rows:
        option = Option(row.value, row.label, row.archived_at is not None)
        grouped.setdefault(row.property_id, []).append(option)
    return {property_id: tuple(options) for property_id, options in grouped.items()}


def _property(row: Row[tuple[object, ...]], options: tuple[Option, ...]) -> Property:
    return Property(
        id=row.id,
        name=row.name,
        column=row.column_name,
        label=row.label,
        type=PropertyType(row.type),
        group=row.group_name,
        format=row.format,
        sensitive=bool(row.is_sensitive),
        unique=bool(row.is_unique),
        required=bool(row.is_required),
        calculated=bool(row.is_calculated),
        hidden=bool(row.is_hidden),
        archived=row.archived_at is not None,
        version=row.version,
        options=options,
        description=row.description,
    )


def _pipelines(tx: Tx, object_type_id: int) -> tuple[Pipeline, ...]:
    rows = tx.execute(
        select(
            pipelines.c.name.label("pipeline"),
            pipelines.c.label.label("pipeline_label"),
            pipeline_stages.c.name,
            pipeline_stages.c.label,
            pipeline_stages.c.closed,
            pipeline_stages.c.probability,
        )
        .join(pipeline_stages, pipeline_stages.c.pipeline_id == pipelines.c.id)
        .where(
            pipelines.c.object_type_id == object_type_id,
            pipelines.c.archived_at.is_(None),
            pipeline_stages.c.archived_at.is_(None),
        )
        .order_by(pipelines.c.position, pipeline_stages.c.position)
    ).all()
    found: dict[str, tuple[str, list[Stage]]] = {}
    for row in rows:
        stages = found.setdefault(row.pipeline, (row.pipeline_label, []))[1]
        stages.append(Stage(row.name, row.label, bool(row.closed), row.probability))
    return tuple(Pipeline(name, label, tuple(stages)) for name, (label, stages) in found.items())
