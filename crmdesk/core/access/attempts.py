"""Counters of wrong passwords and codes, in the database and so shared by every process.

A counter is read, charged and stored in one write transaction, of which there is one at a time:
however many processes guess together, they share the few tries that :mod:`lockout` allows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from crmdesk.core.access import lockout
from crmdesk.core.access.lockout import Counter
from crmdesk.core.clock import optional_from_text, to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import attempt_counters

_NOTHING = timedelta(0)


def password_subject(user_id: int) -> str:
    """Whose passwords are counted."""
    return f"password:{user_id}"


def code_subject(user_id: int) -> str:
    """Whose two-factor codes are counted, wherever they are asked for."""
    return f"code:{user_id}"


def wait_until(tx: Tx, subject: str) -> datetime | None:
    """When the next try is taken, by the wall clock; None when one may be made now."""
    wait = lockout.wait_left(_load(tx, subject), tx.steady_now)
    return tx.now + wait if wait > _NOTHING else None


def charge(tx: Tx, subject: str) -> None:
    """Count a try as a wrong one. A right one is forgiven afterwards by :func:`forgive`."""
    counter = lockout.after_failure(_load(tx, subject), tx.steady_now)
    forgive(tx, subject)
    tx.execute(
        insert(attempt_counters).values(
            subject=subject,
            failures=counter.failures,
            window_started_at=_text(counter.window_started_at),
            last_failure_at=_text(counter.last_failure_at),
            blocked_until=_text(counter.blocked_until),
        )
    )


def forgive(tx: Tx, subject: str) -> None:
    """Forget every wrong try."""
    tx.execute(delete(attempt_counters).where(attempt_counters.c.subject == subject))


def tries_left(tx: Tx, subject: str) -> int:
    """How many tries may be made before there is a wait; 0 while there is one."""
    counter = _load(tx, subject)
    if lockout.wait_left(counter, tx.steady_now) > _NOTHING:
        return 0
    counted = lockout.after_failure(counter, tx.steady_now).failures - 1
    # Once the free tries are used up, each wait is followed by a single one.
    return max(lockout.FREE_FAILURES - counted, 1)


def _load(tx: Tx, subject: str) -> Counter:
    row = tx.execute(select(attempt_counters).where(attempt_counters.c.subject == subject)).first()
    if row is None:
        return Counter()
    return Counter(
        failures=row.failures,
        window_started_at=optional_from_text(row.window_started_at),
        last_failure_at=optional_from_text(row.last_failure_at),
        blocked_until=optional_from_text(row.blocked_until),
    )


def _text(at: datetime | None) -> str | None:
    return None if at is None else to_text(at)
