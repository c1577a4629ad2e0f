"""Users: added, changed, deactivated and removed by Super Admins, of whom one always stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import delete, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.own_password import refuse_weak
from crmdesk.core.access.passwords import hash_password
from crmdesk.core.access.permissions import GRANTABLE, Permission
from crmdesk.core.access.proofs import Proofs, person_binding
from crmdesk.core.access.second_factor import SecondFactor
from crmdesk.core.access.sessions import end_sessions
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.access.team_members import put_in_teams
from crmdesk.core.access.user import (
    AddedUser,
    NewUser,
    User,
    UserChange,
    read_user,
    read_user_by_id,
    read_users,
)
from crmdesk.core.access.user_rules import (
    checked,
    checked_name,
    grant,
    insert_user,
    make_one_time_code,
    refuse_last,
    refuse_taken,
    refuse_ungrantable,
    update_user,
)
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import EventKind
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import one_time_codes, user_permissions, users, workspace
from crmdesk.core.mail.queue import recall_codes

__all__ = ["AddedUser", "NewUser", "User", "UserChange", "UserService"]
_GRANT, _REVOKE = StepUpPurpose.GRANT_SUPER_ADMIN, StepUpPurpose.REVOKE_SUPER_ADMIN
_SENSITIVE = (Permission.VIEW_SENSITIVE, Permission.EDIT_SENSITIVE)


class UserService:
    """The users of a workspace."""

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        second_factor: SecondFactor,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._second_factor = second_factor
        self._proofs = Proofs(database, audit_log, second_factor)

    # -- reading -----------------------------------------------------------------------------
    def list(self, actor: Actor) -> tuple[User, ...]:
        """Every user who was not removed, newest first."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return read_users(tx)

    def show(self, actor: Actor, email: str) -> User:
        """One user.

        Raises:
            UserError: ``user_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return read_user(tx, email)

    def me(self, actor: Actor) -> User:
        """The actor's own account."""
        self._guard.require(actor, Permission.SIGNED_IN)
        with self._database.read() as tx:
            return read_user_by_id(tx, actor.user_id or 0)

    def names(self, actor: Actor) -> dict[int, str]:
        """The full name of every user by id, removed ones too: what owners are shown by."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            rows = tx.execute(select(users.c.id, users.c.full_name)).all()
        return {row.id: row.full_name for row in rows}

    def super_admin_needs_code(self, actor: Actor, leaving: str | None = None) -> bool:
        """Whether granting Super Admin, or taking it away, takes a two-factor code of the actor.

        Who has no two-factor authentication sets it up first.

        Args:
            leaving: the address of who shall be none any more, to be refused before a code is
                used up for it.

        Raises:
            UserError: ``user_unknown``, ``last_super_admin``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            if leaving is not None:
                refuse_last(tx, read_user(tx, leaving))
            return self._proofs.needed(tx, actor)

    # -- writing -----------------------------------------------------------------------------
    def add(self, actor: Actor, new: NewUser, step_up_id: str | None = None) -> AddedUser:
        """Add a user.

        Args:
            step_up_id: proof for ``GRANT_SUPER_ADMIN``, bound to :func:`person_binding`; needed
                for a Super Admin where :meth:`super_admin_needs_code`.

        Raises:
            UserError: ``email_invalid``, ``email_taken``, ``name_invalid``, ``team_unknown``,
                ``permission_not_grantable``, or ``password_`` and what is wrong with it.
            SecondFactorRefused: ``not_enrolled``, ``code_missing``, ``step_up_invalid``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        new = checked(new)
        self._refuse_weak(new)
        hashed = None if new.password is None else hash_password(new.password)
        with self._proofs.logged(actor, _GRANT, new.email), self._database.write() as tx:
            refuse_taken(tx, new.email)
            if new.super_admin:
                self._proofs.spend(tx, actor, step_up_id, _GRANT, person_binding(new.email))
            user_id = insert_user(tx, new, hashed)
            code = None if hashed is not None else make_one_time_code(tx, user_id)
            self._log_user(
                tx,
                actor,
                kinds.ADD_ADMIN_USER if new.super_admin else kinds.ADD_USER,
                read_user_by_id(tx, user_id),
                {"permissions": [each.value for each in new.permissions]},
            )
            self._log_access(tx, actor, read_user_by_id(tx, user_id), ())
            put_in_teams(tx, self._audit_log, actor, user_id, (), new.teams)
        return AddedUser(user_id, code)

    def set(
        self, actor: Actor, email: str, change: UserChange, step_up_id: str | None = None
    ) -> User:
        """Change a user's name, rights or teams.

        Args:
            step_up_id: as for :meth:`add`, where Super Admin is granted; where it is taken away,
                proof for ``REVOKE_SUPER_ADMIN``.

        Raises:
            UserError: ``user_unknown``, ``last_super_admin``, ``name_invalid``,
                ``team_unknown``, ``permission_not_grantable``.
            SecondFactorRefused: ``not_enrolled``, ``code_missing``, ``step_up_invalid``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        refuse_ungrantable((*change.grant, *change.revoke))
        purpose = _REVOKE if change.super_admin is False else _GRANT
        with self._proofs.logged(actor, purpose, email), self._database.write() as tx:
            old = read_user(tx, email)
            self._set_super_admin(tx, actor, old, change.super_admin, step_up_id)
            self._set_rest(tx, actor, old, change)
            if change.teams is not None:
                put_in_teams(tx, self._audit_log, actor, old.id, old.teams, change.teams)
            changed = read_user_by_id(tx, old.id)
            self._log_access(tx, actor, changed, old.permissions)
            return changed

    def deactivate(self, actor: Actor, email: str) -> User:
        """Let a user do nothing any more, at once and everywhere, until reactivated.

        Raises:
            UserError: ``user_unknown``, ``last_super_admin``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            user = read_user(tx, email)
            if not user.active:
                return user
            refuse_last(tx, user)
            update_user(tx, user.id, active=0)
            end_sessions(tx, user.id)
            self._log_user(tx, actor, kinds.DEACTIVATE_USER, user, _change("active", True, False))
            return replace(user, active=False)

    def reactivate(self, actor: Actor, email: str) -> User:
        """Let a deactivated user sign in again, with the rights they had.

        Raises:
            UserError: ``user_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            user = read_user(tx, email)
            if user.active:
                return user
            update_user(tx, user.id, active=1)
            self._log_user(tx, actor, kinds.REACTIVATE_USER, user, _change("active", False, True))
            return replace(user, active=True)

    def remove(self, actor: Actor, email: str) -> None:
        """Remove a user for good; what they did keeps their name, in records and in the log.

        Raises:
            UserError: ``user_unknown``, ``last_super_admin``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            user = read_user(tx, email)
            refuse_last(tx, user)
            end_sessions(tx, user.id)
            put_in_teams(tx, self._audit_log, actor, user.id, user.teams, ())
            self._second_factor.forget(tx, user.id)
            tx.execute(delete(one_time_codes).where(one_time_codes.c.user_id == user.id))
            recall_codes(tx, user.id)
            tx.execute(delete(user_permissions).where(user_permissions.c.user_id == user.id))
            update_user(tx, user.id, active=0, super_admin=0, password_hash=None)
            update_user(tx, user.id, removed_at=tx.now_text)
            facts = {"super_admin": user.super_admin, "permissions": _values(user.granted)}
            kind = kinds.REMOVE_ADMIN_USER if user.super_admin else kinds.REMOVE_USER
            self._log_user(tx, actor, kind, user, facts)
            gone = replace(user, super_admin=False, granted=())
            self._log_access(tx, actor, gone, user.permissions)

    # -- within ------------------------------------------------------------------------------
    def _refuse_weak(self, new: NewUser) -> None:
        if new.password is None:
            return
        with self._database.read() as tx:
            name = str(tx.scalar(select(workspace.c.name)) or "")
        refuse_weak(new.password, False, (new.full_name, new.email, name))

    def _set_super_admin(
        self, tx: Tx, actor: Actor, old: User, wanted: bool | None, step_up_id: str | None
    ) -> None:
        if wanted is None or wanted == old.super_admin:
            return
        if not wanted:
            refuse_last(tx, old)
        purpose = _GRANT if wanted else _REVOKE
        self._proofs.spend(tx, actor, step_up_id, purpose, person_binding(old.email))
        update_user(tx, old.id, super_admin=int(wanted))
        kind = kinds.ADD_ADMIN_PERMISSIONS if wanted else kinds.REMOVE_ADMIN_PERMISSIONS
        self._log_user(tx, actor, kind, old, _change("super_admin", old.super_admin, wanted))

    def _set_rest(self, tx: Tx, actor: Actor, old: User, change: UserChange) -> None:
        name = old.name if change.full_name is None else checked_name(change.full_name)
        kept = [each for each in old.granted if each not in change.revoke]
        wanted = {*kept, *change.grant}
        granted = tuple(each for each in GRANTABLE if each in wanted)
        facts: dict[str, object] = {}
        if name != old.name:
            update_user(tx, old.id, full_name=name)
            facts |= _change("name", old.name, name)
        if granted != old.granted:
            tx.execute(delete(user_permissions).where(user_permissions.c.user_id == old.id))
            grant(tx, old.id, granted)
            facts |= _change("permissions", _values(old.granted), _values(granted))
        if facts:
            self._log_user(tx, actor, kinds.UPDATE_USER, old, facts)

    def _log_access(self, tx: Tx, actor: Actor, user: User, before: Iterable[Permission]) -> None:
        """Tell where somebody may see or edit sensitive values from now on, or no longer."""
        old, new = (
            tuple(each for each in _SENSITIVE if each in rights)
            for rights in (tuple(before), user.permissions)
        )
        if old != new:
            facts = _change("access", _values(old), _values(new))
            self._log_user(tx, actor, kinds.SENSITIVE_ACCESS_CHANGED, user, facts)

    def _log_user(
        self, tx: Tx, actor: Actor, kind: EventKind, user: User, facts: dict[str, object]
    ) -> None:
        self._audit_log.log(
            tx,
            actor,
            kind,
            object_type="user",
            object_id=user.id,
            details={"email": user.email, "name": user.name, **facts},
        )


def _change(name: str, old: object, new: object) -> dict[str, object]:
    return {name: {"old": old, "new": new}}


def _values(permissions: Iterable[Permission]) -> tuple[str, ...]:
    return tuple(each.value for each in permissions)
