"""Object types and properties as they stand in this workspace."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from crmdesk.core.db.engine import Tx
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

_Read = TypeVar("_Read")

# On the driver itself: every start reads all definitions, and SQLAlchemy makes that take four
# times as long.
_OBJECT_TYPE = (
    "SELECT id, table_name, label, plural_label, icon, custom, display_properties "
    "FROM main.object_types WHERE name = ? AND archived_at IS NULL"
)
_PROPERTIES = (
    "SELECT id, name, column_name, label, type, group_name, format, description, version, "
    "is_sensitive, is_unique, is_required, is_calculated, is_hidden FROM main.properties "
    "WHERE object_type_id = ? AND archived_at IS NULL ORDER BY position, id"
)
_FORMAT = 6
_OPTIONS = (
    "SELECT o.property_id, o.value, o.label, o.archived_at IS NOT NULL "
    "FROM main.property_options o JOIN main.properties p ON p.id = o.property_id "
    "WHERE p.object_type_id = ? AND p.archived_at IS NULL ORDER BY o.property_id, o.position"
)
_STAGES = (
    "SELECT p.name, p.label, s.name, s.label, s.closed, s.probability "
    "FROM main.pipelines p JOIN main.pipeline_stages s ON s.pipeline_id = p.id "
    "WHERE p.object_type_id = ? AND p.archived_at IS NULL AND s.archived_at IS NULL "
    "ORDER BY p.position, s.position"
)


def load_object_type(tx: Tx, name: str) -> ObjectType:
    """Read one object type with its properties, options and pipelines.

    Raises:
        UserError: ``object_unknown``.
    """
    return _kept(tx, f"object_type:{name}", lambda: _load_object_type(tx, name))


def load_object_types(tx: Tx) -> list[ObjectType]:
    """Read every object type that is not archived, in its order."""
    return [load_object_type(tx, name) for name in _names(tx).values()]


def object_type_by_id(tx: Tx, object_type_id: int) -> ObjectType | None:
    """Read an object type by id; ``None`` when it is archived or was never there."""
    name = _names(tx).get(object_type_id)
    return None if name is None else load_object_type(tx, name)


def _kept(tx: Tx, key: str, read: Callable[[], _Read]) -> _Read:
    """What was read before, until a definition changes: it is asked for many times a second.

    The version that a write sees goes up with each definition that it changes itself.
    """
    if not tx.connection.in_transaction():
        # The driver alone begins none, and what is read here has to be of one state.
        tx.connection.begin()
    version = tx.sql("SELECT version FROM definitions_state").fetchone()[0]
    for kept in (tx.seen, tx.cache):
        kept_version, found = kept.get(key, (None, None))
        if kept_version == version:
            return cast(_Read, found)
    read_now = read()
    (tx.seen if tx.writes else tx.cache)[key] = (version, read_now)
    return read_now


def _names(tx: Tx) -> dict[int, str]:
    """Names of the object types that are not archived, by id, in their order."""
    return _kept(tx, "object_types", lambda: _load_names(tx))


def _load_names(tx: Tx) -> dict[int, str]:
    return dict(
        tx.sql("SELECT id, name FROM main.object_types WHERE archived_at IS NULL ORDER BY position")
    )


def _load_object_type(tx: Tx, name: str) -> ObjectType:
    row = tx.sql(_OBJECT_TYPE, (name,)).fetchone()
    if row is None:
        raise UserError(
            "object_unknown",
            f"There is no object “{name}” in this workspace.",
            "The objects are listed under Records.",
            object=name,
        )
    object_type_id, table, label, plural_label, icon, custom, display_properties = row
    found_pipelines = _pipelines(tx, object_type_id)
    return ObjectType(
        id=object_type_id,
        name=name,
        table=table,
        label=label,
        plural_label=plural_label,
        icon=icon,
        custom=bool(custom),
        display_properties=tuple(json.loads(display_properties)),
        properties=_properties(tx, object_type_id, found_pipelines),
        pipelines=found_pipelines,
    )


def _properties(
    tx: Tx, object_type_id: int, found_pipelines: tuple[Pipeline, ...]
) -> tuple[Property, ...]:
    options: dict[int, list[Option]] = {}
    for property_id, value, label, archived in tx.sql(_OPTIONS, (object_type_id,)):
        options.setdefault(property_id, []).append(Option(value, label, bool(archived)))
    looked_up = {
        PropertyFormat.PIPELINE.value: tuple(Option(p.name, p.label) for p in found_pipelines),
        PropertyFormat.STAGE.value: tuple(
            Option(s.name, s.label) for p in found_pipelines for s in p.stages
        ),
    }
    return tuple(
        _property(row, looked_up.get(row[_FORMAT]) or tuple(options.get(row[0], ())))
        for row in tx.sql(_PROPERTIES, (object_type_id,))
    )


def _property(row: Sequence[Any], options: tuple[Option, ...]) -> Property:
    property_id, name, column, label, kind, group, format_, description, version, *flags = row
    sensitive, unique, required, calculated, hidden = map(bool, flags)
    return Property(
        id=property_id,
        name=name,
        column=column,
        label=label,
        type=PropertyType(kind),
        group=group,
        format=format_,
        sensitive=sensitive,
        unique=unique,
        required=required,
        calculated=calculated,
        hidden=hidden,
        archived=False,
        version=version,
        options=options,
        description=description,
    )


def _pipelines(tx: Tx, object_type_id: int) -> tuple[Pipeline, ...]:
    found: dict[str, tuple[str, list[Stage]]] = {}
    rows = tx.sql(_STAGES, (object_type_id,))
    for pipeline, pipeline_label, name, label, closed, probability in rows:
        stages = found.setdefault(pipeline, (pipeline_label, []))[1]
        stages.append(Stage(name, label, bool(closed), probability))
    return tuple(Pipeline(name, label, tuple(stages)) for name, (label, stages) in found.items())
