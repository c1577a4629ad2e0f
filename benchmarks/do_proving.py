"""Verifies one log: ``-m benchmarks.do_proving FILE all|one|anew|floor``."""

from __future__ import annotations

import hashlib
import sys
from contextlib import closing
from pathlib import Path

from benchmarks.proving_data import MAC_KEY


def verify(path: Path) -> bool:
    """By as many processes as the program takes."""
    from crmdesk.core.audit.verify import verify_chain

    return verify_chain(path, MAC_KEY).ok


def verify_here(path: Path) -> bool:
    """By this process alone."""
    from crmdesk.core.audit.walk import Walk
    from crmdesk.core.db import sqlite_audit

    with sqlite_audit.open_for_verification(path) as connection:
        _, last = sqlite_audit.span(connection) or (0, 0)
        return Walk(connection, MAC_KEY, {}).stretch(last).reason is None


def verify_anew(path: Path) -> bool:
    """As :func:`verify`, of a log without seals: each entry is proven by itself."""
    from crmdesk.core.db.driver import sqlite3

    def rename(name: str, new: str) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"ALTER TABLE {name} RENAME TO {new}")

    rename("audit_seals", "seals_aside")
    try:
        return verify(path)
    finally:
        rename("seals_aside", "audit_seals")


def read(path: Path) -> bool:
    """Only read, and take the digests."""
    from crmdesk.core.audit import chain
    from crmdesk.core.db.driver import sqlite3

    cells = ", ".join(f"e.{name}" for name in chain.PLAIN)
    rows = sqlite3.connect(path).execute(
        f"SELECT e.hash, e.mac, e.previous_hash, CAST(json_array({cells}) AS BLOB), "
        "CAST(d.salt || d.payload AS BLOB) FROM audit_events e JOIN audit_details d "
        "ON d.event_id = e.id ORDER BY e.id"
    )
    for _, _, _, canonical, salted in rows:
        hashlib.sha256(canonical).digest()
        hashlib.sha256(salted).digest()
    return True


if __name__ == "__main__":
    ways = {"all": verify, "one": verify_here, "anew": verify_anew, "floor": read}
    sys.exit(not ways[sys.argv[2]](Path(sys.argv[1])))
