"""Saved views: columns, order, filters and search of one object's table under a name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.records.filters import Group, RecordQuery, from_json, to_json
from crmdesk.core.records.names import validate_label
from crmdesk.core.records.schema import ObjectType, load_object_type
from crmdesk.core.saved_view_rows import (
    EVERYONE,
    PRIVATE,
    change_view,
    delete_view,
    in_order,
    insert_view,
    keep_places,
    view_of_another,
    view_unknown,
    visible_row,
    visible_rows,
)


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
            return insert_view(tx, actor, object_type.id, name, _to_text(definition), shared=shared)

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
        self._change(actor, view_id, sharing=EVERYONE if everyone else PRIVATE)

    def remove(self, actor: Actor, view_id: int) -> None:
        """Delete a view of one's own; a Super Admin also shared ones.

        Raises:
            UserError: ``view_unknown``, ``view_of_another``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        admin = self._guard.allows(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            row = visible_row(tx, actor, view_id)
            if row.owner_id != actor.user_id and not (admin and row.sharing == EVERYONE):
                raise view_of_another()
            delete_view(tx, view_id)

    def reorder(self, actor: Actor, object_name: str, view_ids: Sequence[int]) -> None:
        """Put the views of an object in this order, for the actor alone."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.write() as tx:
            known = _read_all(tx, actor, load_object_type(tx, object_name))
            opens_first = next((view.id for view in known if view.is_default), None)
            order = in_order(view_ids, [view.id for view in known])
            keep_places(tx, actor, order, opens_first)

    def set_default(self, actor: Actor, object_name: str, view_id: int | None) -> None:
        """Open an object with this view from now on, or with none; for the actor alone.

        Raises:
            UserError: ``view_unknown``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.write() as tx:
            views = [v.id for v in _read_all(tx, actor, load_object_type(tx, object_name))]
            if view_id is not None and view_id not in views:
                raise view_unknown()
            keep_places(tx, actor, views, view_id)

    def _change(self, actor: Actor, view_id: int, **values: str) -> None:
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.write() as tx:
            change_view(tx, actor, visible_row(tx, actor, view_id), **values)


def _read_all(tx: Tx, actor: Actor, object_type: ObjectType) -> list[SavedView]:
    return [
        SavedView(
            id=row.id,
            object_name=object_type.name,
            name=row.name,
            definition=_from_text(row.definition),
            owner_name=row.full_name or "",
            shared=row.sharing == EVERYONE,
            mine=row.owner_id == actor.user_id,
            is_default=bool(row.is_default),
        )
        for row in visible_rows(tx, actor, object_type.id)
    ]


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
