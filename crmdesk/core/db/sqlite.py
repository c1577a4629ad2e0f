"""What is SQLite's alone: connection settings, error texts, and the shape of object tables."""

from __future__ import annotations

import random
import secrets
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import Busy, UserError

if TYPE_CHECKING:
    # A process that fills a part of a stage starts in half the time without it.
    from sqlalchemy import Connection

    from crmdesk.core.db.page_keeper import PageKeeper

IMMEDIATE = "crmdesk_immediate"
#: Seconds that a write waits for the lock, where it is not the connection's own time.
PATIENCE = "crmdesk_patience"
MAXIMUM_PROPERTIES = 1500
#: KiB, negative as SQLite wants it: what a bulk change touches is read and written once.
_BULK_CACHE, _USUAL_CACHE = -65_536, -2_000
#: Bytes; the log's index alone takes 32 KiB at a time.
_LEAST_FREE = 64 * 1024
_CHAIN = 100
#: SQLite's functions take at most 100, the format included.
_ARGUMENTS = 90
#: ``concat_ws`` came with this version.
_LISTS = sqlite3.sqlite_version_info >= (3, 44)


def configure_connection(busy_seconds: float) -> Callable[[Any, Any], None]:
    """Return the listener that prepares each new pooled connection."""

    def configure(connection: sqlite3.Connection, _record: object) -> None:
        # The driver must not begin transactions by itself: we choose which kind each one is.
        connection.isolation_level = None
        apply_pragmas(connection, busy_seconds)

    return configure


def apply_pragmas(connection: sqlite3.Connection, busy_seconds: float = 10.0) -> None:
    """Set what every connection needs, the waiting time first so that the rest can wait."""
    connection.execute(f"PRAGMA busy_timeout={int(busy_seconds * 1000)}")
    connection.execute("PRAGMA journal_mode=WAL")
    # FULL, because with NORMAL acknowledged commits were lost in 38 of 40 power cuts.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA temp_store=MEMORY")


def read_only(path: Path) -> str:
    """The URI that opens a file for reading; its name may hold any sign, ``#`` and ``?`` too."""
    return f"{path.absolute().as_uri()}?mode=ro"


def before_connecting(pages: PageKeeper) -> Callable[..., None]:
    """Return the listener that joins those who keep the digests of pages."""

    def join(*_: object) -> None:
        pages.begin()

    return join


def after_connecting(pages: PageKeeper) -> Callable[[Any, Any], None]:
    """Return the listener that leaves the moving of the log to the keeper of digests."""

    def leave(connection: sqlite3.Connection, _record: object) -> None:
        pages.opened(connection)

    return leave


def begin(connection: Connection) -> None:
    """Begin a transaction: writers take the lock at once, or a later upgrade would fail."""
    options = connection.get_execution_options()
    if options.get(IMMEDIATE, False):
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        _take_write_lock(driver, options.get(PATIENCE))
    else:
        connection.exec_driver_sql("BEGIN")


def lock_is_free(driver: sqlite3.Connection) -> bool:
    """Whether nobody holds the write lock at this moment; it is taken and given back."""
    allowed = int(driver.execute("PRAGMA busy_timeout").fetchone()[0])
    driver.execute("PRAGMA busy_timeout=0")
    try:
        driver.execute("BEGIN IMMEDIATE")
        driver.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        # Any other trouble is the writer's to tell.
        return error.sqlite_errorcode != sqlite3.SQLITE_BUSY
    finally:
        driver.execute(f"PRAGMA busy_timeout={allowed}")
    return True


def _take_write_lock(driver: sqlite3.Connection, seconds: float | None) -> None:
    """Begin a write, asking again every few milliseconds until the waiting time is over.

    SQLite's own waiting grows to a tenth of a second between tries: beside a busy writer one
    waited up to six seconds that way, and everybody has a turn in milliseconds this way.
    """
    allowed = int(driver.execute("PRAGMA busy_timeout").fetchone()[0])
    deadline = time.monotonic() + (allowed / 1000 if seconds is None else seconds)
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            else:
                return
            time.sleep(random.uniform(0.000_5, 0.004))  # noqa: S311 - spreads the tries, no secret
    finally:
        driver.execute(f"PRAGMA busy_timeout={allowed}")


