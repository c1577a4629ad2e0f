"""The fields of the dialog that adds a record, and their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import create_form_fields
from crmdesk.core.errors import UserError
from crmdesk.core.records.definition_checks import refuse_calculated
from crmdesk.core.records.schema import ObjectType, load_object_type

MOST_FIELDS = 40


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the dialog: the property's internal name, and whether it must be filled in."""

    property: str
    required: bool = False


class CreateForms:
    """Per object, what people are asked for when they add a record in the window."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    def get(self, actor: Actor, object_name: str) -> tuple[FormField, ...]:
        """The fields in their order; none when nobody has chosen any.

        A property that is put away is left out, and comes back with it. A required property is
        required here, whatever was chosen.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return load_form(tx, load_object_type(tx, object_name))

    def set(
        self, actor: Actor, object_name: str, fields: Sequence[FormField]
    ) -> tuple[FormField, ...]:
        """Choose the fields; none brings back what the program asks for by itself.

        Raises:
            UserError: ``property_unknown``, ``property_calculated``, ``field_twice``,
                ``too_many_fields``, ``field_needed`` when a required property is left out.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            old = load_form(tx, object_type)
            _check(object_type, fields)
            _write(tx, object_type, fields)
            new = load_form(tx, object_type)
            if new != old:
                self._audit_log.log(
                    tx,
                    actor,
                    kinds.CREATE_FORM_CHANGED,
                    object_type=object_name,
                    link="settings/objects",
                    details={"old": _facts(old), "new": _facts(new)},
                )
        return new


def load_form(tx: Tx, object_type: ObjectType) -> tuple[FormField, ...]:
    """The chosen fields of the dialog, in their order."""
    by_id = {column.id: column for column in object_type.writable}
    rows = tx.execute(
        select(create_form_fields)
        .where(create_form_fields.c.object_type_id == object_type.id)
        .order_by(create_form_fields.c.position)
    )
    return tuple(
        FormField(found.name, bool(row.is_required) or found.required)
        for row in rows
        if (found := by_id.get(row.property_id)) is not None
    )


def refuse_unfilled(tx: Tx, object_type: ObjectType, values: Mapping[str, str | None]) -> None:
    """Raise ``property_required`` for a field that the dialog demands and that is blank."""
    for field in load_form(tx, object_type):
        if field.required and values.get(field.property) is None:
            raise UserError(
                "property_required",
                f"{object_type.property(field.property).label} is required.",
                "Fill it in.",
                property=field.property,
            )


def _check(object_type: ObjectType, fields: Sequence[FormField]) -> None:
    if len(fields) > MOST_FIELDS:
        raise UserError(
            "too_many_fields",
            f"The dialog has {MOST_FIELDS} fields at most.",
            "People reach the others through “Show every property”.",
        )
    names = [field.property for field in fields]
    for name in names:
        refuse_calculated(object_type.property(name))
        if names.count(name) > 1:
            raise UserError(
                "field_twice",
                f"{object_type.property(name).label} is there twice.",
                "Remove one of them.",
            )
    missing = [p for p in object_type.writable if p.required and p.name not in names]
    if fields and missing:
        raise UserError(
            "field_needed",
            f"{missing[0].label} is required, so the dialog must ask for it.",
            "Add it to the fields.",
            property=missing[0].name,
        )


def _write(tx: Tx, object_type: ObjectType, fields: Sequence[FormField]) -> None:
    tx.execute(
        delete(create_form_fields).where(create_form_fields.c.object_type_id == object_type.id)
    )
    rows = [
        {
            "object_type_id": object_type.id,
            "property_id": object_type.property(field.property).id,
            "position": place,
            "is_required": int(field.required),
        }
        for place, field in enumerate(fields)
    ]
    if rows:
        tx.execute(insert(create_form_fields), rows)


def _facts(fields: Sequence[FormField]) -> list[str]:
    return [f"{field.property} *" if field.required else field.property for field in fields]
