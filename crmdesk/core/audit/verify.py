"""Checks the audit log against itself, against its key, and against heads signed earlier."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from crmdesk.core.audit import chain
from crmdesk.core.audit.comment_model import OBJECT_TYPE
from crmdesk.core.audit.comment_proof import first_altered_comment, tells_of_altered
from crmdesk.core.audit.heads import Head
from crmdesk.core.db import sqlite_audit
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_audit import ChainRow


class Reason(StrEnum):
    """What is wrong with the first bad entry."""

    TABLE_MISSING = "table_missing"
    """The log's tables are gone or have other columns than they must have."""
    EMPTY = "empty"
    """No entry at all: a workspace begins with one."""
    DAMAGED = "damaged"
    """The file cannot be read from here on."""
    MISSING = "missing"
    """The entry with this number is not there, though later ones are."""
    CHANGED = "changed"
    """A column of the entry is not what its hash covers."""
    UNLINKED = "unlinked"
    """The entry does not follow the one before it."""
    FORGED = "forged"
    """The hashes are right and the MAC is not: somebody without the key recomputed them."""
    OUT_OF_ORDER = "out_of_order"
    """The entry's time is before that of the one before it."""
    DETAILS_MISSING = "details_missing"
    DETAILS_CHANGED = "details_changed"
    CUT = "cut"
    """The log ends before an entry that a signed head, or left-over details, tell of."""
    REWRITTEN = "rewritten"
    """Entries up to this one are not those that were signed."""
    COMMENT_CHANGED = "comment_changed"
    """A comment is not what the entry of its last change tells, or is missing; the chain holds."""
    ANCHOR_NOT_GENUINE = "anchor_not_genuine"
    """The log holds, but a head it is compared with was not signed by this workspace."""


class Unproven(StrEnum):
    """What a verification could not look at."""

    MACS = "macs"
    """Without the workspace key a log that was rewritten as a whole looks right."""
    TAIL = "tail"
    """Without a signed head nothing tells that entries are missing at the end."""
    SIGNATURES = "signatures"
    """Without the public key the heads were believed."""
    KEYRING = "keyring"
    """The keyring did not answer, so that the head in it was not asked."""


@dataclass(frozen=True, slots=True)
class ChainVerification:
    """The finding.

    Attributes:
        events: entries found right, from the first on.
        erased: those of them whose personal details were erased.
        first_bad: number of the first bad entry; ``None`` when all is well.
        anchored: the highest entry that a signed head confirms.
        unproven: what could not be checked with what was given.
    """

    ok: bool
    events: int
    erased: int
    first_bad: int | None
    reason: Reason | None
    anchored: int = 0
    unproven: tuple[Unproven, ...] = ()


class _Walk:
    """Goes through the log from its first entry to the first bad one."""

    def __init__(
        self, connection: sqlite3.Connection, mac_key: bytes | None, anchors: dict[int, bytes]
    ) -> None:
        self._connection = connection
        self._mac = None if mac_key is None else chain.EntryMac(mac_key)
        self._anchors = anchors
        self._previous_hash = chain.FIRST
        self._previous_order = b""
        self.events = 0
        self.erased = 0
        self.anchored = 0

    def first_fault(self) -> Reason | None:
        """Read on until an entry is bad; its number is ``events + 1``."""
        try:
            for row in sqlite_audit.chain_rows(self._connection, chain.CHAINED):
                fault = self._fault(row)
                if fault is not None:
                    return fault
                self.events = row.id
        except sqlite3.DatabaseError:
            return Reason.DAMAGED
        return self._fault_after_the_last()

    def _fault(self, row: ChainRow) -> Reason | None:
        if row.id != self.events + 1:
            return Reason.MISSING
        digest = row.hash
        if hashlib.sha256(row.canonical).digest() != digest and not self._hash_holds(row):
            return Reason.CHANGED
        if row.previous_hash != self._previous_hash:
            return Reason.UNLINKED
        if self._mac is not None and self._mac.of(digest) != row.mac:
            return Reason.FORGED
        # A table that was made anew may hold NULL where ours can not.
        order = row.at_order or b""
        if not self._previous_order <= order >= (row.at or b""):
            return Reason.OUT_OF_ORDER
        if row.id in self._anchors:
            if self._anchors[row.id] != digest:
                return Reason.REWRITTEN
            self.anchored = row.id
        self._previous_hash = digest
        self._previous_order = order
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
            self.erased += 1
            return None
        return Reason.DETAILS_CHANGED

    def _fault_after_the_last(self) -> Reason | None:
        if max(self._anchors, default=0) > self.events:
            return Reason.CUT
        if sqlite_audit.last_details(self._connection) > self.events:
            return Reason.CUT
        return Reason.EMPTY if self.events == 0 else None


