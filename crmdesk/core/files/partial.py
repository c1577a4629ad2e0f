"""The unfinished file beside a final name: made, guarded, swept."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from crmdesk.core.errors import Busy
from crmdesk.core.files.disk_errors import as_user_error

SUFFIX = ".partial"
_LONGEST_NAME = 255
_SWEEPING_SECONDS = 0.5
_LOOK_SECONDS = 0.01


class PartialFile(io.FileIO):
    """A file being written under its partial name, locked by the process that writes it.

    The lock tells a stray of a killed process (free to be removed) from one in the making. On
    Windows an open file cannot be removed, which says the same.
    """

    path: Path
    target: Path
    written: int
    _abandoned: bool

    @classmethod
    def create(cls, target: Path, mode: int) -> Self:
        """Make the partial of ``target``; a stray one of a dead process is removed first."""
        path = partial_path(target)
        try:
            descriptor = _made_and_locked(path, mode)
        except (FileExistsError, BlockingIOError) as error:
            raise _in_use(target) from error
        except OSError as error:
            raise as_user_error(error, target, 0) from error
        partial = cls(descriptor, "r+b")
        # io names a file opened by descriptor after its number; readers want the path.
        partial.name = str(path)
        partial.path, partial.target = path, target
        partial.written, partial._abandoned = 0, False
        return partial

    def write(self, data: Any, /) -> int:
        """Write, or after ``abandon`` swallow what a buffer still wants to flush."""
        view = memoryview(data).cast("B")
        if self._abandoned:
            return len(view)
        try:
            count = super().write(view)
        except OSError as error:
            raise as_user_error(error, self.target, self.written + len(view)) from error
        self.written += count or 0
        return count

    def sync(self) -> None:
        """Put the content on the disk; a refusal is final, since a second try lies.

        Linux marks the pages clean after a failed fsync, so that a repeat reports success.
        """
        try:
            os.fsync(self.fileno())
        except OSError as error:
            raise as_user_error(error, self.target, self.written) from error

    def abandon(self) -> None:
        """Give the file up: nothing more is written and the partial name goes away."""
        self._abandoned = True
        if sys.platform == "win32":
            self.close()  # an open file cannot be removed there
        with suppress(OSError):
            self.path.unlink()


def partial_path(target: Path) -> Path:
    """The name ``target`` has while it is written; long names are cut to fit 255 bytes."""
    name = target.name + SUFFIX
    if len(os.fsencode(name)) > _LONGEST_NAME:
        digest = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]
        name = f"{digest}{SUFFIX}"
    return target.with_name(name)


def remove_stray_partials(folder: str | os.PathLike[str]) -> list[Path]:
    """Remove what killed processes left behind in one folder, and say what that was.

    Partials that some process is still writing are left alone.
    """
    removed = []
    try:
        found = sorted(Path(folder).glob(f"*{SUFFIX}"))
    except OSError:
        return []
    for path in found:
        with suppress(OSError):
            if not path.is_symlink() and not path.is_file():
                continue
            _remove_stray(path)
            removed.append(path)
    return removed


def _made_and_locked(path: Path, mode: int) -> int:
    """A descriptor of a new partial that is locked and still has its name.

    Whoever sweeps at this instant may take the file before it is locked, or hold the lock of a
    stray for as long as it takes to remove it; only a program that writes holds it for longer.

    Raises:
        FileExistsError, BlockingIOError: a live process writes it.
    """
    give_up = time.monotonic() + _SWEEPING_SECONDS
    while True:
        try:
            _remove_stray(path)
            descriptor = _made(path, mode)
        except (FileExistsError, BlockingIOError):
            if time.monotonic() > give_up:
                raise
            time.sleep(_LOOK_SECONDS)
            continue
        with suppress(BlockingIOError):
            _lock(descriptor)
            if _is_named(descriptor, path):
                return descriptor
        os.close(descriptor)


def _made(path: Path, mode: int) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, mode)
    if os.name == "posix":
        os.fchmod(descriptor, mode)  # whatever the umask took away or left
    return descriptor


def _is_named(descriptor: int, path: Path) -> bool:
    """Whether a path still names an open file."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _remove_stray(path: Path) -> None:
    """Remove a partial nobody writes.

    Raises:
        BlockingIOError: a live process holds it.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno == errno.ELOOP:
            path.unlink()  # a link put at this name: the link goes, its goal stays
            return
        raise
    try:
        _lock(descriptor)
        # Its writer may have given it its final name meanwhile, and another one begun anew.
        if sys.platform != "win32" and _is_named(descriptor, path):
            path.unlink()
    finally:
        os.close(descriptor)
    if sys.platform == "win32":
        path.unlink()


def _lock(descriptor: int) -> None:
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _in_use(target: Path) -> Busy:
    return Busy(
        "file_in_use",
        f"Another program is writing {target} at this moment.",
        "Wait until it has finished, or choose another name.",
        path=str(target),
    )
