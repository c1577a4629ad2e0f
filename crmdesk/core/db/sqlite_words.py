"""The words of the audit log's details: full text kept by SQLite, without the texts themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from crmdesk.core.db.driver import sqlite3

#: From here on what is taken out leaves nothing in the file; older ones cannot read such a file.
KEPT = sqlite3.sqlite_version_info >= (3, 42)
NAME = "audit_words"
#: Neither texts nor lengths are kept: entries are found, not ranked.
CREATE = (
    "CREATE VIRTUAL TABLE {} USING fts5(words, content='', columnsize=0, "
    "tokenize='unicode61 remove_diacritics 2')"
)
#: A sign that is a word of its own: words of two values never stand beside each other.
BETWEEN = "\ue000"
#: No sign of a word sorts after it.
HIGHEST = "\U0010ffff"
MAIN = f"main.{NAME}"


def has_words(connection: sqlite3.Connection) -> bool:
    """Whether words were kept in this file, and this SQLite may read them."""
    found = connection.execute("SELECT 1 FROM main.sqlite_master WHERE name = ?", (NAME,))
    return KEPT and found.fetchone() is not None


def begin_words(connection: sqlite3.Connection) -> None:
    """Make the table anew, empty."""
    connection.execute(f"DROP TABLE IF EXISTS {MAIN}")
    connection.execute(CREATE.format(MAIN))
    connection.execute(f"INSERT INTO {MAIN} ({NAME}, rank) VALUES ('secure-delete', 1)")


def add_words(connection: sqlite3.Connection, after: int, last: int) -> None:
    """Keep the words of the entries after one, up to ``last``."""
    connection.executemany(
        f"INSERT INTO {MAIN} (rowid, words) VALUES (?, ?)", _texts(connection, after, last)
    )


def texts_of(connection: sqlite3.Connection, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Number and words of some entries; those without any are left out."""
    rows = connection.execute(
        "SELECT event_id, payload FROM main.audit_details "
        "WHERE event_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(numbers)),),
    )
    return ((number, text) for number, payload in rows if (text := words_of(payload)))


def forget_words(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Take the words of entries out whose details are about to be erased."""
    connection.executemany(
        f"INSERT INTO {MAIN} ({NAME}, rowid, words) VALUES ('delete', ?, ?)",
        list(texts_of(connection, numbers)),
    )


def empty_words(connection: sqlite3.Connection) -> None:
    """Take every word out by a SQLite that cannot read the table; it is made anew by one that can.

    The table below it is one like others.
    """
    kept = connection.execute("SELECT 1 FROM main.sqlite_master WHERE name = ?", (f"{NAME}_data",))
    if kept.fetchone() is not None:
        connection.execute(f"DELETE FROM main.{NAME}_data")


def words_of(payload: str | None) -> str:
    """Every value, not the keys, of an entry's details; nothing of details that somebody broke."""
    try:
        read = json.loads(payload or "{}")
    except ValueError:
        return ""
    return f" {BETWEEN} ".join(_values(read)).replace("\x00", " ") if isinstance(read, dict) else ""


def _texts(connection: sqlite3.Connection, after: int, last: int) -> Iterator[tuple[int, str]]:
    rows = connection.execute(
        "SELECT event_id, payload FROM main.audit_details WHERE event_id > ? AND event_id <= ? "
        "AND payload IS NOT NULL ORDER BY event_id",
        (after, last),
    )
    return ((number, text) for number, payload in rows if (text := words_of(payload)))


def _values(value: Any) -> list[str]:
    """Every number and text in it. A stack and no recursion: it is done for each entry there is."""
    found, left = [], [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, dict):
            left.extend(each.values())
        elif isinstance(each, list):
            left.extend(each)
        elif each is not None and not isinstance(each, bool):
            found.append(str(each))
    return found
