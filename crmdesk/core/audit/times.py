"""From times to numbers of entries: the order of the log never goes back."""

from __future__ import annotations

from crmdesk.core.audit.index import AuditIndex
from crmdesk.core.db.engine import Tx

#: The time of each entry whose number it divides is remembered once it was read: every search
#: comes by some of them, and a histogram asks for hundreds of places.
_STEP = 4096
_CACHE_KEY = "audit_times"
_AT = "SELECT at_order FROM audit_events WHERE id >= ? ORDER BY id LIMIT 1"


def first_at(tx: Tx, index: AuditIndex, text: str, low: int = 0) -> int:
    """The first entry whose time is at or after ``text``; one beyond the last if there is none.

    Args:
        low: an entry that is known to come no later than the answer.
    """
    low, high = max(low, index.first), index.last + 1
    known: dict[int, str] = {} if tx.writes else tx.cache.setdefault(_CACHE_KEY, {})
    while low < high:
        middle = (low + high) // 2
        step = middle // _STEP * _STEP
        if low <= step:
            middle = step
        at = known.get(middle)
        if at is None:
            at = tx.sql(_AT, (middle,)).fetchone()[0]
            if middle == step:
                # Entries never change, so that whoever comes with an older snapshot may have it.
                known[middle] = at
        if at >= text:
            high = middle
        else:
            low = middle + 1
    return low
