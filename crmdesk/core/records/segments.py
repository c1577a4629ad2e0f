"""Segments: named sets of one object's records, by a filter or by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import EventKind
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import object_types, segments, users
from crmdesk.core.errors import UserError
from crmdesk.core.records.filters import Group, from_json, to_json
from crmdesk.core.records.filters_sql import any_group
from crmdesk.core.records.names import validate_label
from crmdesk.core.records.periods import Moment
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.schema import ObjectType, load_object_type
from crmdesk.core.records.segment_members import add_members, remove_members
from crmdesk.core.records.segment_rows import (
    SegmentKind,
    SegmentRow,
    count_members,
    read_segment,
    refuse_sensitive,
    segment_unknown,
)
from crmdesk.core.records.single import workspace_zone


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment.

    Attributes:
        groups: what an active one filters by; empty for a static one.
        size: live records in it now; ``None`` when a property it asks for is gone, or when it
            was not counted.
        mine: whether the actor made it, and so may change it.
    """

    id: int
    object_name: str
    name: str
    kind: SegmentKind
    groups: tuple[Group, ...]
    size: int | None
    owner_name: str
    mine: bool
    created_at: datetime
    updated_at: datetime


_MEMBERS = "SELECT count(*) FROM segment_members WHERE segment_id = ?"


class Segments:
    """Everybody sees and uses segments; who made one, or a Super Admin, changes it."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    def list(
        self, actor: Actor, object_name: str | None = None, *, sizes: bool = True
    ) -> list[Segment]:
        """Segments by object and name.

        Args:
            sizes: also count how many records each has now, which reads them all.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return _read_all(tx, actor, object_name, sizes=sizes)

    def show(self, actor: Actor, segment_id: int) -> Segment:
        """One segment.

        Raises:
            UserError: ``segment_unknown``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            found = next((s for s in _read_all(tx, actor, None, segment_id)), None)
        if found is None:
            raise segment_unknown(segment_id)
        return found

    def add(
        self,
        actor: Actor,
        object_name: str,
        name: str,
        groups: Sequence[Group] = (),
        members: Picked | None = None,
    ) -> int:
        """Make a segment and return its id.

        Args:
            groups: makes it active: whatever fits them now, now and later.
            members: makes it static, with these to begin with.

        Raises:
            UserError: ``name_taken``, ``filter_missing``, ``property_unknown``,
                ``property_sensitive``, ``label_invalid``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        kind = SegmentKind.ACTIVE if members is None else SegmentKind.STATIC
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            name = validate_label(name)
            _refuse_taken(tx, object_type, name, None)
            if kind is SegmentKind.ACTIVE:
                _refuse_groups(tx, object_type, groups)
            segment_id = int(
                tx.execute(
                    insert(segments).values(
                        object_type_id=object_type.id,
                        name=name,
                        kind=kind.value,
                        filters=to_json(groups if kind is SegmentKind.ACTIVE else ()),
                        owner_id=actor.user_id,
                        created_at=tx.now_text,
                        updated_at=tx.now_text,
                    )
                ).lastrowid
            )
            count = 0 if members is None else add_members(tx, object_type, segment_id, members)
            details = {"kind": kind.value, "filters": _told(groups), "members": count}
            self._log(tx, actor, kinds.SEGMENT_CREATED, object_type, segment_id, name, details)
        return segment_id

    def set(
        self,
        actor: Actor,
        segment_id: int,
        *,
        name: str | None = None,
        groups: Sequence[Group] | None = None,
    ) -> None:
        """Rename a segment, or give an active one another filter.

        Raises:
            UserError: as :meth:`add`, ``segment_unknown``, ``segment_static``.
            PermissionDenied: somebody else's segment.
        """
        object_type = self._own(actor, segment_id)[1]
        with self._database.write() as tx:
            # Once more under the lock: another window may have changed or deleted it meanwhile.
            row = read_segment(tx, segment_id)
            values: dict[str, str] = {"updated_at": tx.now_text}
            details: dict[str, object] = {}
            if name is not None:
                values["name"] = validate_label(name)
                _refuse_taken(tx, object_type, values["name"], segment_id)
                details["name_old"] = row.name
            if groups is not None:
                _refuse_static(row)
                _refuse_groups(tx, object_type, groups)
                values["filters"] = to_json(groups)
                details |= {"filters_old": _told(row.groups), "filters": _told(groups)}
            tx.execute(update(segments).where(segments.c.id == segment_id).values(values))
            shown = values.get("name", row.name)
            self._log(tx, actor, kinds.SEGMENT_CHANGED, object_type, segment_id, shown, details)

    def remove(self, actor: Actor, segment_id: int) -> None:
        """Delete a segment; its records stay.

        Raises:
            UserError: ``segment_unknown``.
            PermissionDenied: somebody else's segment.
        """
        object_type = self._own(actor, segment_id)[1]
        with self._database.write() as tx:
            row = read_segment(tx, segment_id)
            tx.sql("DELETE FROM segment_members WHERE segment_id = ?", (segment_id,))
            gone = segments.c.id == segment_id
            tx.execute(update(segments).where(gone).values(archived_at=tx.now_text))
            details = {"kind": row.kind.value, "filters": _told(row.groups)}
            self._log(tx, actor, kinds.SEGMENT_REMOVED, object_type, segment_id, row.name, details)

    def add_members(self, actor: Actor, segment_id: int, members: Picked) -> int:
        """Put records into a static segment; returns how many were not in it yet.

        Raises:
            UserError: ``segment_unknown``, ``segment_active``.
            PermissionDenied: somebody else's segment.
        """
        return self._change_members(actor, segment_id, members, adding=True)

    def remove_members(self, actor: Actor, segment_id: int, members: Picked) -> int:
        """Take records out of a static segment; returns how many were in it.

        Raises:
            UserError: ``segment_unknown``, ``segment_active``.
            PermissionDenied: somebody else's segment.
        """
        return self._change_members(actor, segment_id, members, adding=False)

    # -- within ------------------------------------------------------------------------------
    def _change_members(
        self, actor: Actor, segment_id: int, members: Picked, *, adding: bool
    ) -> int:
        row, object_type = self._own(actor, segment_id)
        if row.kind is SegmentKind.ACTIVE:
            raise UserError(
                "segment_active",
                f"“{row.name}” is an active segment: its filter decides what is in it.",
                "Change its filter, or make a static segment.",
            )
        change = add_members if adding else remove_members
        with self._database.write() as tx:
            read_segment(tx, segment_id)
            count = change(tx, object_type, segment_id, members)
            if count:
                mine = segments.c.id == segment_id
                tx.execute(update(segments).where(mine).values(updated_at=tx.now_text))
                now = int(tx.sql(_MEMBERS, (segment_id,)).fetchone()[0])
                before = now - count if adding else now + count
                details = {
                    "added" if adding else "removed": count,
                    "members_old": before,
                    "members": now,
                }
                self._log(
                    tx, actor, kinds.SEGMENT_CHANGED, object_type, segment_id, row.name, details
                )
        return count

    def _own(self, actor: Actor, segment_id: int) -> tuple[SegmentRow, ObjectType]:
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            row = read_segment(tx, segment_id)
            name = tx.scalar(
                select(object_types.c.name).where(object_types.c.id == row.object_type_id)
            )
            object_type = load_object_type(tx, name)
        if row.owner_id != actor.user_id:
            self._guard.require(actor, Permission.SUPER_ADMIN)
        return row, object_type

    def _log(
        self,
        tx: Tx,
        actor: Actor,
        kind: EventKind,
        object_type: ObjectType,
        segment_id: int,
        name: str,
        details: Mapping[str, object],
    ) -> None:
        self._audit_log.log(
            tx,
            actor,
            kind,
            object_type=object_type.name,
            object_id=segment_id,
            link=f"records/{object_type.name}/segment/{segment_id}",
            details={"name": name, **details},
        )


