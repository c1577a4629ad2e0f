"""Checks the audit log against itself, against its key, and against heads signed earlier."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from crmdesk.core.audit import chain
from crmdesk.core.audit.comment_model import OBJECT_TYPE
from crmdesk.core.audit.comment_proof import first_altered_comment, tells_of_altered
from crmdesk.core.audit.heads import Head
from crmdesk.core.audit.verdict import ChainVerification, Reason, Unproven
from crmdesk.core.audit.walk import BEGINNING, Told, Walk, Walked
from crmdesk.core.audit.walk_processes import processes_for, stretches, walk_in_processes
from crmdesk.core.db import sqlite_audit
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import Cancelled
from crmdesk.core.platform import processors

#: Takes how many entries were looked at, and how many there are.
Progress = Callable[[int, int], object]


def unwatched(_done: int, _entries: int) -> None:
    """Hears of a verification that nobody waits for."""


def never() -> bool:
    """The answer of whoever cannot be asked to stop."""
    return False


def verify_chain(
    path: Path,
    mac_key: bytes | None,
    anchors: Sequence[Head] = (),
    public_key: bytes | None = None,
    *,
    progress: Progress = unwatched,
    cancelled: Callable[[], bool] = never,
) -> ChainVerification:
    """Check every entry of the log in one snapshot; nothing is written.

    Args:
        path: the database file; it and its folder may be read-only.
        mac_key: the key of the entries' MACs; ``None`` for somebody outside.
        anchors: heads signed earlier, read *before* this call, so that none is newer than the
            snapshot: from the keyring, from ``anchors.jsonl``, from a file given away.
        public_key: what the heads must be signed with; ``None`` believes them.
        progress: called a few times a second, and more often in a log that one process reads.
        cancelled: asked as often; once it says so, nothing more is read.

    Raises:
        UserError: ``database_unreachable``.
        Cancelled: ``cancelled`` said so.
    """

    def told_of(entries: int) -> Told:
        return partial(_told, progress, cancelled, entries)

    with sqlite_audit.open_for_verification(path) as connection:
        genuine = _genuine(connection, anchors, public_key)
        unproven = _unproven(mac_key, genuine, public_key)
        unreadable = _table_fault(connection)
        if unreadable is not None:
            return ChainVerification(False, 0, 0, 1, unreadable, 0, unproven)
        expected = _expected(genuine)
        walked = _walked(connection, path, mac_key, expected, told_of)
        reason, bad = _fault(connection, walked, expected)
    if reason is None and len(genuine) < len(anchors):
        reason = Reason.ANCHOR_NOT_GENUINE
    return ChainVerification(
        reason is None,
        walked.last.number,
        walked.erased,
        bad,
        reason,
        walked.anchored,
        unproven,
        walked.sealed,
        walked.misfits,
    )


def _table_fault(connection: sqlite3.Connection) -> Reason | None:
    """Why there is no log to read."""
    try:
        return None if sqlite_audit.has_log(connection) else Reason.TABLE_MISSING
    except sqlite3.DatabaseError:
        return Reason.DAMAGED


def _walked(
    connection: sqlite3.Connection,
    path: Path,
    mac_key: bytes | None,
    expected: Mapping[int, bytes],
    told_of: Callable[[int], Told],
) -> Walked:
    """Every entry, by several processes where there are many."""
    try:
        if not sqlite_audit.are_numbered(connection):
            return Walk(connection, mac_key, expected, told=told_of(0)).to_the_end()
        span = sqlite_audit.span(connection)
    except sqlite3.DatabaseError:
        return Walked(BEGINNING, BEGINNING, 0, 0, Reason.DAMAGED)
    if span is None or span[0] != BEGINNING.number + 1:
        missing = None if span is None else Reason.MISSING
        return Walked(BEGINNING, BEGINNING, 0, 0, missing)
    last = span[1]
    told = told_of(last)
    processes = processes_for(last, processors())
    if not processes:
        return Walk(connection, mac_key, expected, told=told).stretch(last)
    asked = stretches(path, mac_key, expected, last)
    return walk_in_processes(connection, asked, processes, told)


def _told(progress: Progress, cancelled: Callable[[], bool], entries: int, done: int) -> None:
    if cancelled():
        raise Cancelled("cancelled", "It was cancelled; the log was not read to its end.")
    progress(done, entries)


def _fault(
    connection: sqlite3.Connection, walked: Walked, expected: Mapping[int, bytes]
) -> tuple[Reason | None, int | None]:
    """What is wrong first, and at which entry."""
    events = walked.last.number
    reason = walked.reason or _fault_after(connection, events, expected)
    return _comment_fault(connection) if reason is None else (reason, events + 1)


def _fault_after(
    connection: sqlite3.Connection, events: int, expected: Mapping[int, bytes]
) -> Reason | None:
    """What is wrong with the end of a log whose entries are right."""
    try:
        told = max(*expected, sqlite_audit.last_details(connection), 0)
    except sqlite3.DatabaseError:
        return Reason.DAMAGED
    if told > events:
        return Reason.CUT
    return Reason.EMPTY if events == 0 else None


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
