"""Object types and properties: reading them, adding them, changing them, putting them away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db import sqlite
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import (
    object_types,
    properties,
)
from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import (
    PropertyDefinition,
    load_catalogue,
)
from crmdesk.core.records.definition_rows import (
    add_property,
    create_object,
    write_property,
)
from crmdesk.core.records.names import validate_label, validate_object_name, validate_property_name
from crmdesk.core.records.schema import ObjectType, Property, load_object_type, load_object_types


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
        self._require_edit(actor, object_name, name, also="sensitive" in changes)
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
            write_property(tx, object_type, old, changes)
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
        self._require_edit(actor, object_name, name)
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

    def _require_edit(
        self, actor: Actor, object_name: str, name: str, *, also: bool = False
    ) -> None:
        """Property settings for any property, and the right to sensitive ones where it is one."""
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.read() as tx:
            sensitive = load_object_type(tx, object_name).property(name).sensitive
        if sensitive or also:
            self._guard.require(actor, Permission.EDIT_SENSITIVE)


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
