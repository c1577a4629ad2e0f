"""Compares comments with what the log last told of them."""

from __future__ import annotations

import json

from crmdesk.core.audit.comment_rows import comment_digest
from crmdesk.core.db import sqlite_comments
from crmdesk.core.db.driver import sqlite3


def first_altered_comment(connection: sqlite3.Connection) -> int | None:
    """The first entry of a comment that is not as that entry tells, or is not there any more.

    For a comment that no entry tells of it is the entry that it stands on.

    Args:
        connection: from :func:`open_for_verification
            <crmdesk.core.db.sqlite_audit.open_for_verification>`; its chain was found right.
    """
    if not sqlite_comments.has_comments(connection):
        return sqlite_comments.first_told(connection)
    altered = [
        told or int(stands_on)
        for comment_id, stands_on, told in sqlite_comments.last_told(connection)
        if not _is_as_told(connection, comment_id, told)
    ]
    missing = sqlite_comments.first_missing(connection)
    return min([*altered, *([] if missing is None else [missing])], default=None)


def tells_of_altered(connection: sqlite3.Connection, event_id: int, comment_id: str) -> bool:
    """Whether an entry is the last about its comment, and the comment is not as it tells."""
    if sqlite_comments.last_about(connection, comment_id) != event_id:
        return False
    there = sqlite_comments.has_comments(connection)
    return not (there and _is_as_told(connection, int(comment_id), event_id))


def _is_as_told(connection: sqlite3.Connection, comment_id: int, told: int | None) -> bool:
    if told is None:
        return False
    payload = sqlite_comments.payload_of(connection, told)
    if payload is None:
        # Its details were erased, and with them what it told.
        return True
    row = sqlite_comments.comment_row(connection, comment_id)
    try:
        salt = row.pop("salt")
        return bool(json.loads(payload)["digest"] == comment_digest(row, bytes(salt)))
    except (KeyError, TypeError, ValueError):
        return False
