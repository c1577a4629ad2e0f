"""Signing in, resuming, locking and signing out."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import update

from crmdesk.core.access import attempts, passwords
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
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.second_factor import RECOVERY_CODE, SecondFactor
from crmdesk.core.access.sessions import (
    Session,
    SignedIn,
    actor_of,
    end_session,
    is_due,
    mark_locked,
    mark_seen,
    mark_unlocked,
    session_by_token,
    session_of,
    start_session,
)
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import users
from crmdesk.core.errors import Busy, NotSignedIn, SecondFactorRefused, UserError
from crmdesk.core.reserve import cures_a_full_disk

_SEEN_WAITS_SECONDS = 0.25


class SignInService:
    """Begins and ends sessions.

    A refusal is logged like everything else, but for a code that was not given: windows ask for
    it in a second call, and each sign-in would otherwise be logged as failed first.
    """

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

    @cures_a_full_disk
    def sign_in(
        self,
        email: str,
        password: str,
        code: str | None,
        place: Place,
        via: SignInType = SignInType.PASSWORD,
    ) -> SignedIn:
        """Begin a session.

        Args:
            code: six digits or a recovery code, where the user has two-factor authentication.
            via: ``PASSWORD`` or ``COMMAND_LINE``; the session's type also tells of the code.

        Raises:
            NotSignedIn: ``credentials_wrong``; ``wait`` with ``until``; ``not_active``;
                ``password_to_set``, it was a one-time code, or a password that is too short to
                stand alone: let the person choose another one with it.
            SecondFactorRefused: ``code_missing``, ``code_wrong`` with ``left``, ``wait``.
        """
        with self._database.admit() as tx:
            attempt = self._passwords.charge(tx, find_account(tx, email), email)
            if attempt.refusal is not None:
                self._log_failed(tx, _person(attempt.account, place, via), attempt.refusal)
        if attempt.refusal is not None:
            raise attempt.refusal
        is_right = self._passwords.is_right(attempt.account, password)
        renewed = _renewed_hash(attempt.account, password) if is_right else None
        with self._database.admit() as tx:
            outcome = self._admit(tx, attempt, password, is_right, code, place, via)
            if isinstance(outcome, SignedIn):
                _keep_hash(tx, attempt, renewed)
            else:
                self._log_failed(tx, _person(attempt.account, place, via), outcome)
        if isinstance(outcome, UserError):
            raise outcome
        return outcome

    @cures_a_full_disk
    def resume(self, token: str, place: Place) -> Actor:
        """Go on with a session whose token was remembered.

        Raises:
            NotSignedIn: ``session_ended`` for an unknown, ended or too old one,
                ``session_locked`` for one that only its password wakes.
        """
        with self._database.read() as tx:
            session = session_by_token(tx, token)
            via = SignInType.REMEMBERED
            if session is not None and session.sign_in_type is SignInType.COMMAND_LINE:
                via = SignInType.COMMAND_LINE
            actor = None if session is None else actor_of(tx, session, place, via)
        if session is None or actor is None:
            raise _ended()
        if session.is_locked and session.can_be_unlocked:
            raise _locked()
        if not session.is_usable:
            raise _ended()
        self._note_resumed(session, actor)
        return actor

    def is_usable(self, token: str) -> bool:
        """Whether a remembered token would do right now; nothing is written down."""
        with self._database.read() as tx:
            session = session_by_token(tx, token)
        return session is not None and session.is_usable

    def sign_out(self, actor: Actor) -> None:
        """End the actor's session, locked or not; one that has ended stays so.

        Raises:
            NotSignedIn: the actor has no session.
        """
        with self._database.admit() as tx:
            session = _own_session(tx, actor)
            if not session.has_ended:
                end_session(tx, session.id)
                self._audit_log.log(tx, actor, kinds.LOGOUT)

    def lock(self, actor: Actor) -> None:
        """Let nobody use the session until its user's password is given.

        It also locks a session that has been idle too long to act, which is when windows do it.

        Raises:
            NotSignedIn: the actor has no session, or it has ended.
        """
        with self._database.admit() as tx:
            session = _own_session(tx, actor)
            if not session.can_be_unlocked:
                raise _ended()
            if not session.is_locked:
                mark_locked(tx, session.id)
                self._audit_log.log(tx, actor, kinds.SESSION_LOCKED)

    @cures_a_full_disk
    def unlock(self, actor: Actor, password: str) -> None:
        """Wake a locked or idle session.

        Raises:
            NotSignedIn: ``credentials_wrong``, ``wait`` with ``until``, ``session_ended``.
        """
        with self._database.admit() as tx:
            if not _own_session(tx, actor).can_be_unlocked:
                raise _ended()
            account = read_account(tx, actor.user_id or 0)
            attempt = self._passwords.charge(tx, account, actor.email)
            if attempt.refusal is not None:
                self._log_failed(tx, actor, attempt.refusal)
        if attempt.refusal is not None:
            raise attempt.refusal
        is_right = self._passwords.is_right(account, password)
        refusal = None
        with self._database.admit() as tx:
            session = _own_session(tx, actor)
            if not is_right or not _is_unchanged(tx, account):
                refusal = credentials_wrong()
                self._log_failed(tx, actor, refusal)
            elif not session.can_be_unlocked:
                refusal = _ended()
            else:
                attempts.forgive(tx, attempt.subject)
                mark_unlocked(tx, session.id)
                self._audit_log.log(tx, actor, kinds.SESSION_UNLOCKED)
        if refusal is not None:
            raise refusal

    def touch(self, actor: Actor) -> None:
        """Note that the person is there; writes once a minute at most.

        Raises:
            NotSignedIn: the session ended, or was idle too long.
        """
        self._guard.require(actor, Permission.SIGNED_IN)
        with self._database.read() as tx:
            session = session_of(tx, actor)
        if session is not None and is_due(session):
            with self._database.admit() as tx:
                mark_seen(tx, session.id)

    # -- within ------------------------------------------------------------------------------
    def _admit(
        self,
        tx: Tx,
        attempt: Attempt,
        password: str,
        is_right: bool,
        code: str | None,
        place: Place,
        via: SignInType,
    ) -> SignedIn | UserError:
        account = attempt.account
        if account is None or not is_right:
            if account is not None and account.is_one_time_code(password):
                attempts.forgive(tx, attempt.subject)
                return _password_to_set()
            return credentials_wrong()
        if not _is_unchanged(tx, account):
            return credentials_wrong()
        attempts.forgive(tx, attempt.subject)
        if not account.is_active:
            return _not_active()
        method = None
        if self._stands_alone_too_short(tx, account, password):
            return _password_too_short()
        if self._second_factor.is_enrolled(tx, account.user_id):
            check = self._second_factor.check(tx, account.user_id, code)
            if check.refusal is not None:
                return check.refusal
            method = check.method
        signed_in = start_session(
            tx, account.user_id, account.email, account.full_name, _type(via, method), place
        )
        details = {"second_factor": method}
        self._audit_log.log(tx, signed_in.actor, kinds.LOGIN_SUCCEEDED, details=details)
        return signed_in

    def _stands_alone_too_short(self, tx: Tx, account: Account, password: str) -> bool:
        """Whether the codes that made up for a short password are gone."""
        if self._second_factor.is_enrolled(tx, account.user_id):
            return False
        return passwords.is_too_short(password, has_second_factor=False)

    def _log_failed(self, tx: Tx, actor: Actor, reason: UserError) -> None:
        if reason.code in ("code_missing", "password_to_set"):
            return
        self._audit_log.log(
            tx,
            actor,
            kinds.LOGIN_FAILED,
            result=Result.REFUSED if reason.code == "wait" else Result.FAILED,
            details={
                "reason": reason.code,
                "second_factor": isinstance(reason, SecondFactorRefused),
            },
        )

    def _note_resumed(self, session: Session, actor: Actor) -> None:
        # Each command of the command line resumes its session: the first sign-in tells it all.
        is_new = session.sign_in_type is not SignInType.COMMAND_LINE
        if is_new:
            with self._database.admit() as tx:
                mark_seen(tx, session.id)
                self._audit_log.log(tx, actor, kinds.LOGIN_SUCCEEDED)
        elif is_due(session):
            # A command that only reads shall not fail because somebody else writes.
            patient = self._database.patient(_SEEN_WAITS_SECONDS)
            with suppress(Busy), patient, self._database.admit() as tx:
                mark_seen(tx, session.id)


def _person(account: Account | None, place: Place, via: SignInType) -> Actor:
    return unknown_person(place, via) if account is None else account.actor(place, via)


def _type(via: SignInType, method: str | None) -> SignInType:
    if method == RECOVERY_CODE:
        return SignInType.RECOVERY_CODE
    if via is SignInType.PASSWORD and method is not None:
        return SignInType.PASSWORD_AND_CODE
    return via


def _renewed_hash(account: Account | None, password: str) -> str | None:
    """A hash with today's parameters, where the kept one has older ones."""
    if account is None or account.password_hash is None:
        return None
    if not passwords.needs_rehash(account.password_hash):
        return None
    return passwords.hash_password(password)


