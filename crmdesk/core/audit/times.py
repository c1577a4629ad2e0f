"""From times to numbers of entries: the order of the log never goes back."""

from __future__ import annotations

from crmdesk.core.audit.index import AuditIndex
from crmdesk.core.db.engine import Tx

#: The time of each entry whose number it divides is remembered once it was read: every search
#: comes by some of them, and a histogram asks for hundreds of places.
_STEP = 4096
#: Places that are remembered: each change of a filter draws the same bars.
_MOST_PLACES = 4096
_TIMES, _PLACES = "audit_times", "audit_places"
_AT = "SELECT at_order FROM audit_events WHERE id >= ? ORDER BY id LIMIT 1"


def first_at(tx: Tx, index: AuditIndex, text: str) -> int:
    """The first entry whose time is at or after ``text``; one beyond the last if there is none."""
    if tx.writes:
        return _sought(tx, index, text, {})
    places: dict[str, int] = tx.cache.setdefault(_PLACES, {})
    known = places.get(text)
    if known is not None and index.first <= known <= index.last:
        return known
    found = _sought(tx, index, text, tx.cache.setdefault(_TIMES, {}))
    if found <= index.last:
        # Entries never change, and what comes is later: the place is the same for ever.
        if len(places) >= _MOST_PLACES:
            places.clear()
        places[text] = found
    return found


def _sought(tx: Tx, index: AuditIndex, text: str, times: dict[int, str]) -> int:
    low, high = index.first, index.last + 1
    execute = tx.driver.execute
    while low < high:
        middle = (low + high) // 2
        step = middle // _STEP * _STEP
        if low <= step:
            middle = step
        at = times.get(middle)
        if at is None:
            at = execute(_AT, (middle,)).fetchone()[0]
            if middle == step:
                times[middle] = at
        if at >= text:
            high = middle
        else:
            low = middle + 1
    return low
