"""Decides whether an actor may do a thing, from what the database says at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from crmdesk.core.access.actor import Actor, ActorKind
from crmdesk.core.access.permissions import EVERYONE, Permission
from crmdesk.core.access.viewing_rows import is_viewing, viewer_session, viewing_refused
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.errors import NotSignedIn, PermissionDenied

_LABELS = {
    Permission.IMPORT: "import records",
    Permission.EXPORT: "export records",
    Permission.EDIT_PROPERTIES: "edit property settings",
    Permission.DELETE_RECORDS: "delete records",
    Permission.VIEW_SENSITIVE: "see sensitive values",
    Permission.EDIT_SENSITIVE: "edit sensitive values",
    Permission.APPROVE_EXPORTS: "approve exports",
    Permission.USE_RECORDS: "use records",
    Permission.SIGNED_IN: "do this",
    Permission.SUPER_ADMIN: "do this: it takes a Super Admin",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a user may do right now."""

    user_id: int
    super_admin: bool
    permissions: frozenset[Permission]

    def allows(self, permission: Permission) -> bool:
        """Whether this standing covers ``permission``."""
        if self.super_admin:
            return True
        return permission in self.permissions or permission in EVERYONE


class Guard:
    """Asked in the first line of every service call, pages of tables included: hence plain SQL.

    It reads user, session and permissions afresh, so that a change made in another process
    takes effect at the next call.
    """

    def __init__(self, database: Database, audit_log: AuditLog) -> None:
        self._database = database
        self._audit_log = audit_log

    def require(self, actor: Actor, permission: Permission) -> None:
        """Return if ``actor`` may; otherwise log the refusal in a transaction of its own and raise.

        Call it before a write transaction begins: there is one write lock.

        Raises:
            NotSignedIn: no session, or it ended, was locked, or lasted too long.
            PermissionDenied: the user is not active or lacks the permission.
        """
        if actor.kind is ActorKind.SYSTEM:
            return
        with self._database.read() as tx:
            refusal = self._refusal(tx, actor, permission)
        if refusal is not None:
            self._log_refusal(actor, permission, refusal.code)
            raise refusal

    def allows(self, actor: Actor, permission: Permission) -> bool:
        """Whether :meth:`require` would pass; for faces that mirror a right, logs nothing."""
        if actor.kind is ActorKind.SYSTEM:
            return True
        with self._database.read() as tx:
            return self._refusal(tx, actor, permission) is None

    def lives(self, tx: Tx, actor: Actor) -> bool:
        """Whether the actor's session may act at this moment, as far as the session goes."""
        return self._session_lives(tx, actor)

    def standing(self, tx: Tx, user_id: int) -> Standing | None:
        """What an active user may do; ``None`` for one who is not active or not there."""
        row = tx.sql(
            "SELECT super_admin FROM users WHERE id = ? AND active = 1 AND removed_at IS NULL",
            (user_id,),
        ).fetchone()
        if row is None:
            return None
        names = tx.sql("SELECT permission FROM user_permissions WHERE user_id = ?", (user_id,))
        return Standing(user_id, bool(row[0]), frozenset(Permission(name) for (name,) in names))

    def _refusal(
        self, tx: Tx, actor: Actor, permission: Permission
    ) -> NotSignedIn | PermissionDenied | None:
        if actor.user_id is None:
            return NotSignedIn("not_signed_in", "Nobody is signed in.", "Sign in first.")
        standing = self.standing(tx, actor.user_id)
        if standing is None:
            return PermissionDenied(
                "not_active", "This user is not active.", "Ask a Super Admin to reactivate it."
            )
        if is_viewing(actor.session_id) and not self._database.is_viewed:
            return viewing_refused(actor)
        if actor.session_id is None or not self._session_lives(tx, actor):
            return NotSignedIn("session_ended", "The session has ended.", "Sign in again.")
        if standing.allows(permission):
            return None
        return PermissionDenied(
            "permission_denied",
            f"You may not {_LABELS[permission]}.",
            "A Super Admin can give you the permission.",
            permission=permission.value,
        )

    def _session_lives(self, tx: Tx, actor: Actor) -> bool:
        session: tuple[object, object] | None = (actor.session_id, actor.user_id)
        if is_viewing(actor.session_id):
            session = viewer_session(tx, actor)
        if session is None:
            return False
        row = tx.sql(
            "SELECT started_at, last_seen_at FROM sessions "
            "WHERE id = ? AND user_id = ? AND ended_at IS NULL AND locked_at IS NULL",
            session,
        ).fetchone()
        if row is None:
            return False
        started_at, last_seen_at = row
        idle = timedelta(minutes=_number(tx, "session.idle_minutes", 30))
        longest = timedelta(hours=_number(tx, "session.absolute_hours", 12))
        return (
            tx.steady_now - from_text(last_seen_at) < idle
            and tx.steady_now - from_text(started_at) < longest
        )

    def _log_refusal(self, actor: Actor, permission: Permission, code: str) -> None:
        # Of a hundred commands one is refused: the others do not wait for this.
        from crmdesk.core.access.asked import asked_now

        asked = asked_now()
        with self._database.note_refusal() as tx:
            about = asked.known_object(tx)
            record_id = None if about is None else asked.record_id
            self._audit_log.log(
                tx,
                actor,
                kinds.PERMISSION_REFUSED,
                result=Result.REFUSED,
                object_type=about,
                object_id=record_id,
                link=None if record_id is None else f"records/{about}/{record_id}",
                details={"asked": asked.call, "permission": permission.value, "reason": code},
            )


def _number(tx: Tx, key: str, default: int) -> int:
    row = tx.sql("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return default if row is None else int(row[0])
