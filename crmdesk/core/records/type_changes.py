"""Giving a property another type: a new definition and column, with what converts exactly.

The old definition is put away with its values, so that nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db import sqlite
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import create_form_fields, properties
from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.files.csv_writer import write_rows
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.notify.large import LargeFile, tell_large_file
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.conversion import converter
from crmdesk.core.records.definition_checks import MOST_OPTIONS, check_definition, refuse_calculated
from crmdesk.core.records.definition_rows import add_property
from crmdesk.core.records.multi import SEPARATOR
from crmdesk.core.records.problems import ValueProblem
from crmdesk.core.records.schema import ObjectType, Property, load_object_type
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.core.workspace_folder import refuse_inside

SAMPLES = 20
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Unconverted:
    """A value that the new type cannot hold without loss."""

    record_id: int
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class TypeChangePlan:
    """What another type would do to the values, in numbers.

    Attributes:
        options: of the new type; made from the values where none were given.
        values: how many records have a value, those in the recycle bin included.
        converted: how many of them the new type holds exactly.
        unconverted: how many it does not hold; they stay with the old definition.
        samples: the first of those, masked where the property is sensitive.
    """

    property: Property
    type: PropertyType
    options: tuple[OptionDefinition, ...]
    values: int
    converted: int
    unconverted: int
    samples: tuple[Unconverted, ...]


def planned_change(
    tx: Tx,
    object_type: ObjectType,
    found: Property,
    new_type: PropertyType,
    options: Sequence[OptionDefinition],
) -> TypeChangePlan:
    """What another type would do; see :meth:`TypeChanges.plan`, which asks for permission."""
    definition = _definition(tx, object_type, found, new_type, options)
    return _plan(tx, object_type, found, definition)


class TypeChanges:
    """Plans and does changes of type; confirmed in numbers, since there is no undo."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog, inbox: Inbox) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._inbox = inbox

    def plan(
        self,
        actor: Actor,
        object_name: str,
        name: str,
        new_type: PropertyType,
        options: Sequence[OptionDefinition] = (),
    ) -> TypeChangePlan:
        """Try every value against the new type; it writes nothing.

        Args:
            options: for a choice; without any, the values that stand become the options.

        Raises:
            UserError: ``property_unknown``, ``property_calculated``, ``type_same``,
                ``type_fixed``, ``too_many_options``, ``options_missing``, ``option_invalid``.
        """
        self._require(actor, object_name, name)
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
            return planned_change(tx, object_type, object_type.property(name), new_type, options)

    def save_unconverted(
        self,
        actor: Actor,
        object_name: str,
        name: str,
        new_type: PropertyType,
        options: Sequence[OptionDefinition],
        target: Path,
    ) -> int:
        """Write every value that cannot be converted into a CSV file; how many these are.

        It is logged, and told of when it is large, before the file has its name.

        Raises:
            UserError: as :meth:`plan`; ``target_in_workspace``, or why the file cannot be written.
            PermissionDenied: the property is sensitive, and the actor may not see such values.
        """
        self._require(actor, object_name, name, also=Permission.VIEW_SENSITIVE)
        refuse_inside(self._database.path.parent, target)
        with atomic_write(target) as file:
            with self._database.read() as tx:
                object_type = load_object_type(tx, object_name)
                found = object_type.property(name)
                definition = _definition(tx, object_type, found, new_type, options)
                failing = _failing(tx, object_type, found, definition)
                lines = ((each.record_id, each.value, each.reason) for each in failing)
                heading = ("hs_object_id", name, "reason")
                count = write_rows(file, heading, lines, for_spreadsheets=True)
            self._account(actor, object_name, found, target, count)
        return count

    def apply(
        self,
        actor: Actor,
        object_name: str,
        name: str,
        new_type: PropertyType,
        options: Sequence[OptionDefinition] = (),
        *,
        accept_unconverted: int = 0,
    ) -> TypeChangePlan:
        """Change the type. The old definition is put away with all its values.

        Args:
            accept_unconverted: the number of values that the plan said cannot be converted.

        Raises:
            UserError: as :meth:`plan`; ``type_change_outdated`` when it is another number.
        """
        self._require(actor, object_name, name)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            old = object_type.property(name)
            definition = _definition(tx, object_type, old, new_type, options)
            plan = _plan(tx, object_type, old, definition)
            if plan.unconverted != accept_unconverted:
                raise _outdated(plan)
            _put_away(tx, object_type, old)
            new = _add(tx, object_name, old, definition)
            _copy(tx, object_type, old, new)
            self._audit_log.log(
                tx,
                actor,
                kinds.SENSITIVE_CHANGED if old.sensitive else kinds.PROPERTY_UPDATED,
                object_type=object_name,
                object_id=name,
                subjects=max(1, plan.converted),
                details={
                    "old": {"id": old.id, "type": old.type.value},
                    "new": {"id": new.id, "type": new.type.value},
                    "converted": plan.converted,
                    "unconverted": plan.unconverted,
                },
            )
        return replace(plan, property=new)

    def _account(
        self, actor: Actor, object_name: str, found: Property, target: Path, count: int
    ) -> None:
        with self._database.write() as tx:
            self._audit_log.log(
                tx,
                actor,
                kinds.UNCONVERTED_SAVED,
                object_type=object_name,
                details={"property": found.name, "values": count, "file": target.name},
            )
            file = LargeFile(
                NotificationKind.LARGE_DOWNLOAD,
                name=target.name,
                user=actor.full_name,
                records=count,
                source_name=f"values of {found.label}",
                sensitive=(found.label,) if found.sensitive else (),
                link="settings/objects",
            )
            tell_large_file(tx, self._inbox, file)

    def _require(
        self, actor: Actor, object_name: str, name: str, also: Permission | None = None
    ) -> None:
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.read() as tx:
            found = load_object_type(tx, object_name).property(name)
        if found.sensitive:
            self._guard.require(actor, Permission.EDIT_SENSITIVE)
            if also is not None:
                self._guard.require(actor, also)


