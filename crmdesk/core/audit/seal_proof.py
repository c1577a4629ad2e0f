"""Takes a sealed block apart again: what is sealed is proven from the very bytes of the seal.

Were the entries read a second time to prove them, somebody could change the file in between.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crmdesk.core.audit.walk import Walk
from crmdesk.core.db.sqlite_audit import EntryBlock
from crmdesk.core.db.sqlite_seals import BLOCK, DIGEST_BYTES, ROW_BYTES, Segment, StoredBlock

_SALT_BYTES = 16
#: Places of columns in the list of an entry: its number, its time, and its time in order.
_ID, _AT, _AT_ORDER = range(3)
_DECODER = json.JSONDecoder()


def is_right(segment: Segment, walk: Walk) -> bool:
    """Whether each entry of a segment is right and follows the one before it.

    Args:
        walk: has the key, and is at the entry before the segment.
    """
    for place, stored in enumerate(segment.blocks):
        first = segment.first + place * BLOCK
        block = _entry_block(stored, first)
        if block is None or not walk.follows(block, first + BLOCK - 1):
            return False
    return True


def _entry_block(stored: StoredBlock, first: int) -> EntryBlock | None:
    """The entries of a block, as they are proven; ``None`` where they cannot be told apart."""
    try:
        lists = list(_lists(stored.cells.decode("utf-8")))
        orders = tuple([row[_AT_ORDER].encode() for _, row in lists])
        in_time = tuple([row[_AT].encode() <= row[_AT_ORDER].encode() for _, row in lists])
    except (ValueError, AttributeError):
        return None
    if [row[_ID] for _, row in lists] != list(range(first, first + BLOCK)):
        return None
    return EntryBlock(
        salted=_salted(stored, first),
        orders=orders,
        in_time=in_time,
        digests=_column(stored, 0),
        previous_hashes=_column(stored, 1),
        hashes=_column(stored, 2),
        macs=_column(stored, 3),
        plain=tuple([text.encode() for text, _ in lists]),
    )


def _lists(cells: str) -> Iterator[tuple[str, list[Any]]]:
    """JSON lists that stand one after the other, as they stand and what they hold."""
    start = 0
    while start < len(cells):
        row, end = _DECODER.raw_decode(cells, start)
        yield cells[start:end], row
        start = end


def _column(stored: StoredBlock, place: int) -> tuple[bytes, ...]:
    """One of the four digests of each entry."""
    starts = range(place * DIGEST_BYTES, len(stored.digests), ROW_BYTES)
    return tuple([stored.digests[start : start + DIGEST_BYTES] for start in starts])


def _salted(stored: StoredBlock, first: int) -> list[bytes | None]:
    """Salt and payload of each entry; ``None`` where they are erased."""
    erased = {int(each.split(b" ")[0]) for each in stored.erasures.split(b"\0") if each}
    salts = range(0, len(stored.salts), _SALT_BYTES)
    kept = iter(
        [
            stored.salts[start : start + _SALT_BYTES] + payload
            for start, payload in zip(salts, stored.payloads.split(b"\0"), strict=False)
        ]
    )
    return [
        None if number in erased else next(kept, None) for number in range(first, first + BLOCK)
    ]
