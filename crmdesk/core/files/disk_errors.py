"""The disk's refusals as sentences a person can act on."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from crmdesk.core.errors import UserError
from crmdesk.core.files.presence import is_folder

LONGEST_NAME = 255
"""Bytes that a name may have on every file system we know of."""

# EFBIG stands here because a file-size quota (RLIMIT_FSIZE) reports it, not ENOSPC.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def free_bytes(path: str | os.PathLike[str]) -> int:
    """Bytes an ordinary user may still write where ``path`` is or will be.

    Args:
        path: file or folder; the nearest folder above it that exists is asked.
    """
    place = Path(path).absolute()
    while not is_folder(place) and place != place.parent:
        place = place.parent
    return shutil.disk_usage(place).free


def ensure_room(path: str | os.PathLike[str], needed: int) -> None:
    """Refuse before writing when ``needed`` bytes would not fit beside ``path``.

    Raises:
        UserError: ``disk_full`` with the needed and free bytes.
    """
    free = free_bytes(path)
    if needed > free:
        raise _disk_full(Path(path), needed, free)


def as_user_error(error: OSError, path: str | os.PathLike[str], needed: int) -> UserError:
    """Translate what the operating system said while writing ``path``.

    Args:
        error: what the call raised.
        path: the final name of the file, for the sentence.
        needed: bytes the file asked for, as far as it is known.
    """
    target = Path(path)
    if error.errno in _FULL:
        return _disk_full(target, needed, _free_or_zero(target))
    if error.errno in _FORBIDDEN:
        return folder_closed(target, f": {os.strerror(error.errno or 0)}")
    if error.errno == errno.ENAMETOOLONG:
        return name_too_long(target)
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return folder_missing(target)
    return UserError(
        "write_failed",
        f"{target} could not be written: {error.strerror or error}.",
        "Nothing was kept. Check the disk, then try again or choose another folder.",
        path=str(target),
    )


def folder_closed(target: Path, why: str = "") -> UserError:
    """The refusal when this user may not write to the folder that should hold ``target``."""
    return UserError(
        "folder_read_only",
        f"Nothing may be written to {target.parent}{why}.",
        "Choose another folder, or allow writing there.",
        path=str(target),
    )


def folder_missing(target: Path) -> UserError:
    """The refusal when the folder that should hold ``target`` does not exist."""
    return UserError(
        "folder_missing",
        f"The folder {target.parent} does not exist.",
        "Create it, or choose another folder.",
        path=str(target),
    )


def name_too_long(target: Path) -> UserError:
    """The refusal when a file, a folder above it, or the whole path has too long a name."""
    size = max(len(os.fsencode(part)) for part in target.parts)
    if size <= LONGEST_NAME:
        return UserError(
            "file_name_too_long",
            f"The path has {len(os.fsencode(target))} bytes, more than this system can take.",
            "Choose a place that lies in fewer or shorter folders.",
            path=str(target),
        )
    return UserError(
        "file_name_too_long",
        f"The name has {size} bytes, and the disk holds names of at most {LONGEST_NAME}.",
        "Choose a shorter name.",
        path=str(target),
        bytes=size,
    )


def _disk_full(target: Path, needed: int, free: int) -> UserError:
    return UserError(
        "disk_full",
        f"There is no room for {target}: {needed:,} bytes are needed, {free:,} are free.",
        "Free some space, or choose another disk. Nothing was left behind.",
        path=str(target),
        needed=needed,
        free=free,
    )


def _free_or_zero(target: Path) -> int:
    try:
        return free_bytes(target)
    except OSError:
        return 0
