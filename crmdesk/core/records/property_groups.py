"""The headings that properties stand under: adding, renaming, ordering and deleting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import properties, property_groups
from crmdesk.core.errors import UserError
from crmdesk.core.records.names import validate_label
from crmdesk.core.records.schema import ObjectType, load_object_type


@dataclass(frozen=True, slots=True)
class PropertyGroup:
    """A heading, and how many properties stand under it."""

    name: str
    properties: int


class PropertyGroups:
    """Headings of an object's properties. A heading is its own name: renaming it moves all."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    def list(self, actor: Actor, object_name: str) -> list[PropertyGroup]:
        """The headings in their order; one that no property stands under is among them."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return load_groups(tx, load_object_type(tx, object_name))

    def add(self, actor: Actor, object_name: str, name: str) -> PropertyGroup:
        """Add a heading at the end.

        Raises:
            UserError: ``group_exists``, what is wrong with the name.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        name = validate_label(name)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            known = [group.name for group in load_groups(tx, object_type)]
            _refuse_taken(object_type, known, name)
            _write(tx, object_type, [*known, name])
            self._audit_log.log(
                tx,
                actor,
                kinds.GROUP_CREATED,
                object_type=object_name,
                details={"new": {"name": name}},
            )
        return PropertyGroup(name, 0)

    def rename(self, actor: Actor, object_name: str, name: str, new_name: str) -> PropertyGroup:
        """Rename a heading; its properties follow.

        Raises:
            UserError: ``group_unknown``, ``group_exists``, what is wrong with the name.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        new_name = validate_label(new_name)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            groups = load_groups(tx, object_type)
            found = _found(object_type, groups, name)
            if new_name == name:
                return found
            others = [group.name for group in groups if group.name != name]
            _refuse_taken(object_type, others, new_name)
            _move(tx, object_type, name, new_name)
            _write(tx, object_type, [new_name if g.name == name else g.name for g in groups])
            self._audit_log.log(
                tx,
                actor,
                kinds.GROUP_UPDATED,
                object_type=object_name,
                details={"old": {"name": name}, "new": {"name": new_name}},
            )
        return PropertyGroup(new_name, found.properties)

    def order(
        self, actor: Actor, object_name: str, names: Sequence[str]
    ) -> Sequence[PropertyGroup]:
        """Put headings into this order; those not named follow in the order they had.

        Raises:
            UserError: ``group_unknown``.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            groups = load_groups(tx, object_type)
            old = [group.name for group in groups]
            wanted = [_found(object_type, groups, name).name for name in dict.fromkeys(names)]
            new = [*wanted, *(name for name in old if name not in wanted)]
            _write(tx, object_type, new)
            if new != old:
                self._audit_log.log(
                    tx,
                    actor,
                    kinds.GROUP_UPDATED,
                    object_type=object_name,
                    details={"old": {"order": old}, "new": {"order": new}},
                )
            return load_groups(tx, object_type)

    def remove(self, actor: Actor, object_name: str, name: str, move_to: str = "") -> int:
        """Delete a heading; its properties move under another.

        Args:
            move_to: the heading they move to; blank when there are none to move.

        Returns:
            How many properties moved.

        Raises:
            UserError: ``group_unknown``, ``group_in_use`` when properties have nowhere to go.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            groups = load_groups(tx, object_type)
            found = _found(object_type, groups, name)
            others = [group for group in groups if group.name != name]
            if found.properties and not move_to:
                raise _in_use(found)
            if move_to:
                _move(tx, object_type, name, _found(object_type, others, move_to).name)
            _write(tx, object_type, [group.name for group in others])
            self._audit_log.log(
                tx,
                actor,
                kinds.GROUP_DELETED,
                object_type=object_name,
                details={
                    "old": {"name": name, "properties": found.properties},
                    "new": {"name": move_to},
                },
            )
        return found.properties


def load_groups(tx: Tx, object_type: ObjectType) -> list[PropertyGroup]:
    """Headings in their order: those that were ordered, then the others as they come."""
    kept = tx.execute(
        select(property_groups.c.name)
        .where(property_groups.c.object_type_id == object_type.id)
        .order_by(property_groups.c.position)
    ).scalars()
    counts = dict.fromkeys(kept.all(), 0)
    for found in object_type.properties:
        if found.group:
            counts[found.group] = counts.get(found.group, 0) + 1
    return [PropertyGroup(name, count) for name, count in counts.items()]


def _write(tx: Tx, object_type: ObjectType, names: Sequence[str]) -> None:
    tx.execute(delete(property_groups).where(property_groups.c.object_type_id == object_type.id))
    rows = [
        {"object_type_id": object_type.id, "name": name, "label": name, "position": place}
        for place, name in enumerate(names)
    ]
    if rows:
        tx.execute(insert(property_groups), rows)


def _move(tx: Tx, object_type: ObjectType, old: str, new: str) -> None:
    """Archived properties move too: they may come back."""
    tx.execute(
        update(properties)
        .where(properties.c.object_type_id == object_type.id, properties.c.group_name == old)
        .values(group_name=new)
    )


def _found(object_type: ObjectType, groups: Sequence[PropertyGroup], name: str) -> PropertyGroup:
    for group in groups:
        if group.name == name:
            return group
    raise UserError(
        "group_unknown",
        f"{object_type.plural_label} have no group “{name}”.",
        "Look at the groups as they are now.",
        object=object_type.name,
    )


def _refuse_taken(object_type: ObjectType, known: Sequence[str], name: str) -> None:
    if name.casefold() in {each.casefold() for each in known}:
        raise UserError(
            "group_exists",
            f"{object_type.plural_label} have a group “{name}” already.",
            "Choose another name.",
        )


def _in_use(found: PropertyGroup) -> UserError:
    many = "1 property stands" if found.properties == 1 else f"{found.properties} properties stand"
    return UserError(
        "group_in_use",
        f"{many} under “{found.name}”.",
        "Say under which other group they shall stand.",
        properties=found.properties,
    )
