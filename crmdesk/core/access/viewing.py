"""Looking at the program as another user would: begun and ended by a Super Admin, and logged."""

from __future__ import annotations

import secrets

from sqlalchemy import insert, select, update

from crmdesk.core.access.actor import Actor, ActorKind
from crmdesk.core.access.asked import asked_now
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.user import User, read_user, read_user_by_id
from crmdesk.core.access.viewing_rows import PREFIX, viewer_session, viewing_refused
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import EventKind, Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import viewings
from crmdesk.core.errors import UserError


class ViewingService:
    """For Super Admins. While one looks, nothing can be written: see :class:`ViewedDatabase`."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    def start(self, actor: Actor, email: str) -> Actor:
        """Begin to look as a user would; returns whom services are asked as, the viewer with them.

        Another Super Admin is refused: there is nothing to see that one does not see oneself, and
        nobody shall be able to say later that it may have been the other.

        Raises:
            UserError: ``user_unknown``, ``user_not_viewable``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            user = read_user(tx, email)
            reason = _reason_against(actor, user)
            if reason:
                raise UserError(
                    "user_not_viewable", reason, "Choose an active user without that right."
                )
            self._end_all(tx, actor)
            viewing_id = PREFIX + secrets.token_hex(16)
            tx.execute(
                insert(viewings).values(
                    id=viewing_id,
                    user_id=user.id,
                    viewer_id=actor.user_id,
                    viewer_session_id=actor.session_id,
                    started_at=tx.now_text,
                )
            )
            self._log(tx, actor, kinds.VIEWING_STARTED, user)
        return Actor(
            actor.kind,
            user.id,
            user.email,
            user.name,
            viewing_id,
            actor.sign_in_type,
            actor.place,
            viewer=actor,
        )

    def stop(self, actor: Actor) -> None:
        """End whatever the actor looks at as somebody else; nothing where they do not."""
        self._guard.require(actor, Permission.SIGNED_IN)
        with self._database.write() as tx:
            self._end_all(tx, actor)

    def end_stale(self) -> None:
        """End what a crash or a lost session left open; for each start of the program."""
        with self._database.read() as tx:
            if not self._stale(tx):
                return
        with self._database.write() as tx:
            for viewing_id, viewer, user in self._stale(tx):
                _end(tx, viewing_id)
                self._log(tx, viewer, kinds.VIEWING_ENDED, user)

    def refused(self, viewed: Actor) -> UserError:
        """Note that a write was tried, with both names, and say why it is refused."""
        refusal = viewing_refused(viewed)
        with self._database.admit() as tx:
            self._audit_log.log(
                tx,
                viewed,
                kinds.PERMISSION_REFUSED,
                result=Result.REFUSED,
                details={"asked": asked_now().call, "reason": refusal.code},
            )
        return refusal

    def _end_all(self, tx: Tx, actor: Actor) -> None:
        mine = (viewings.c.viewer_id == actor.user_id, viewings.c.ended_at.is_(None))
        for row in tx.execute(select(viewings.c.id, viewings.c.user_id).where(*mine)).all():
            _end(tx, row.id)
            self._log(tx, actor, kinds.VIEWING_ENDED, read_user_by_id(tx, row.user_id))

    def _stale(self, tx: Tx) -> list[tuple[str, Actor, User]]:
        """Those whose viewer may not act any more, with the viewer and whom they looked as."""
        found = []
        rows = tx.execute(select(viewings).where(viewings.c.ended_at.is_(None))).all()
        for row in rows:
            by, user = (read_user_by_id(tx, each) for each in (row.viewer_id, row.user_id))
            viewer = Actor(ActorKind.USER, by.id, by.email, by.name, row.viewer_session_id)
            looking = Actor(ActorKind.USER, user.id, user.email, user.name, row.id)
            if viewer_session(tx, looking) is None or not self._guard.lives(tx, viewer):
                found.append((str(row.id), viewer, user))
        return found

    def _log(self, tx: Tx, actor: Actor, kind: EventKind, user: User) -> None:
        self._audit_log.log(
            tx,
            actor,
            kind,
            object_type="user",
            object_id=user.id,
            details={"email": user.email, "name": user.name},
        )


def _reason_against(actor: Actor, user: User) -> str:
    if user.id == actor.user_id:
        return "You see the program as yourself already."
    if user.super_admin:
        return f"{user.name} is a Super Admin, and sees what you see."
    if not user.active:
        return f"{user.name} is deactivated and sees nothing."
    return ""


def _end(tx: Tx, viewing_id: str) -> None:
    tx.execute(update(viewings).where(viewings.c.id == viewing_id).values(ended_at=tx.now_text))
