"""Opens ordinary files only: no links, pipes, devices or folders."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from crmdesk.core.errors import UserError
from crmdesk.core.files.presence import is_folder


def open_ordinary(path: str | os.PathLike[str], max_bytes: int | None = None) -> BinaryIO:
    """Open a file for reading after making sure that it is one.

    The check is made on the opened file, so that nothing can be swapped in between; opening a
    pipe does not wait for its other end.

    Args:
        path: the file; a link at this name is refused, links in the folders above are not.
        max_bytes: the largest size that is accepted; None for any.

    Raises:
        UserError: ``file_missing``, ``file_is_a_folder``, ``file_is_a_link``,
            ``file_not_ordinary``, ``file_unreadable``, ``file_empty`` or ``file_too_large``.
    """
    place = Path(path)
    if _is_link(place):
        raise UserError(
            "file_is_a_link",
            f"{place} is a link to another file.",
            "Choose the file itself.",
            path=str(place),
        )
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(place, flags | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise _cannot_open(place, error) from error
    try:
        _check(place, os.fstat(descriptor), max_bytes)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _check(place: Path, found: os.stat_result, max_bytes: int | None) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise _is_a_folder(place)
    if not stat.S_ISREG(found.st_mode):
        raise UserError(
            "file_not_ordinary",
            f"{place} is a pipe or a device, not an ordinary file.",
            "Save its content to a file first.",
            path=str(place),
        )
    if found.st_size == 0:
        raise UserError(
            "file_empty", f"{place.name} is empty.", "Choose another file.", path=str(place)
        )
    if max_bytes is not None and found.st_size > max_bytes:
        raise UserError(
            "file_too_large",
            f"{place.name} has {found.st_size:,} bytes; at most {max_bytes:,} are accepted.",
            "Split the file, or raise the limit with --max-bytes.",
            path=str(place),
            bytes=found.st_size,
            limit=max_bytes,
        )


def file_missing(place: Path) -> UserError:
    """The refusal of a file that is not there."""
    return UserError(
        "file_missing", f"There is no file {place}.", "Check the name.", path=str(place)
    )


def _cannot_open(place: Path, error: OSError) -> UserError:
    # A name that no disk can hold is not there either.
    absent = isinstance(error, FileNotFoundError | NotADirectoryError)
    if absent or error.errno == errno.ENAMETOOLONG:
        return file_missing(place)
    if is_folder(place):  # Windows refuses to open a folder at all
        return _is_a_folder(place)
    return UserError(
        "file_unreadable",
        f"{place} cannot be read: {error.strerror}.",
        "Check who may read the file.",
        path=str(place),
    )


def _is_link(place: Path) -> bool:
    try:
        return place.is_symlink()
    except OSError:
        return False  # it cannot be looked up, as opening it says next


def _is_a_folder(place: Path) -> UserError:
    return UserError(
        "file_is_a_folder",
        f"{place} is a folder, not a file.",
        "Choose a file in it.",
        path=str(place),
    )
