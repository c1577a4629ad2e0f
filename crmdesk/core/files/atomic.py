"""Files that are wholly there or not there at all.

A file is written as ``name.partial`` beside its final name, synced, renamed, and the folder
synced. Without this road a zip that was reported as written was gone after every power cut tried.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from crmdesk.core import platform
from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.files.digest import sha256_of
from crmdesk.core.files.disk_errors import as_user_error, ensure_room, free_bytes
from crmdesk.core.files.partial import PartialFile, partial_path, remove_stray_partials
from crmdesk.core.files.targets import check_target

__all__ = [
    "Copied",
    "atomic_write",
    "copy_file",
    "ensure_room",
    "free_bytes",
    "partial_path",
    "remove_stray_partials",
    "synced_meanwhile",
]

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy wrote: its size in bytes and the SHA-256 of its content in hex."""

    bytes: int
    sha256: str


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


def copy_file(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    sha256: str | None = None,
    before_named: Callable[[], None] | None = None,
) -> Copied:
    """Copy a file on the same road, and read the copy back before it counts.

    Args:
        source: the file to copy.
        target: the final name of the copy.
        progress: told the bytes copied and the bytes in all, about once a megabyte.
        cancelled: asked as often; true ends the copy with nothing left behind.
        sha256: digest the source must have, e.g. the one noted when a backup was made.
        before_named: called once the copy is sound, and before it has its name; what it raises
            leaves no copy. A copy is logged there: after a kill no copy is without its entry.

    Raises:
        UserError: as ``atomic_write``, and ``source_missing``, ``source_unreadable``,
            ``source_changed`` or ``copy_differs``.
        Cancelled: ``cancelled`` said so.
    """
    origin = Path(source)
    with _open_source(origin) as reading:
        total = os.fstat(reading.fileno()).st_size
        ensure_room(target, total)
        with atomic_write(target) as writing:
            # One digest of the copy says both, unless it differs: which of the two is wrong?
            poured = _pour(reading, writing, total, progress, cancelled, digests=sha256 is None)
            writing.flush()
            writing.seek(0)
            read_back = sha256_of(writing)
            if read_back != (sha256 or poured.sha256):
                reading.seek(0)
                raise _not_as_it_was(origin, Path(target), sha256_of(reading) == read_back)
            if before_named is not None:
                before_named()
    return Copied(poured.bytes, read_back)


def _not_as_it_was(origin: Path, target: Path, copy_is_right: bool) -> UserError:
    if copy_is_right:
        return UserError(
            "source_changed",
            f"{origin} is no longer the file that was written: its digest differs.",
            "Do not rely on it: use another one, or make it anew.",
            path=str(origin),
        )
    return UserError(
        "copy_differs",
        f"The copy {target} does not read back as it was written.",
        "Check the disk and choose another place.",
        path=str(target),
    )


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


def _open_source(origin: Path) -> BinaryIO:
    try:
        return origin.open("rb")
    except FileNotFoundError as error:
        raise UserError(
            "source_missing", f"The file {origin} is missing.", path=str(origin)
        ) from error
    except OSError as error:
        raise UserError(
            "source_unreadable",
            f"The file {origin} cannot be read: {error.strerror}.",
            path=str(origin),
        ) from error


def _pour(
    reading: BinaryIO,
    writing: BinaryIO,
    total: int,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
    *,
    digests: bool,
) -> Copied:
    """Copy all bytes; the digest of what was read, or of nothing where it is not wanted."""
    digest = hashlib.sha256()
    done = 0
    while piece := reading.read(_PIECE):
        if cancelled is not None and cancelled():
            raise Cancelled("cancelled", "The copy was cancelled; nothing was left behind.")
        writing.write(piece)
        if digests:
            digest.update(piece)
        done += len(piece)
        if progress is not None:
            progress(done, total)
    return Copied(done, digest.hexdigest())
