"""A database whose stored bytes changed by themselves: found early, and never written to.

Nothing is repaired in place: what a damaged page held is known to a backup alone.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import Clock
from crmdesk.core.db import schema
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Database
from crmdesk.core.db.page_digests import PageFindings, digests_path
from crmdesk.core.errors import Busy, UserError
from crmdesk.core.reserve import release_some
from crmdesk.core.workspace_folder import DATABASE_NAME

if TYPE_CHECKING:
    from crmdesk.core.backup.model import Backup

#: What is said of a file that was ours when it was last closed.
_BROKEN = frozenset({"not_a_database", "database_foreign", "database_damaged"})
_MOST_TRIED = 3
#: A gigabyte or two: who has the wrong key is not kept waiting for more.
_WRONG_KEY_SECONDS = 2.0


def open_database(folder: Path, clock: Clock | None) -> Database:
    """Open a workspace's database and bring it up to date.

    On a full disk even its log has no room, which the reserve gives.

    Raises:
        UserError: ``database_damaged``, ``not_a_database``, ``database_foreign``,
            ``database_newer``.
    """
    database = Database(folder / DATABASE_NAME, clock, keeps_digests=True)
    # Before anybody else opens it: only now it shows who had it open last.
    if database.pages is not None and digests_path(database.path).exists():
        database.pages.begin()
    try:
        try:
            schema.prepare(database)
        except UserError as error:
            if error.code != "disk_full" or not release_some(folder):
                raise
            schema.prepare(database)
        with database.read() as tx:
            tx.sql("SELECT 1 FROM workspace").fetchone()
    except (UserError, ValueError, SQLAlchemyError, sqlite3.Error) as error:
        told = _unreadable(database) if _is_damage(database, error) else None
        database.close()
        if told is None:
            raise
        raise told from error
    return database


def _is_damage(database: Database, error: Exception) -> bool:
    """Whether the stored bytes are at fault that a database of ours cannot be opened."""
    if database.pages is None or not digests_path(database.path).exists():
        return False
    if isinstance(error, UserError):
        return error.code in _BROKEN
    return bool(database.pages.look().damaged)


def look_at_start(database: Database, seconds: float | None) -> UserError | None:
    """Look at some pages; from damage on, the database takes nothing but sign-ins.

    Args:
        seconds: how long at most; the next start goes on from there. ``None`` for all pages.
    """
    if database.pages is None:
        return None
    try:
        found = database.pages.look(seconds)
    except (Busy, sqlite3.DatabaseError, OSError):
        # Somebody writes, or the disk is full or failing: the next start looks.
        return None
    database.refusal = _read_only(database, found) if found.is_damaged else None
    return database.refusal


@contextmanager
def told_as_damage(database: Database) -> Iterator[None]:
    """Where odd values lead to an odd error, see whether the disk is at fault, and say so."""
    try:
        yield
    except UserError as error:
        # One flipped bit makes a wrong key of the right one.
        is_odd = error.code == "wrong_key"
        damage = look_at_start(database, _WRONG_KEY_SECONDS) if is_odd else None
        if damage is None:
            raise
        raise damage from error
    except (ValueError, TypeError, LookupError, ArithmeticError, SQLAlchemyError) as error:
        damage = database.refusal or look_at_start(database, None)
        if damage is None:
            raise
        raise damage from error


def accept_pages(database: Database, guard: Guard, audit_log: AuditLog, actor: Actor) -> int:
    """Take the database as it is, after another program wrote to it on purpose.

    Returns:
        How many pages it has.

    Raises:
        PermissionDenied: the actor is not a Super Admin.
        Busy: somebody writes for longer than is waited.
    """
    guard.require(actor, Permission.SUPER_ADMIN)
    with database.admit() as tx:
        audit_log.log(tx, actor, kinds.PAGES_ACCEPTED)
    if database.pages is None:
        return 0
    pages = database.pages.accept()
    database.refusal = None
    return pages


def advice(database: Database) -> str:
    """What to do about a damaged database, by the newest backup that is as it was written."""
    return _advice(_newest(database))


def _newest(database: Database) -> tuple[Path, bool] | None:
    """The newest sound backup in the vault, and whether it is a complete one."""
    vault = database.path.parent / "vault" / "backups"
    return _newest_sound(database, vault) or _newest_file(vault)


def _advice(found: tuple[Path, bool] | None) -> str:
    if found is None:
        return "There is no sound backup in the vault. Look for a copy that you saved elsewhere."
    path, is_complete = found
    if is_complete:
        named = shlex.quote(str(path))
        return (
            f"Restore the newest backup: run `crmdesk workspace restore {named} --into NEW_FOLDER`."
        )
    return f"Create a new workspace and import the newest backup, {path}, into it."


def _read_only(database: Database, found: PageFindings) -> UserError:
    count = len(found.damaged)
    pages = "1 page is" if count == 1 else f"{count:,} pages are"
    newest = _newest(database)
    return UserError(
        "database_damaged",
        f"{database.path} is damaged: {pages} not as written. It can be read, and nothing is "
        "written to it.",
        _advice(newest),
        path=str(database.path),
        pages=list(found.damaged),
        backup="" if newest is None else str(newest[0]),
        is_complete=newest is not None and newest[1],
    )


def _unreadable(database: Database) -> UserError:
    return UserError(
        "database_damaged",
        f"{database.path} is damaged and cannot be opened. Nothing was changed.",
        advice(database),
        path=str(database.path),
    )


def _newest_sound(database: Database, vault: Path) -> tuple[Path, bool] | None:
    """The newest backup by the database's own list, where that can still be read."""
    from crmdesk.core.backup.policy import read_backups

    found: list[Backup] = []
    with (
        suppress(UserError, DBAPIError, sqlite3.DatabaseError, ValueError),
        database.read() as tx,
    ):
        found = read_backups(tx, vault)
    kept = [each for each in found if each.restorable][:_MOST_TRIED]
    sound = (each for each in kept if _is_as_written(vault / each.file_name, each.sha256))
    newest = next(sound, None)
    return None if newest is None else (vault / newest.file_name, newest.complete)


def _is_as_written(path: Path, sha256: str) -> bool:
    from crmdesk.core.files.digest import sha256_of

    try:
        with path.open("rb") as file:
            return sha256_of(file) == sha256
    except OSError:
        return False


def _newest_file(vault: Path) -> tuple[Path, bool] | None:
    """The newest file of the vault that is whole, when the list of backups cannot be read."""
    from crmdesk.core.backup.reader import read_backup
    from crmdesk.core.backup.verify import verify_backup

    files = sorted(vault.glob("*.zip"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[:_MOST_TRIED]:
        with suppress(UserError):
            manifest = read_backup(path, known_key=None).manifest
            # Whose key signed it is not known here; that every bit is as it was signed, is.
            if manifest is not None and verify_backup(path, manifest.verify_key).ok:
                return path, manifest.complete
    return None
