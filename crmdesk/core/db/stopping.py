"""Lets a cancel interrupt even one long statement of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Tx
from crmdesk.core.errors import Cancelled

#: Of SQLite's machine, between two looks whether to stop.
_STEPS = 200_000


@contextmanager
def stoppable(tx: Tx, cancelled: Callable[[], bool]) -> Iterator[None]:
    """Look whether to stop while statements of the block run.

    Raises:
        Cancelled: ``cancelled`` said so.
    """
    with stoppable_connection(tx.driver, cancelled):
        yield


@contextmanager
def stoppable_connection(
    connection: sqlite3.Connection, cancelled: Callable[[], bool]
) -> Iterator[None]:
    """The same for a connection outside of any transaction of ours.

    Raises:
        Cancelled: ``cancelled`` said so.
    """
    connection.set_progress_handler(lambda: int(cancelled()), _STEPS)
    try:
        yield
    except Exception:
        # An interrupted statement ends with an error of the driver's; any other one is told.
        stop_if(cancelled)
        raise
    finally:
        connection.set_progress_handler(None, 0)


def stop_if(cancelled: Callable[[], bool]) -> None:
    """Raise when the work shall stop.

    Raises:
        Cancelled: ``cancelled`` said so.
    """
    if cancelled():
        raise Cancelled("cancelled", "It was cancelled. Nothing was changed.")
