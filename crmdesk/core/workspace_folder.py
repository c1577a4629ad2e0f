"""The folder of a workspace: claimed by one maker, furnished, and told from other folders."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core import platform
from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.reserve import release_reserve

DATABASE_NAME = "crm.sqlite3"
_FILE_NAME = "workspace.toml"
_FOLDERS = ("vault", "vault/backups", "vault/exports", "vault/imports", "staging")


@dataclass(frozen=True, slots=True)
class WorkspaceFile:
    """What ``workspace.toml`` says, so that a workspace is known before its key is."""

    id: str
    name: str
    secret_store: str


def claim_folder(folder: Path) -> bool:
    """Make the folders and an empty database, which nobody else can make then.

    Returns:
        Whether the folder itself was not there before.

    Raises:
        UserError: ``folder_in_use``, ``folder_half_made``, ``folder_not_empty``,
            ``folder_synced``, ``folder_unwritable``.
    """
    _refuse_place(folder)
    made = not folder.exists()
    try:
        _make_folders(folder)
        make_database(folder)
    except OSError as error:
        _remove_empty(folder, made)
        raise UserError(
            "folder_unwritable",
            f"{folder} cannot be written to ({error.strerror}).",
            "Choose a folder of your own.",
        ) from error
    return made


def leave_folder(folder: Path, made: bool) -> None:
    """Take back what :func:`claim_folder` and the maker after it have made."""
    if made:
        shutil.rmtree(folder, ignore_errors=True)
        return
    release_reserve(folder)
    for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm", _FILE_NAME):
        (folder / name).unlink(missing_ok=True)
    _remove_empty(folder, made)


def refuse_inside(folder: Path, target: Path) -> None:
    """Keep what people save away from a workspace's own files, one of which it would replace.

    Raises:
        UserError: ``target_in_workspace``.
    """
    if target.absolute().resolve().is_relative_to(folder.absolute().resolve()):
        raise UserError(
            "target_in_workspace",
            f"{target} lies in the workspace's own folder, so nothing was saved.",
            "Choose a folder of your own.",
            path=str(target),
        )


def read_workspace_file(folder: Path) -> WorkspaceFile:
    """Read ``workspace.toml``.

    Raises:
        UserError: ``workspace_missing``.
    """
    try:
        facts = tomllib.loads((folder / _FILE_NAME).read_text(encoding="utf-8"))
        return WorkspaceFile(facts["id"], facts["name"], facts.get("secret_store", "keyring"))
    except (OSError, KeyError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(
            "workspace_missing",
            f"There is no CRM Desk workspace in {folder}.",
            "Create one with “crmdesk init”, or choose another folder.",
        ) from error


def write_workspace_file(folder: Path, file: WorkspaceFile) -> None:
    """Write ``workspace.toml``; it holds no secrets."""
    lines = [
        f"id = {_json(file.id)}",
        f"name = {_json(file.name)}",
        f"database = {_json(f'sqlite:///{DATABASE_NAME}')}",
        f"secret_store = {_json(file.secret_store)}",
    ]
    with atomic_write(folder / _FILE_NAME) as writing:
        writing.write(("\n".join(lines) + "\n").encode("utf-8"))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _make_folders(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    platform.restrict(folder)
    for name in _FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
        platform.restrict(folder / name)


def make_database(folder: Path) -> None:
    """Make the empty database that claims the folder.

    Raises:
        UserError: ``folder_in_use``: two made it at once. Who lost must not clean up after who won.
    """
    try:
        os.close(os.open(folder / DATABASE_NAME, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise _in_use(folder) from error


def _remove_empty(folder: Path, made: bool) -> None:
    """Remove our folders as far as nothing lies in them."""
    ours = [folder / name for name in reversed(_FOLDERS)]
    for path in [*ours, folder] if made else ours:
        with suppress(OSError):
            path.rmdir()


def _refuse_place(folder: Path) -> None:
    unsafe = platform.is_network_or_sync_folder(folder)
    if unsafe is not None:
        raise UserError(
            "folder_synced",
            f"{folder} lies on {unsafe.name} ({unsafe.problem.value}), where an open database "
            "can be damaged.",
            "Choose a folder on a disk of this computer.",
        )
    if (folder / _FILE_NAME).exists():
        raise _in_use(folder)
    if (folder / DATABASE_NAME).exists():
        raise UserError(
            "folder_half_made",
            f"A workspace in {folder} is being made, or its making was cut off.",
            "Choose another folder; if nothing is being made, this one can be deleted.",
        )
    # What lies there belongs to a workspace that was lost: its backups must not be swept by us.
    for kept in (folder / "vault", folder / "staging"):
        if any(path.is_file() for path in kept.rglob("*")):
            raise UserError(
                "folder_not_empty",
                f"{kept} holds files of another workspace.",
                "Choose an empty folder, and keep the backups that lie in this one.",
            )


def _in_use(folder: Path) -> UserError:
    return UserError(
        "folder_in_use",
        f"There is a workspace in {folder} already.",
        "Open it, or choose another folder.",
    )
