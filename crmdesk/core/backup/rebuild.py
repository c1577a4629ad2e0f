"""A whole workspace from one complete backup and the recovery key.

What comes back is everything but secrets: nobody's password and nobody's second factor is in a
backup. The first Super Admin gets a one-time code, chooses a new password with it, and makes codes
for the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from crmdesk.core import platform
from crmdesk.core.access import keys, recovery_key
from crmdesk.core.access.actor import SYSTEM
from crmdesk.core.access.keys import DecryptionFailed, KeyPurpose, SigningKey
from crmdesk.core.access.user_rules import make_one_time_code
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.backup.cancel import cancelled_error, never
from crmdesk.core.backup.complete_parts import TABLES
from crmdesk.core.backup.kept_files import VAULT, file_name, is_file_entry
from crmdesk.core.backup.left_behind import LeftBehind, leave_behind
from crmdesk.core.backup.manifest import Manifest
from crmdesk.core.backup.reader import BackupFile, read_backup
from crmdesk.core.backup.rebuild_database import (
    RebuildProgress,
    Report,
    build_database,
    refuse_incomplete,
)
from crmdesk.core.backup.rebuild_place import building_place
from crmdesk.core.backup.verify import verify_backup
from crmdesk.core.clock import Clock, to_text
from crmdesk.core.db import schema
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import users
from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import free_bytes
from crmdesk.core.reserve import keep_reserve
from crmdesk.core.workspace_folder import (
    DATABASE_NAME,
    WorkspaceFile,
    make_folders,
    write_workspace_file,
)

if TYPE_CHECKING:
    from crmdesk.core.access.secrets import SecretStore

KEY_NAME = "workspace-key"
_LARGEST_ROW = 1 << 20
#: A database is larger than the text it is made from, by pages that are not quite full.
_ROOM_FOR_A_BYTE = 1.4


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A workspace that was brought back.

    Attributes:
        rows: read from the backup, records and everything else.
        email: of the Super Admin whom the one-time code is for; shown once, kept as a hash.
        fingerprint: of the signing key, as the recovery sheet bears it.
        files: of imports, that came along.
        left_behind: files that the workspace had and this backup does not hold.
    """

    folder: Path
    workspace_id: str
    name: str
    snapshot_at: datetime
    records: int
    rows: int
    email: str
    one_time_code: str
    fingerprint: str
    files: int
    left_behind: LeftBehind


@dataclass(frozen=True, slots=True)
class OpenedForRebuild:
    """A complete backup whose recovery key fits; ``key`` is the workspace's own."""

    file: BackupFile
    manifest: Manifest
    key: bytes


def open_for_rebuild(path: Path, typed: str) -> OpenedForRebuild:
    """Open a complete backup with its workspace's recovery key; reads no more than the key.

    Args:
        typed: the recovery key as typed from the sheet.

    Raises:
        UserError: ``backup_not_complete``, ``backup_damaged``, ``backup_newer``;
            ``recovery_key_mistyped`` and kin; ``recovery_key_wrong``.
    """
    given = recovery_key.parse(typed)
    described = refuse_incomplete(read_backup(path, known_key=None))
    # Held to the sizes of its own manifest, whose key the recovery key confirms below.
    file = read_backup(path, known_key=described.verify_key)
    manifest = refuse_incomplete(file)
    row = _workspace_row(file, manifest)
    key = recovery_key.unwrap(bytes.fromhex(row["wrapped_key"]), given)
    _refuse_forged(path, row, key, manifest)
    return OpenedForRebuild(file, manifest, key)


def rebuild_workspace(
    path: Path,
    folder: Path,
    typed: str,
    open_store: Callable[[], SecretStore],
    *,
    clock: Clock | None = None,
    report: Report = lambda _: None,
    cancelled: Callable[[], bool] = never,
) -> Rebuilt:
    """Bring a workspace back into an empty folder; all of it, or nothing that looks like one.

    Args:
        path: a complete backup.
        typed: the recovery key as typed from the sheet.
        open_store: opens the keyring or the encrypted file that is to keep the key from now on.

    Raises:
        UserError: what :func:`open_for_rebuild` and :func:`building_place` refuse,
            ``backup_damaged``, ``no_super_admin``, ``not_enough_space``, what the store says.
        Cancelled: ``cancelled`` said so.
    """

    def told(step: RebuildProgress) -> None:
        if cancelled():
            raise cancelled_error()
        report(step)

    opened = open_for_rebuild(path, typed)
    with building_place(folder) as building:
        _refuse_without_room(opened, building)
        told(RebuildProgress("verifying", 0, 0))
        sha256 = _verified(opened, cancelled)
        place, files = building / DATABASE_NAME, building / VAULT.name
        files.mkdir()
        rows = build_database(opened.file, place, told, clock, files)
        store = open_store()
        finished = _finish(place, opened, sha256, store, clock)
        _move_in(opened, building, folder, store)
    return _described(opened, folder, rows, finished)


