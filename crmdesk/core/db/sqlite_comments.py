"""Reads the comments on the audit log for verification: no column is trusted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.tables import audit_comments

_COLUMNS = [column.name for column in audit_comments.columns]
# Written out, so that the index on what an entry is about is used.
_ABOUT = "object_type = 'audit_comment' AND object_id IS NOT NULL AND result = 'ok'"


def has_comments(connection: sqlite3.Connection) -> bool:
    """Whether the table of comments is there with exactly the columns that it must have."""
    found = connection.execute("PRAGMA table_info(audit_comments)")
    return {row[1] for row in found} == set(_COLUMNS)


def first_told(connection: sqlite3.Connection) -> int | None:
    """The first entry that tells of any comment."""
    return _number(connection, f"SELECT min(id) FROM audit_events WHERE {_ABOUT}")


def last_told(connection: sqlite3.Connection) -> Iterator[tuple[int, int, int | None]]:
    """Each comment's id, the entry that it stands on, and the last entry that tells of it."""
    return iter(
        connection.execute(
            "SELECT c.id, c.event_id, (SELECT max(e.id) FROM audit_events e "
            f"WHERE e.object_id = CAST(c.id AS TEXT) AND {_ABOUT}) FROM audit_comments c"
        ).fetchall()
    )


def last_about(connection: sqlite3.Connection, comment_id: str) -> int | None:
    """The last entry that tells of a comment."""
    row = connection.execute(
        f"SELECT max(id) FROM audit_events WHERE object_id = ? AND {_ABOUT}",
        (comment_id,),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def first_missing(connection: sqlite3.Connection) -> int | None:
    """The last entry about a comment that is not there, the first of them where several are.

    Deleted comments leave a row.
    """
    return _number(
        connection,
        f"SELECT min(told) FROM (SELECT max(id) AS told FROM audit_events WHERE {_ABOUT} "
        "AND CAST(object_id AS INTEGER) NOT IN (SELECT id FROM audit_comments) "
        "GROUP BY object_id)",
    )


def payload_of(connection: sqlite3.Connection, event_id: int) -> str | None:
    """The details of an entry; None where they were erased."""
    row = connection.execute(
        "SELECT payload FROM audit_details WHERE event_id = ?", (event_id,)
    ).fetchone()
    return None if row is None else row[0]


def comment_row(connection: sqlite3.Connection, comment_id: int) -> dict[str, Any]:
    """One comment column by column; empty when it cannot be read as text and numbers."""
    statement = f"SELECT {', '.join(_COLUMNS)} FROM audit_comments WHERE id = ?"
    try:
        row = connection.execute(statement, (comment_id,)).fetchone()
    except sqlite3.DatabaseError:
        return {}
    return {} if row is None else dict(zip(_COLUMNS, row, strict=True))


def _number(connection: sqlite3.Connection, statement: str) -> int | None:
    found = connection.execute(statement).fetchone()[0]
    return None if found is None else int(found)
