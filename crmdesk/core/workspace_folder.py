"""The folder of a workspace: claimed by one maker, furnished, and told from other folders."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core import platform
from crmdesk.core.access.secret_store import SECRET_FILE
from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.files.presence import is_folder, is_there, resolved
from crmdesk.core.workspace_claim import Claim, announce, claims, is_claim

DATABASE_NAME = "crm.sqlite3"
_FILE_NAME = "workspace.toml"
_FILES = (
    DATABASE_NAME,
    *(f"{DATABASE_NAME}{end}" for end in ("-journal", "-wal", "-shm", "-digests")),
    f"{_FILE_NAME}.partial",
    "reserve",
    SECRET_FILE,
    f"{SECRET_FILE}.partial",
)
#: File managers leave them wherever somebody looks.
_OF_DESKTOPS = frozenset({".DS_Store", ".directory", "Thumbs.db", "desktop.ini"})
_FOLDERS = ("vault", "vault/backups", "vault/exports", "vault/imports", "staging")


@dataclass(frozen=True, slots=True)
class WorkspaceFile:
    """What ``workspace.toml`` says, so that a workspace is known before its key is."""

    id: str
    name: str
    secret_store: str


@dataclass(frozen=True, slots=True)
class ClaimedFolder:
    """A folder in which this process makes a workspace.

    Attributes:
        was_made: whether the folder itself was not there before.
        left_over: ids of workspaces whose making was killed here; their keys may be in a keyring.
    """

    folder: Path
    was_made: bool
    claim: Claim
    left_over: tuple[str, ...]

    def settle(self) -> None:
        """Take the note away: the workspace is whole."""
        self.claim.withdraw()

    def leave(self) -> None:
        """Take back what :func:`claim_folder` and the maker after it have made."""
        if self.was_made:
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        for name in (*_FILES, _FILE_NAME):
            if name not in self.claim.found:
                (self.folder / name).unlink(missing_ok=True)
        self.claim.withdraw()
        _remove_empty(self.folder, self.was_made)


def claim_folder(folder: Path, workspace_id: str) -> ClaimedFolder:
    """Make the folders and an empty database, which nobody else can make then.

    What a maker left that was killed half-way is removed first: its own files and no others.

    Args:
        workspace_id: of the workspace that will be made.

    Raises:
        UserError: ``folder_in_use``, ``folder_half_made``, ``folder_not_empty``,
            ``folder_synced``, ``folder_unwritable``.
    """
    _refuse_place(folder)
    made = not is_there(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        claim, left_over = _announced(folder, workspace_id)
        try:
            make_folders(folder)
            make_database(folder)
        except BaseException:
            claim.withdraw()
            raise
    except OSError as error:
        _remove_empty(folder, made)
        raise UserError(
            "folder_unwritable",
            f"{folder} cannot be written to ({error.strerror}).",
            "Choose a folder of your own.",
        ) from error
    return ClaimedFolder(folder, made, claim, left_over)


def _announced(folder: Path, workspace_id: str) -> tuple[Claim, tuple[str, ...]]:
    """Leave our note, and remove what killed makers left, whose ids are returned.

    The note comes first: of two who find the same leavings, one sees the other's note.
    """
    makers = claims(folder)
    ours = [name for name in _FILES if _was_made_by(makers, name)]
    if any(each.is_live for each in makers):
        raise _half_made(folder)
    claim = announce(folder, workspace_id, [name for name in _FILES if name not in ours])
    others = [each for each in claims(folder) if each.path != claim.path]
    if any(each.is_live for each in others) or DATABASE_NAME in claim.found:
        claim.withdraw()
        raise _half_made(folder)
    for name in ours:
        (folder / name).unlink(missing_ok=True)
    for each in others:
        each.withdraw()
    return claim, tuple(each.workspace_id for each in makers)


def _was_made_by(makers: Sequence[Claim], name: str) -> bool:
    """Whether makers that were killed made a file, which none of them found there."""
    return bool(makers) and not any(name in each.found for each in makers)


def forget_claims(folder: Path) -> None:
    """Remove the notes of a finished making, also of one that was killed after its last step."""
    for each in claims(folder):
        each.withdraw()


def refuse_lost(folder: Path) -> None:
    """Refuse to write into a folder of the vault that went, with its disk or by another hand.

    Raises:
        UserError: ``folder_missing``.
    """
    if not is_folder(folder):
        raise UserError(
            "folder_missing",
            f"The workspace's own folder {folder} is gone, and what lay in it.",
            "Connect the disk that it is on or copy it back. If it is lost, make it anew, empty: "
            "`crmdesk check` then names the files that are missing.",
            path=str(folder),
        )


def refuse_inside(folder: Path, target: Path) -> None:
    """Keep what people save away from a workspace's own files, one of which it would replace.

    Raises:
        UserError: ``target_in_workspace``.
    """
    if resolved(target).is_relative_to(resolved(folder)):
        raise UserError(
            "target_in_workspace",
            f"{target} lies in the workspace's own folder, so nothing was saved.",
            "Choose a folder of your own.",
            path=str(target),
        )


def read_workspace_file(folder: Path) -> WorkspaceFile:
    """Read ``workspace.toml``.

    Raises:
        UserError: ``workspace_missing``; ``workspace_unreadable``, ``workspace_file_damaged``:
            there is one, and what is wrong with it.
    """
    path = folder / _FILE_NAME
    try:
        facts = _facts(path.read_text(encoding="utf-8"))
        return WorkspaceFile(facts["id"], facts["name"], facts.get("secret_store", "keyring"))
    except PermissionError as error:
        raise UserError(
            "workspace_unreadable",
            f"{path} cannot be read: {error.strerror}.",
            "A workspace belongs to the user who created it: ask them, or choose another folder.",
        ) from error
    except OSError as error:
        raise UserError(
            "workspace_missing",
            f"There is no CRM Desk workspace in {folder}.",
            "Create one with `crmdesk init`, or choose another folder.",
        ) from error
    except (KeyError, ValueError) as error:
        raise UserError(
            "workspace_file_damaged",
            f"{path} does not say which workspace this is: it was edited or damaged.",
            "Put the file back from a copy of the folder; it holds no secrets.",
        ) from error


def _facts(text: str) -> dict[str, str]:
    """What the file says: texts that JSON and TOML spell alike, where no other hand was at it.

    The reader of all TOML takes as long to import as a twentieth of a whole start.
    """
    try:
        return {
            name: json.loads(value)
            for name, _, value in (line.partition(" = ") for line in text.splitlines())
        }
    except ValueError:
        import tomllib

        return tomllib.loads(text)


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


def make_folders(folder: Path) -> None:
    """Make a workspace's folders, for the user alone.

    Raises:
        OSError: one of them cannot be made.
    """
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


def refuse_synced(folder: Path) -> None:
    """Keep databases away from network drives and folders that a program synchronises.

    Raises:
        UserError: ``folder_synced``.
    """
    unsafe = platform.is_network_or_sync_folder(folder)
    if unsafe is not None:
        raise UserError(
            "folder_synced",
            f"{folder} lies on {unsafe.name} ({unsafe.problem.value}), where an open database "
            "can be damaged.",
            "Choose a folder on a disk of this computer.",
        )


def _refuse_place(folder: Path) -> None:
    refuse_synced(folder)
    if is_there(folder / _FILE_NAME):
        raise _in_use(folder)
    # What lies there belongs to a workspace that was lost: its backups must not be swept by us.
    for kept in (folder / "vault", folder / "staging"):
        if is_folder(kept) and any(path.is_file() for path in kept.rglob("*")):
            raise UserError(
                "folder_not_empty",
                f"{kept} holds files of another workspace.",
                "Choose an empty folder, and keep the backups that lie in this one.",
            )
    names = _names_in(folder)
    strangers = [name for name in names if not _may_be_ours(name)]
    # Where a maker was killed the folder is ours already, whatever has come there since.
    if strangers and not any(map(is_claim, names)):
        shown = ", ".join(strangers[:3]) + (" …" if len(strangers) > 3 else "")
        raise UserError(
            "folder_not_empty",
            f"{folder} holds other files ({shown}), and nobody else could read it afterwards.",
            "Choose a new or an empty folder.",
        )


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        # Not there yet, or not to be looked into: making the folder says what is wrong.
        return []


def _may_be_ours(name: str) -> bool:
    """Whether a maker of a workspace can have left it, or the desktop that shows the folder."""
    ours = {*_FILES, *(each.partition("/")[0] for each in _FOLDERS)}
    return name in ours or name in _OF_DESKTOPS


def _half_made(folder: Path) -> UserError:
    return UserError(
        "folder_half_made",
        f"A workspace in {folder} is being made, or its database has lost its workspace.toml.",
        "Wait a moment and try again, or choose another folder.",
    )


def _in_use(folder: Path) -> UserError:
    return UserError(
        "folder_in_use",
        f"There is a workspace in {folder} already.",
        "Open it, or choose another folder. If its recovery key was never shown, sign in and make "
        "a new one with `crmdesk keyring new-recovery-key`.",
    )
