"""One state of the database, seen by several connections at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crmdesk.core.backup.cancel import cancelled_error, never
from crmdesk.core.clock import system_time
from crmdesk.core.db import sqlite_backup
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.jobs.patience import LOCK_PATIENCE_SECONDS

#: A snapshot is a job's, and waits as its writes do.
PATIENCE_SECONDS = LOCK_PATIENCE_SECONDS


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Read connections that all see the database as it was at ``taken_at``.

    One thread at a time may use a connection.
    """

    taken_at: datetime
    readers: tuple[sqlite3.Connection, ...]


@contextmanager
def open_snapshot(
    database: Path, readers: int, cancelled: Callable[[], bool] = never
) -> Iterator[Snapshot]:
    """Open ``readers`` connections on one state of the database.

    Without the write lock in between, two connections that begin one after the other see
    different states whenever somebody commits between them. The lock is held for well under
    a millisecond.

    Raises:
        Busy: another writer kept the lock for ten minutes.
        Cancelled: ``cancelled`` said so while waiting.
        UserError: ``database_unreadable``.
    """
    with ExitStack() as stack:
        gate = sqlite_backup.WriteGate(database)
        stack.callback(gate.close)
        connections = tuple(
            stack.enter_context(closing(sqlite_backup.open_reader(database)))
            for _ in range(readers)
        )
        _wait_for(gate, cancelled)
        try:
            taken_at = system_time()
            for connection in connections:
                sqlite_backup.begin_reading(connection)
        except sqlite3.Error as problem:
            raise sqlite_backup.unreadable(database) from problem
        finally:
            gate.open()
        yield Snapshot(taken_at, connections)


def _wait_for(gate: sqlite_backup.WriteGate, cancelled: Callable[[], bool]) -> None:
    """Try in short steps, so that a cancel is heard while another program writes."""
    started = time.monotonic()
    while not gate.close_for_writers():
        if cancelled():
            raise cancelled_error()
        if (waited := time.monotonic() - started) > PATIENCE_SECONDS:
            raise sqlite_backup.busy_error(waited)
