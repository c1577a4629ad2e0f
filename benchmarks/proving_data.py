"""The measured log once more, with the hashes, MACs and seals that prove it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from benchmarks import data
from benchmarks.audit_data import audit_folder
from crmdesk.core.audit import chain
from crmdesk.core.audit.seal_keeping import proven
from crmdesk.core.db import sqlite_audit, sqlite_seals
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_seals import SEGMENT
from crmdesk.core.db.tables import (
    audit_comments,
    audit_details,
    audit_events,
    audit_seals,
    workspace,
)

MAC_KEY = bytes(range(32))
_AT_ONCE = 10_000
_SEALED_AT_ONCE = 100


def proving_file(rows: int) -> Path:
    """A database with the log alone, chained from its first entry to its last; kept."""
    path = data.FOLDER / f"proving-{rows}.sqlite"
    if path.exists():
        return path
    making = path.with_suffix(".making")
    making.unlink(missing_ok=True)
    origin = audit_folder(rows) / "workspace" / "crm.sqlite3"
    with closing(sqlite3.connect(f"file:{making}", uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=OFF")
        for table in (audit_events, audit_details, audit_seals, audit_comments, workspace):
            connection.execute(str(CreateTable(table)))
        connection.execute("ATTACH ? AS origin", (f"file:{origin}?mode=ro",))
        connection.execute("BEGIN")
        _copy(connection)
        connection.execute("COMMIT")
        for index in audit_events.indexes:
            connection.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))
        _seal(connection, making, rows // SEGMENT)
    making.rename(path)
    return path


def _copy(connection: sqlite3.Connection) -> None:
    cells = ", ".join(f"e.{name}" for name in chain.PLAIN)
    reading = connection.execute(
        f"SELECT {cells}, json_array({cells}), CAST(d.payload AS BLOB), d.salt "
        "FROM origin.audit_events e JOIN origin.audit_details d ON d.event_id = e.id ORDER BY e.id"
    )
    names = [*chain.PLAIN, "details_digest", "previous_hash", "hash", "mac"]
    marks = ", ".join("?" * len(names))
    entry = f"INSERT INTO main.audit_events ({', '.join(names)}) VALUES ({marks})"
    detail = (
        "INSERT INTO main.audit_details (event_id, payload, salt) VALUES (?, cast(? AS TEXT), ?)"
    )
    linked = _linked(reading)
    while some := list(islice(linked, _AT_ONCE)):
        connection.executemany(entry, [row for row, _ in some])
        connection.executemany(detail, [beside for _, beside in some])


def _seal(connection: sqlite3.Connection, path: Path, segments: int) -> None:
    """Seal what is whole, as the program does it."""
    for first in range(0, segments, _SEALED_AT_ONCE):
        with sqlite_audit.open_for_verification(path) as reading:
            made = proven(reading, MAC_KEY, range(first, min(first + _SEALED_AT_ONCE, segments)))
        connection.execute("BEGIN")
        for segment, seal in made:
            sqlite_seals.keep_seal(connection, segment, seal)
        connection.execute("COMMIT")


def _linked(reading: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
    """Each entry with its hash and MAC, and its details."""
    mac = chain.EntryMac(MAC_KEY)
    previous = chain.FIRST
    for *columns, hashed, payload, salt in reading:
        digest = hashlib.sha256(salt + payload).digest()
        canonical = f'{hashed[:-1]},"{digest.hex()}","{previous.hex()}"]'
        own = hashlib.sha256(canonical.encode()).digest()
        yield (*columns, digest, previous, own, mac.of(own)), (columns[0], payload, salt)
        previous = own
