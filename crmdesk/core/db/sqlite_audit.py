"""Reads the audit log's file for verification: nothing is written, and no column is trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import LargeBinary

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.tables import audit_details, audit_events
from crmdesk.core.errors import UserError

#: The log is read once, in order: what is kept of so little stays in a processor's own memory.
_CACHE_KIB = 256


class ChainRow(NamedTuple):
    """One entry as verification reads it; text comes as bytes, since it may not even be text."""

    id: int
    at: bytes
    at_order: bytes
    details_digest: bytes
    previous_hash: bytes
    hash: bytes
    mac: bytes
    canonical: bytes
    """What the hash covers, put together by the database."""
    has_details: int | None
    payload: bytes | None
    salt: bytes | None
    erased_at: str | None


@dataclass(frozen=True, slots=True)
class EntryBlock:
    """Entries that follow one another, as columns; types are as read, and equal only to bytes.

    Attributes:
        salted: salt and payload of the details; ``None`` where both were erased.
        orders: ``at_order``.
        in_time: whether ``at`` is no later than it.
        plain: the first columns that the hash covers, put together as JSON by the database.
    """

    salted: list[bytes | None]
    orders: tuple[bytes, ...]
    in_time: tuple[int | None, ...]
    digests: tuple[bytes, ...]
    previous_hashes: tuple[bytes, ...]
    hashes: tuple[bytes, ...]
    macs: tuple[bytes, ...]
    plain: tuple[bytes, ...]


@contextmanager
def open_for_verification(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that may be read-only, on a read-only disk, or another's; one snapshot.

    Raises:
        UserError: ``database_unreachable``: not there, or not readable without writing.
    """
    with closing(_connect(path)) as connection:
        connection.execute("BEGIN")
        yield connection


def _connect(path: Path) -> sqlite3.Connection:
    place = "file:" + quote(str(path.absolute()))
    try:
        return _try(place + "?mode=ro")
    except sqlite3.OperationalError as error:
        # A read-only folder has no room for the shared memory of the write-ahead log. Without
        # entries in that log the file itself is the whole state.
        log = path.with_name(path.name + "-wal")
        if path.is_file() and not (log.exists() and log.stat().st_size):
            try:
                return _try(place + "?mode=ro&immutable=1")
            except sqlite3.OperationalError:
                pass
        raise UserError(
            "database_unreachable",
            f"{path} cannot be read ({error}).",
            "Check that the file is there and that you may read it and its folder.",
            path=str(path),
        ) from error


def _try(place: str) -> sqlite3.Connection:
    connection = sqlite3.connect(place, uri=True, isolation_level=None, timeout=10)
    try:
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def has_log(connection: sqlite3.Connection) -> bool:
    """Whether both tables of the log are there with exactly the columns they must have."""
    return all(
        {row[1] for row in connection.execute(f"PRAGMA table_info({table.name})")}
        == {column.name for column in table.columns}
        for table in (audit_events, audit_details)
    )


def span(connection: sqlite3.Connection) -> tuple[int, int] | None:
    """The lowest and the highest number of an entry; ``None`` without entries."""
    lowest = connection.execute("SELECT min(id) FROM audit_events").fetchone()[0]
    highest = connection.execute("SELECT max(id) FROM audit_events").fetchone()[0]
    return None if highest is None else (int(lowest), int(highest))


def are_numbered(connection: sqlite3.Connection) -> bool:
    """Whether both tables are read by their numbers, none of which occurs twice, and fast."""
    statement = "SELECT 1 FROM {} WHERE {} BETWEEN 1 AND 2"
    return all(
        "USING INTEGER PRIMARY KEY" in str(plan[3])
        for asked in (("audit_events", "id"), ("audit_details", "event_id"))
        for plan in connection.execute("EXPLAIN QUERY PLAN " + statement.format(*asked))
    )


def link_at(connection: sqlite3.Connection, event_id: int) -> tuple[bytes, bytes]:
    """Hash and ``at_order`` of an entry; nothing for one that is not there."""
    row = connection.execute(
        "SELECT hash, CAST(at_order AS BLOB) FROM audit_events WHERE id = ?", (event_id,)
    ).fetchone()
    return (b"", b"") if row is None else (row[0] or b"", row[1] or b"")


