"""A file that keeps some room on the disk, given up so that a full disk can still be cured.

Whoever frees space must sign in and delete, and each of these writes to the database first. On a
full disk that would be refused like all else, so the reserve is released for them alone.
"""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from crmdesk.core.db.engine import Database
from crmdesk.core.errors import UserError
from crmdesk.core.files.disk_errors import free_bytes

#: Bytes kept; room for some thousand deletions and their entries in the log.
SIZE = 16 * 1024 * 1024
#: A reserve that took the last room would itself be what fills the disk.
_LEFT_FREE = 4 * SIZE
_PIECE = 1024 * 1024

P = ParamSpec("P")
R = TypeVar("R")


class OnDatabase(Protocol):
    """A service whose workspace has a reserve beside its database."""

    _database: Database


S = TypeVar("S", bound=OnDatabase)


def reserve_path(folder: Path) -> Path:
    """The reserve of the workspace in ``folder``."""
    return folder / "reserve"


def keep_reserve(folder: Path) -> bool:
    """Make the reserve where there is room for it; returns whether it is whole now.

    Called at every start, so that a reserve that was given up comes back by itself. A disk that
    refuses costs the reserve, never the start.
    """
    path = reserve_path(folder)
    try:
        if _size(path) >= SIZE:
            return True
        if free_bytes(folder) < SIZE + _LEFT_FREE:
            release_reserve(folder)
            return False
        _fill(path)
    except OSError:
        release_reserve(folder)
        return False
    return True


def release_reserve(folder: Path) -> bool:
    """Give the reserve up; returns whether there was one."""
    try:
        reserve_path(folder).unlink()
    except OSError:
        return False
    return True


def release_some(folder: Path) -> bool:
    """Give a part of the reserve up, so that the database can be opened; whether there was any.

    Opening takes some pages for the log's index. The rest stays for those it is meant for.
    """
    path = reserve_path(folder)
    try:
        size = path.stat().st_size
        os.truncate(path, max(size - _PIECE, 0))
    except OSError:
        return False
    return size > 0


def cures_a_full_disk(
    method: Callable[Concatenate[S, P], R],
) -> Callable[Concatenate[S, P], R]:
    """Let a service's method try again with the reserve released when the disk is full.

    For signing in, deleting and expiring alone: what they refuse half-way was rolled back, so
    doing it anew is doing it once.
    """

    @functools.wraps(method)
    def with_reserve(service: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(service, *args, **kwargs)
        except UserError as error:
            folder = service._database.path.parent
            if error.code != "disk_full" or not release_reserve(folder):
                raise
        return method(service, *args, **kwargs)

    return with_reserve


def _size(path: Path) -> int:
    """Bytes of an ordinary file, 0 where there is none."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def _fill(path: Path) -> None:
    """Take the room for good: a file of zeros may be kept without any by the file system.

    Programs that start at one instant fill one file together, and none removes another's.
    """
    flags = os.O_CREAT | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, SIZE)
        else:
            for _ in range(SIZE // _PIECE):
                os.write(descriptor, os.urandom(_PIECE))
    finally:
        os.close(descriptor)
