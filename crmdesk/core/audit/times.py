"""From times to numbers of entries: the order of the log never goes back."""

from __future__ import annotations

from bisect import bisect_left

from crmdesk.core.audit.index import AuditIndex
from crmdesk.core.db.engine import Tx

#: Every so many entries the time is held in memory: a histogram asks for hundreds of places.
_STEP = 4096
_CACHE_KEY = "audit_times"
_AT = "SELECT at_order FROM audit_events WHERE id >= ? ORDER BY id LIMIT 1"


def first_at(tx: Tx, index: AuditIndex, text: str) -> int:
    """The first entry whose time is at or after ``text``; one beyond the last if there is none."""
    held = _held(tx, index)
    step = bisect_left(held, text)
    # The held times are those of entries whose numbers the step divides.
    low = max(index.first, (step - 1) * _STEP + 1)
    high = min(step * _STEP, index.last + 1) if step < len(held) else index.last + 1
    while low < high:
        middle = (low + high) // 2
        if tx.sql(_AT, (middle,)).fetchone()[0] >= text:
            high = middle
        else:
            low = middle + 1
    return low


def _held(tx: Tx, index: AuditIndex) -> list[str]:
    """The time of every 4,096th entry, from number 0 on; before the first, of the first."""
    held: list[str] = tx.cache.get(_CACHE_KEY, []) if not tx.writes else []
    wanted = index.last // _STEP + 1 if index.last else 0
    if len(held) < wanted:
        # Another list and not the same longer: a thread with an older state may be reading it.
        more = (tx.sql(_AT, (n * _STEP,)).fetchone()[0] for n in range(len(held), wanted))
        held = [*held, *more]
        if not tx.writes:
            tx.cache[_CACHE_KEY] = held
    return held
