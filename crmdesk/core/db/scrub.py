"""After a purge, writes the database anew, so that no page keeps a copy of what was deleted.

``secure_delete`` overwrites the place of each deleted value. But when SQLite moves the entries of
an index from page to page, copies stay behind in the room between them, which it does not clear:
three of two hundred purged addresses were still there.
"""

from __future__ import annotations

from contextlib import closing, suppress

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.errors import UserError

_KEY = "database.scrub"
#: Bytes; writing anew takes as much memory. Of a larger database the indexes alone are.
_WHOLE = 256 << 20
_BUSY_MILLISECONDS = 500


def ask_for_scrubbing(tx: Tx) -> None:
    """Let the next one who closes the workspace write it anew."""
    tx.sql("INSERT OR IGNORE INTO main.settings (key, value) VALUES (?, 'true')", (_KEY,))


def scrub(database: Database) -> bool:
    """Write the database anew where that was asked for; returns whether it was done.

    Where somebody writes, or the disk is full, it is tried again at the next close.
    """
    done = False
    if not database.path.exists():
        return done
    with suppress(sqlite3.Error, UserError):
        with database.read() as tx:
            asked = tx.sql("SELECT 1 FROM settings WHERE key = ?", (_KEY,)).fetchone()
        if asked is not None and database.refusal is None:
            _write_anew(database)
            with database.write() as tx:
                tx.sql("DELETE FROM settings WHERE key = ?", (_KEY,))
            done = True
    return done


def _write_anew(database: Database) -> None:
    with closing(database.raw()) as raw:
        raw.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
        if database.path.stat().st_size <= _WHOLE:
            raw.execute("VACUUM")
            return
        tables = raw.execute(
            "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'index'"
        ).fetchall()
        for (name,) in tables:
            raw.execute(f"REINDEX {quoted(name)}")
