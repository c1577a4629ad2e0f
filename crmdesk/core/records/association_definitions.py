"""Labels and limits of associations: adding them, changing them, putting them away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import Source, open_change_set
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import association_labels, association_limits
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_labels import (
    Label,
    LabelChoice,
    Limit,
    label_choices,
    load_labels,
    load_limits,
    used,
)
from crmdesk.core.records.association_rows import (
    NO_LABEL,
    Link,
    ordered_pair,
    remove_links,
    write_links,
)
from crmdesk.core.records.names import name_from_label, validate_label, validate_property_name
from crmdesk.core.records.schema import ObjectType, load_object_type, load_object_types

MOST_LABELS = 50
MOST_ASSOCIATED = 1_000_000


@dataclass(frozen=True, slots=True)
class LabelRemoved:
    """A label that is put away, and how many associations stay without it."""

    label: Label
    associations: int


class AssociationDefinitions:
    """How records may hang together, as admins set it up."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    # -- reading -------------------------------------------------------------------------
    def labels(self, actor: Actor, object_name: str, other_name: str) -> list[Label]:
        """The labels between two objects, each with the number of its associations."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            pair = _pair(tx, object_name, other_name)
            return [replace(each, uses=used(tx, each.id)) for each in load_labels(tx, *pair)]

    def choices(self, actor: Actor, object_name: str, other_name: str) -> list[LabelChoice]:
        """What a record of the other object can be called, seen from the first."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            pair = load_object_type(tx, object_name), load_object_type(tx, other_name)
            return label_choices(tx, *pair)

    def limits(self, actor: Actor) -> list[Limit]:
        """Every limit of the workspace."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return load_limits(tx, load_object_types(tx))

    # -- labels --------------------------------------------------------------------------
    def add_label(
        self,
        actor: Actor,
        object_name: str,
        other_name: str,
        label: str,
        inverse_label: str = "",
        name: str = "",
    ) -> Label:
        """Add a label.

        Args:
            label: what a record of the other object is to one of the first.
            inverse_label: what the first is to the other; blank when it reads the same.
            name: internal name; made from ``label`` when blank.

        Raises:
            UserError: ``label_exists``, ``too_many_labels``, what is wrong with a name.
            PermissionDenied: the actor may not edit property settings.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        text = validate_label(label)
        inverse = validate_label(inverse_label) if inverse_label.strip() else ""
        with self._database.write() as tx:
            one, other = load_object_type(tx, object_name), load_object_type(tx, other_name)
            if one.id > other.id and inverse:
                text, inverse = inverse, text
            first, second = sorted((one, other), key=lambda each: each.id)
            known = load_labels(tx, first, second)
            own_name = name or name_from_label(label, {each.name for each in known})
            _refuse_label(known, validate_property_name(own_name), text, inverse)
            label_id = tx.execute(
                insert(association_labels).values(
                    from_type_id=first.id,
                    to_type_id=second.id,
                    name=own_name,
                    label=text,
                    inverse_label="" if inverse == text else inverse,
                    position=len(known),
                    created_at=tx.now_text,
                )
            ).lastrowid
            added = next(e for e in load_labels(tx, first, second) if e.id == label_id)
            self._log(tx, actor, kinds.LABEL_CREATED, (first, second), new=_facts(added))
        return added

    def set_label(self, actor: Actor, label_id: int, label: str, inverse_label: str = "") -> Label:
        """Reword a label; associations that bear it follow.

        Args:
            label: what the second record is to the first, as the label stands.

        Raises:
            UserError: ``label_unknown``, ``label_exists``, ``label_direction``.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        text = validate_label(label)
        inverse = validate_label(inverse_label) if inverse_label.strip() else ""
        inverse = "" if inverse == text else inverse
        with self._database.write() as tx:
            old, pair = _label(tx, label_id)
            others = [each for each in load_labels(tx, *pair) if each.id != label_id]
            _refuse_label(others, old.name, text, inverse)
            _refuse_direction(tx, old, inverse)
            tx.execute(
                update(association_labels)
                .where(association_labels.c.id == label_id)
                .values(label=text, inverse_label=inverse)
            )
            new = replace(old, label=text, inverse_label=inverse)
            self._log(tx, actor, kinds.LABEL_UPDATED, pair, old=_facts(old), new=_facts(new))
        return new

    def remove_label(self, actor: Actor, label_id: int) -> LabelRemoved:
        """Put a label away; the associations that bore it stay, without it.

        Raises:
            UserError: ``label_unknown``.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.write() as tx:
            old, pair = _label(tx, label_id)
            bearing = _bearing(tx, label_id)
            if bearing:
                change_id = open_change_set(
                    tx, actor, Source.PROPERTY_SETTINGS, source_label=old.label
                )
                remove_links(tx, change_id, bearing)
                write_links(tx, change_id, _plain(bearing))
            tx.execute(delete(association_limits).where(association_limits.c.label_id == label_id))
            tx.execute(
                update(association_labels)
                .where(association_labels.c.id == label_id)
                .values(archived_at=tx.now_text)
            )
            facts = _facts(old) | {"associations": len(bearing)}
            self._log(tx, actor, kinds.LABEL_DELETED, pair, old=facts)
        return LabelRemoved(old, len(bearing))

    # -- limits --------------------------------------------------------------------------
    def set_limit(
        self,
        actor: Actor,
        object_name: str,
        other_name: str,
        maximum: int | None,
        label: str = "",
    ) -> Limit | None:
        """Say how many records of the other object one record may have; ``None`` lifts it.

        Records that have more by now keep them; they get no further one.

        Args:
            label: internal name of the label that it is about; blank for all associations.

        Raises:
            UserError: ``limit_invalid``, ``label_unknown``.
        """
        self._guard.require(actor, Permission.EDIT_PROPERTIES)
        if maximum is not None and not 1 <= maximum <= MOST_ASSOCIATED:
            raise UserError(
                "limit_invalid",
                f"A limit is a number from 1 to {MOST_ASSOCIATED:,}.",
                "Leave it out to have no limit.",
            )
        with self._database.write() as tx:
            one, other = load_object_type(tx, object_name), load_object_type(tx, other_name)
            label_id = _label_id(tx, one, other, label)
            old = _write_limit(tx, one, other, label_id, maximum)
            if old != maximum:
                facts = {"label": label} if label else {}
                self._log(
                    tx,
                    actor,
                    kinds.LIMIT_CHANGED,
                    (one, other),
                    old=facts | {"maximum": old},
                    new=facts | {"maximum": maximum},
                )
        return None if maximum is None else Limit(object_name, other_name, label, maximum)

    def _log(
        self,
        tx: Tx,
        actor: Actor,
        kind: kinds.EventKind,
        pair: Sequence[ObjectType],
        **facts: dict[str, Any],
    ) -> None:
        self._audit_log.log(
            tx,
            actor,
            kind,
            object_type=pair[0].name,
            object_id=pair[1].name,
            link="settings/objects",
            details={"objects": [each.name for each in pair], **facts},
        )


