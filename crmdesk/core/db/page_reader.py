"""Reads a database's pages past SQLite, without taking SQLite's locks away.

POSIX forgets all locks of a process on a file as soon as any of its descriptors is closed. One
descriptor a file is therefore shared by all who read, and closed with the last of them.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from crmdesk.core.db.page_digests import page_digest

_AT_ONCE = 256
#: In place of the digest of a page that the disk does not give; no page has it.
UNREADABLE = 0


@dataclass(slots=True)
class Look:
    """Pages that were compared with their digests.

    Attributes:
        following: the page to begin with next time.
        is_whole: every page was looked at.
    """

    pages: int
    looked_at: int = 0
    following: int = 1
    is_whole: bool = False
    different: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)


class PageReader:
    """The pages of one file; several hold it, and :meth:`release` it one by one."""

    _shared: ClassVar[dict[tuple[int, int], PageReader]] = {}
    _mutex: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, descriptor: int, key: tuple[int, int]) -> None:
        self._descriptor = descriptor
        self._key = key
        self._holders = 0

    @classmethod
    def of(cls, path: Path) -> PageReader:
        """The reader of a file, opened when nobody in this process holds one.

        Raises:
            OSError: there is no such file.
        """
        with cls._mutex:
            found = path.stat()
            key = (found.st_dev, found.st_ino)
            reader = cls._shared.get(key)
            if reader is None:
                flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)
                reader = cls._shared[key] = cls(os.open(path, flags), key)
            reader._holders += 1
            return reader

    def release(self) -> None:
        """Give it back, once all own connections to the file are closed."""
        with self._mutex:
            self._holders -= 1
            if not self._holders:
                os.close(self._descriptor)
                del self._shared[self._key]

    def pages(self, page_bytes: int) -> int:
        """How many pages the file has."""
        return os.fstat(self._descriptor).st_size // page_bytes

    def digest(self, number: int, page_bytes: int) -> int:
        """The digest of one page as it lies in the file; 0 where the disk does not give it."""
        try:
            page = os.pread(self._descriptor, page_bytes, (number - 1) * page_bytes)
        except OSError:
            return UNREADABLE
        return page_digest(page, number)

    def compare(
        self, digests: Sequence[int], page_bytes: int, start: int, seconds: float | None
    ) -> Look:
        """Compare pages with what is known of them, from one page on and round again.

        Args:
            seconds: how long at most.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        look = Look(max(self.pages(page_bytes), _known(digests)))
        look.following = start if start <= look.pages else 1
        for begin, end in ((look.following, look.pages), (1, look.following - 1)):
            for first in range(begin, end + 1, _AT_ONCE):
                last = min(first + _AT_ONCE - 1, end)
                self._compare_some(digests, page_bytes, first, last, look)
                look.following = last + 1 if last < look.pages else 1
                if deadline is not None and time.monotonic() > deadline:
                    return look
        look.is_whole = True
        return look

    def _compare_some(
        self, digests: Sequence[int], page_bytes: int, first: int, last: int, look: Look
    ) -> None:
        for number, digest in self._digests(first, last, page_bytes):
            expected = digests[number - 1] if number <= len(digests) else 0
            if not expected:
                look.unknown.append(number)
                continue
            look.looked_at += 1
            if digest != expected:
                look.different.append(number)

    def _digests(self, first: int, last: int, page_bytes: int) -> Iterator[tuple[int, int]]:
        numbers = range(first, last + 1)
        try:
            many = os.pread(self._descriptor, len(numbers) * page_bytes, (first - 1) * page_bytes)
        except OSError:
            # One bad sector refuses all of them: which it is, each alone tells.
            yield from ((number, self.digest(number, page_bytes)) for number in numbers)
            return
        view = memoryview(many)
        for number in numbers:
            start = (number - first) * page_bytes
            yield number, page_digest(view[start : start + page_bytes], number)


def _known(digests: Sequence[int]) -> int:
    """The last page with a digest: the file must reach as far."""
    return next((at + 1 for at in range(len(digests) - 1, -1, -1) if digests[at]), 0)