def _described(opened: OpenedForRebuild, folder: Path, rows: int, finished: _Finished) -> Rebuilt:
    manifest = opened.manifest
    return Rebuilt(
        folder=folder,
        workspace_id=manifest.workspace_id,
        name=manifest.workspace_name,
        snapshot_at=manifest.snapshot_at,
        records=sum(entry.rows for entry in manifest.entries),
        rows=rows,
        email=finished.email,
        one_time_code=finished.code,
        fingerprint=manifest.fingerprint,
        files=len(_carried(manifest)),
        left_behind=finished.left_behind,
    )


def _move_in(opened: OpenedForRebuild, building: Path, folder: Path, store: SecretStore) -> None:
    """Put what was built in its place; the workspace's own file, last, makes it one."""
    manifest = opened.manifest
    make_folders(folder)
    for name in _carried(manifest):
        (building / VAULT.name / name).rename(folder / VAULT / name)
    platform.fsync_folder(folder / VAULT)
    (building / DATABASE_NAME).rename(folder / DATABASE_NAME)
    platform.fsync_folder(folder)
    keep_reserve(folder)
    store.set(f"{manifest.workspace_id}/{KEY_NAME}", keys.key_to_text(opened.key))
    known = WorkspaceFile(manifest.workspace_id, manifest.workspace_name, store.backend)
    write_workspace_file(folder, known)


def _carried(manifest: Manifest) -> list[str]:
    return [file_name(entry) for entry in manifest.parts if is_file_entry(entry)]


def _workspace_row(file: BackupFile, manifest: Manifest) -> dict[str, str]:
    name = f"{TABLES}workspace.jsonl"
    if manifest.part(name) is None:
        raise _damaged(file.path)
    with file.open_entry(name) as reading:
        data = reading.read(_LARGEST_ROW)
    try:
        row: dict[str, str] = json.loads(data)
        bytes.fromhex(row["wrapped_key"] + row["key_check"] + row["signing_key"])
    except (ValueError, KeyError, TypeError) as problem:
        raise _damaged(file.path) from problem
    return row


def _refuse_forged(path: Path, row: dict[str, str], key: bytes, manifest: Manifest) -> None:
    """Only who held the workspace's key could put its signing key under it."""
    try:
        signing = SigningKey.unwrap(key, bytes.fromhex(row["signing_key"]))
    except DecryptionFailed as problem:
        raise _damaged(path) from problem
    known = keys.derive(key, KeyPurpose.KEY_CHECK) == bytes.fromhex(row["key_check"])
    if not known or signing.public_key != manifest.verify_key:
        raise _damaged(path)


def _verified(opened: OpenedForRebuild, cancelled: Callable[[], bool]) -> str:
    """SHA-256 of the file, once every bit of it is as it was written."""
    path = opened.file.path
    verdict = verify_backup(path, opened.manifest.verify_key, cancelled=cancelled)
    if not verdict.ok:
        raise _damaged(path)
    return verdict.sha256


def _damaged(path: Path) -> UserError:
    return UserError(
        "backup_damaged",
        f"{path.name} is damaged or was changed: it is not as it was written.",
        "Nothing was restored. Choose another backup of this workspace.",
        path=str(path),
    )


def _refuse_without_room(opened: OpenedForRebuild, building: Path) -> None:
    needed = int(sum(entry.bytes for entry in opened.manifest.files) * _ROOM_FOR_A_BYTE)
    free = free_bytes(building)
    if needed > free:
        raise UserError(
            "not_enough_space",
            f"The workspace needs about {needed:,} bytes, and {free:,} are free in "
            f"{building.parent}.",
            "Free some space, or choose a folder on another disk.",
            needed=needed,
            free=free,
            path=str(building.parent),
        )


@dataclass(frozen=True, slots=True)
class _Finished:
    """What only the database itself tells."""

    email: str
    code: str
    left_behind: LeftBehind


def _finish(
    path: Path, opened: OpenedForRebuild, sha256: str, store: SecretStore, clock: Clock | None
) -> _Finished:
    """Bring the schema up to date, log what happened, and let the first Super Admin in."""
    database = Database(path, clock)
    try:
        schema.upgrade(database)
        with database.write() as tx:
            user_id, email = _first_super_admin(tx)
            code = make_one_time_code(tx, user_id)
            left_behind = leave_behind(tx, _carried(opened.manifest))
            AuditLog(keys.derive(opened.key, KeyPurpose.AUDIT_CHAIN)).log(
                tx,
                SYSTEM,
                kinds.WORKSPACE_RESTORED,
                object_type="workspace",
                object_id=opened.manifest.workspace_id,
                details={
                    "sha256": sha256,
                    "snapshot_at": to_text(opened.manifest.snapshot_at),
                    "program_version": opened.manifest.program_version,
                    "store": store.backend,
                    "email": email,
                    "files_left_behind": left_behind.files,
                },
            )
    finally:
        database.close()
    return _Finished(email, code, left_behind)


def _first_super_admin(tx: Tx) -> tuple[int, str]:
    row = tx.execute(
        select(users.c.id, users.c.email)
        .where(
            users.c.super_admin == 1,
            users.c.active == 1,
            users.c.kind == "user",
            users.c.removed_at.is_(None),
        )
        .order_by(users.c.id)
        .limit(1)
    ).first()
    if row is None:
        raise UserError(
            "no_super_admin",
            "No active Super Admin is in this backup, so nobody could open the workspace.",
            "Choose an earlier backup.",
        )
    return row.id, row.email