def _pair(tx: Tx, object_name: str, other_name: str) -> tuple[ObjectType, ObjectType]:
    return load_object_type(tx, object_name), load_object_type(tx, other_name)


def _facts(label: Label) -> dict[str, Any]:
    return {"name": label.name, "label": label.label, "inverse_label": label.inverse_label}


def _refuse_label(known: Sequence[Label], name: str, text: str, inverse: str) -> None:
    if len(known) >= MOST_LABELS:
        raise UserError(
            "too_many_labels",
            f"Two objects have {MOST_LABELS} labels at most.",
            "Remove one that is not used.",
        )
    wordings = {word.casefold() for each in known for word in (each.label, each.inverse_label)}
    taken = name in {each.name for each in known}
    if taken or {text.casefold(), inverse.casefold()} & (wordings - {""}):
        raise UserError(
            "label_exists",
            f"There is a label “{text}” between these two objects already.",
            "Choose another wording.",
        )


def _refuse_direction(tx: Tx, old: Label, inverse: str) -> None:
    """Which record comes first means something only where the label has two readings."""
    turns = bool(old.inverse_label) != bool(inverse)
    if turns and old.from_type_id == old.to_type_id and used(tx, old.id):
        raise UserError(
            "label_direction",
            f"“{old.label}” is in use, so it cannot change whether it reads the same both ways.",
            "Add another label instead.",
        )


def _label(tx: Tx, label_id: int) -> tuple[Label, tuple[ObjectType, ObjectType]]:
    row = tx.execute(
        select(association_labels).where(
            association_labels.c.id == label_id, association_labels.c.archived_at.is_(None)
        )
    ).first()
    types = {each.id: each for each in load_object_types(tx)}
    if row is None or row.from_type_id not in types or row.to_type_id not in types:
        raise _label_unknown()
    pair = types[row.from_type_id], types[row.to_type_id]
    return next(each for each in load_labels(tx, *pair) if each.id == label_id), pair


def _label_unknown() -> UserError:
    return UserError(
        "label_unknown", "There is no such label any more.", "Look at the labels as they are now."
    )


def _label_id(tx: Tx, one: ObjectType, other: ObjectType, name: str) -> int:
    if not name:
        return NO_LABEL
    found = next((each for each in load_labels(tx, one, other) if each.name == name), None)
    if found is None:
        raise _label_unknown()
    return found.id


def _bearing(tx: Tx, label_id: int) -> list[Link]:
    cursor = tx.sql(
        "SELECT from_type_id, from_id, to_type_id, to_id, label_id FROM associations "
        "WHERE label_id = ?",
        (label_id,),
    )
    return [Link.of_row(row) for row in cursor]


def _plain(links: Sequence[Link]) -> list[Link]:
    return [Link(*ordered_pair(link.first, link.second)) for link in links]


def _write_limit(
    tx: Tx, one: ObjectType, other: ObjectType, label_id: int, maximum: int | None
) -> int | None:
    """Write a limit and return the one that stood before."""
    here = (
        association_limits.c.from_type_id == one.id,
        association_limits.c.to_type_id == other.id,
        association_limits.c.label_id == label_id,
    )
    old = tx.scalar(select(func.max(association_limits.c.maximum)).where(*here))
    tx.execute(delete(association_limits).where(*here))
    if maximum is not None:
        tx.execute(
            insert(association_limits).values(
                from_type_id=one.id, to_type_id=other.id, label_id=label_id, maximum=maximum
            )
        )
    return None if old is None else int(old)