def _definition(
    tx: Tx,
    object_type: ObjectType,
    old: Property,
    new_type: PropertyType,
    options: Sequence[OptionDefinition],
) -> PropertyDefinition:
    """The property as it shall be."""
    refuse_calculated(old)
    if old.format in (PropertyFormat.PIPELINE, PropertyFormat.STAGE, PropertyFormat.OWNER):
        raise UserError(
            "type_fixed",
            f"{old.label} has a part in how CRM Desk works and keeps its type.",
            "Add a property of the other type beside it.",
        )
    if new_type is old.type:
        raise UserError("type_same", f"{old.label} has this type already.", "Choose another type.")
    if new_type.has_options and not options:
        kept = [OptionDefinition(o.value, o.label) for o in old.options if not o.archived]
        options = kept if old.type.has_options else _options_from_values(tx, object_type, old)
    definition = PropertyDefinition(
        old.name,
        old.label,
        new_type,
        group=old.group,
        description=old.description,
        options=tuple(options) if new_type.has_options else (),
        sensitive=old.sensitive,
        unique=old.unique,
        required=old.required,
        hidden=old.hidden,
    )
    check_definition(definition)
    return definition


def _options_from_values(tx: Tx, object_type: ObjectType, old: Property) -> list[OptionDefinition]:
    column = quoted(old.column)
    rows = tx.sql(
        f"SELECT DISTINCT {column} FROM {quoted(object_type.table)} WHERE {column} IS NOT NULL "
        f"AND instr({column}, ?) = 0 AND trim({column}) <> '' ORDER BY 1 LIMIT ?",
        (SEPARATOR, MOST_OPTIONS + 1),
    ).fetchall()
    return [OptionDefinition(value, value.strip()) for (value,) in rows]


def _plan(
    tx: Tx, object_type: ObjectType, old: Property, definition: PropertyDefinition
) -> TypeChangePlan:
    column = quoted(old.column)
    values = tx.sql(f"SELECT count({column}) FROM {quoted(object_type.table)}").fetchone()[0]
    samples: list[Unconverted] = []
    failing = 0
    for each in _failing(tx, object_type, old, definition):
        failing += 1
        if len(samples) < SAMPLES:
            samples.append(replace(each, value="••••••") if old.sensitive else each)
    return TypeChangePlan(
        old, definition.type, definition.options, values, values - failing, failing, tuple(samples)
    )


def _failing(
    tx: Tx, object_type: ObjectType, old: Property, definition: PropertyDefinition
) -> Iterator[Unconverted]:
    convert = converter(old.type, definition)
    column = quoted(old.column)
    cursor = tx.sql(
        f"SELECT id, {column} FROM {quoted(object_type.table)} WHERE {column} IS NOT NULL "
        "ORDER BY id"
    )
    for record_id, value in cursor:
        try:
            convert(value)
        except ValueProblem as problem:
            yield Unconverted(record_id, value, problem.message)


def _put_away(tx: Tx, object_type: ObjectType, old: Property) -> None:
    tx.execute(
        update(properties)
        .where(properties.c.id == old.id)
        .values(archived_at=tx.now_text, version=old.version + 1)
    )
    if old.unique:
        tx.sql(sqlite.drop_unique_index(object_type.table, old.column))


def _add(tx: Tx, object_name: str, old: Property, definition: PropertyDefinition) -> Property:
    """The new definition stands where the old one stood, in lists and in the create dialog."""
    added = add_property(tx, load_object_type(tx, object_name), definition)
    position = tx.scalar(select(properties.c.position).where(properties.c.id == old.id))
    tx.execute(update(properties).where(properties.c.id == added.id).values(position=position))
    for field in tx.execute(
        select(create_form_fields).where(create_form_fields.c.property_id == old.id)
    ).all():
        tx.execute(
            insert(create_form_fields).values(
                object_type_id=field.object_type_id,
                property_id=added.id,
                position=field.position,
                is_required=field.is_required,
            )
        )
    return load_object_type(tx, object_name).property(definition.name)


def _copy(tx: Tx, object_type: ObjectType, old: Property, new: Property) -> None:
    convert = converter(old.type, new)
    table, column = quoted(object_type.table), quoted(old.column)
    write = f"UPDATE {table} SET {quoted(new.column)} = ? WHERE id = ?"
    last = 0
    while rows := tx.sql(
        f"SELECT id, {column} FROM {table} WHERE id > ? AND {column} IS NOT NULL "
        "ORDER BY id LIMIT ?",
        (last, _ROWS_AT_ONCE),
    ).fetchall():
        last = rows[-1][0]
        carried = []
        for record_id, value in rows:
            try:
                carried.append((convert(value), record_id))
            except ValueProblem:
                continue
        tx.driver.executemany(write, carried)


def _outdated(plan: TypeChangePlan) -> UserError:
    many = "1 value" if plan.unconverted == 1 else f"{plan.unconverted:,} values"
    return UserError(
        "type_change_outdated",
        f"{many} of {plan.property.label} cannot become {plan.type.value} without loss, and "
        "another number was confirmed. Nothing was changed.",
        "Look at the numbers again and confirm them.",
        unconverted=plan.unconverted,
    )
