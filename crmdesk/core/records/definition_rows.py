"""Rows of definitions and the tables behind them, inside the transactions of services."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import desc, func, insert, select, update

from crmdesk.core.clock import from_text
from crmdesk.core.db import sqlite
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import (
    object_types,
    pipeline_stages,
    pipelines,
    properties,
    property_options,
)
from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import (
    ObjectDefinition,
    OptionDefinition,
    PropertyDefinition,
)
from crmdesk.core.records.names import validate_label
from crmdesk.core.records.schema import ObjectType, Property, load_object_type
from crmdesk.core.records.types import PropertyFormat

_COLUMNS = {"group": "group_name", "sensitive": "is_sensitive", "unique": "is_unique",
            "required": "is_required", "hidden": "is_hidden"}  # fmt: skip


def create_object(tx: Tx, definition: ObjectDefinition, *, custom: bool) -> ObjectType:
    """Make an object type, its table, properties and pipelines."""
    table = _free_table_name(tx, definition.name)
    position = int(tx.scalar(select(func.coalesce(func.max(object_types.c.position), 0)))) + 1
    object_type_id = tx.execute(
        insert(object_types).values(
            name=definition.name,
            table_name=table,
            label=definition.singular,
            plural_label=definition.plural,
            icon=definition.icon,
            display_properties=json.dumps(list(definition.display_properties)),
            position=position,
            custom=int(custom),
            created_at=tx.now_text,
        )
    ).lastrowid
    own = [p.name for p in definition.properties if p.system_column is None]
    tx.sql(sqlite.create_object_table(table, own))
    tx.sql(sqlite.create_archive_index(table))
    for place, item in enumerate(definition.properties):
        _insert_property(tx, object_type_id, item, item.system_column or item.name, place)
        if item.unique:
            tx.sql(sqlite.create_unique_index(table, item.name))
    for place, pipeline in enumerate(definition.pipelines):
        pipeline_id = tx.execute(
            insert(pipelines).values(
                object_type_id=object_type_id,
                name=pipeline.name,
                label=pipeline.label,
                position=place,
            )
        ).lastrowid
        for stage_place, stage in enumerate(pipeline.stages):
            tx.execute(
                insert(pipeline_stages).values(
                    pipeline_id=pipeline_id,
                    name=stage.name,
                    label=stage.label,
                    position=stage_place,
                    probability=stage.probability,
                    closed=int(stage.closed),
                )
            )
    return load_object_type(tx, definition.name)


def add_property(tx: Tx, object_type: ObjectType, definition: PropertyDefinition) -> Property:
    """Add a definition and its column.

    Raises:
        UserError: ``property_exists``, ``too_many_properties``.
    """
    _refuse_one_more(object_type, definition.name)
    column = _free_column(tx, object_type, definition.name)
    tx.sql(sqlite.add_property_column(object_type.table, column))
    _insert_property(tx, object_type.id, definition, column, len(object_type.properties))
    if definition.unique:
        tx.sql(sqlite.create_unique_index(object_type.table, column))
    return load_object_type(tx, object_type.name).property(definition.name)


def _free_table_name(tx: Tx, name: str) -> str:
    table, number = f"obj_{name}", 1
    while (
        tx.scalar(select(object_types.c.id).where(object_types.c.table_name == table)) is not None
    ):
        number += 1
        table = f"obj_{name}__{number}"
    return table


def _free_column(tx: Tx, object_type: ObjectType, name: str) -> str:
    """The property's name, or with ``__2`` and so on where an archived column holds it."""
    taken = {
        row.lower()
        for row in tx.execute(
            select(properties.c.column_name).where(properties.c.object_type_id == object_type.id)
        ).scalars()
    }
    column, number = name, 1
    while column in taken:
        number += 1
        column = f"{name}__{number}"
    return column


def _insert_property(
    tx: Tx, object_type_id: int, item: PropertyDefinition, column: str, position: int
) -> None:
    property_id = tx.execute(
        insert(properties).values(
            object_type_id=object_type_id,
            name=item.name,
            column_name=column,
            label=item.label,
            type=item.type.value,
            group_name=item.group,
            description=item.description,
            format=str(item.format),
            position=position,
            is_sensitive=int(item.sensitive),
            is_unique=int(item.unique),
            is_required=int(item.required),
            is_calculated=int(item.calculated),
            is_hidden=int(item.hidden),
            created_at=tx.now_text,
        )
    ).lastrowid
    if item.format not in (PropertyFormat.PIPELINE, PropertyFormat.STAGE):
        _insert_options(tx, property_id, item.options)


def _insert_options(tx: Tx, property_id: int, options: Sequence[OptionDefinition]) -> None:
    rows = [
        {"property_id": property_id, "value": o.value, "label": o.label, "position": place}
        for place, o in enumerate(options)
    ]
    if rows:
        tx.execute(insert(property_options), rows)


def write_property(
    tx: Tx, object_type: ObjectType, old: Property, changes: Mapping[str, Any]
) -> None:
    """Change a definition and count its version up; ``changes`` as in ``set_property``."""
    values: dict[str, Any] = {"version": old.version + 1}
    for key, value in changes.items():
        if key == "options":
            _replace_options(tx, old, value)
        else:
            values[_COLUMNS.get(key, key)] = _stored(key, value)
    if changes.get("unique") is True and not old.unique:
        make_unique(tx, object_type, old)
    if changes.get("unique") is False and old.unique:
        tx.sql(sqlite.drop_unique_index(object_type.table, old.column))
    tx.execute(update(properties).where(properties.c.id == old.id).values(values))


