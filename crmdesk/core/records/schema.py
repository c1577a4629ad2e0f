"""Object types and properties as they stand in this workspace."""

from __future__ import annotations

import json
from collections.abc import Iterable
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
from crmdesk.core.records.object_type import ObjectType, Option, Pipeline, Property, Stage
from crmdesk.core.records.types import PropertyFormat, PropertyType

__all__ = [
    "ObjectType",
    "Option",
    "Pipeline",
    "Property",
    "Stage",
    "load_object_type",
    "load_object_types",
    "object_type_by_id",
]


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
