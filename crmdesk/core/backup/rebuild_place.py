"""The folder that a workspace is rebuilt in: empty, ours alone, and no workspace before the end.

Everything is built in a folder inside it. Whatever stops the rebuild leaves at most that folder,
which the next rebuild removes; ``workspace.toml``, by which a workspace is known, comes last.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crmdesk.core.access.secret_store import SECRET_FILE
from crmdesk.core.errors import UserError
from crmdesk.core.files.partial import SUFFIX, PartialFile, partial_path
from crmdesk.core.files.presence import is_folder, is_there
from crmdesk.core.reserve import reserve_path
from crmdesk.core.workspace_folder import DATABASE_NAME, refuse_synced

BUILDING = ".restoring"
_WORKSPACE_FILE = "workspace.toml"


@contextmanager
def building_place(folder: Path) -> Iterator[Path]:
    """A folder to build in, inside of ``folder``; it is gone afterwards.

    When the block raises, nothing of what was made in ``folder`` stays.

    Raises:
        UserError: ``folder_not_empty``, ``folder_synced``, ``folder_unwritable``.
        Busy: another rebuild is at work there.
    """
    refuse_synced(folder)
    made = not is_there(folder)
    building = folder / BUILDING
    _refuse_used(folder)
    try:
        building.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            "folder_unwritable",
            f"{folder} cannot be written to ({error.strerror}).",
            "Choose a folder of your own.",
        ) from error
    # Locked by this process: the folder of a killed one is told from one at work.
    with PartialFile.create(building / "lock", 0o600) as lock:
        _clean(folder)
        try:
            yield building
        except BaseException:
            _abandon(folder, made)
            raise
        finally:
            lock.abandon()
    shutil.rmtree(building, ignore_errors=True)


def _refuse_used(folder: Path) -> None:
    if not is_there(folder):
        return
    if not is_folder(folder):
        raise _not_empty(folder, "is not a folder")
    names = {path.name for path in folder.iterdir()}
    half_made = BUILDING in names and _WORKSPACE_FILE not in names
    if names and not half_made:
        raise _not_empty(folder, "is not empty")


def _not_empty(folder: Path, why: str) -> UserError:
    return UserError(
        "folder_not_empty",
        f"{folder} {why}, so no workspace was restored into it.",
        "Name a folder that does not exist yet, or an empty one.",
        path=str(folder),
    )


def _clean(folder: Path) -> None:
    """Remove what a rebuild that was cut off has left."""
    for path in (folder / BUILDING).iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != f"lock{SUFFIX}":
            path.unlink(missing_ok=True)
    if not (folder / _WORKSPACE_FILE).exists():
        _remove_ours(folder)


def _remove_ours(folder: Path) -> None:
    """Remove what a rebuild puts beside the folder it builds in; that was empty before."""
    secrets = (SECRET_FILE, f"{SECRET_FILE}.lock")
    for name in (DATABASE_NAME, reserve_path(folder).name, *secrets, _WORKSPACE_FILE):
        for path in (folder / name, partial_path(folder / name)):
            path.unlink(missing_ok=True)
    for name in ("vault", "staging"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _abandon(folder: Path, made: bool) -> None:
    shutil.rmtree(folder / BUILDING, ignore_errors=True)
    _remove_ours(folder)
    if made:
        with suppress(OSError):
            folder.rmdir()