@contextmanager
def attached(connection: Connection, files: Mapping[str, Path]) -> Iterator[None]:
    """Attach scratch files by their schemas, for the time of one transaction.

    A crash makes their job interrupted and they are swept away, so they are written without
    journal or fsync. Beside them the transaction gets an empty ``temp.created``, where a plan
    notes which record each row became. A file that it attaches itself is gone with it.
    """
    if not files:
        yield
        return
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    try:
        for schema, path in files.items():
            driver.execute(f"ATTACH ? AS {quoted(schema)}", (str(path),))
            driver.execute(f"PRAGMA {quoted(schema)}.journal_mode=OFF")
            driver.execute(f"PRAGMA {quoted(schema)}.synchronous=OFF")
        driver.execute(f"PRAGMA main.cache_size={_BULK_CACHE}")
        driver.execute("CREATE TEMP TABLE created (record_id INTEGER PRIMARY KEY, row INTEGER)")
        yield
    finally:
        driver.execute("DROP TABLE IF EXISTS temp.created")
        driver.execute(f"PRAGMA main.cache_size={_USUAL_CACHE}")
        _detach(driver, files)


def _detach(driver: sqlite3.Connection, kept: Collection[str]) -> None:
    for _, schema, path in driver.execute("PRAGMA database_list").fetchall():
        if schema not in ("main", "temp"):
            driver.execute(f"DETACH {quoted(schema)}")
            if schema not in kept:
                Path(path).unlink(missing_ok=True)


@contextmanager
def page_kept(driver: sqlite3.Connection, table: str) -> Iterator[None]:
    """Keep the first page of a small table in the cache while a large change is written.

    A page that leaves the cache for the log and is changed once more makes SQLite read all of
    the log behind it and reckon its checksums anew: a twentieth of a large import, for the one
    page that says which id comes next. While it is read it stays.
    """
    with closing(driver.execute(f"SELECT 1 FROM main.{quoted(table)}")):
        yield


def mark_commit(driver: sqlite3.Connection) -> int:
    """Write a random number into the database's header, last thing in a transaction."""
    mark = 1 + secrets.randbelow((1 << 31) - 1)
    driver.execute(f"PRAGMA main.user_version={mark}")
    return mark


def is_marked(path: Path, mark: int) -> bool:
    """Whether the transaction that left ``mark`` stands, as another connection sees it."""
    with closing(sqlite3.connect(path)) as fresh:
        return bool(fresh.execute("PRAGMA user_version").fetchone()[0] == mark)


@contextmanager
def explain_errors(path: Path) -> Iterator[None]:
    """Turn the driver's errors into sentences; bugs (programming errors) pass through."""
    try:
        yield
    except Exception as error:
        # SQLAlchemy wraps what the driver said, and keeps it as ``orig``.
        known = _explained(getattr(error, "orig", error), path)
        if known is None:
            raise
        raise known from error


def _explained(error: BaseException | None, path: Path) -> UserError | None:
    if not isinstance(error, sqlite3.DatabaseError):
        return None
    name = getattr(error, "sqlite_errorname", "") or ""
    text = str(error)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or "database is locked" in text:
        return Busy(
            "database_busy",
            "Another program is writing to the workspace, so nothing was changed.",
            "Wait until it is done and try again.",
        )
    if name.startswith("SQLITE_FULL") or (_has_no_room(path) and _is_unwritten(name)):
        free = shutil.disk_usage(path.parent).free
        return UserError(
            "disk_full",
            f"The disk that holds {path} is full ({free:,} bytes free). Nothing was changed.",
            "Free some space, e.g. by deleting an old backup, and try again.",
            path=str(path),
            free=free,
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        return UserError(
            "database_read_only",
            f"{path} cannot be written to. Nothing was changed.",
            "Check that the folder is not read-only and belongs to you.",
        )
    if name.startswith("SQLITE_NOTADB"):
        return UserError(
            "not_a_database", f"{path} is not a database.", "Choose the folder of a workspace."
        )
    # What was stored was text: only a failing disk makes bytes of it that are none.
    if name.startswith("SQLITE_CORRUPT") or "decode to UTF-8" in text:
        return UserError(
            "database_damaged",
            f"{path} is damaged. Nothing was changed.",
            "Stop working in it. Run `crmdesk check` to see what is damaged, and the way back.",
        )
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
        return UserError(
            "database_unreachable",
            f"{path} cannot be read or written ({text}). Nothing was changed.",
            "Check that the disk is there and has room, then try again.",
        )
    return None


def _is_unwritten(name: str) -> bool:
    return name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN"))


def _has_no_room(path: Path) -> bool:
    """Whether the disk is full: SQLite says so of the file itself, not of its log and index."""
    try:
        return shutil.disk_usage(path.parent).free < _LEAST_FREE
    except OSError:
        return False


# -- object tables ---------------------------------------------------------------------------


def quoted(name: str) -> str:
    """Quote an SQL name."""
    return '"' + name.replace('"', '""') + '"'


def create_object_table(table: str, columns: Sequence[str]) -> str:
    """SQL for the table of one object type; every property is canonical text or NULL."""
    properties = "".join(f", {quoted(name)} TEXT" for name in columns)
    return (
        f"CREATE TABLE {quoted(table)} (id INTEGER PRIMARY KEY AUTOINCREMENT, "
        "created_at TEXT NOT NULL, updated_at TEXT NOT NULL, archived_at TEXT, archived_by "
        "INTEGER, "
        f"version INTEGER NOT NULL DEFAULT 1{properties}) STRICT"
    )


def create_archive_index(table: str) -> str:
    """SQL for the index that lists and counts live records, and those in the bin, by id.

    It holds a few bytes a record, so that neither reads the table itself.
    """
    return f"CREATE INDEX {quoted('ix_' + table + '_archived')} ON {quoted(table)} (archived_at)"


def add_property_column(table: str, column: str) -> str:
    """SQL that adds a property; instant at any size."""
    return f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(column)} TEXT"


