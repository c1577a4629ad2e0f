"""Copies of files that are proven before they count, on the road of :mod:`.atomic`."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.files.atomic import atomic_write, ensure_room, synced_meanwhile
from crmdesk.core.files.digest import sha256_of

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy wrote: its size in bytes and the SHA-256 of its content in hex."""

    bytes: int
    sha256: str


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


class Copying:
    """A copy that can be read already; see :func:`copied_meanwhile`.

    Attributes:
        path: where the copy lies by now.
    """

    def __init__(self, path: Path, target: Path, end: Callable[[], None]) -> None:
        self.path = path
        self._target = target
        self._end = end

    def finish(self) -> None:
        """Wait until the copy is proven and on the disk, and give it its name, if not yet done.

        Whoever reads it must have ended.

        Raises:
            UserError: as :func:`copy_file`; the block has to end with it, and leaves no copy.
        """
        if self.path != self._target:
            self._end()
            self.path = self._target


@contextmanager
def copied_meanwhile(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    sha256: str,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Iterator[Copying]:
    """Copy a file for a block that reads the copy at once, before it is proven.

    While the block goes on, the copy is read back and put on the disk; it is finished at the end
    of the block at the latest. A block that fails before that leaves none. Arguments and what is
    raised are those of :func:`copy_file`.
    """
    origin, final = Path(source), Path(target)
    given_up = threading.Event()
    with ExitStack() as stack:
        reading = stack.enter_context(_open_source(origin))
        total = os.fstat(reading.fileno()).st_size
        ensure_room(final, total)
        writing = stack.enter_context(atomic_write(final))
        _pour(reading, writing, total, progress, cancelled, digests=False)
        stack.enter_context(synced_meanwhile(writing))
        pool = stack.enter_context(ThreadPoolExecutor(1, "digest"))
        read_back = pool.submit(_digest, Path(writing.name), given_up)

        def end() -> None:
            if read_back.result() != sha256:
                reading.seek(0)
                raise _not_as_it_was(origin, final, sha256_of(reading) == read_back.result())
            stack.close()

        copying = Copying(Path(writing.name), final, end)
        try:
            yield copying
            copying.finish()
        except BaseException:
            given_up.set()
            raise


def _digest(path: Path, given_up: threading.Event) -> str:
    def told() -> None:
        if given_up.is_set():
            raise Cancelled("cancelled", "The copy was cancelled; nothing was left behind.")

    with path.open("rb") as file:
        return sha256_of(file, told)


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
