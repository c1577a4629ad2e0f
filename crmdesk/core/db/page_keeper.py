"""Keeps the digests of a database's pages true, and says which pages are not as they were written.

SQLite moves pages from its log into the main file whenever it likes. Here it does so only for us:
first the digests of those pages are made lasting, then the pages are moved. A program that is
killed at any instant leaves either pages that are digested or pages that still lie in the log,
from where the next one digests them. Nobody but us empties the log of ours: a reader that is
opened first and closed last keeps SQLite from doing it at the end. When the log is missing all
the same, another program has opened the database.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.page_digests import DigestFile, DigestHead, PageFindings, digests_path
from crmdesk.core.db.page_reader import Look, PageReader
from crmdesk.core.db.sqlite_log import log_head, log_path, read_log
from crmdesk.core.errors import Busy
from crmdesk.core.platform.files import LockMode, lock_now

T = TypeVar("T")

#: Frames in the log that are worth moving, as SQLite itself would.
_ENOUGH_FRAMES = 1000
_PAUSE_SECONDS = 0.005
_CLOSING_SECONDS = 2.0
# A look in passing, which the next start repeats, keeps nobody waiting for a writer.
_LOOKING_SECONDS = 0.25
#: ``PRAGMA wal_checkpoint(NOOP)`` tells the length of the log.
_FIRST_VERSION = (3, 51)

#: Errors that say nothing about the bytes stored.
_OF_THE_PLACE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)


def can_keep() -> bool:
    """Whether this SQLite and this system can; Windows has no locks that several may hold."""
    return sqlite3.sqlite_version_info >= _FIRST_VERSION and sys.platform != "win32"


def _held(value: T | None) -> T:
    """What was opened before, as the order of calls demands."""
    if value is None:
        raise RuntimeError("begin and opened come first")
    return value


class PageKeeper:
    """The digests of one database, as one process keeps them.

    Order: :meth:`begin` before the first connection, :meth:`opened` after it,
    :meth:`committed` after each transaction, :meth:`close` when all others are closed.
    """

    def __init__(self, path: Path, busy_seconds: float) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._mutex = threading.RLock()
        self._descriptor: int | None = None
        self._file: DigestFile | None = None
        self._reader: PageReader | None = None
        self._anchor: sqlite3.Connection | None = None
        self._gate: sqlite3.Connection | None = None
        self._mover: sqlite3.Connection | None = None

    def begin(self) -> None:
        """Join those who have the database open; the first of them judges what was left behind.

        Where the file of digests cannot be made, as on a full disk, none are kept.

        Raises:
            Busy: who closes the database does not come to an end.
        """
        with self._mutex:
            if self._file is not None:
                return
            try:
                reader = PageReader.of(self._path)
            except OSError:
                return
            try:
                found = self._enter()
            except BaseException as error:
                reader.release()
                if isinstance(error, OSError):
                    return
                raise
            self._descriptor, self._file, self._reader = *found, reader

    def _enter(self) -> tuple[int, DigestFile]:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        descriptor = os.open(digests_path(self._path), flags, 0o600)
        file = DigestFile(descriptor)
        try:
            if lock_now(descriptor, LockMode.ALONE):
                self._judge(file)
            self._join(descriptor)
        except BaseException as error:
            if isinstance(error, OSError):
                # What is written without digests must not be held against old ones later.
                with suppress(OSError):
                    file.forget()
            os.close(descriptor)
            raise
        return descriptor, file

    def _judge(self, file: DigestFile) -> None:
        head = file.head()
        if head is None:
            file.forget()
            file.write_head(DigestHead())
        elif log_path(self._path).exists():
            return
        elif head.is_open:
            # A killed program's log was moved by another one: what it held is not told from damage.
            file.forget()
            file.write_head(DigestHead())
        else:
            file.change_head(is_doubtful=True)

    def _join(self, descriptor: int) -> None:
        deadline = time.monotonic() + self._busy_seconds
        while not lock_now(descriptor, LockMode.SHARED):
            if time.monotonic() > deadline:
                raise Busy(
                    "database_busy",
                    "Another program is closing the workspace and does not come to an end.",
                    "Wait until it is done and try again.",
                )
            time.sleep(_PAUSE_SECONDS)

    def opened(self, connection: sqlite3.Connection | None = None) -> None:
        """Hold the log: it exists now, and stays until we close.

        Args:
            connection: one that was opened, which from now on leaves the log to us.
        """
        with self._mutex:
            if self._file is None:
                return
            if connection is not None:
                connection.execute("PRAGMA wal_autocheckpoint=0")
            if self._anchor is not None:
                return
            place = f"{self._path.absolute().as_uri()}?mode=ro"
            anchor = sqlite3.connect(place, uri=True, isolation_level=None, check_same_thread=False)
            anchor.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            self._anchor = anchor
            self._gate, self._mover = self._connect(), self._connect()
            with suppress(OSError):
                if not self._head().is_open:
                    self._file.change_head(is_open=True)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=0, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    def committed(self) -> None:
        """Move the log when it has grown; called after each transaction that wrote.

        Whatever goes wrong here, the transaction stands: who wrote must not be told otherwise.
        The log stays as it is then, and the next one tries.
        """
        with self._mutex, suppress(Busy, sqlite3.Error, OSError):
            if self._mover is None:
                return
            log, moved = self._log_frames()
            if log - moved >= _ENOUGH_FRAMES:
                with self._alone(0):
                    self._fold()

    def look(self, seconds: float | None = None) -> PageFindings:
        """Compare pages with their digests; pages without one get theirs.

        Args:
            seconds: look at as many as that time allows, and at the following ones next time;
                at all of them when damage was found before.

        Raises:
            Busy: somebody writes for longer than is waited.
        """
        with self._mutex:
            self.begin()
            if self._file is None or self._reader is None:
                return PageFindings(0, 0)
            head = self._head()
            if head.is_damaged:
                seconds = None
            start = 1 if seconds is None else head.next_page
            look = self._reader.compare(self._file.load(), head.page_bytes, start, seconds)
            damaged: tuple[int, ...] = ()
            if look.different or look.unknown:
                waits = self._busy_seconds if seconds is None else _LOOKING_SECONDS
                damaged = self._settled(look, waits)
            is_doubtful = head.is_doubtful and not (look.is_whole and not damaged)
            with suppress(OSError):
                # A full disk: what was found counts all the same.
                self._file.change_head(
                    next_page=look.following, is_doubtful=is_doubtful, is_damaged=bool(damaged)
                )
            return PageFindings(look.looked_at, look.pages, damaged, is_doubtful)

    def accept(self) -> int:
        """Take every page as it is now; returns how many.

        Raises:
            Busy: somebody writes for longer than is waited.
        """
        with self._mutex:
            self.begin()
            if self._file is None or self._reader is None:
                return 0
            self.opened()
            with self._alone(self._busy_seconds):
                self._fold()
                self._file.forget()
                self._file.write_head(DigestHead(is_open=True))
                pages = self._reader.pages(self._head().page_bytes)
                self._learn(range(1, pages + 1))
            return pages

    def close(self) -> None:
        """Empty the log into the database, when nobody else has it open, and leave."""
        with self._mutex:
            if self._file is None:
                return
            with suppress(sqlite3.Error, OSError, Busy):
                self._close_log()
            for connection in (self._mover, self._gate, self._anchor):
                if connection is not None:
                    connection.close()
            self._mover = self._gate = self._anchor = None
            if self._reader is not None:
                self._reader.release()
            if self._descriptor is not None:
                self._leave_a_log(self._descriptor)
                os.close(self._descriptor)
            self._file = self._reader = self._descriptor = None

    def _leave_a_log(self, descriptor: int) -> None:
        """A database too damaged to be held open lost its log to us, and to nobody else."""
        with suppress(OSError):
            if lock_now(descriptor, LockMode.ALONE) and not log_path(self._path).exists():
                os.close(os.open(log_path(self._path), os.O_CREAT | os.O_WRONLY, 0o600))

    def _close_log(self) -> None:
        if self._file is None or self._mover is None or self._descriptor is None:
            return
        if not lock_now(self._descriptor, LockMode.ALONE):
            return
        with self._alone(_CLOSING_SECONDS):
            self._fold()
        busy, _, _ = self._mover.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            self._file.change_head(is_open=False, log_frames=0, log_salts=bytes(8))

    @contextmanager
    def _alone(self, seconds: float) -> Iterator[None]:
        """Keep writers out, so that the log stays as it is."""
        gate = _held(self._gate)
        deadline = time.monotonic() + seconds
        while True:
            try:
                gate.execute("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                if time.monotonic() >= deadline:
                    raise Busy(
                        "database_busy",
                        "Another program is writing to the workspace, so it was not looked at.",
                        "Wait until it is done and try again.",
                    ) from error
            time.sleep(_PAUSE_SECONDS)
        try:
            yield
        finally:
            gate.execute("ROLLBACK")

    def _log_frames(self) -> tuple[int, int]:
        """How many frames the log holds, and how many of them were moved."""
        noop = "PRAGMA wal_checkpoint(NOOP)"
        _, log, moved = _held(self._mover).execute(noop).fetchone()
        return max(log, 0), max(moved, 0)

    def _fold(self) -> bool:
        """Digest what the log holds, then let SQLite move it; whether all of it was moved."""
        mover = _held(self._mover)
        frames, _ = self._log_frames()
        if frames:
            self._digest_log(frames)
        _, log, moved = mover.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return bool(log == moved)

    def _digest_log(self, frames: int) -> None:
        file, head = _held(self._file), self._head()
        found = log_head(self._path)
        if found is None or (found[0] == head.log_salts and frames <= head.log_frames):
            return
        try:
            read = read_log(self._path, frames, head.log_frames, head.log_salts)
            if read is not None:
                file.store(read.digests, read.pages)
                # What the head says to be digested must be so after a power cut as well.
                file.sync()
                file.change_head(
                    log_salts=read.salts, log_frames=frames, page_bytes=read.page_bytes
                )
        except OSError:
            # Better no digests than wrong ones; and a full disk gets some room.
            file.forget()

    def _settled(self, look: Look, waits: float) -> tuple[int, ...]:
        try:
            self.opened()
            with self._alone(waits):
                return self._settle(look.different, look.unknown)
        except UnicodeDecodeError:
            pass
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_THE_PLACE:
                raise
        # So damaged that it cannot be opened.
        return tuple(look.different)

    def _settle(self, different: Sequence[int], unknown: Sequence[int]) -> tuple[int, ...]:
        """Look again at what differed, while nobody writes: which pages are damaged."""
        file, reader = _held(self._file), _held(self._reader)
        moved = self._fold()
        waiting: set[int] = set()
        if not moved:
            frames, _ = self._log_frames()
            in_log = read_log(self._path, frames, 0, b"")
            waiting = set() if in_log is None else set(in_log.digests)
        self._learn([number for number in unknown if number not in waiting])
        digests, page_bytes = file.load(), self._head().page_bytes
        return tuple(
            number
            for number in different
            if number not in waiting
            and number <= len(digests)
            and digests[number - 1]
            and reader.digest(number, page_bytes) != digests[number - 1]
        )

    def _learn(self, numbers: Sequence[int]) -> None:
        file, reader = _held(self._file), _held(self._reader)
        known, page_bytes = file.load(), self._head().page_bytes
        learnt = {
            number: reader.digest(number, page_bytes)
            for number in numbers
            if number > len(known) or not known[number - 1]
        }
        with suppress(OSError):
            file.store(learnt, reader.pages(page_bytes))
            file.sync()

    def _head(self) -> DigestHead:
        """What the file's head says; a torn one counts as new, in a database that is open."""
        return _held(self._file).head() or DigestHead(is_open=True)
