"""Who may take an act back: one rule for every way of undoing it."""

from __future__ import annotations

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.records.undo_acts import Act, ActKind, read_act

#: Acts whose undo deletes records, or brings deleted ones back.
DELETING = (ActKind.ADD, ActKind.DELETE, ActKind.BRING_BACK, ActKind.MERGE)


def require_taking_back(database: Database, guard: Guard, actor: Actor, change_id: int) -> Act:
    """Return the act if the actor may take it back: one's own, or any act as a Super Admin.

    Call it before a write transaction begins, as the guard is.

    Raises:
        UserError: ``change_unknown``.
        PermissionDenied: somebody else's act, deletions without the right to delete, or
            sensitive values without the right to edit those.
    """
    with database.read() as tx:
        act = read_act(tx, change_id)
        sensitive = touches_sensitive(tx, change_id)
    if act.user_id != actor.user_id:
        guard.require(actor, Permission.SUPER_ADMIN)
    if act.kind in DELETING:
        guard.require(actor, Permission.DELETE_RECORDS)
    if sensitive:
        guard.require(actor, Permission.EDIT_SENSITIVE)
    return act


def touches_sensitive(tx: Tx, change_id: int) -> bool:
    """Whether a change set wrote values of sensitive properties."""
    # A row is unfolded only where the id's digits stand in it: a change may have a million rows.
    row = tx.sql(
        "SELECT 1 FROM value_history h CROSS JOIN properties p "
        "ON p.object_type_id = h.object_type_id AND p.is_sensitive = 1 "
        "WHERE h.change_id = ? AND instr(h.cells, '[' || p.id || ',') AND EXISTS "
        "(SELECT 1 FROM json_each(h.cells) c WHERE c.value ->> 0 = p.id) LIMIT 1",
        (change_id,),
    ).fetchone()
    return row is not None