def _read_all(
    tx: Tx,
    actor: Actor,
    object_name: str | None,
    only: int | None = None,
    *,
    sizes: bool = True,
) -> list[Segment]:
    statement = (
        select(segments, object_types.c.name.label("object_name"), users.c.full_name)
        .join(object_types, object_types.c.id == segments.c.object_type_id)
        .outerjoin(users, users.c.id == segments.c.owner_id)
        .where(segments.c.archived_at.is_(None), object_types.c.archived_at.is_(None))
        .order_by(object_types.c.position, segments.c.name.collate("NOCASE"), segments.c.id)
    )
    if object_name is not None:
        statement = statement.where(object_types.c.name == object_name)
    if only is not None:
        statement = statement.where(segments.c.id == only)
    found = []
    for row in tx.execute(statement).all():
        segment = read_segment(tx, row.id)
        found.append(
            Segment(
                id=row.id,
                object_name=row.object_name,
                name=row.name,
                kind=segment.kind,
                groups=from_json(row.filters),
                size=_size(tx, row.object_name, segment) if sizes else None,
                owner_name=row.full_name or "",
                mine=row.owner_id == actor.user_id,
                created_at=from_text(row.created_at),
                updated_at=from_text(row.updated_at),
            )
        )
    return found


def _size(tx: Tx, object_name: str, segment: SegmentRow) -> int | None:
    return count_members(tx, load_object_type(tx, object_name), segment)


def _refuse_taken(tx: Tx, object_type: ObjectType, name: str, own: int | None) -> None:
    row = tx.sql(
        "SELECT id FROM segments WHERE object_type_id = ? AND lower(name) = lower(?) "
        "AND archived_at IS NULL AND id IS NOT ?",
        (object_type.id, name, own),
    ).fetchone()
    if row is not None:
        raise UserError(
            "name_taken", f"There is a segment “{name}” already.", "Give it another name."
        )


def _refuse_static(row: SegmentRow) -> None:
    if row.kind is SegmentKind.STATIC:
        raise UserError(
            "segment_static",
            f"“{row.name}” is a static segment: it has members and no filter.",
            "Add or remove records, or make an active segment.",
        )


def _refuse_groups(tx: Tx, object_type: ObjectType, groups: Sequence[Group]) -> None:
    """An active segment must have a filter, and one that can be asked."""
    if not groups or not all(groups):
        raise UserError(
            "filter_missing",
            "An active segment needs at least one filter.",
            "Set a filter, or make a static segment.",
        )
    refuse_sensitive(object_type, [each.property for group in groups for each in group])
    any_group(object_type, groups, Moment(tx.now, workspace_zone(tx)))


def _told(groups: Sequence[Group]) -> list[list[str]]:
    """Filters as an entry of the log shows them; they may hold personal values."""
    return [
        [f"{each.property}:{each.operator}:{';'.join(each.values)}" for each in group]
        for group in groups
    ]
