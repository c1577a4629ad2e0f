"""The database all measurements read: contacts with 60 properties, about 40 % blank."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from crmdesk.core.backup.shapes import ColumnShape, ObjectShape
from crmdesk.core.db.driver import sqlite3

FOLDER = Path(__file__).parent / ".data"
TABLE = "obj_contacts"
TYPES = {
    **{f"text_{number}": "string" for number in range(34)},
    **{f"date_{number}": "date" for number in range(8)},
    **{f"whole_{number}": "number" for number in range(10)},
    **{f"decimal_{number}": "number" for number in range(6)},
}
PLAN_COLUMNS = [
    *(f"text_{number}" for number in range(12)),
    *(f"date_{number}" for number in range(4)),
    *(f"whole_{number}" for number in range(3)),
    "decimal_0",
]
CHANGED_SHARE = 0.02
_BLANK = 0.4
_WORDS = [
    "Anna",
    "Berg",
    "Müller",
    "London",
    "street",
    "123",
    "alpha",
    "beta",
    "gamma",
    "delta",
    "customer",
    "north",
    "south",
    "sales",
    "engineering",
    "manager",
    "director",
    "open,",
    "closed",
    '"new"',
    "München",
    "日本",
    "office",
    "supplies",
]


def shape() -> ObjectShape:
    """Contacts as the engine takes them: 58 properties, create date and record id."""
    columns = (
        ColumnShape("hs_object_id", "id", "number"),
        ColumnShape("createdate", "created_at", "datetime"),
        *(ColumnShape(name, name, kind) for name, kind in TYPES.items()),
    )
    return ObjectShape("contacts", "contacts.csv", TABLE, columns, "Contacts")


def csv_query() -> str:
    """The SELECT every peer runs: the same columns and rows in the same order."""
    names = ",".join(column.column_name for column in shape().columns)
    # For a peer the scan of the table is the quickest way; SQLite would take the index.
    return f"SELECT {names} FROM {TABLE} NOT INDEXED WHERE archived_at IS NULL ORDER BY id"


def contacts(rows: int) -> Path:
    """The database with so many contacts; made once and kept."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"contacts-{rows}-indexed.sqlite"
    if path.exists():
        return path
    making = path.with_suffix(".making")
    making.unlink(missing_ok=True)
    with closing(sqlite3.connect(making)) as connection:
        _fill(connection, rows)
    making.rename(path)
    return path


def changed_contacts(rows: int) -> Path:
    """The same database after an accident: 2 % of the records changed in 20 properties."""
    path = FOLDER / f"contacts-{rows}-indexed-changed.sqlite"
    if path.exists():
        return path
    making = path.with_suffix(".making")
    shutil.copyfile(contacts(rows), making)
    chance = random.Random(2)
    changes = ",".join(f"{name} = ?" for name in PLAN_COLUMNS)
    with closing(sqlite3.connect(making)) as connection, connection:
        connection.executemany(
            f"UPDATE {TABLE} SET {changes} WHERE id = ?",
            (
                [*(value_of(TYPES[name], name, chance) for name in PLAN_COLUMNS), record]
                for record in sorted(chance.sample(range(1, rows + 1), int(rows * CHANGED_SHARE)))
            ),
        )
    with closing(sqlite3.connect(making)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    making.rename(path)
    return path


def _fill(connection: sqlite3.Connection, rows: int) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    columns = ", ".join(f"{name} TEXT" for name in TYPES)
    connection.execute(
        f"CREATE TABLE {TABLE} (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at TEXT NOT NULL,"
        " updated_at TEXT NOT NULL, archived_at TEXT, archived_by INTEGER,"
        f" version INTEGER NOT NULL DEFAULT 1, {columns}) STRICT"
    )
    connection.execute(f"CREATE INDEX ix_{TABLE}_archived ON {TABLE} (archived_at)")
    marks = ",".join("?" * (len(TYPES) + 2))
    with connection:
        connection.executemany(
            f"INSERT INTO {TABLE} (created_at, updated_at, {','.join(TYPES)}) VALUES ({marks})",
            _records(rows),
        )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _records(rows: int) -> Iterator[list[str | None]]:
    chance = random.Random(1)
    for number in range(rows):
        day = 1 + number % 28
        created = f"2026-01-{day:02d}T10:{number % 60:02d}:00.{number % 1000:03d}Z"
        yield [created, created, *(value_of(kind, name, chance) for name, kind in TYPES.items())]


def value_of(kind: str, name: str, chance: random.Random) -> str | None:
    """One believable value, or a blank."""
    if chance.random() < _BLANK:
        return None
    if kind == "string":
        return " ".join(chance.choices(_WORDS, k=chance.randint(1, 4)))
    if kind == "date":
        day = chance.randint(1, 28)
        return f"{chance.randint(2010, 2026)}-{chance.randint(1, 12):02d}-{day:02d}"
    if name.startswith("whole"):
        return str(chance.randint(0, 10**6))
    return f"{chance.randint(0, 10**6)}.{chance.randint(1, 9)}"