def balanced(parts: Sequence[str], operator: str) -> str:
    """Join many SQL expressions as a tree: a chain of 1,500 is deeper than SQLite allows."""
    if len(parts) <= _CHAIN:
        return f"({operator.join(parts)})"
    groups = [balanced(parts[i : i + _CHAIN], operator) for i in range(0, len(parts), _CHAIN)]
    return balanced(groups, operator)


def listed(parts: Sequence[str], newest: bool = _LISTS) -> str:
    """Concatenate many SQL texts with commas; those that are NULL, as most are, are left out.

    A tree of ``||``, each of which copies what stands to its left, takes twice the time, and
    ``printf``, which any SQLite has, a third more.

    Args:
        newest: whether this SQLite can leave out by itself.
    """
    groups = [parts[i : i + _ARGUMENTS] for i in range(0, len(parts), _ARGUMENTS)]
    if newest:
        found = [f"nullif(concat_ws(',', {', '.join(group)}), '')" for group in groups]
        return f"concat_ws(',', {', '.join(found)})"
    printed = []
    for group in groups:
        texts = ", ".join(f"',' || {part}" for part in group)
        printed.append(f"printf('{'%s' * len(group)}', {texts})")
    return f"substr({balanced(printed, ' || ')}, 2)"


def unique_expression(column: str, qualifier: str = "") -> str:
    """What uniqueness compares: ASCII letters without their case.

    ``lower()`` and not a function of ours, so that any SQLite tool can still write to the file.
    """
    prefix = f"{qualifier}." if qualifier else ""
    return f"lower({prefix}{quoted(column)})"


def create_unique_index(table: str, column: str) -> str:
    """SQL for uniqueness among the live records."""
    return (
        f"CREATE UNIQUE INDEX {quoted(f'ux_{table}_{column}')} ON {quoted(table)} "
        f"({unique_expression(column)}) WHERE archived_at IS NULL AND {quoted(column)} IS NOT NULL"
    )


def drop_unique_index(table: str, column: str) -> str:
    """SQL that ends uniqueness."""
    return f"DROP INDEX IF EXISTS {quoted(f'ux_{table}_{column}')}"


HISTORY_VIEW = (
    "CREATE VIEW property_history AS SELECT h.change_id, "
    "CAST(c.value ->> 0 AS INTEGER) AS property_id, h.record_id, h.object_type_id, "
    "c.value ->> 1 AS old, c.value ->> 2 AS new FROM value_history h, json_each(h.cells) c"
)
AUDIT_TRIGGERS = (
    "CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events "
    "BEGIN SELECT RAISE(ABORT, 'audit entries cannot be changed'); END",
    "CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events "
    "BEGIN SELECT RAISE(ABORT, 'audit entries cannot be deleted'); END",
    # INSERT OR REPLACE deletes the old row without asking the trigger above.
    "CREATE TRIGGER audit_events_no_replace BEFORE INSERT ON audit_events "
    "WHEN EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'audit entries cannot be replaced'); END",
)


def definition_triggers(tables: Sequence[str]) -> list[str]:
    """Triggers that count every change of definitions, so that readers may keep what they read."""
    return [
        f"CREATE TRIGGER {table}_{verb.lower()}_counts AFTER {verb} ON {table} "
        "BEGIN UPDATE definitions_state SET version = version + 1; END"
        for table in tables
        for verb in ("INSERT", "UPDATE", "DELETE")
    ]
