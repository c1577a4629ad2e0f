"""The seals on proven entries of the log, and the bytes that they are seals of."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from crmdesk.core.db.driver import sqlite3

#: Entries of one segment; each but the last is whole.
SEGMENT = 1000
#: Entries; what is joined of so many is short enough to lie in a processor's own memory.
BLOCK = 250
DIGEST_BYTES = 32
ROW_BYTES = 4 * DIGEST_BYTES

# Ever so many cells in few long texts: SQLite joins them in a third of the time that it takes to
# hand them over. No two segments may share these bytes, whoever made the tables: JSON lists say
# where they end and of what type their cells are; blobs of one length need no ends, and a payload
# has no zero byte, which is counted.
_DIGESTS = ("details_digest", "previous_hash", "hash", "mac")
_ARE_DIGESTS = " AND ".join(f"{name} >= x'' AND length({name}) = 32" for name in _DIGESTS)
_EVENTS = (
    "SELECT count(*), CAST(group_concat(json_array({plain}), '') AS BLOB), "
    f"CAST(group_concat({' || '.join(_DIGESTS)}, '') AS BLOB) "
    f"FROM main.audit_events NOT INDEXED WHERE id BETWEEN ? AND ? AND {_ARE_DIGESTS}"
)
_DETAILS = (
    "SELECT count(*), CAST(group_concat(payload, x'00') AS BLOB), "
    "CAST(group_concat(salt, '') AS BLOB) "
    "FROM main.audit_details NOT INDEXED WHERE event_id BETWEEN ? AND ? AND erased_at IS NULL "
    "AND salt >= x'' AND length(salt) = 16 AND payload >= '' AND payload < x''"
)
_ERASURES = (
    "SELECT count(*), CAST(group_concat(event_id || ' ' || erased_at, x'00') AS BLOB) "
    "FROM main.audit_details NOT INDEXED WHERE event_id BETWEEN ? AND ? "
    "AND erased_at >= '' AND erased_at < x'' AND salt IS NULL AND payload IS NULL"
)


class StoredBlock(NamedTuple):
    """Entries that follow one another, as the bytes that a seal covers.

    Attributes:
        cells: the columns of each that hold text and numbers, one JSON list after the other.
        digests: details digest, previous hash, hash and MAC of each, 32 bytes each.
        payloads: of those that have details, joined by zero bytes.
        salts: of the same, 16 bytes each.
        erasures: number and time of those that have none any more, joined by zero bytes.
    """

    cells: bytes
    digests: bytes
    payloads: bytes
    salts: bytes
    erasures: bytes


class Segment(NamedTuple):
    """A whole segment as it is stored.

    Attributes:
        number: which one, from 0 on.
        digest: SHA-256 over every cell of its entries and of their details.
        blocks: its entries.
        erased: how many of them have no details any more.
    """

    number: int
    digest: bytes
    blocks: tuple[StoredBlock, ...]
    erased: int

    @property
    def first(self) -> int:
        """Its first entry."""
        return self.number * SEGMENT + 1

    @property
    def last(self) -> int:
        """Its last entry."""
        return (self.number + 1) * SEGMENT

    @property
    def previous_hash(self) -> bytes:
        """What its first entry says is the hash of the one before."""
        return self.blocks[0].digests[DIGEST_BYTES : 2 * DIGEST_BYTES]

    def hash_of(self, event_id: int) -> bytes:
        """The hash of one of its entries."""
        block, place = divmod(event_id - self.first, BLOCK)
        start = place * ROW_BYTES + 2 * DIGEST_BYTES
        return self.blocks[block].digests[start : start + DIGEST_BYTES]


def segment_of(event_id: int) -> int:
    """Which segment an entry belongs to."""
    return (event_id - 1) // SEGMENT


def read_segment(
    connection: sqlite3.Connection, plain: Sequence[str], number: int
) -> Segment | None:
    """A segment as it is stored; ``None`` where it is not whole or has no form of its own.

    Args:
        connection: its tables are read by their numbers, none of which occurs twice.
        plain: the columns of entries that hold text and numbers.
    """
    own, blocks, erased = sha256(), [], 0
    for first in range(number * SEGMENT + 1, (number + 1) * SEGMENT, BLOCK):
        try:
            found = _read(connection, plain, first, first + BLOCK - 1)
        except sqlite3.Error:
            # Damaged, too long for SQLite, or a blob where none may be.
            return None
        if found is None:
            return None
        block, without_details = found
        own.update(struct.pack(f">{len(block)}Q", *map(len, block)))
        for part in block:
            own.update(part)
        blocks.append(block)
        erased += without_details
    return Segment(number, own.digest(), tuple(blocks), erased)


def _read(
    connection: sqlite3.Connection, plain: Sequence[str], first: int, last: int
) -> tuple[StoredBlock, int] | None:
    """A block, and how many of its entries have no details any more."""
    span, many = (first, last), last - first + 1
    events = _EVENTS.format(plain=", ".join(plain))
    entries, cells, digests = connection.execute(events, span).fetchone()
    details, payloads, salts = connection.execute(_DETAILS, span).fetchone()
    erased, erasures = 0, None
    if details < many:
        erased, erasures = connection.execute(_ERASURES, span).fetchone()
    one_form = _joins(payloads, details) and _joins(erasures, erased)
    if not (entries == details + erased == many and one_form):
        return None
    return StoredBlock(cells, digests, payloads or b"", salts or b"", erasures or b""), erased


def _joins(joined: bytes | None, many: int) -> bool:
    """Whether so many texts were joined by zero bytes, and none had one of its own."""
    return joined is None or joined.count(b"\0") == many - 1


def has_seals(connection: sqlite3.Connection) -> bool:
    """Whether there is a table of seals that is read by the number of a segment."""
    try:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {_SEAL}", (0,)).fetchall()
    except sqlite3.Error:
        return False
    return all("USING INTEGER PRIMARY KEY" in str(step[3]) for step in plan)


def seal_on(connection: sqlite3.Connection, segment: int) -> object | None:
    """What stands as the seal of a segment; ``None`` without one."""
    try:
        row = connection.execute(_SEAL, (segment,)).fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else row[0]


_SEAL = "SELECT seal FROM main.audit_seals WHERE segment = ?"


def unsealed(connection: sqlite3.Connection) -> list[int]:
    """The segments that are whole and have no seal."""
    (newest,) = connection.execute("SELECT max(id) FROM main.audit_events").fetchone()
    whole = (newest or 0) // SEGMENT
    (many,) = connection.execute(
        "SELECT count(*) FROM main.audit_seals WHERE segment < ?", (whole,)
    ).fetchone()
    if many == whole:
        return []
    kept = {row[0] for row in connection.execute("SELECT segment FROM main.audit_seals")}
    return [segment for segment in range(whole) if segment not in kept]


def keep_seal(connection: sqlite3.Connection, segment: Segment, seal: bytes) -> None:
    """Keep a seal, unless details were erased since the segment was read."""
    connection.execute(
        "INSERT OR REPLACE INTO main.audit_seals (segment, seal) SELECT ?1, ?2 WHERE "
        "(SELECT count(erased_at) FROM main.audit_details WHERE event_id BETWEEN ?3 AND ?4) = ?5",
        (segment.number, seal, segment.first, segment.last, segment.erased),
    )


def break_seals(connection: sqlite3.Connection, event_ids: Iterable[int]) -> None:
    """Take away the seals on entries that are about to lose their details."""
    segments: Collection[int] = {segment_of(number) for number in event_ids}
    connection.executemany(
        "DELETE FROM main.audit_seals WHERE segment = ?", [(segment,) for segment in segments]
    )


def forget_seals(connection: sqlite3.Connection) -> None:
    """Take away every seal."""
    connection.execute("DELETE FROM main.audit_seals")
