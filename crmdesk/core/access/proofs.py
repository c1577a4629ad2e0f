"""Acts that take a two-factor code whatever the actor may do: the proof is spent with the act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.second_factor import SecondFactor, not_enrolled
from crmdesk.core.access.sessions import began_by_sso
from crmdesk.core.access.step_up import StepUpPurpose, spend_step_up
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.errors import SecondFactorRefused

_NEEDS = {
    StepUpPurpose.GRANT_SUPER_ADMIN: "Making somebody a Super Admin needs a two-factor code.",
    StepUpPurpose.REVOKE_SUPER_ADMIN: "Taking Super Admin away needs a two-factor code.",
    StepUpPurpose.RESET_TWO_FACTOR: "Resetting somebody's two-factor authentication needs a code "
    "of your own.",
    StepUpPurpose.NEW_RECOVERY_KEY: "A new recovery key needs a two-factor code.",
}


def person_binding(email: str) -> str:
    """What a code for an act upon a person is given for: this person."""
    return email.strip().lower()


class Proofs:
    """Asks for, spends and logs proofs that :meth:`TwoFactorService.step_up` made.

    Only a session begun by single sign-on does without. Who has no two-factor authentication
    sets it up first: a stranger at an unlocked screen, or with the password alone, must not make
    or unmake an administrator, take away a second factor or walk off with the workspace's key
    unnoticed.
    """

    def __init__(
        self, database: Database, audit_log: AuditLog, second_factor: SecondFactor
    ) -> None:
        self._database = database
        self._audit_log = audit_log
        self._second_factor = second_factor

    def needed(self, tx: Tx, actor: Actor) -> bool:
        """Whether the actor has to give a code."""
        return actor.user_id is not None and not began_by_sso(tx, actor)

    def spend(
        self, tx: Tx, actor: Actor, step_up_id: str | None, purpose: StepUpPurpose, binding: str
    ) -> None:
        """Use a proof up in the transaction of the act.

        Raises:
            SecondFactorRefused: ``not_enrolled``, ``code_missing``, ``step_up_invalid``.
        """
        if not self.needed(tx, actor):
            return
        if step_up_id is not None:
            spend_step_up(tx, actor, step_up_id, purpose, binding)
            return
        if not self._second_factor.is_enrolled(tx, actor.user_id or 0):
            raise not_enrolled()
        raise SecondFactorRefused(
            "code_missing",
            _NEEDS[purpose],
            "Enter the six digits that your authenticator app shows.",
        )

    @contextmanager
    def logged(self, actor: Actor, purpose: StepUpPurpose, email: str) -> Iterator[None]:
        """Log a refused proof after the transaction that it ended has been rolled back.

        Args:
            email: of the person whom the act is about.
        """
        try:
            yield
        except SecondFactorRefused as refusal:
            details = {"purpose": purpose.value, "reason": refusal.code, "email": email}
            with self._database.write() as tx:
                self._audit_log.log(
                    tx,
                    actor,
                    kinds.TWO_FACTOR_CODE_REFUSED,
                    result=Result.REFUSED,
                    object_type="user",
                    details=details,
                )
            raise
