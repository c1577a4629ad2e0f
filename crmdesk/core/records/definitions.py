"""Object types and properties: reading them, adding them, changing them, putting them away."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import func, insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db import sqlite
from crmdesk.core.db.engine import Database, Tx
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
    load_catalogue,
)
from crmdesk.core.records.names import validate_label, validate_object_name, validate_property_name
from crmdesk.core.records.schema import ObjectType, Property, load_object_type, load_object_types
from crmdesk.core.records.types import PropertyFormat


@dataclass(frozen=True, slots=True)
class ObjectCount:
    """An object with its number of live records and of those in the recycle bin."""

    object_type: ObjectType
    records: int
    in_recycle_bin: int


class Definitions:
    """The schema of the CRM, as services and faces see it."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    # -- reading -------------------------------------------------------------------------
    def objects(self, actor: Actor) -> list[ObjectType]:
        """Every object type, in its order."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return load_object_types(tx)

    def object(self, actor: Actor, name: str) -> ObjectType:
        """One object type.

        Raises:
            UserError: ``object_unknown``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return load_object_type(tx, name)

    def counts(self, actor: Actor) -> list[ObjectCount]:
        """Every object type with its exact numbers of records."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return [_counted(tx, object_type) for object_type in load_object_types(tx)]

    def archived_properties(self, actor: Actor, object_name: str) -> list[str]:
        """Internal names of an object's archived properties."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
            rows = tx.execute(
                select(properties.c.name).where(
                    properties.c.object_type_id == object_type.id,
                    properties.c.archived_at.is_not(None),
                )
            )
            return list(rows.scalars())

    # -- objects -------------------------------------------------------------------------
    def add_object(
        self, actor: Actor, name: str, label: str, plural_label: str | None = None
    ) -> ObjectType:
        """Create a custom object with the properties every custom object gets.

        Raises:
            UserError: ``object_exists``, ``object_name_invalid``, ``label_invalid``.
            PermissionDenied: the actor may not edit property settings.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        validate_object_name(name)
        plural = validate_label(plural_label or label)
        definition = load_catalogue().custom(name, validate_label(label), plural)
        with self._database.write() as tx:
            if tx.scalar(_live_object(name)) is not None:
                raise UserError(
                    "object_exists",
                    f"There is an object “{name}” already.",
                    "Choose another internal name; the label may be the same.",
                )
            object_type = create_object(tx, definition, custom=True)
            self._audit_log.log(
                tx, actor, kinds.OBJECT_CREATED, object_type=name, details={"label": label}
            )
        return object_type

    def remove_object(self, actor: Actor, name: str) -> None:
        """Put a custom object away; its table stays until it is compacted.

        Raises:
            UserError: ``object_unknown``, ``object_standard``.
            PermissionDenied: only a Super Admin may, since every record goes out of sight.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            object_type = load_object_type(tx, name)
            if not object_type.custom:
                raise UserError(
                    "object_standard",
                    f"{object_type.plural_label} are a standard object and stay.",
                    "Only custom objects can be removed.",
                )
            tx.execute(
                update(object_types)
                .where(object_types.c.id == object_type.id)
                .values(archived_at=tx.now_text)
            )
            self._audit_log.log(
                tx,
                actor,
                kinds.OBJECT_REMOVED,
                object_type=name,
                subjects=_count(tx, object_type.table, archived=False),
                details={"label": object_type.label},
            )

    # -- properties ----------------------------------------------------------------------
    def add_property(
        self, actor: Actor, object_name: str, definition: PropertyDefinition
    ) -> Property:
        """Add a property; instant at any number of records.

        Raises:
            UserError: ``property_exists``, ``property_name_invalid``,
                ``property_name_reserved``, ``too_many_properties``, ``options_missing``.
            PermissionDenied: the actor may not edit property settings, or sensitive ones.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        if definition.sensitive:
            self._guard.require(actor, Permission.EDIT_SENSITIVE)
        _check_definition(definition)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            added = add_property(tx, object_type, definition)
            self._audit_log.log(
                tx,
                actor,
                kinds.SENSITIVE_CREATED if added.sensitive else kinds.PROPERTY_CREATED,
                object_type=object_name,
                object_id=added.name,
                details={"new": _facts(added)},
            )
        return added

    def set_property(
        self, actor: Actor, object_name: str, name: str, changes: Mapping[str, Any]
    ) -> Property:
        """Change a definition: label, group, description, sensitive, unique, required, options.

        Args:
            changes: new values by those keys; ``options`` is a sequence of
                :class:`OptionDefinition`. A changed type is a new property, not a change.

        Raises:
            UserError: ``property_unknown``, ``property_standard_calculated``, ``not_unique``,
                ``setting_unknown``.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        if "sensitive" in changes:
            self._guard.require(actor, Permission.EDIT_SENSITIVE)
        unknown = set(changes) - _CHANGEABLE
        if unknown:
            raise UserError(
                "setting_unknown",
                f"A property has no setting “{min(unknown)}”.",
                f"Known are: {', '.join(sorted(_CHANGEABLE))}.",
            )
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            old = object_type.property(name)
            _refuse_calculated(old)
            _write_property(tx, object_type, old, changes)
            new = load_object_type(tx, object_name).property(name)
            sensitive = old.sensitive or new.sensitive
            self._audit_log.log(
                tx,
                actor,
                kinds.SENSITIVE_CHANGED if sensitive else kinds.PROPERTY_UPDATED,
                object_type=object_name,
                object_id=name,
                details={"old": _facts(old), "new": _facts(new)},
            )
        return new

    def archive_property(self, actor: Actor, object_name: str, name: str) -> None:
        """Put a property away. Its values stay in the table, and backups no longer hold them.

        Raises:
            UserError: ``property_unknown``, ``property_calculated``.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            found = object_type.property(name)
            _refuse_calculated(found)
            tx.execute(
                update(properties)
                .where(properties.c.id == found.id)
                .values(archived_at=tx.now_text, version=found.version + 1)
            )
            if found.unique:
                tx.sql(sqlite.drop_unique_index(object_type.table, found.column))
            self._audit_log.log(
                tx,
                actor,
                kinds.PROPERTY_ARCHIVED,
                object_type=object_name,
                object_id=name,
                details={"old": _facts(found)},
            )


_CHANGEABLE = {
    "label",
    "group",
    "description",
    "sensitive",
    "unique",
    "required",
    "hidden",
    "options",
}
_COLUMNS = {"group": "group_name", "sensitive": "is_sensitive", "unique": "is_unique",
            "required": "is_required", "hidden": "is_hidden"}  # fmt: skip


def _live_object(name: str):  # type: ignore[no-untyped-def]
    return select(object_types.c.id).where(
        object_types.c.name == name, object_types.c.archived_at.is_(None)
    )


def _counted(tx: Tx, object_type: ObjectType) -> ObjectCount:
    return ObjectCount(
        object_type,
        _count(tx, object_type.table, archived=False),
        _count(tx, object_type.table, archived=True),
    )


def _count(tx: Tx, table: str, *, archived: bool) -> int:
    condition = "archived_at IS NOT NULL" if archived else "archived_at IS NULL"
    name = sqlite.quoted(table)
    return int(tx.sql(f"SELECT count(*) FROM {name} WHERE {condition}").fetchone()[0])


def _facts(found: Property) -> dict[str, Any]:
    return asdict(replace(found, options=())) | {
        "options": [option.value for option in found.options if not option.archived]
    }


def _refuse_calculated(found: Property) -> None:
    if found.calculated:
        raise UserError(
            "property_calculated",
            f"{found.label} is calculated by CRM Desk and cannot be changed or put away.",
            "Choose a property that people fill in.",
        )


def _check_definition(definition: PropertyDefinition) -> None:
    validate_property_name(definition.name)
    validate_label(definition.label)
    if definition.type.has_options and not definition.options:
        raise UserError(
            "options_missing",
            f"{definition.label} is a choice and has no options yet.",
            "Give it at least one option.",
        )
    for option in definition.options:
        if ";" in option.value or not option.value.strip() or "\x00" in option.value:
            raise UserError(
                "option_invalid",
                "An option's internal value cannot be blank or contain “;”.",
                "The label may; choose another internal value.",
            )


# -- used at creation of a workspace and by services inside their own transaction ---------------


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
    if definition.name in object_type.by_name:
        raise UserError(
            "property_exists",
            f"{object_type.plural_label} have a property “{definition.name}” already.",
            "Choose another internal name; the label may be the same.",
        )
    if len(object_type.properties) >= sqlite.MAXIMUM_PROPERTIES:
        raise UserError(
            "too_many_properties",
            f"{object_type.plural_label} have {sqlite.MAXIMUM_PROPERTIES:,} properties, the "
            "most there can be.",
            "Archive some that are not used.",
        )
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


def _write_property(
    tx: Tx, object_type: ObjectType, old: Property, changes: Mapping[str, Any]
) -> None:
    values: dict[str, Any] = {"version": old.version + 1}
    for key, value in changes.items():
        if key == "options":
            _replace_options(tx, old, value)
        else:
            stored = int(value) if isinstance(value, bool) else validate_label(str(value))
            values[_COLUMNS.get(key, key)] = stored
    if changes.get("unique") is True and not old.unique:
        _make_unique(tx, object_type, old)
    if changes.get("unique") is False and old.unique:
        tx.sql(sqlite.drop_unique_index(object_type.table, old.column))
    tx.execute(update(properties).where(properties.c.id == old.id).values(values))


def _make_unique(tx: Tx, object_type: ObjectType, found: Property) -> None:
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