def _keep_hash(tx: Tx, attempt: Attempt, renewed: str | None) -> None:
    if renewed is not None and attempt.account is not None:
        tx.execute(
            update(users).where(users.c.id == attempt.account.user_id).values(password_hash=renewed)
        )


def _is_unchanged(tx: Tx, account: Account | None) -> bool:
    """Whether the password that was just found right is still the account's."""
    if account is None:
        return False
    now = read_account(tx, account.user_id)
    return now is not None and now.password_hash == account.password_hash


def _own_session(tx: Tx, actor: Actor) -> Session:
    session = session_of(tx, actor)
    if session is None:
        raise NotSignedIn("not_signed_in", "Nobody is signed in.", "Sign in first.")
    return session


def _ended() -> NotSignedIn:
    return NotSignedIn("session_ended", "The session has ended.", "Sign in again.")


def _locked() -> NotSignedIn:
    return NotSignedIn("session_locked", "The session is locked.", "Sign in again.")


def _not_active() -> NotSignedIn:
    return NotSignedIn(
        "not_active", "This user is not active.", "Ask a Super Admin to reactivate it."
    )


def _password_too_short() -> NotSignedIn:
    shortest = passwords.shortest_length(False)
    return NotSignedIn(
        "password_to_set",
        f"Without two-factor authentication a password has at least {shortest} characters; "
        "choose a longer one first.",
        "Run `crmdesk password set EMAIL` and give the present one in place of the code.",
    )


def _password_to_set() -> NotSignedIn:
    return NotSignedIn(
        "password_to_set",
        "That was a one-time code; choose a password of your own first.",
        "Run `crmdesk password set EMAIL` and give the code.",
    )
