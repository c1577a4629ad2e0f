"""Checks codes of an authenticator app, and recovery codes, against what the database holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from crmdesk.core.access import attempts, keys, totp
from crmdesk.core.access.keys import KeyPurpose
from crmdesk.core.access.recovery_codes import (
    hash_recovery_code,
    looks_like_recovery_code,
    matching_hash,
    new_recovery_codes,
)
from crmdesk.core.access.totp import ClockDrift
from crmdesk.core.access.waiting import in_words
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import recovery_codes, users
from crmdesk.core.errors import SecondFactorRefused

CODE = "code"
RECOVERY_CODE = "recovery_code"


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """What came of a code.

    Attributes:
        method: ``code`` or ``recovery_code`` when it was right, else None.
        refusal: why it was not taken. It is raised only after the transaction has committed:
            raising it inside would forget that the try was made.
    """

    method: str | None
    refusal: SecondFactorRefused | None


class SecondFactor:
    """A person's secret and recovery codes.

    Args:
        workspace_key: 32 bytes; the key that hides the secrets is derived from it.
    """

    def __init__(self, workspace_key: bytes) -> None:
        self._key = keys.derive(workspace_key, KeyPurpose.DATABASE_SECRETS)

    def is_enrolled(self, tx: Tx, user_id: int) -> bool:
        """Whether a user has confirmed an authenticator app."""
        found = tx.scalar(select(users.c.totp_confirmed_at).where(users.c.id == user_id))
        return found is not None

    def check(self, tx: Tx, user_id: int, typed: str | None) -> CodeCheck:
        """Take or refuse a code; what is found is written in the same transaction.

        Args:
            tx: a write transaction, which the caller commits whatever the answer.
            typed: six digits, or a recovery code; blank is refused without counting.
        """
        if not self.is_enrolled(tx, user_id):
            return CodeCheck(None, not_enrolled())
        if typed is None or not typed.strip():
            return CodeCheck(None, _missing())
        subject = attempts.code_subject(user_id)
        until = attempts.wait_until(tx, subject)
        if until is not None:
            return CodeCheck(None, wait_refusal(tx.now, until))
        method = self._matched(tx, user_id, typed)
        if method is not None:
            attempts.forgive(tx, subject)
            return CodeCheck(method, None)
        attempts.charge(tx, subject)
        drift = self._drift(tx, user_id, typed)
        return CodeCheck(None, _wrong(attempts.tries_left(tx, subject), drift))

    def propose(self, tx: Tx, user_id: int) -> str:
        """Make a new secret that waits to be confirmed, and return it."""
        secret = totp.new_secret()
        hidden = keys.encrypt(self._key, secret.encode("ascii"), _belongs_to(user_id))
        _set(tx, user_id, totp_secret=hidden, totp_confirmed_at=None, totp_last_step=None)
        return secret

    def confirm(self, tx: Tx, user_id: int, typed: str) -> SecondFactorRefused | None:
        """Confirm a proposed secret by its first code; returns why not, if not."""
        subject = attempts.code_subject(user_id)
        until = attempts.wait_until(tx, subject)
        if until is not None:
            return wait_refusal(tx.now, until)
        if self._matched_app(tx, user_id, typed):
            attempts.forgive(tx, subject)
            _set(tx, user_id, totp_confirmed_at=tx.now_text)
            return None
        attempts.charge(tx, subject)
        drift = self._drift(tx, user_id, typed)
        return _wrong(attempts.tries_left(tx, subject), drift)

    def renew_recovery_codes(self, tx: Tx, user_id: int) -> tuple[str, ...]:
        """Put ten new recovery codes in place of the old ones."""
        codes = new_recovery_codes()
        tx.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
        rows = [{"user_id": user_id, "code_hash": hash_recovery_code(code)} for code in codes]
        tx.execute(insert(recovery_codes), rows)
        return codes

    def forget(self, tx: Tx, user_id: int) -> None:
        """Remove secret and recovery codes."""
        tx.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
        _set(tx, user_id, totp_secret=None, totp_confirmed_at=None, totp_last_step=None)

    def recovery_codes_left(self, tx: Tx, user_id: int) -> int:
        """How many recovery codes are unused."""
        return int(
            tx.scalar(
                select(func.count())
                .select_from(recovery_codes)
                .where(recovery_codes.c.user_id == user_id, recovery_codes.c.used_at.is_(None))
            )
        )

    def _matched(self, tx: Tx, user_id: int, typed: str) -> str | None:
        if looks_like_recovery_code(typed):
            return RECOVERY_CODE if _use_recovery_code(tx, user_id, typed) else None
        return CODE if self._matched_app(tx, user_id, typed) else None

    def _matched_app(self, tx: Tx, user_id: int, typed: str) -> bool:
        row = _row(tx, user_id)
        if row.totp_secret is None:
            return False
        step = totp.match_step(self._secret(row), typed, tx.now, row.totp_last_step)
        if step is None:
            return False
        _set(tx, user_id, totp_last_step=step)
        return True

    def _drift(self, tx: Tx, user_id: int, typed: str) -> ClockDrift | None:
        row = _row(tx, user_id)
        if row.totp_secret is None or looks_like_recovery_code(typed):
            return None
        last = row.totp_last_step
        drift = totp.clock_drift_hint(self._secret(row), typed, tx.now, last)
        if drift is not None:
            # The hint says that this code is right at another time: it must never be taken then.
            _set(tx, user_id, totp_last_step=max(drift.step, last or 0))
        return drift

    def _secret(self, row: Row[Any]) -> str:
        return keys.decrypt(self._key, row.totp_secret, _belongs_to(row.id)).decode("ascii")


def wait_refusal(now: datetime, until: datetime) -> SecondFactorRefused:
    """No code is taken for a while."""
    return SecondFactorRefused(
        "wait",
        f"Too many wrong codes. The next one is taken in {in_words(until - now)}.",
        "Nothing is blocked for good; the wait is kept even if CRM Desk is restarted.",
        until=until,
    )


def _use_recovery_code(tx: Tx, user_id: int, typed: str) -> bool:
    unused = tx.execute(
        select(recovery_codes.c.code_hash).where(
            recovery_codes.c.user_id == user_id, recovery_codes.c.used_at.is_(None)
        )
    ).scalars()
    found = matching_hash(typed, list(unused))
    if found is None:
        return False
    tx.execute(
        update(recovery_codes)
        .where(recovery_codes.c.user_id == user_id, recovery_codes.c.code_hash == found)
        .values(used_at=tx.now_text)
    )
    return True


def _row(tx: Tx, user_id: int) -> Row[Any]:
    return tx.execute(
        select(users.c.id, users.c.totp_secret, users.c.totp_last_step).where(users.c.id == user_id)
    ).one()


def _set(tx: Tx, user_id: int, **values: object) -> None:
    tx.execute(update(users).where(users.c.id == user_id).values(**values))


def _belongs_to(user_id: int) -> bytes:
    return f"totp/{user_id}".encode("ascii")


def not_enrolled() -> SecondFactorRefused:
    """Something needs two-factor authentication, and the person has none."""
    return SecondFactorRefused(
        "not_enrolled",
        "This needs two-factor authentication, which is not set up for you yet.",
        "Set it up first: run `crmdesk two-factor enrol`.",
    )


def _missing() -> SecondFactorRefused:
    return SecondFactorRefused(
        "code_missing",
        "A two-factor code is needed.",
        "Enter the six digits that your authenticator app shows, or a recovery code.",
    )


def _wrong(left: int, drift: ClockDrift | None) -> SecondFactorRefused:
    if drift is None:
        message = "The two-factor code is wrong, or it was used before."
        hint = "Wait for the next code of your authenticator app and enter that."
        seconds = None
    else:
        seconds = drift.seconds
        way = "ahead of" if drift.seconds > 0 else "behind"
        message = (
            f"The code belongs to another time: the clock of your authenticator seems "
            f"{abs(drift.seconds)} seconds {way} this computer's."
        )
        hint = "Let both set their time automatically, then enter a new code."
    return SecondFactorRefused("code_wrong", message, hint, left=left, drift_seconds=seconds)
