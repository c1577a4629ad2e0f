"""Choosing a password: changing one's own, and setting the first one with a one-time code."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from crmdesk.core.access import attempts
from crmdesk.core.access.accounts import (
    Account,
    Attempt,
    PasswordCheck,
    credentials_wrong,
    find_account,
    read_account,
    unknown_person,
)
from crmdesk.core.access.actor import Actor, Place, SignInType
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.passwords import (
    LONGEST,
    PasswordProblem,
    check_password,
    hash_password,
    is_too_short,
    shortest_length,
)
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.second_factor import SecondFactor
from crmdesk.core.access.sessions import end_sessions
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import one_time_codes, users, workspace
from crmdesk.core.errors import NotSignedIn, UserError
from crmdesk.core.mail.queue import recall_codes

_LONG_WORDS = "Four or more words that do not belong together make a good one."
_MESSAGES = {
    PasswordProblem.COMMON: "This password is among those that everybody tries first.",
    PasswordProblem.PERSONAL: "This password is made of your own or the workspace's name.",
    PasswordProblem.PREDICTABLE: "This password is easy to guess.",
    PasswordProblem.UNREADABLE: "This password holds characters that cannot be read.",
    PasswordProblem.TOO_LONG: f"A password has at most {LONGEST} characters.",
}


class PasswordService:
    """What people do with their own passwords; sessions elsewhere end with the old one."""

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        password_check: PasswordCheck,
        second_factor: SecondFactor,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._passwords = password_check
        self._second_factor = second_factor

    def change(self, actor: Actor, old: str, new: str) -> None:
        """Change the actor's password; every other session of theirs ends.

        Raises:
            NotSignedIn: ``credentials_wrong`` for the old one, ``wait`` with ``until``.
            UserError: ``password_too_short`` and kin, see :func:`refuse_weak`.
        """
        self._guard.require(actor, Permission.SIGNED_IN)
        with self._database.write() as tx:
            account = read_account(tx, actor.user_id or 0)
            self._refuse_weak(tx, account, new)
            attempt = self._passwords.charge(tx, account, actor.email)
            self._log_refused(tx, actor, attempt.refusal)
        if attempt.refusal is not None:
            raise attempt.refusal
        is_right = self._passwords.is_right(account, old)
        self._store(attempt, is_right, new, actor)

    def set_first(self, email: str, one_time_code: str, new: str, place: Place) -> None:
        """Set a password with the one-time code a Super Admin made; then sign in with it.

        Args:
            one_time_code: or the present password, where it became too short to stand alone.

        Raises:
            NotSignedIn: ``credentials_wrong``, also for a code that lapsed or was used;
                ``wait`` with ``until``.
            UserError: ``password_too_short`` and kin; the code stays good.
        """
        with self._database.write() as tx:
            account = find_account(tx, email)
            attempt = self._passwords.charge(tx, account, email)
            actor = _before_session(account, place)
            self._log_refused(tx, actor, attempt.refusal)
        if attempt.refusal is not None:
            raise attempt.refusal
        is_right = self._may_choose(account, one_time_code)
        if is_right:
            self._refuse_weak_first(attempt, new)
        self._store(attempt, is_right, new, actor)

    # -- within ------------------------------------------------------------------------------
    def _may_choose(self, account: Account | None, typed: str) -> bool:
        # Looked at in any case, so that the time does not tell whether there is such a person.
        is_password = self._passwords.is_right(account, typed)
        if account is None:
            return False
        if account.is_one_time_code(typed):
            return True
        if not is_password or not is_too_short(typed, has_second_factor=False):
            return False
        with self._database.read() as tx:
            return not self._second_factor.is_enrolled(tx, account.user_id)

    def _refuse_weak_first(self, attempt: Attempt, new: str) -> None:
        try:
            with self._database.read() as tx:
                self._refuse_weak(tx, attempt.account, new)
        except UserError:
            # The proof was right: only the wish was not.
            with self._database.write() as tx:
                attempts.forgive(tx, attempt.subject)
            raise

    def _store(self, attempt: Attempt, is_right: bool, new: str, actor: Actor) -> None:
        """Keep the new password if the proof of who asks was right."""
        # Hashed in either case, so that the time does not tell which it was.
        hashed = hash_password(new)
        refusal = None
        with self._database.write() as tx:
            account = attempt.account
            if account is None or not is_right or read_account(tx, account.user_id) != account:
                refusal = credentials_wrong()
                self._log_refused(tx, actor, refusal)
            else:
                attempts.forgive(tx, attempt.subject)
                self._keep(tx, actor, account, hashed)
        if refusal is not None:
            raise refusal

    def _keep(self, tx: Tx, actor: Actor, account: Account, hashed: str) -> None:
        tx.execute(update(users).where(users.c.id == account.user_id).values(password_hash=hashed))
        tx.execute(delete(one_time_codes).where(one_time_codes.c.user_id == account.user_id))
        recall_codes(tx, account.user_id)
        end_sessions(tx, account.user_id, but=actor.session_id)
        self._audit_log.log(
            tx, actor, kinds.CHANGE_PASSWORD, object_type="user", object_id=account.user_id
        )

    def _refuse_weak(self, tx: Tx, account: Account | None, new: str) -> None:
        if account is None:
            return
        name = str(tx.scalar(select(workspace.c.name)) or "")
        has_second_factor = self._second_factor.is_enrolled(tx, account.user_id)
        refuse_weak(new, has_second_factor, (account.full_name, account.email, name))

    def _log_refused(self, tx: Tx, actor: Actor, refusal: NotSignedIn | None) -> None:
        if refusal is not None:
            self._audit_log.log(
                tx,
                actor,
                kinds.CHANGE_PASSWORD,
                result=Result.REFUSED,
                object_type="user",
                object_id=actor.user_id,
                details={"reason": refusal.code},
            )


def refuse_weak(password: str, has_second_factor: bool, words: Sequence[str]) -> None:
    """Return if a password may be chosen.

    Args:
        has_second_factor: whether a code is asked for as well.
        words: the person's name and e-mail address and the workspace's name.

    Raises:
        UserError: ``password_`` and a :class:`PasswordProblem`, e.g. ``password_too_short``.
    """
    problem = check_password(password, has_second_factor, words).problem
    if problem is None:
        return
    shortest = shortest_length(has_second_factor)
    message = _MESSAGES.get(problem, f"A password needs at least {shortest} characters here.")
    raise UserError(f"password_{problem.value}", message, _LONG_WORDS, shortest=shortest)


def _before_session(account: Account | None, place: Place) -> Actor:
    if account is None:
        return unknown_person(place, SignInType.PASSWORD)
    return account.actor(place, SignInType.PASSWORD)
