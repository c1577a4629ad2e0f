"""Accounts as sign-in needs them, and the check of their passwords."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from crmdesk.core.access import attempts, keys, passwords
from crmdesk.core.access.actor import Actor, ActorKind, Place, SignInType
from crmdesk.core.access.keys import KeyPurpose
from crmdesk.core.access.recovery_codes import hash_recovery_code
from crmdesk.core.access.waiting import in_words
from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import one_time_codes, users
from crmdesk.core.errors import NotSignedIn

_UNKNOWN = "unknown user"
# Enough that two names rarely share a counter, few enough that no name can be read from one.
_UNKNOWN_COUNTERS = 1024


@dataclass(frozen=True, slots=True)
class Account:
    """One user, at the moment of the transaction that read it.

    Attributes:
        password_hash: None for a user who has not chosen a password yet.
        one_time_hash: of a code that has not lapsed and lets the user choose one.
    """

    user_id: int
    email: str
    full_name: str
    is_active: bool
    password_hash: str | None = field(repr=False)
    one_time_hash: bytes | None = field(repr=False)

    def actor(self, place: Place, via: SignInType) -> Actor:
        """The person before there is a session, for the log."""
        return Actor(
            ActorKind.USER, self.user_id, self.email, self.full_name, None, via.value, place
        )

    def is_one_time_code(self, typed: str) -> bool:
        """Whether a text is the one-time code this user was given."""
        if self.one_time_hash is None:
            return False
        return hmac.compare_digest(self.one_time_hash, hash_recovery_code(typed))


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that has been counted already.

    Attributes:
        account: whose it is; None for a name that nobody has.
        subject: the counter it was charged to.
        refusal: set when it must not be made now.
    """

    account: Account | None
    subject: str
    refusal: NotSignedIn | None


class PasswordCheck:
    """Counts tries before they are made, so that no number of processes can make more of them.

    A password takes a fifth of a second to check, which is too long to hold the one write lock.
    So a try is charged as if it were wrong, checked without the lock, and forgiven if right.

    Args:
        workspace_key: 32 bytes; a key for counting unknown names is derived from it.
    """

    def __init__(self, workspace_key: bytes) -> None:
        self._key = keys.derive(workspace_key, KeyPurpose.UNKNOWN_NAMES)

    def charge(self, tx: Tx, account: Account | None, email: str) -> Attempt:
        """Count a try by somebody who says to be ``account``, or nobody known."""
        if account is None:
            subject = self._unknown_subject(email)
        else:
            subject = attempts.password_subject(account.user_id)
        until = attempts.wait_until(tx, subject)
        if until is not None:
            return Attempt(account, subject, _wait(tx.now, until))
        attempts.charge(tx, subject)
        return Attempt(account, subject, None)

    def is_right(self, account: Account | None, password: str) -> bool:
        """Whether it is the account's password; takes as long when there is no account."""
        if account is None or account.password_hash is None:
            return passwords.verify_unknown(password)
        return passwords.verify_password(account.password_hash, password)

    def _unknown_subject(self, email: str) -> str:
        """A counter for a name that nobody has.

        Without one, a name that never has to wait would be known to have no account. The name
        itself may be a password typed into the wrong field, and is not kept: a keyed hash puts
        it into one of a few counters, which nobody without the key can work out.
        """
        digest = keys.mac(self._key, email.strip().lower().encode("utf-8", "surrogatepass"))
        return f"unknown:{int.from_bytes(digest[:4], 'big') % _UNKNOWN_COUNTERS}"


def find_account(tx: Tx, email: str) -> Account | None:
    """The user with an e-mail address, however its letters are written."""
    # A broken terminal sends half characters, which no database takes and no address has.
    plain = email.strip().encode("utf-8", "replace").decode("utf-8")
    user_id = tx.scalar(
        select(users.c.id).where(
            func.lower(users.c.email) == func.lower(plain), users.c.removed_at.is_(None)
        )
    )
    return None if user_id is None else read_account(tx, user_id)


def read_account(tx: Tx, user_id: int) -> Account | None:
    """The user with an id, unless removed."""
    row = tx.execute(
        select(users, one_time_codes.c.code_hash, one_time_codes.c.expires_at)
        .outerjoin(one_time_codes, one_time_codes.c.user_id == users.c.id)
        .where(users.c.id == user_id, users.c.removed_at.is_(None))
    ).first()
    if row is None:
        return None
    has_code = row.code_hash is not None and from_text(row.expires_at) > tx.steady_now
    return Account(
        user_id=row.id,
        email=row.email,
        full_name=row.full_name,
        is_active=bool(row.active),
        password_hash=row.password_hash,
        one_time_hash=row.code_hash if has_code else None,
    )


def unknown_person(place: Place, via: SignInType) -> Actor:
    """Whoever typed a name that nobody has; what was typed is not kept."""
    return Actor(ActorKind.UNKNOWN, full_name=_UNKNOWN, sign_in_type=via.value, place=place)


def credentials_wrong() -> NotSignedIn:
    """The same answer for an unknown name and a wrong password."""
    return NotSignedIn(
        "credentials_wrong",
        "The e-mail address or the password is wrong.",
        "Check both; capital letters count in the password.",
    )


def _wait(now: datetime, until: datetime) -> NotSignedIn:
    return NotSignedIn(
        "wait",
        f"Too many failed sign-ins. The next one is possible in {in_words(until - now)}.",
        "Nothing is blocked for good; the wait is kept even if CRM Desk is restarted.",
        until=until,
    )
