"""Saved views: columns, order, filters and search of one object's table under a name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, func, insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import saved_views, users, view_places
from crmdesk.core.errors import UserError
from crmdesk.core.records.filters import Group, RecordQuery, from_json, to_json
from crmdesk.core.records.names import validate_label
from crmdesk.core.records.schema import ObjectType, load_object_type

_PRIVATE, _EVERYONE = "private", "everyone"


@dataclass(frozen=True, slots=True)
class ViewDefinition:
    """What a view shows.

    Attributes:
        columns: names of properties in order; empty is the object's usual columns.
        sort: a property; ``None`` is newest first.
        groups: filters, of which one group must hold.
        segment: id of a segment it is narrowed to.
    """

    columns: tuple[str, ...] = ()
    sort: str | None = None
    descending: bool = True
    groups: tuple[Group, ...] = ()
    search: str = ""
    segment: int | None = None

    def query(self, object_name: str) -> RecordQuery:
        """The records it shows, in its order."""
        first = self.groups[0] if self.groups else ()
        return RecordQuery(
            object_name,
            first,
            self.search,
            self.sort,
            self.descending,
            alternatives=self.groups[1:],
            segment=self.segment,
        )


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view as one person sees it.

    Attributes:
        shared: everyone sees it; else its owner alone.
        mine: the person made it, and alone may change it.
        is_default: the person's own choice of what opens first.
    """

    id: int
    object_name: str
    name: str
    definition: ViewDefinition
    owner_name: str
    shared: bool
    mine: bool
    is_default: bool


