"""The database as a Super Admin sees it who looks as another user would: nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from sqlalchemy import URL, Engine, create_engine

from crmdesk.core.db import sqlite
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.errors import UserError


class ViewedDatabase(Database):
    """Opens the file for reading alone, so that SQLite itself refuses what we did not think of.

    Args:
        usual: the database that is written to; that somebody was refused is noted there.
        refused: notes that a write was tried, and returns why it is refused.
    """

    def __init__(self, usual: Database, refused: Callable[[], UserError]) -> None:
        super().__init__(usual.path, usual.clock)
        self._usual = usual
        self._refused = refused
        self.is_viewed = True

    def _new_engine(self, busy_seconds: float) -> Engine:  # noqa: ARG002 - as the usual one
        url = URL.create("sqlite", database=str(self.path))
        return create_engine(url, creator=self._opened, module=sqlite3)

    def _opened(self) -> sqlite3.Connection:
        return sqlite3.connect(
            sqlite.read_only(self.path), uri=True, isolation_level=None, check_same_thread=False
        )

    def write(self, stage: Path | None = None) -> NoReturn:  # noqa: ARG002 - as the usual one
        """Refuse.

        Raises:
            UserError: ``viewing_as``.
        """
        raise self._refused()

    def admit(self, stage: Path | None = None) -> NoReturn:  # noqa: ARG002 - as the usual one
        """Refuse; raises as :meth:`write`."""
        raise self._refused()

    def staging(self, stage: Path, **beside: Path) -> NoReturn:  # noqa: ARG002 - as the usual one
        """Refuse: what is staged is to be written. Raises as :meth:`write`."""
        raise self._refused()

    @contextmanager
    def note_refusal(self) -> Iterator[Tx]:
        """Write that somebody was refused something: nothing else gets through."""
        with self._usual.admit() as tx:
            yield tx

    def can_write(self) -> bool:
        """Nobody waits for a write that is refused."""
        return True

    def raw(self) -> sqlite3.Connection:
        """A driver connection of one's own, for reading."""
        connection = self._opened()
        sqlite.apply_pragmas(connection)
        return connection
