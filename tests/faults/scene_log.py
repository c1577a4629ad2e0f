"""A log of another program beside the workspace, and what must hold once it was to be taken."""

from __future__ import annotations

from pathlib import Path

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Tx

#: Entries of the file that can be taken; one row more cannot.
ENTRIES = 200
_HEADINGS = "id,category,subCategory,action,targetObjectId,occurredAt,actingUser.userEmail"


def write_log(path: Path) -> None:
    """Write a log as HubSpot exports it, long before any entry of the workspace's own."""
    rows = [
        f"{n},CRM_OBJECT,CONTACT,DELETE,{n},2025-07-{1 + n % 28:02}T09:12:33.5Z,ann@example.org"
        for n in range(1, ENTRIES + 1)
    ]
    rows.append("0,CRM_OBJECT,CONTACT,DELETE,0,noon,ann@example.org")
    path.write_text("\n".join([_HEADINGS, *rows, ""]), encoding="utf-8")


def taken_entries(database: sqlite3.Connection) -> sqlite3.Cursor:
    """Every entry that was taken, with the line of the file it came from."""
    sql = "SELECT line, identity, place, at, action, object_id, detail FROM imported_events"
    return database.execute(sql)


def half_taken(tx: Tx) -> list[str]:
    """What of a file was taken without the rest, or without a word about it.

    All entries or none; the list of files, the log and the bell each tell of every job once, of
    those that were cut off as of those that were done.
    """
    counted: dict[str, int] = {
        what: tx.sql(sql).fetchone()[0]
        for what, sql in {
            "entries": "SELECT count(*) FROM imported_events",
            "of files": "SELECT coalesce(sum(added), 0) FROM imported_logs",
            "files": "SELECT count(*) FROM imported_logs",
            "taken": _jobs("= 'succeeded'"),
            "told as taken": _told("log_import_done"),
            "logged as taken": _logged("ok"),
            "cut off": _jobs("IN ('failed', 'interrupted')"),
            "told as cut off": _told("log_import_failed"),
            "logged as cut off": _logged("failed"),
        }.items()
    }
    taken, cut_off = counted["taken"], counted["cut off"]
    # A file that is taken again brings nothing new, and is no second file of the list.
    files = min(taken, 1)
    wanted = {
        "entries": files * ENTRIES,
        "of files": files * ENTRIES,
        "files": files,
        "told as taken": taken,
        "logged as taken": files,
        "told as cut off": cut_off,
        "logged as cut off": cut_off,
    }
    return [
        f"half a log: {what} are {counted[what]} instead of {number}, of {counted}"
        for what, number in wanted.items()
        if counted[what] != number
    ]


def _jobs(states: str) -> str:
    return f"SELECT count(*) FROM jobs WHERE kind = 'log_import' AND state {states}"


def _told(kind: str) -> str:
    return f"SELECT count(*) FROM notifications WHERE kind = '{kind}'"


def _logged(result: str) -> str:
    return (
        "SELECT count(*) FROM audit_events WHERE subcategory = 'AUDIT_LOG_IMPORTED' "
        f"AND action = 'import' AND result = '{result}'"
    )
