"""Two-factor authentication: setting it up, taking it away, and asking for a code again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from crmdesk.core.access import attempts, totp
from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.proofs import Proofs, person_binding
from crmdesk.core.access.second_factor import CodeCheck, SecondFactor
from crmdesk.core.access.sessions import began_by_sso, end_sessions
from crmdesk.core.access.step_up import StepUpPurpose, record_step_up, spend_step_up
from crmdesk.core.access.user import User, read_user
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import optional_from_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import users, workspace
from crmdesk.core.errors import NotSignedIn, SecondFactorRefused, UserError
from crmdesk.core.notify.inbox import Inbox, NotificationKind

__all__ = [
    "Attempts",
    "Enrolment",
    "StepUpPurpose",
    "TwoFactorService",
    "TwoFactorStatus",
    "spend_step_up",
]
_SSO = "sso"


@dataclass(frozen=True, slots=True)
class TwoFactorStatus:
    """Whether a user has two-factor authentication."""

    enrolled: bool
    since: datetime | None
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs.

    Attributes:
        secret: in base 32, to type in.
        uri: the ``otpauth://`` address for a QR code; it holds the secret.
    """

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many codes may be tried now.

    Attributes:
        left: tries before there is a wait; 0 while there is one.
        wait_until: when the next one is taken; None when one may be made now.
    """

    left: int
    wait_until: datetime | None


class TwoFactorService:
    """A person's own two-factor authentication."""

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        second_factor: SecondFactor,
        inbox: Inbox,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._second_factor = second_factor
        self._inbox = inbox
        self._proofs = Proofs(database, audit_log, second_factor)

    def status(self, actor: Actor) -> TwoFactorStatus:
        """Whether the actor has it, since when, and how many recovery codes are unused."""
        user_id = self._require(actor)
        with self._database.read() as tx:
            since = tx.scalar(select(users.c.totp_confirmed_at).where(users.c.id == user_id))
            left = self._second_factor.recovery_codes_left(tx, user_id)
        return TwoFactorStatus(since is not None, optional_from_text(since), left)

    def attempts(self, actor: Actor) -> Attempts:
        """How many codes the actor may try now."""
        subject = attempts.code_subject(self._require(actor))
        with self._database.read() as tx:
            until = attempts.wait_until(tx, subject)
            return Attempts(attempts.tries_left(tx, subject), until)

    def begin_enrolment(self, actor: Actor) -> Enrolment:
        """Make a secret; it counts once :meth:`confirm_enrolment` has seen a code of it.

        Raises:
            UserError: ``two_factor_on``, there is one already.
        """
        user_id = self._require(actor)
        with self._database.write() as tx:
            if self._second_factor.is_enrolled(tx, user_id):
                raise _already_on()
            secret = self._second_factor.propose(tx, user_id)
            name = tx.scalar(select(workspace.c.name))
        return Enrolment(secret, totp.provisioning_uri(secret, actor.email, f"CRM Desk ({name})"))

    def confirm_enrolment(self, actor: Actor, code: str) -> tuple[str, ...]:
        """Switch it on, and return ten recovery codes to be shown once.

        Raises:
            SecondFactorRefused: ``code_wrong`` with ``left``, ``wait`` with ``until``.
            UserError: ``two_factor_on``, ``two_factor_not_begun``.
        """
        user_id = self._require(actor)
        codes: tuple[str, ...] = ()
        with self._database.write() as tx:
            self._refuse_unless_begun(tx, user_id)
            refusal = self._second_factor.confirm(tx, user_id, code)
            if refusal is None:
                codes = self._second_factor.renew_recovery_codes(tx, user_id)
                self._audit_log.log(
                    tx, actor, kinds.ADD_TWO_FACTOR, object_type="user", object_id=user_id
                )
            else:
                self._log_code(tx, actor, "enrolment", CodeCheck(None, refusal))
        if refusal is not None:
            raise refusal
        return codes

    def renew_recovery_codes(self, actor: Actor, code: str | None) -> tuple[str, ...]:
        """Put ten new recovery codes in place of the old ones.

        Raises:
            SecondFactorRefused: as :meth:`step_up`.
        """
        user_id = self._require(actor)
        codes: tuple[str, ...] = ()
        with self._database.write() as tx:
            check = self._second_factor.check(tx, user_id, code)
            self._log_code(tx, actor, "new_recovery_codes", check)
            if check.refusal is None:
                codes = self._second_factor.renew_recovery_codes(tx, user_id)
        if check.refusal is not None:
            raise check.refusal
        return codes

    def remove(self, actor: Actor, code: str | None) -> None:
        """Switch it off for the actor; their other sessions end.

        A password that is too short to stand alone is replaced at the next sign-in.

        Args:
            code: six digits or a recovery code; not asked for in a session begun by SSO.

        Raises:
            SecondFactorRefused: as :meth:`step_up`.
        """
        user_id = self._require(actor)
        with self._database.write() as tx:
            check = self._prove(tx, actor, user_id, code)
            if check.refusal is None:
                self._second_factor.forget(tx, user_id)
                end_sessions(tx, user_id, but=actor.session_id)
                self._audit_log.log(
                    tx,
                    actor,
                    kinds.REMOVE_TWO_FACTOR,
                    object_type="user",
                    object_id=user_id,
                    details={"method": check.method},
                )
            else:
                self._log_code(tx, actor, StepUpPurpose.REMOVE_TWO_FACTOR.value, check)
        if check.refusal is not None:
            raise check.refusal

    def reset(self, actor: Actor, email: str, step_up_id: str | None) -> None:
        """Switch it off for somebody who lost phone and recovery codes; their sessions end.

        They are told, and sign in with the password alone until they set it up anew.

        Args:
            email: of another user; one's own is switched off by :meth:`remove`.
            step_up_id: proof for ``RESET_TWO_FACTOR``, bound to :func:`person_binding`.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            UserError: ``user_unknown``, ``two_factor_own``, ``two_factor_off``.
            SecondFactorRefused: ``code_missing``, ``step_up_invalid``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        purpose = StepUpPurpose.RESET_TWO_FACTOR
        with self._proofs.logged(actor, purpose, email), self._database.write() as tx:
            person = read_user(tx, email)
            self._refuse_reset(tx, actor, person)
            self._proofs.spend(tx, actor, step_up_id, purpose, person_binding(email))
            self._second_factor.forget(tx, person.id)
            end_sessions(tx, person.id)
            self._inbox.notify(
                tx,
                (person.id,),
                NotificationKind.TWO_FACTOR_RESET,
                {"by": actor.full_name},
                link="settings/security.own_two_factor",
            )
            self._audit_log.log(
                tx,
                actor,
                kinds.RESET_TWO_FACTOR,
                object_type="user",
                object_id=person.id,
                details={"email": person.email, "name": person.name},
            )

    def step_up(self, actor: Actor, purpose: StepUpPurpose, binding: str, code: str | None) -> str:
        """Prove once more who acts, for one act within five minutes; returns the proof's id.

        Args:
            purpose: what for.
            binding: exactly which act, e.g. a plan's hash: the proof is good for no other.
            code: six digits or a recovery code; not asked for in a session begun by SSO.

        Raises:
            SecondFactorRefused: ``not_enrolled``, ``code_missing``, ``code_wrong`` with ``left``
                (and ``drift_seconds`` where a clock is wrong), ``wait`` with ``until``.
        """
        user_id = self._require(actor)
        step_up_id = ""
        with self._database.write() as tx:
            check = self._prove(tx, actor, user_id, code)
            self._log_code(tx, actor, purpose.value, check)
            if check.method is not None:
                step_up_id = record_step_up(tx, actor, purpose, binding, check.method)
        if check.refusal is not None:
            raise check.refusal
        return step_up_id

    # -- within ------------------------------------------------------------------------------
    def _require(self, actor: Actor) -> int:
        self._guard.require(actor, Permission.SIGNED_IN)
        if actor.user_id is None:
            raise NotSignedIn("not_signed_in", "Nobody is signed in.", "Sign in first.")
        return actor.user_id

    def _prove(self, tx: Tx, actor: Actor, user_id: int, code: str | None) -> CodeCheck:
        if began_by_sso(tx, actor):
            return CodeCheck(_SSO, None)
        return self._second_factor.check(tx, user_id, code)

    def _refuse_reset(self, tx: Tx, actor: Actor, person: User) -> None:
        if person.id == actor.user_id:
            raise UserError(
                "two_factor_own",
                "One's own two-factor authentication is removed with a code, not reset.",
                "Run `crmdesk two-factor remove` first.",
            )
        if not self._second_factor.is_enrolled(tx, person.id):
            raise UserError(
                "two_factor_off",
                f"{person.name} has no two-factor authentication.",
                "There is nothing to reset.",
            )

    def _refuse_unless_begun(self, tx: Tx, user_id: int) -> None:
        if self._second_factor.is_enrolled(tx, user_id):
            raise _already_on()
        if tx.scalar(select(users.c.totp_secret).where(users.c.id == user_id)) is None:
            raise UserError(
                "two_factor_not_begun",
                "There is no secret to confirm yet.",
                "Run `crmdesk two-factor enrol` first.",
            )

    def _log_code(self, tx: Tx, actor: Actor, purpose: str, check: CodeCheck) -> None:
        """Log a code that was taken or refused; one that was not given is asked for again."""
        details = {"purpose": purpose, "method": check.method}
        if check.refusal is None:
            self._audit_log.log(
                tx,
                actor,
                kinds.TWO_FACTOR_CODE_ACCEPTED,
                object_type="user",
                object_id=actor.user_id,
                details=details,
            )
        elif _is_a_try(check.refusal):
            details["reason"] = check.refusal.code
            self._audit_log.log(
                tx,
                actor,
                kinds.TWO_FACTOR_CODE_REFUSED,
                result=Result.REFUSED,
                object_type="user",
                object_id=actor.user_id,
                details=details,
            )


def _is_a_try(refusal: SecondFactorRefused) -> bool:
    return refusal.code in ("code_wrong", "wait")


def _already_on() -> UserError:
    return UserError(
        "two_factor_on",
        "Two-factor authentication is set up already.",
        "Remove it first to set it up anew; that takes a code.",
    )
