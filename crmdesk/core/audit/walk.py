"""Goes through a stretch of the audit log, from its first entry to the first bad one.

Who has the key goes by seals, which say that a thousand entries were proven before. Other blocks
are proven whole, which takes half the time; whatever is odd about one has each of its entries
looked at, so that number and reason of the first bad one are exact.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crmdesk.core.audit import chain
from crmdesk.core.audit.seals import Seals
from crmdesk.core.audit.verdict import Reason
from crmdesk.core.db import sqlite_audit
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_audit import ChainRow, EntryBlock
from crmdesk.core.db.sqlite_seals import SEGMENT

#: Entries; what is read of so many stays in a processor's own memory.
_BLOCK = 250
#: Takes the number of an entry up to which all was looked at; what it raises ends the walk.
Told = Callable[[int], object]


def nobody(_number: int) -> None:
    """Hears how far a walk is that nobody waits for."""


@dataclass(frozen=True, slots=True)
class Link:
    """What the next entry must follow.

    Attributes:
        number, hash: of the entry before it.
        order: that entry's ``at_order``, than which the next one's is no earlier.
    """

    number: int
    hash: bytes
    order: bytes


BEGINNING = Link(0, chain.FIRST, b"")


@dataclass(frozen=True, slots=True)
class Walked:
    """What was found in a stretch.

    Attributes:
        before: what its first entry was held against.
        last: the last entry that is right.
        erased: how many of them have no personal details any more.
        anchored: the highest entry that a signed head confirms; 0 for none.
        reason: what is wrong with the entry after ``last``; ``None`` at the end of the stretch.
        sealed: how many entries their seals prove.
        misfits: how many seals did not fit their entries, whatever these are.
    """

    before: Link
    last: Link
    erased: int
    anchored: int
    reason: Reason | None
    sealed: int = 0
    misfits: int = 0


class Walk:
    """Goes through entries that follow one another.

    Args:
        connection: from :func:`open_for_verification
            <crmdesk.core.db.sqlite_audit.open_for_verification>`.
        mac_key: ``None`` looks at no MAC and no seal.
        anchors: the hash that each signed entry must have.
        before: the entry before the first one.
        told: hears how far it is, after each block.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        mac_key: bytes | None,
        anchors: Mapping[int, bytes],
        before: Link = BEGINNING,
        told: Told = nobody,
    ) -> None:
        self._connection = connection
        self._mac = None if mac_key is None else chain.EntryMac(mac_key)
        self._seals = None if mac_key is None else Seals(connection, mac_key)
        self._anchors = anchors
        self._signed = sorted(anchors)
        self._told = told
        self._before = before
        self._last = before
        self._erased = 0
        self._anchored = 0
        self._sealed = 0

    def stretch(self, until: int) -> Walked:
        """Go on to the entry ``until``, which is there, or to the first bad one."""
        while self._last.number < until:
            first, last = self._last.number + 1, min(self._last.number + _BLOCK, until)
            if not (self._is_sealed(until) or self._is_proven(first, last)):
                reason = self._first_fault(last)
                if reason is not None:
                    return self._walked(reason)
            self._told(self._last.number)
        return self._walked(None)

    def to_the_end(self) -> Walked:
        """Look at every entry, in one go: for tables that are not as they were made."""
        return self._walked(self._first_fault(None))

    def _walked(self, reason: Reason | None) -> Walked:
        misfits = 0 if self._seals is None else self._seals.misfits
        return Walked(
            self._before,
            self._last,
            self._erased,
            self._anchored,
            reason,
            self._sealed,
            misfits,
        )

    # -- a segment that was proven before ----------------------------------------------------
    def _is_sealed(self, until: int) -> bool:
        """Whether a seal proves what comes next, which then follows the last entry so far."""
        if self._seals is None:
            return False
        segment = self._seals.proven_after(self._last.number, until)
        if segment is None or segment.previous_hash != self._last.hash:
            return False
        try:
            _, began = sqlite_audit.link_at(self._connection, segment.first)
            _, order = sqlite_audit.link_at(self._connection, segment.last)
        except sqlite3.Error:
            return False
        link = Link(segment.last, segment.hash_of(segment.last), order)
        if began < self._last.order or not self._go_to(link, segment.hash_of, segment.erased):
            return False
        self._sealed += SEGMENT
        return True

    def _go_to(self, link: Link, hash_of: Callable[[int], bytes], erased: int) -> bool:
        """Go on to an entry, unless one on the way was signed as another."""
        begins = bisect_left(self._signed, self._last.number + 1)
        signed = self._signed[begins : bisect_right(self._signed, link.number)]
        if any(self._anchors[number] != hash_of(number) for number in signed):
            return False
        self._last = link
        self._erased += erased
        self._anchored = signed[-1] if signed else self._anchored
        return True

    # -- a block as a whole ------------------------------------------------------------------
    def _is_proven(self, first: int, last: int) -> bool:
        try:
            block = sqlite_audit.entry_block(self._connection, chain.PLAIN, first, last)
        except sqlite3.Error:
            return False
        return block is not None and self.follows(block, last)

    def follows(self, block: EntryBlock, last: int) -> bool:
        """Go on by a block that ends with the entry ``last``, if each entry of it is right."""
        if not self._is_right(block):
            return False
        first = self._last.number + 1
        link = Link(last, block.hashes[-1], block.orders[-1])
        erased = block.salted.count(None)
        return self._go_to(link, lambda number: block.hashes[number - first], erased)

    def _is_right(self, block: EntryBlock) -> bool:
        """Whether every entry of a block is right, and the first one follows the last so far."""
        previous = (self._last.hash, *block.hashes[:-1])
        orders = [self._last.order, *block.orders]
        return (
            previous == block.previous_hashes
            and _digests(block) == block.digests
            and chain.entry_hashes(block.plain, block.digests, previous) == block.hashes
            and (self._mac is None or self._mac.of_all(block.hashes) == block.macs)
            and all(block.in_time)
            and orders == sorted(orders)
        )

    # -- entry by entry ----------------------------------------------------------------------
    def _first_fault(self, last: int | None) -> Reason | None:
        """Read on until an entry is bad, or up to ``last``, which is there."""
        after = None if last is None else self._last.number
        try:
            for row in sqlite_audit.chain_rows(self._connection, chain.CHAINED, after):
                fault = self._fault(row)
                if fault is not None:
                    return fault
                # A table that was made anew may hold NULL where ours can not.
                self._last = Link(row.id, row.hash, row.at_order or b"")
                if row.id == last:
                    return None
                if row.id % _BLOCK == 0:
                    self._told(row.id)
        except sqlite3.DatabaseError:
            return Reason.DAMAGED
        return None if last is None else Reason.MISSING

    def _fault(self, row: ChainRow) -> Reason | None:
        if row.id != self._last.number + 1:
            return Reason.MISSING
        digest = row.hash
        if hashlib.sha256(row.canonical).digest() != digest and not self._hash_holds(row):
            return Reason.CHANGED
        if row.previous_hash != self._last.hash:
            return Reason.UNLINKED
        if self._mac is not None and self._mac.of(digest) != row.mac:
            return Reason.FORGED
        if not self._last.order <= (row.at_order or b"") >= (row.at or b""):
            return Reason.OUT_OF_ORDER
        if row.id in self._anchors:
            if self._anchors[row.id] != digest:
                return Reason.REWRITTEN
            self._anchored = row.id
        return self._details_fault(row)

    def _hash_holds(self, row: ChainRow) -> bool:
        # Before an entry is called changed, ours and not the database's canonical form decides.
        values = sqlite_audit.event_row(self._connection, row.id)
        return bool(values) and chain.entry_hash(values) == row.hash

    def _details_fault(self, row: ChainRow) -> Reason | None:
        payload, salt = row.payload, row.salt
        if payload is not None and salt is not None and row.erased_at is None:
            right = hashlib.sha256(salt + payload).digest() == row.details_digest
            return None if right else Reason.DETAILS_CHANGED
        if row.has_details is None:
            return Reason.DETAILS_MISSING
        if payload is None and salt is None and row.erased_at is not None:
            self._erased += 1
            return None
        return Reason.DETAILS_CHANGED


def _digests(block: EntryBlock) -> tuple[bytes, ...]:
    """The digest of each entry's details; of erased ones the one that is written."""
    return tuple(
        [
            digest if salted is None else hashlib.sha256(salted).digest()
            for salted, digest in zip(block.salted, block.digests, strict=True)
        ]
    )
