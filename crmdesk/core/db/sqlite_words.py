"""The words of the audit log's details: full text kept by SQLite, without the texts themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from crmdesk.core.db.driver import sqlite3

#: From here on what is taken out leaves nothing in the file; older ones cannot read such a file.
KEPT = sqlite3.sqlite_version_info >= (3, 42)
_NAME = "audit_words"
#: Neither texts nor lengths are kept: entries are found, not ranked.
_CREATE = (
    "CREATE VIRTUAL TABLE {} USING fts5(words, content='', columnsize=0, "
    "tokenize='unicode61 remove_diacritics 2')"
)
# A sign that is a word of its own: words of two values never stand beside each other.
_BETWEEN = " \ue000 "
_AT_ONCE = 10_000
_MAIN = f"main.{_NAME}"


def has_words(connection: sqlite3.Connection) -> bool:
    """Whether words were kept in this file, and this SQLite may read them."""
    found = connection.execute("SELECT 1 FROM main.sqlite_master WHERE name = ?", (_NAME,))
    return KEPT and found.fetchone() is not None


def begin_words(connection: sqlite3.Connection) -> None:
    """Make the table anew, empty."""
    connection.execute(f"DROP TABLE IF EXISTS {_MAIN}")
    connection.execute(_CREATE.format(_MAIN))
    connection.execute(f"INSERT INTO {_MAIN} ({_NAME}, rank) VALUES ('secure-delete', 1)")


def add_words(connection: sqlite3.Connection, after: int, last: int) -> None:
    """Keep the words of the entries after one, up to ``last``."""
    connection.executemany(
        f"INSERT INTO {_MAIN} (rowid, words) VALUES (?, ?)", _texts(connection, after, last)
    )


def forget_words(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Take the words of entries out whose details are about to be erased."""
    marks = json.dumps(list(numbers))
    rows = connection.execute(
        "SELECT event_id, payload FROM main.audit_details "
        "WHERE event_id IN (SELECT value FROM json_each(?))",
        (marks,),
    )
    connection.executemany(
        f"INSERT INTO {_MAIN} ({_NAME}, rowid, words) VALUES ('delete', ?, ?)",
        [(number, text) for number, payload in rows if (text := words_of(payload))],
    )


def empty_words(connection: sqlite3.Connection) -> None:
    """Take every word out by a SQLite that cannot read the table; it is made anew by one that can.

    The table below it is one like others.
    """
    kept = connection.execute("SELECT 1 FROM main.sqlite_master WHERE name = ?", (f"{_NAME}_data",))
    if kept.fetchone() is not None:
        connection.execute(f"DELETE FROM main.{_NAME}_data")


def with_words(connection: sqlite3.Connection, phrase: str) -> Iterator[int]:
    """The entries among those kept that hold a phrase; its last word may be a beginning."""
    found = connection.execute(f"SELECT rowid FROM {_MAIN} WHERE {_NAME} MATCH ?", (phrase,))
    return (row[0] for row in found)


def with_words_unkept(
    connection: sqlite3.Connection, phrase: str, after: int, last: int
) -> Iterator[int]:
    """The same among entries whose words are not kept yet."""
    while after < last:
        end = min(after + _AT_ONCE, last)
        with closing(sqlite3.connect(":memory:")) as scratch:
            scratch.execute(_CREATE.format(_NAME))
            scratch.executemany(
                f"INSERT INTO {_NAME} (rowid, words) VALUES (?, ?)", _texts(connection, after, end)
            )
            found = scratch.execute(f"SELECT rowid FROM {_NAME} WHERE {_NAME} MATCH ?", (phrase,))
            yield from [row[0] for row in found]
        after = end


def phrase_of(text: str) -> str:
    """What to look for as the table wants it: one phrase whose last word is a beginning."""
    plain = text.replace("\x00", " ").replace('"', '""')
    return f'"{plain}" *'


def words_of(payload: str | None) -> str:
    """Every value, not the keys, of an entry's details; nothing of details that somebody broke."""
    try:
        read = json.loads(payload or "{}")
    except ValueError:
        return ""
    return _BETWEEN.join(_values(read)).replace("\x00", " ") if isinstance(read, dict) else ""


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