class SavedViews:
    """One's own views and those shared with everyone; order and default are each person's own."""

    def __init__(self, database: Database, guard: Guard) -> None:
        self._database = database
        self._guard = guard

    def list(self, actor: Actor, object_name: str) -> list[SavedView]:
        """The views of an object that the actor may see, in the actor's order.

        Raises:
            UserError: ``object_unknown``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return _read_all(tx, actor, load_object_type(tx, object_name))

    def add(
        self,
        actor: Actor,
        object_name: str,
        name: str,
        definition: ViewDefinition,
        *,
        shared: bool = False,
    ) -> int:
        """Save a view under a new name and return its id.

        Raises:
            UserError: ``name_taken`` among one's own, ``label_invalid``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            name = validate_label(name)
            _refuse_taken(tx, actor, object_type.id, name, None)
            last = tx.scalar(
                select(func.max(saved_views.c.position)).where(
                    saved_views.c.object_type_id == object_type.id
                )
            )
            return int(
                tx.execute(
                    insert(saved_views).values(
                        object_type_id=object_type.id,
                        name=name,
                        owner_id=actor.user_id,
                        sharing=_EVERYONE if shared else _PRIVATE,
                        definition=_to_text(definition),
                        position=(last or 0) + 1,
                        created_at=tx.now_text,
                        updated_at=tx.now_text,
                    )
                ).lastrowid
            )

    def save(self, actor: Actor, view_id: int, definition: ViewDefinition) -> None:
        """Let a view of one's own show something else from now on.

        Raises:
            UserError: ``view_unknown``, ``view_of_another``.
        """
        self._change(actor, view_id, definition=_to_text(definition))

    def rename(self, actor: Actor, view_id: int, name: str) -> None:
        """Give a view of one's own another name; raises as :meth:`add` and :meth:`save`."""
        self._change(actor, view_id, name=validate_label(name))

    def share(self, actor: Actor, view_id: int, *, everyone: bool) -> None:
        """Show a view of one's own to everyone, or to oneself alone; raises as :meth:`save`."""
        self._change(actor, view_id, sharing=_EVERYONE if everyone else _PRIVATE)

    def remove(self, actor: Actor, view_id: int) -> None:
        """Delete a view of one's own; a Super Admin also shared ones.

        Raises:
            UserError: ``view_unknown``, ``view_of_another``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        admin = self._guard.allows(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            owner, sharing = _row(tx, actor, view_id)
            if owner != actor.user_id and not (admin and sharing == _EVERYONE):
                raise _of_another()
            tx.execute(delete(view_places).where(view_places.c.view_id == view_id))
            tx.execute(delete(saved_views).where(saved_views.c.id == view_id))

    def reorder(self, actor: Actor, object_name: str, view_ids: Sequence[int]) -> None:
        """Put the views of an object in this order, for the actor alone."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.write() as tx:
            known = {v.id: v for v in _read_all(tx, actor, load_object_type(tx, object_name))}
            wanted = [known[i] for i in dict.fromkeys(view_ids) if i in known]
            rest = [view for view in known.values() if view not in wanted]
            _keep_places(tx, actor, [*wanted, *rest])

    def set_default(self, actor: Actor, object_name: str, view_id: int | None) -> None:
        """Open an object with this view from now on, or with none; for the actor alone.

        Raises:
            UserError: ``view_unknown``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.write() as tx:
            views = _read_all(tx, actor, load_object_type(tx, object_name))
            if view_id is not None and view_id not in {view.id for view in views}:
                raise _unknown()
            _keep_places(tx, actor, [replace(v, is_default=v.id == view_id) for v in views])

    def _change(self, actor: Actor, view_id: int, **values: str) -> None:
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.write() as tx:
            owner, _ = _row(tx, actor, view_id)
            if owner != actor.user_id:
                raise _of_another()
            if "name" in values:
                type_id = tx.scalar(
                    select(saved_views.c.object_type_id).where(saved_views.c.id == view_id)
                )
                _refuse_taken(tx, actor, type_id, values["name"], view_id)
            statement = update(saved_views).where(saved_views.c.id == view_id)
            tx.execute(statement.values(**values, updated_at=tx.now_text))


def _read_all(tx: Tx, actor: Actor, object_type: ObjectType) -> list[SavedView]:
    mine = saved_views.c.owner_id == actor.user_id
    placed = (view_places.c.view_id == saved_views.c.id) & (view_places.c.user_id == actor.user_id)
    rows = tx.execute(
        select(saved_views, users.c.full_name, view_places.c.is_default)
        .outerjoin(users, users.c.id == saved_views.c.owner_id)
        .outerjoin(view_places, placed)
        .where(saved_views.c.object_type_id == object_type.id)
        .where(mine | (saved_views.c.sharing == _EVERYONE))
        .order_by(view_places.c.position.nulls_last(), saved_views.c.position, saved_views.c.id)
    )
    return [
        SavedView(
            id=row.id,
            object_name=object_type.name,
            name=row.name,
            definition=_from_text(row.definition),
            owner_name=row.full_name or "",
            shared=row.sharing == _EVERYONE,
            mine=row.owner_id == actor.user_id,
            is_default=bool(row.is_default),
        )
        for row in rows
    ]


def _row(tx: Tx, actor: Actor, view_id: int) -> tuple[int, str]:
    row = tx.execute(
        select(saved_views.c.owner_id, saved_views.c.sharing).where(saved_views.c.id == view_id)
    ).first()
    # Somebody's private view is not even told of.
    if row is None or (row.owner_id != actor.user_id and row.sharing != _EVERYONE):
        raise _unknown()
    return int(row.owner_id), str(row.sharing)


def _keep_places(tx: Tx, actor: Actor, views: Sequence[SavedView]) -> None:
    for place, view in enumerate(views):
        tx.sql(
            "INSERT INTO view_places (user_id, view_id, position, is_default) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (user_id, view_id) DO UPDATE SET position = excluded.position, "
            "is_default = excluded.is_default",
            (actor.user_id, view.id, place, int(view.is_default)),
        )


def _refuse_taken(tx: Tx, actor: Actor, type_id: int, name: str, own: int | None) -> None:
    row = tx.sql(
        "SELECT 1 FROM saved_views WHERE object_type_id = ? AND owner_id = ? "
        "AND lower(name) = lower(?) AND id IS NOT ?",
        (type_id, actor.user_id, name, own),
    ).fetchone()
    if row is not None:
        raise UserError("name_taken", f"You have a view “{name}” already.", "Give it another name.")


def _unknown() -> UserError:
    return UserError("view_unknown", "There is no such view.", "It may have been deleted.")


def _of_another() -> UserError:
    return UserError(
        "view_of_another",
        "Only who made a view can change it.",
        "Save it as a view of your own.",
    )


def _to_text(definition: ViewDefinition) -> str:
    return json.dumps(
        {
            "columns": definition.columns,
            "sort": definition.sort,
            "descending": definition.descending,
            "filters": json.loads(to_json(definition.groups)),
            "search": definition.search,
            "segment": definition.segment,
        },
        ensure_ascii=False,
    )


def _from_text(text: str) -> ViewDefinition:
    kept = json.loads(text)
    return ViewDefinition(
        tuple(kept["columns"]),
        kept["sort"],
        kept["descending"],
        from_json(json.dumps(kept["filters"])),
        kept["search"],
        kept["segment"],
    )
