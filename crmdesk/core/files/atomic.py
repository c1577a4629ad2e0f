"""Files that are wholly there or not there at all.

A file is written as ``name.partial`` beside its final name, synced, renamed, and the folder
synced. Without this road a zip that was reported as written was gone after every power cut tried.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from crmdesk.core import platform
from crmdesk.core.files.disk_errors import as_user_error, ensure_room, free_bytes
from crmdesk.core.files.partial import PartialFile, partial_path, remove_stray_partials
from crmdesk.core.files.targets import check_target

__all__ = [
    "atomic_write",
    "ensure_room",
    "free_bytes",
    "partial_path",
    "remove_stray_partials",
    "synced_meanwhile",
]


@contextmanager
def atomic_write(path: str | os.PathLike[str], mode: int = 0o600) -> Iterator[BinaryIO]:
    """Write a file so that its final name appears only when all of it is on the disk.

    Args:
        path: the final name; an ordinary file of that name is replaced.
        mode: permission bits of the file.

    Yields:
        A buffered binary file, open for writing, reading and seeking; its ``name`` is the
        partial's path, so that the content can be checked before it counts.

    Raises:
        UserError: ``target_is_a_folder``, ``target_is_not_a_file``, ``folder_missing``,
            ``folder_read_only``, ``file_name_too_long``, ``file_in_use``, ``disk_full`` or
            ``write_failed``. Any error, a cancel included, removes the partial.
    """
    target = Path(path)
    replaces = check_target(target)
    raw = PartialFile.create(target, mode)
    file = io.BufferedRandom(raw)
    try:
        yield cast(BinaryIO, file)
        file.flush()
        raw.sync()
        _put_in_place(raw, target, replaces)
    except BaseException:
        # KeyboardInterrupt and GeneratorExit leave a partial behind just as errors do.
        raw.abandon()
        raise
    finally:
        file.close()


@contextmanager
def synced_meanwhile(file: BinaryIO) -> Iterator[None]:
    """Put on the disk what was written to a file of :func:`atomic_write`, while the block goes on.

    For a block that only reads: it need not wait for the disk first, nor the disk for it.

    Raises:
        UserError: as :func:`atomic_write`, when the block has ended.
    """
    file.flush()
    partial = cast(PartialFile, cast(io.BufferedRandom, file).raw)
    with ThreadPoolExecutor(1) as pool:
        synced = pool.submit(partial.sync)
        yield
    synced.result()


def _put_in_place(raw: PartialFile, target: Path, replaces: bool) -> None:
    """Rename and make the rename last; a rename that may not last is taken back."""
    if sys.platform == "win32":
        raw.close()  # an open file cannot be renamed there
    try:
        platform.replace(raw.path, target)
    except OSError as error:
        raise as_user_error(error, target, raw.written) from error
    try:
        platform.fsync_folder(target.parent)
    except OSError as error:
        if not replaces:
            with suppress(OSError):
                target.unlink()
        raise as_user_error(error, target, raw.written) from error