def entry_block(
    connection: sqlite3.Connection, plain: Sequence[str], first: int, last: int
) -> EntryBlock | None:
    """Entries from ``first`` to ``last``, as columns; ``None`` where they are not as they must be.

    Args:
        connection: from :func:`open_for_verification`; its tables :func:`are_numbered`.
        plain: the first columns that the hash covers: those that hold text and numbers.
    """
    # Hexadecimal digits of the other two are made faster by who hashes them.
    cells = ", ".join(f"e.{name}" for name in plain)
    rows = connection.execute(
        "SELECT CAST(e.at_order AS BLOB), CAST(e.at AS BLOB) <= CAST(e.at_order AS BLOB), "
        "e.details_digest, e.previous_hash, e.hash, e.mac, "
        f"CAST(json_array({cells}) AS BLOB) FROM audit_events e WHERE e.id BETWEEN ? AND ? "
        "ORDER BY e.id",
        (first, last),
    ).fetchall()
    salted = [row[0] for row in connection.execute(_SALTED, (first, last))]
    whole = len(rows) == len(salted) == last - first + 1
    if not whole or not {bytes, type(None)}.issuperset(map(type, salted)):
        return None
    block = EntryBlock(salted, *zip(*rows, strict=True))
    return block if {bytes}.issuperset(map(type, (*block.orders, *block.digests))) else None


# Neither column where they are erased; a number, which has no digest, where they are half there.
_SALTED = (
    "SELECT CASE WHEN erased_at IS NULL THEN ifnull(CAST(salt || payload AS BLOB), 0) "
    "WHEN payload IS NOT NULL OR salt IS NOT NULL THEN 0 END "
    "FROM audit_details WHERE event_id BETWEEN ? AND ? ORDER BY event_id"
)


def chain_rows(
    connection: sqlite3.Connection, chained: Sequence[str], after: int | None = None
) -> Iterator[ChainRow]:
    """Every entry with its details, in order.

    Args:
        connection: from :func:`open_for_verification`.
        chained: the columns that the hash covers, in its order.
        after: begins with the entry that follows this one.
    """
    # json_array escapes exactly as the program's own canonical form does, and being the
    # database's own it takes apart a row in half the time.
    cells = ", ".join(_json_cell(name) for name in chained)
    begins = "" if after is None else "WHERE e.id > ? "
    cursor = connection.execute(
        "SELECT e.id, CAST(e.at AS BLOB), CAST(e.at_order AS BLOB), e.details_digest, "
        f"e.previous_hash, e.hash, e.mac, CAST(json_array({cells}) AS BLOB), "
        "d.event_id, CAST(d.payload AS BLOB), CAST(d.salt AS BLOB), d.erased_at "
        "FROM audit_events e LEFT JOIN audit_details d ON d.event_id = e.id "
        f"{begins}ORDER BY e.id",
        () if after is None else (after,),
    )
    return map(ChainRow._make, cursor)


def _json_cell(name: str) -> str:
    is_blob = isinstance(audit_events.c[name].type, LargeBinary)
    return f"lower(hex(e.{name}))" if is_blob else f"e.{name}"


def event_row(connection: sqlite3.Connection, event_id: int) -> dict[str, Any]:
    """One entry column by column; empty when it cannot be read as text and numbers."""
    names = [column.name for column in audit_events.columns]
    statement = f"SELECT {', '.join(names)} FROM audit_events WHERE id = ?"
    try:
        row = connection.execute(statement, (event_id,)).fetchone()
    except sqlite3.DatabaseError:
        return {}
    return {} if row is None else dict(zip(names, row, strict=True))


def details_of(
    connection: sqlite3.Connection, event_id: int
) -> tuple[bytes | None, bytes | None, str | None] | None:
    """Payload, salt and time of erasure of one entry's details; ``None`` without a row."""
    row: tuple[bytes | None, bytes | None, str | None] | None = connection.execute(
        "SELECT CAST(payload AS BLOB), CAST(salt AS BLOB), erased_at "
        "FROM audit_details WHERE event_id = ?",
        (event_id,),
    ).fetchone()
    return row


def last_details(connection: sqlite3.Connection) -> int:
    """The highest entry that has details; 0 for none."""
    row = connection.execute("SELECT max(event_id) FROM audit_details").fetchone()
    return int(row[0] or 0)


def signer_of(connection: sqlite3.Connection) -> tuple[str, bytes] | None:
    """The workspace's id and public key as this file states them."""
    try:
        row = connection.execute("SELECT id, public_key FROM workspace").fetchone()
    except sqlite3.DatabaseError:
        return None
    return None if row is None else (str(row[0]), bytes(row[1]))
