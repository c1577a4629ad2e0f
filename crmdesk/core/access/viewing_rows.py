"""Rows of Super Admins who look as another user would."""

from __future__ import annotations

from crmdesk.core.access.actor import Actor
from crmdesk.core.db.engine import Tx
from crmdesk.core.errors import PermissionDenied

#: How the id begins that stands for the session of the user who is looked as.
PREFIX = "view-"


def is_viewing(session_id: str | None) -> bool:
    """Whether an id stands for looking, and not for a session of the user's own."""
    return session_id is not None and session_id.startswith(PREFIX)


def viewer_session(tx: Tx, actor: Actor) -> tuple[str, int] | None:
    """Session and id of the Super Admin who looks; None when that is over.

    The database is asked and not the actor: whoever is a Super Admin no longer sees nothing more.
    """
    row = tx.sql(
        "SELECT v.viewer_session_id, v.viewer_id FROM viewings v "
        "JOIN users a ON a.id = v.viewer_id JOIN users u ON u.id = v.user_id "
        "WHERE v.id = ? AND v.user_id = ? AND v.ended_at IS NULL AND u.super_admin = 0 "
        "AND a.super_admin = 1 AND a.active = 1 AND a.removed_at IS NULL",
        (actor.session_id, actor.user_id),
    ).fetchone()
    return None if row is None else (str(row[0]), int(row[1]))


def viewing_refused(actor: Actor) -> PermissionDenied:
    """Why nothing is written, in a sentence."""
    return PermissionDenied(
        "viewing_as",
        f"You see CRM Desk as {actor.full_name}: nothing can be changed or started.",
        "Stop viewing, and do it in your own name.",
        user=actor.full_name,
    )
