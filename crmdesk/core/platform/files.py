"""Files and folders: lasting renames, who may read them, where they belong, one lock."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from crmdesk.core.platform.system import System, current_system, run_program

PROGRAM = "crmdesk"

# A virus scanner or the search index holds a file for moments after it was closed.
_REPLACE_PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP})
_WINDOWS_SYSTEM_ACCOUNT = "*S-1-5-18"


def fsync_folder(folder: Path, system: System | None = None) -> None:
    """Make the names in a folder survive a power cut, as a rename alone does not.

    Windows cannot open a folder for this and keeps its own journal: nothing is done there.
    Not run here on Windows and macOS. A file system that knows no such thing is left alone.

    Raises:
        OSError: the folder is missing or the disk failed.
    """
    if (system or current_system()) is System.WINDOWS:
        return
    descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


def replace(
    source: Path,
    target: Path,
    system: System | None = None,
    *,
    move: Callable[[Path, Path], None] = os.replace,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Move a file over another in one step; on Windows, try again while somebody holds it.

    Windows refuses to replace an open file. The waits add up to 2.6 seconds, then the last
    refusal stands. Not run here on Windows.

    Raises:
        OSError: the move failed; both files are as they were.
    """
    if (system or current_system()) is System.WINDOWS:
        for seconds in _REPLACE_PAUSES:
            try:
                move(source, target)
            except PermissionError:
                pause(seconds)
            else:
                return
    move(source, target)


def restrict(
    path: Path,
    system: System | None = None,
    *,
    run: Callable[[Sequence[str]], str] = run_program,
) -> None:
    """Let nobody but this user (and on Windows the system itself) read a file or folder.

    Modes 0600 and 0700; on Windows an access list that inherits nothing, by ``icacls``.
    Not run here on Windows.

    Raises:
        OSError: the file is missing, belongs to another user, or ``icacls`` failed.
    """
    is_folder = path.is_dir()
    if (system or current_system()) is not System.WINDOWS:
        path.chmod(0o700 if is_folder else 0o600)
        return
    rights = "(OI)(CI)F" if is_folder else "F"
    grants = [f"{account}:{rights}" for account in (_windows_account(), _WINDOWS_SYSTEM_ACCOUNT)]
    run(["icacls", str(path), "/inheritance:r", "/grant:r", *grants])


def _windows_account() -> str:
    name, domain = os.environ.get("USERNAME", ""), os.environ.get("USERDOMAIN", "")
    if not name:
        raise OSError("Windows did not tell the name of this account")
    return f"{domain}\\{name}" if domain else name


def set_private_umask() -> None:
    """From now on, create files for this user alone, whatever the shell's mask was.

    Windows knows no such mask; :func:`restrict` does the work there.
    """
    os.umask(0o077)


def data_folder() -> Path:
    """Where workspaces are kept unless the user says otherwise; not created here."""
    # Whoever is told a folder does not need it.
    import platformdirs

    return platformdirs.user_data_path(PROGRAM, appauthor=False)


def config_folder() -> Path:
    """Where this user's choices are kept, e.g. the last workspace; not created here."""
    import platformdirs

    return platformdirs.user_config_path(PROGRAM, appauthor=False)


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Hold a lock between processes for a moment; the lock file (0600) stays behind, empty.

    Waits while another process holds it. The operating system lets go of it when the holder
    ends, however it ends. Not run here on Windows, whose own call gives up after ten seconds.

    Raises:
        OSError: the folder is missing or cannot be written.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


class LockMode(Enum):
    """How a lock between processes is held."""

    SHARED = "shared"
    ALONE = "alone"


def lock_now(descriptor: int, mode: LockMode) -> bool:
    """Hold a file's lock until the file is closed, or say that others are in the way.

    Whoever holds it already changes the mode, and may lose it where that is refused.
    Windows has no lock that several may hold: nothing is granted there.
    """
    if sys.platform == "win32":
        return False
    import fcntl

    wanted = fcntl.LOCK_EX if mode is LockMode.ALONE else fcntl.LOCK_SH
    try:
        fcntl.flock(descriptor, wanted | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
