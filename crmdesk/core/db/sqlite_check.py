"""SQLite's own checks of a database file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.stopping import stoppable_connection

_MOST = 10


def integrity_problems(path: Path, *, quick: bool, cancelled: Callable[[], bool]) -> list[str]:
    """What SQLite finds wrong with the pages and, unless ``quick``, with the indexes.

    Raises:
        Cancelled: ``cancelled`` said so.
    """
    question = f"PRAGMA {'quick_check' if quick else 'integrity_check'}({_MOST})"
    return _ask(path, question, {"ok"}, cancelled)


def broken_references(path: Path, cancelled: Callable[[], bool]) -> list[str]:
    """Rows that refer to a row which is not there.

    Raises:
        Cancelled: ``cancelled`` said so.
    """
    return _ask(path, "PRAGMA foreign_key_check", set(), cancelled)


def _ask(path: Path, question: str, good: set[str], cancelled: Callable[[], bool]) -> list[str]:
    try:
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection,
            stoppable_connection(connection, cancelled),
        ):
            rows = connection.execute(question).fetchmany(_MOST)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return [str(error)]
    found = [" ".join(str(part) for part in row) for row in rows]
    return [line for line in found if line not in good]
