"""Creates the schema and brings an older one up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection

from crmdesk.core.db import sqlite
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Database
from crmdesk.core.errors import UserError

CURRENT = "0002"


def version_of(path: Path) -> str | None:
    """The schema version of a database file, or ``None`` for a file that is not ours.

    Raises:
        Busy: another program holds the file.
        UserError: ``not_a_database``, ``database_unreachable``, ``disk_full``.
    """
    try:
        with (
            sqlite.explain_errors(path),
            closing(sqlite3.connect(sqlite.read_only(path), uri=True)) as connection,
        ):
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        # A database without our table; whatever else may be wrong has its own sentence.
        return None
    return None if row is None else str(row[0])


def prepare(database: Database) -> None:
    """Make the database ready for this program: refuse, migrate, or do nothing.

    A file that is migrated is copied first; the copy lies beside it.

    Raises:
        UserError: ``database_foreign``, ``database_newer``; the file is untouched.
    """
    version = version_of(database.path)
    if version == CURRENT:
        return
    if version is None:
        raise UserError(
            "database_foreign",
            f"{database.path} is not a CRM Desk workspace.",
            "Choose the folder of a workspace, or create a new one.",
        )
    if version > CURRENT:
        raise UserError(
            "database_newer",
            "This workspace was written by a newer CRM Desk and was left untouched.",
            "Update CRM Desk on this computer and open it again.",
        )
    with _locked(database) as connection:
        # Another process may have done it while we waited: its copy is the one of before.
        if version_of(database.path) != CURRENT:
            _copy(database, database.path.with_name(f"crm-before-{CURRENT}.sqlite3"))
            _migrate(connection)


def upgrade(database: Database, version: str = "head") -> None:
    """Run the migrations that the file lacks, all in one transaction.

    Whoever comes second waits, and finds nothing to do.

    Args:
        version: the last one to run; an older one is what older rows are read into.

    Raises:
        Busy: another process holds the file for longer than is waited.
    """
    with _locked(database) as connection:
        _migrate(connection, version)


@contextmanager
def _locked(database: Database) -> Iterator[Connection]:
    """A connection that holds the write lock; it commits at the end."""
    with sqlite.explain_errors(database.path), database.connection() as opened:
        connection = opened.execution_options(**{sqlite.IMMEDIATE: True})
        with connection.begin():
            yield connection


def _copy(database: Database, target: Path) -> None:
    """Copy through SQLite, so that what still is in the write-ahead log comes along."""
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    with closing(database.raw()) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _migrate(connection: Connection, version: str = "head") -> None:
    # Alembic takes 100 ms to import and is needed once in a file's life.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, version)