def verify_chain(
    path: Path,
    mac_key: bytes | None,
    anchors: Sequence[Head] = (),
    public_key: bytes | None = None,
) -> ChainVerification:
    """Check every entry of the log in one snapshot; nothing is written.

    Args:
        path: the database file; it and its folder may be read-only.
        mac_key: the key of the entries' MACs; ``None`` for somebody outside.
        anchors: heads signed earlier, read *before* this call, so that none is newer than the
            snapshot: from the keyring, from ``anchors.jsonl``, from a file given away.
        public_key: what the heads must be signed with; ``None`` believes them.

    Raises:
        UserError: ``database_unreachable``.
    """
    with sqlite_audit.open_for_verification(path) as connection:
        genuine = _genuine(connection, anchors, public_key)
        unproven = _unproven(mac_key, genuine, public_key)
        try:
            has_log = sqlite_audit.has_log(connection)
        except sqlite3.DatabaseError:
            return ChainVerification(False, 0, 0, 1, Reason.DAMAGED, 0, unproven)
        if not has_log:
            return ChainVerification(False, 0, 0, 1, Reason.TABLE_MISSING, 0, unproven)
        walk = _Walk(connection, mac_key, _expected(genuine))
        reason = walk.first_fault()
        bad = None if reason is None else walk.events + 1
        if reason is None:
            reason, bad = _comment_fault(connection)
    if reason is None and len(genuine) < len(anchors):
        reason = Reason.ANCHOR_NOT_GENUINE
    return ChainVerification(
        reason is None, walk.events, walk.erased, bad, reason, walk.anchored, unproven
    )


def _comment_fault(connection: sqlite3.Connection) -> tuple[Reason | None, int | None]:
    """What is wrong with the comments beside a log that is right, and at which entry."""
    try:
        bad = first_altered_comment(connection)
    except sqlite3.DatabaseError:
        return Reason.DAMAGED, None
    return (None if bad is None else Reason.COMMENT_CHANGED), bad


def verify_entry(path: Path, mac_key: bytes, event_id: int) -> Reason | None:
    """Check one entry by itself and against the one before it; ``None`` when it is right.

    That no entry is missing, and that the log was not rewritten as a whole by somebody with the
    key, is what :func:`verify_chain` shows.

    Raises:
        UserError: ``database_unreachable``.
    """
    with sqlite_audit.open_for_verification(path) as connection:
        values = sqlite_audit.event_row(connection, event_id)
        if not values:
            return Reason.MISSING
        if chain.entry_hash(values) != values["hash"]:
            return Reason.CHANGED
        if chain.entry_mac(mac_key, values["hash"]) != values["mac"]:
            return Reason.FORGED
        before = sqlite_audit.event_row(connection, event_id - 1)
        previous_hash = before.get("hash") if before else chain.FIRST
        if event_id > 1 and values["previous_hash"] != previous_hash:
            return Reason.UNLINKED
        details = sqlite_audit.details_of(connection, event_id)
        of_comment = values["object_type"] == OBJECT_TYPE and values["object_id"] is not None
        altered = of_comment and tells_of_altered(connection, event_id, values["object_id"])
    if details is None:
        return Reason.DETAILS_MISSING
    payload, salt, erased_at = details
    if payload is None and salt is None and erased_at is not None:
        return None
    digest = hashlib.sha256((salt or b"") + (payload or b"")).digest()
    if digest != values["details_digest"]:
        return Reason.DETAILS_CHANGED
    return Reason.COMMENT_CHANGED if altered else None


def _genuine(
    connection: sqlite3.Connection, anchors: Sequence[Head], public_key: bytes | None
) -> list[Head]:
    """The heads that this workspace signed."""
    signer = sqlite_audit.signer_of(connection)
    return [
        head
        for head in anchors
        if (public_key is None or head.is_genuine(public_key))
        and (signer is None or head.workspace_id == signer[0])
    ]


def _expected(heads: Sequence[Head]) -> dict[int, bytes]:
    """The hash of each signed entry; nothing matches where two heads contradict each other."""
    expected: dict[int, bytes] = {}
    for head in heads:
        if expected.setdefault(head.sequence, head.hash) != head.hash:
            expected[head.sequence] = b""
    return expected


def _unproven(
    mac_key: bytes | None, genuine: Sequence[Head], public_key: bytes | None
) -> tuple[Unproven, ...]:
    missing = {
        Unproven.MACS: mac_key is None,
        Unproven.TAIL: not genuine,
        Unproven.SIGNATURES: bool(genuine) and public_key is None,
    }
    return tuple(kind for kind, is_missing in missing.items() if is_missing)