def _stored(key: str, value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    text = str(value).strip()
    if key == "description":
        return text.replace("\x00", "")
    # A property need not stand under a heading, but it must have a name.
    return validate_label(text) if text or key == "label" else ""


def make_unique(tx: Tx, object_type: ObjectType, found: Property) -> None:
    """Begin uniqueness among live records.

    Raises:
        UserError: ``not_unique`` with the number of values that stand in several records.
    """
    expression = sqlite.unique_expression(found.column)
    twice = tx.sql(
        f"SELECT count(*) FROM (SELECT 1 FROM {sqlite.quoted(object_type.table)} "
        f"WHERE archived_at IS NULL AND {sqlite.quoted(found.column)} IS NOT NULL "
        f"GROUP BY {expression} HAVING count(*) > 1)"
    ).fetchone()[0]
    if twice:
        raise UserError(
            "not_unique",
            f"{twice:,} values of {found.label} stand in more than one record, so it cannot be "
            "unique.",
            "Make those values different first.",
            values=twice,
        )
    tx.sql(sqlite.create_unique_index(object_type.table, found.column))


def _replace_options(tx: Tx, found: Property, options: Sequence[OptionDefinition]) -> None:
    """Options that are gone are archived: values that stand keep their label."""
    kept = {option.value for option in options}
    tx.execute(
        update(property_options)
        .where(
            property_options.c.property_id == found.id,
            property_options.c.value.not_in(kept or {""}),
        )
        .values(archived_at=tx.now_text)
    )
    known = {option.value for option in found.options}
    for place, option in enumerate(options):
        if option.value in known:
            tx.execute(
                update(property_options)
                .where(
                    property_options.c.property_id == found.id,
                    property_options.c.value == option.value,
                )
                .values(label=option.label, position=place, archived_at=None)
            )
        else:
            tx.execute(
                insert(property_options).values(
                    property_id=found.id, value=option.value, label=option.label, position=place
                )
            )


@dataclass(frozen=True, slots=True)
class ArchivedDefinition:
    """An object or a property that was put away."""

    id: int
    name: str
    label: str
    type: str
    sensitive: bool
    archived_at: datetime


def archived_objects(tx: Tx) -> list[ArchivedDefinition]:
    """Objects that were put away, newest first."""
    rows = tx.execute(
        select(object_types)
        .where(object_types.c.archived_at.is_not(None))
        .order_by(desc(object_types.c.archived_at), desc(object_types.c.id))
    )
    return [
        ArchivedDefinition(r.id, r.name, r.plural_label, "", False, from_text(r.archived_at))
        for r in rows
    ]


def records_put_away(tx: Tx, object_type_id: int) -> int:
    """How many live records an object has that was put away."""
    table = tx.scalar(select(object_types.c.table_name).where(object_types.c.id == object_type_id))
    statement = f"SELECT count(*) FROM {sqlite.quoted(table)} WHERE archived_at IS NULL"
    return int(tx.sql(statement).fetchone()[0])


def archived_properties(tx: Tx, object_type: ObjectType) -> list[ArchivedDefinition]:
    """Properties of an object that were put away, newest first."""
    rows = tx.execute(
        select(properties)
        .where(properties.c.object_type_id == object_type.id, properties.c.archived_at.is_not(None))
        .order_by(desc(properties.c.archived_at), desc(properties.c.id))
    )
    return [
        ArchivedDefinition(
            r.id, r.name, r.label, r.type, bool(r.is_sensitive), from_text(r.archived_at)
        )
        for r in rows
    ]


def restore_property(tx: Tx, object_type: ObjectType, found: ArchivedDefinition) -> Property:
    """Bring a definition back as it was.

    Raises:
        UserError: ``property_exists``, ``too_many_properties``, ``not_unique``.
    """
    _refuse_one_more(object_type, found.name)
    tx.execute(
        update(properties)
        .where(properties.c.id == found.id)
        .values(archived_at=None, version=properties.c.version + 1)
    )
    back = load_object_type(tx, object_type.name).property(found.name)
    if back.unique:
        make_unique(tx, object_type, back)
    return back


def write_order(tx: Tx, property_ids: Sequence[int]) -> None:
    """Number properties in this order."""
    for place, property_id in enumerate(property_ids):
        tx.execute(
            update(properties)
            .where(properties.c.id == property_id, properties.c.position != place)
            .values(position=place)
        )


def _refuse_one_more(object_type: ObjectType, name: str) -> None:
    if name in object_type.by_name:
        raise UserError(
            "property_exists",
            f"{object_type.plural_label} have a property “{name}” already.",
            "Choose another internal name; the label may be the same.",
        )
    if len(object_type.properties) >= sqlite.MAXIMUM_PROPERTIES:
        raise UserError(
            "too_many_properties",
            f"{object_type.plural_label} have {sqlite.MAXIMUM_PROPERTIES:,} properties, the "
            "most there can be.",
            "Archive some that are not used.",
        )
