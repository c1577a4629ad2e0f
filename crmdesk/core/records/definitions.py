"""Object types and properties: reading them, adding them, changing them, putting them away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.db import sqlite
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import (
    properties,
)
from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import (
    PropertyDefinition,
)
from crmdesk.core.records.definition_checks import (
    check_definition,
    check_new_options,
    refuse_calculated,
    refuse_unknown,
)
from crmdesk.core.records.definition_rows import (
    ArchivedDefinition,
    add_property,
    archived_properties,
    restore_property,
    write_order,
    write_property,
)
from crmdesk.core.records.object_definitions import ObjectDefinitions
from crmdesk.core.records.schema import ObjectType, Property, load_object_type


class Definitions(ObjectDefinitions):
    """The schema of the CRM: object types, and the properties of each."""

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
        check_definition(definition)
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
            UserError: ``property_unknown``, ``property_calculated``, ``not_unique``,
                ``setting_unknown``, and what is wrong with options.
        """
        self._require_edit(actor, object_name, name, also="sensitive" in changes)
        refuse_unknown(changes, _CHANGEABLE, "A property")
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            old = object_type.property(name)
            refuse_calculated(old)
            if "options" in changes:
                check_new_options(old, changes["options"])
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
            refuse_calculated(found)
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

    def order_properties(self, actor: Actor, object_name: str, names: Sequence[str]) -> ObjectType:
        """Put properties into this order; those not named keep their places.

        Raises:
            UserError: ``property_unknown``.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            old = load_object_type(tx, object_name)
            wanted = [old.property(name).name for name in dict.fromkeys(names)]
            queue = iter(wanted)
            order = [next(queue) if p.name in set(wanted) else p.name for p in old.properties]
            write_order(tx, [old.property(name).id for name in order])
            before = [p.name for p in old.properties if p.name in set(wanted)]
            if wanted != before:
                self._audit_log.log(
                    tx,
                    actor,
                    kinds.PROPERTY_UPDATED,
                    object_type=object_name,
                    details={"old": {"order": before}, "new": {"order": wanted}},
                )
            return load_object_type(tx, object_name)

    def archived_properties(self, actor: Actor, object_name: str) -> list[ArchivedDefinition]:
        """Properties of an object that were put away, newest first."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return archived_properties(tx, load_object_type(tx, object_name))

    def restore_property(self, actor: Actor, object_name: str, property_id: int) -> Property:
        """Bring a property back, with the values that it had.

        Raises:
            UserError: ``property_unknown``, ``property_exists`` when another has its name by
                now, ``not_unique``, ``too_many_properties``.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.read() as tx:
            found = _archived(tx, load_object_type(tx, object_name), property_id)
        if found.sensitive:
            self._guard.require(actor, Permission.EDIT_SENSITIVE)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            back = restore_property(tx, object_type, _archived(tx, object_type, property_id))
            self._audit_log.log(
                tx,
                actor,
                kinds.PROPERTY_RESTORED,
                object_type=object_name,
                object_id=back.name,
                details={"new": _facts(back)},
            )
        return back

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


def _archived(tx: Tx, object_type: ObjectType, property_id: int) -> ArchivedDefinition:
    for found in archived_properties(tx, object_type):
        if found.id == property_id:
            return found
    raise UserError(
        "property_unknown",
        f"{object_type.plural_label} have no such property among those that were put away.",
        "Look at the list again.",
        object=object_type.name,
    )


def _facts(found: Property) -> dict[str, Any]:
    return asdict(replace(found, options=())) | {
        "options": [option.value for option in found.options if not option.archived]
    }
