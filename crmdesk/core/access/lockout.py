"""How long somebody has to wait after wrong passwords or codes. Pure: the caller keeps the counter.

Five wrong tries are free. From then on each one makes the next wait twice as long, from thirty
seconds to one hour, and never longer: whoever knows the password is never locked out for good.
Each hour without a wrong try forgives one of them, and a right one forgives all. Guessing without
pause therefore gets about thirty tries on the first day and twenty-four on each later one, which
at three valid codes of six digits is a chance below one in ten thousand a day. A count that began
anew each quarter of an hour would allow four hundred.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_FAILURES = 5
SHORTEST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
FORGIVEN_AFTER = timedelta(hours=1)
_NOTHING = timedelta(0)
# 30 s doubled seven times passes the hour; more doublings would only make large numbers.
_MOST_DOUBLINGS = 7


@dataclass(frozen=True, slots=True)
class Counter:
    """The wrong tries that count at present.

    Attributes:
        failures: how many of them are not forgiven yet.
        window_started_at: when the first of this run of failures happened.
        last_failure_at: when the last one happened.
        blocked_until: no try is taken before this time; None when none is held up.
    """

    failures: int = 0
    window_started_at: datetime | None = None
    last_failure_at: datetime | None = None
    blocked_until: datetime | None = None


def after_failure(counter: Counter, now: datetime) -> Counter:
    """Count one more wrong try.

    Args:
        counter: what was kept for this person and this kind of secret.
        now: a time that never goes back; if it did all the same, the last failure's time counts.
    """
    now = max(now, counter.last_failure_at or now)
    kept = _unforgiven(counter, now)
    failures = kept + 1
    wait = _wait_after(failures)
    return Counter(
        failures=failures,
        window_started_at=counter.window_started_at if kept else now,
        last_failure_at=now,
        blocked_until=now + wait if wait else None,
    )


def wait_left(counter: Counter, now: datetime) -> timedelta:
    """How long no try is taken from now on; zero when one may be made.

    Never more than the longest wait, even when the clock was set back by years.
    """
    if counter.blocked_until is None:
        return _NOTHING
    return min(max(counter.blocked_until - now, _NOTHING), LONGEST_WAIT)


def _unforgiven(counter: Counter, now: datetime) -> int:
    if counter.last_failure_at is None:
        return 0
    forgiven = (now - counter.last_failure_at) // FORGIVEN_AFTER
    return max(counter.failures - forgiven, 0)


def _wait_after(failures: int) -> timedelta:
    if failures < FREE_FAILURES:
        return _NOTHING
    doublings = min(failures - FREE_FAILURES, _MOST_DOUBLINGS)
    return min(SHORTEST_WAIT * (1 << doublings), LONGEST_WAIT)
