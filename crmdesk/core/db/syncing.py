"""Puts what is written to a file on the disk while more of it is still being written.

Otherwise the disk has nothing to do until all is written, and then everybody waits for it. SQLite
syncs what it must all the same, and finds little left.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmdesk.core.db.sqlite import unreachable
from crmdesk.core.db.sqlite_log import log_path

#: A log is written beside much else; pages are moved as fast as they can be copied.
_LOG_SECONDS, _PAGES_SECONDS = 0.25, 0.05


@contextmanager
def log_synced_meanwhile(database: Path) -> Iterator[None]:
    """Sync a database's log now and then while the block writes to it.

    The log is a file without locks: closing it lets go of none, as closing the database would.

    Raises:
        UserError: ``database_unreachable``, the disk refused; what the block wrote must not be
            committed.
    """
    descriptor = os.open(log_path(database), os.O_RDONLY)
    try:
        with _synced_meanwhile(descriptor, _LOG_SECONDS) as refused:
            yield
    finally:
        os.close(descriptor)
    if refused:
        raise unreachable(database, refused[0].strerror or "") from refused[0]


@contextmanager
def pages_synced_meanwhile(descriptor: int) -> Iterator[None]:
    """The same for pages that SQLite moves into the database, whose descriptor stays open.

    What the disk refuses here SQLite's own sync is told as well, and keeps the log.
    """
    with _synced_meanwhile(descriptor, _PAGES_SECONDS):
        yield


@contextmanager
def _synced_meanwhile(descriptor: int, pause: float) -> Iterator[list[OSError]]:
    """Yields the list that what the disk refuses is put into."""
    done = threading.Event()
    refused: list[OSError] = []

    def sync() -> None:
        try:
            while not done.wait(pause):
                os.fdatasync(descriptor)
        except OSError as error:
            refused.append(error)

    if not hasattr(os, "fdatasync"):
        yield refused
        return
    thread = threading.Thread(target=sync, name="disk")
    thread.start()
    try:
        yield refused
    finally:
        done.set()
        thread.join()
