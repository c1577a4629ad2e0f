"""Object types: reading them, adding them, changing them, putting them away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
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
)
from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import (
    load_catalogue,
)
from crmdesk.core.records.definition_checks import (
    check_display,
    refuse_unknown,
)
from crmdesk.core.records.definition_rows import (
    ArchivedDefinition,
    archived_objects,
    create_object,
)
from crmdesk.core.records.names import validate_label, validate_object_name
from crmdesk.core.records.schema import ObjectType, load_object_type, load_object_types


@dataclass(frozen=True, slots=True)
class ObjectCount:
    """An object with its number of live records and of those in the recycle bin."""

    object_type: ObjectType
    records: int
    in_recycle_bin: int


class ObjectDefinitions:
    """The object types of the CRM, as services and faces see them."""

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
                raise _object_exists(name)
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

    def set_object(self, actor: Actor, name: str, changes: Mapping[str, Any]) -> ObjectType:
        """Change an object: label, plural_label, icon, display_properties.

        Args:
            changes: new values by those keys; ``display_properties`` are the names of the
                properties that a record is called by.

        Raises:
            UserError: ``object_unknown``, ``setting_unknown``, what is wrong with a label,
                ``display_missing``, ``display_sensitive``, ``property_unknown``.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        refuse_unknown(changes, _OBJECT_CHANGEABLE, "An object")
        with self._database.write() as tx:
            old = load_object_type(tx, name)
            values: dict[str, Any] = {}
            for key, value in changes.items():
                if key == "display_properties":
                    check_display(old, value)
                    values[key] = json.dumps(list(value))
                else:
                    values[key] = validate_label(str(value))
            tx.execute(update(object_types).where(object_types.c.id == old.id).values(values))
            new = load_object_type(tx, name)
            self._audit_log.log(
                tx,
                actor,
                kinds.OBJECT_UPDATED,
                object_type=name,
                details={"old": _object_facts(old), "new": _object_facts(new)},
            )
        return new

    def archived_objects(self, actor: Actor) -> list[ArchivedDefinition]:
        """Custom objects that were put away, newest first."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return archived_objects(tx)

    def restore_object(self, actor: Actor, object_type_id: int) -> ObjectType:
        """Bring a custom object back, with its properties and its records.

        Raises:
            UserError: ``object_unknown``, ``object_exists``.
            PermissionDenied: only a Super Admin may.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            found = next((e for e in archived_objects(tx) if e.id == object_type_id), None)
            if found is None:
                raise UserError(
                    "object_unknown",
                    "There is no such object among those that were put away.",
                    "Look at the list again.",
                )
            if tx.scalar(_live_object(found.name)) is not None:
                raise _object_exists(found.name)
            tx.execute(
                update(object_types)
                .where(object_types.c.id == object_type_id)
                .values(archived_at=None)
            )
            object_type = load_object_type(tx, found.name)
            self._audit_log.log(
                tx,
                actor,
                kinds.OBJECT_RESTORED,
                object_type=found.name,
                subjects=_count(tx, object_type.table, archived=False),
                details={"label": object_type.label},
            )
        return object_type


_OBJECT_CHANGEABLE = {"label", "plural_label", "icon", "display_properties"}


def _object_exists(name: str) -> UserError:
    return UserError(
        "object_exists",
        f"There is an object “{name}” already.",
        "Choose another internal name; the label may be the same.",
    )


def _object_facts(found: ObjectType) -> dict[str, Any]:
    return {
        "label": found.label,
        "plural_label": found.plural_label,
        "icon": found.icon,
        "display_properties": list(found.display_properties),
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
