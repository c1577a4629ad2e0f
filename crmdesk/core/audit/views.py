"""Views of the audit log: three that everybody has, and those that people save beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import EventKind
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.audit.matching import refuse_unknown_codes
from crmdesk.core.audit.view_model import (
    DEFAULT_VIEWS,
    AuditView,
    AuditViewDefinition,
    is_view_period,
)
from crmdesk.core.audit.view_rows import definition_text, flat_definition, view_of
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.errors import UserError, WrongUsage
from crmdesk.core.records.names import MAX_LABEL, validate_label
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

OBJECT_TYPE = "audit_view"


class AuditViews:
    """The three defaults, one's own views and those shared; the order is each person's own."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    def list(self, actor: Actor) -> list[AuditView]:
        """The views that the actor may see: the defaults, then the others in the actor's order."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return [*DEFAULT_VIEWS, *_kept(tx, actor)]

    def save_as(
        self, actor: Actor, name: str, definition: AuditViewDefinition, *, shared: bool = False
    ) -> int:
        """Keep entries chosen by these filters under a new name and return the view's id.

        Raises:
            UserError: ``name_taken`` among one's own or by a default, ``label_invalid`` or what
                else :func:`validate_label` refuses.
            WrongUsage: ``period_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        name, text = _checked_name(name), _checked_text(definition)
        with self._database.write() as tx:
            return self._insert(tx, actor, name, text, shared=shared)

    def save(self, actor: Actor, view_id: int, definition: AuditViewDefinition) -> None:
        """Let a view of one's own show something else from now on.

        Raises:
            UserError: ``view_default``, ``view_unknown``, ``view_of_another``.
            WrongUsage: ``period_unknown``.
        """
        self._change(actor, view_id, definition=_checked_text(definition))

    def clone(
        self, actor: Actor, view_id: int, definition: AuditViewDefinition | None = None
    ) -> int:
        """Make a private copy of any view, a default too, and return its id.

        Args:
            definition: what the copy shows, changes that were not saved included; None for what
                the view shows.

        Raises:
            UserError: ``view_unknown``.
            WrongUsage: ``period_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            views = [*DEFAULT_VIEWS, *_kept(tx, actor)]
            found = next((view for view in views if view.id == view_id), None)
            if found is None:
                raise view_unknown()
            text = _checked_text(found.definition if definition is None else definition)
            name = _copy_name(found.name, {view.name.casefold() for view in views if view.mine})
            return self._insert(tx, actor, name, text, shared=False)

    def rename(self, actor: Actor, view_id: int, name: str) -> None:
        """Give a view of one's own another name; raises as :meth:`save_as` and :meth:`save`."""
        self._change(actor, view_id, name=_checked_name(name))

    def share(self, actor: Actor, view_id: int, *, everyone: bool) -> None:
        """Show a view of one's own to all who see the log, or to oneself; raises as :meth:`save`.

        Who it is shared with may not change it.
        """
        self._change(actor, view_id, sharing=EVERYONE if everyone else PRIVATE)

    def remove(self, actor: Actor, view_id: int) -> None:
        """Delete a view of one's own, or a shared one whose owner cannot any more.

        Raises:
            UserError: ``view_default``, ``view_unknown``, ``view_of_another``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        _refuse_default(view_id)
        with self._database.write() as tx:
            row = visible_row(tx, actor, view_id, of_log=True)
            if row.owner_id != actor.user_id and self._is_admin(tx, row.owner_id):
                raise view_of_another()
            delete_view(tx, view_id)
            self._log(tx, actor, kinds.AUDIT_VIEW_REMOVED, view_id, {"view": row.name})

    def reorder(self, actor: Actor, view_ids: Sequence[int]) -> None:
        """Put the views after the defaults into this order, for the actor alone."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            known = [row.id for row in visible_rows(tx, actor, None)]
            keep_places(tx, actor, in_order(view_ids, known), None)

    def _insert(self, tx: Tx, actor: Actor, name: str, text: str, *, shared: bool) -> int:
        view_id = insert_view(tx, actor, None, name, text, shared=shared)
        self._log(
            tx,
            actor,
            kinds.AUDIT_VIEW_CREATED,
            view_id,
            {
                "view": name,
                "sharing": EVERYONE if shared else PRIVATE,
                "values": flat_definition(text),
            },
        )
        return view_id

    def _change(self, actor: Actor, view_id: int, **values: str) -> None:
        self._guard.require(actor, Permission.SUPER_ADMIN)
        _refuse_default(view_id)
        with self._database.write() as tx:
            row = visible_row(tx, actor, view_id, of_log=True)
            change_view(tx, actor, row, **values)
            changes = _changes(row, values)
            if changes:
                details = {"view": row.name, "changes": changes}
                self._log(tx, actor, kinds.AUDIT_VIEW_CHANGED, view_id, details)

    def _log(
        self, tx: Tx, actor: Actor, kind: EventKind, view_id: int, details: Mapping[str, Any]
    ) -> None:
        self._audit_log.log(
            tx,
            actor,
            kind,
            object_type=OBJECT_TYPE,
            object_id=view_id,
            link=f"audit/view/{view_id}",
            details=details,
        )

    def _is_admin(self, tx: Tx, user_id: int) -> bool:
        standing = self._guard.standing(tx, user_id)
        return standing is not None and standing.super_admin


def _kept(tx: Tx, actor: Actor) -> list[AuditView]:
    return [view_of(tx, actor, row) for row in visible_rows(tx, actor, None)]


def _changes(row: Row[Any], values: Mapping[str, str]) -> list[dict[str, str | None]]:
    """Old and new, what is filtered by one by one."""
    old = {name: getattr(row, name) for name in values}
    new = dict(values)
    if "definition" in values:
        old = _flat_or_nothing(old["definition"])
        new = flat_definition(new["definition"])
    return [
        {"property": name, "old": old.get(name), "new": new.get(name)}
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _flat_or_nothing(text: str) -> dict[str, str]:
    """What a view asked for; nothing where another program wrote something unreadable."""
    try:
        return flat_definition(text)
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def _checked_name(name: str) -> str:
    name = validate_label(name)
    default = next((v.name for v in DEFAULT_VIEWS if v.name.casefold() == name.casefold()), None)
    if default is not None:
        raise UserError(
            "name_taken",
            f"“{default}” is one of the three views that everybody has; they stay as they are.",
            "Give your view another name.",
        )
    return name


def _checked_text(definition: AuditViewDefinition) -> str:
    if definition.period and not is_view_period(definition.period):
        raise WrongUsage(
            "period_unknown",
            f"“{definition.period}” is not a period.",
            "Give e.g. today, last_7_days or last_720_hours.",
        )
    for choices in (definition.filters, definition.filters.without):
        refuse_unknown_codes(choices)
    return definition_text(definition)


def _copy_name(name: str, taken: set[str]) -> str:
    """The name of a copy, with a number where that is taken, never longer than a name may be."""
    number = 1
    while True:
        end = "" if number == 1 else f" {number}"
        copy = f"Copy of {name}"[: MAX_LABEL - len(end)] + end
        if copy.casefold() not in taken:
            return copy
        number += 1


def _refuse_default(view_id: int) -> None:
    if view_id < 0:
        raise UserError(
            "view_default",
            "All Logs, Login History and Security Activity stay as they are.",
            "Save what you see as a view of your own.",
        )
