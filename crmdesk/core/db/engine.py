"""Opens the database and hands out its transactions."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    Executable,
    RootTransaction,
    create_engine,
    event,
    insert,
)
from sqlalchemy.exc import DBAPIError

from crmdesk.core.clock import Clock, from_text, to_text
from crmdesk.core.db import sqlite
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.page_keeper import PageKeeper, can_keep
from crmdesk.core.db.statements import STATEMENTS
from crmdesk.core.db.tables import clock_state
from crmdesk.core.errors import UserError

#: Clocks are corrected by fractions of a second all day; that is no event.
CLOCK_TOLERANCE_SECONDS = 2.0


class Tx:
    """One transaction: SQL, the time it happens at, and what must be done just before commit.

    Attributes:
        went_back_by: seconds the clock was set back that no entry of the log tells of yet.
        cache: of the database; only what a read transaction saw may be put into it, since a
            write may be rolled back.
        seen: what a write keeps for itself, and hands on to the cache once it stands.
    """

    def __init__(
        self, connection: Connection, clock: Clock, writes: bool, cache: dict[str, Any]
    ) -> None:
        self.connection = connection
        self.cache = cache
        self.seen: dict[str, Any] = {}
        self.writes = writes
        self.now: datetime = clock.now()
        self.steady_now, self.went_back_by = self._read_steady(clock)
        self._before_commit: list[Callable[[], None]] = []
        self._after_commit: list[Callable[[], None]] = []

    @property
    def now_text(self) -> str:
        """The wall clock's time of this transaction, as stored."""
        return to_text(self.now)

    def execute(
        self,
        statement: Executable,
        values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        """Run a SQLAlchemy statement."""
        return self.connection.execute(statement, values)

    def scalar(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        """Run a statement and return the first column of its first row, or ``None``."""
        return self.connection.execute(statement, values).scalar()

    def sql(self, text: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        """Run SQL text on the driver's own connection, inside this transaction.

        For statements built from definitions (object tables) and for bulk work, where
        SQLAlchemy's per-row handling is the cost. Names in the text must come quoted.
        """
        return self.driver.execute(text, values)

    @property
    def driver(self) -> sqlite3.Connection:
        """The driver's connection; it shares this transaction."""
        return self.connection.connection.driver_connection  # type: ignore[return-value]

    def before_commit(self, action: Callable[[], None]) -> None:
        """Run ``action`` last in this transaction; if it fails, nothing is written."""
        self._before_commit.append(action)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run ``action`` once the transaction stands."""
        self._after_commit.append(action)

    def finish(self) -> None:
        """Run what was asked for with :meth:`before_commit`, then store the steady time."""
        for action in self._before_commit:
            action()
        self.sql(
            "UPDATE main.clock_state SET last_wall = ?, steady = ?, went_back = ?",
            (self.now_text, to_text(self.steady_now), round(self.went_back_by * 1000)),
        )

    def finished(self) -> None:
        """Hand on what was seen, and run what was asked for with :meth:`after_commit`."""
        self.cache.update(self.seen)
        for action in self._after_commit:
            action()

    def _read_steady(self, clock: Clock) -> tuple[datetime, float]:
        row = self.sql("SELECT last_wall, steady, went_back FROM clock_state").fetchone()
        if row is None:
            if self.writes:
                text = to_text(self.now)
                self.connection.execute(
                    insert(clock_state).values(id=1, last_wall=text, steady=text)
                )
            return self.now, 0.0
        last_wall = from_text(row[0])
        jump = (last_wall - self.now).total_seconds()
        untold = row[2] / 1000 + (jump if jump > CLOCK_TOLERANCE_SECONDS else 0.0)
        return clock.steady(self.now, last_wall, from_text(row[1])), untold


class Database:
    """One SQLite file, opened with the settings that keep acknowledged commits.

    Attributes:
        pages: the digests of its pages, where they are kept.
        refusal: why nothing is written but who comes and goes; ``None`` when all is well.
        is_viewed: whether a Super Admin looks through it as another user would.

    Raises:
        Busy: another program holds the file longer than ``busy_seconds``.
        UserError: ``disk_full``, ``database_damaged``, ``database_read_only``,
            ``not_a_database``, ``database_unreachable``; nothing of the transaction was written.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock | None = None,
        busy_seconds: float = 10.0,
        *,
        keeps_digests: bool = False,
    ) -> None:
        self.path = path
        self.clock = clock or Clock()
        self._cache: dict[str, Any] = {}
        # Each thread has its own: a window is told that others write as soon as ever.
        self._patience = threading.local()
        self.refusal: UserError | None = None
        self.is_viewed = False
        self.pages = PageKeeper(path, busy_seconds) if keeps_digests and can_keep() else None
        self._engine = self._new_engine(busy_seconds)
        event.listen(self._engine, "connect", sqlite.configure_connection(busy_seconds))
        event.listen(self._engine, "begin", sqlite.begin)
        if self.pages is not None:
            event.listen(self._engine, "do_connect", sqlite.before_connecting(self.pages))
            event.listen(self._engine, "connect", sqlite.after_connecting(self.pages))
            # Also when nobody closes it: SQLite would empty the log by itself at the end.
            weakref.finalize(self, _close, self._engine, self.pages)

    def _new_engine(self, busy_seconds: float) -> Engine:
        return create_engine(
            URL.create("sqlite", database=str(self.path)),
            module=sqlite3,
            connect_args={"timeout": busy_seconds},
            execution_options={"compiled_cache": STATEMENTS},
        )

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A transaction that sees one state of the database and writes nothing to it."""
        with _explained(self.path), self._engine.connect() as connection:
            yield Tx(connection, self.clock, False, self._cache)
            connection.rollback()

    @contextmanager
    def write(self, stage: Path | None = None) -> Iterator[Tx]:
        """A transaction that holds the one write lock from its start.

        It commits when the block ends and rolls back when the block raises.

        Args:
            stage: a staging file to read from, as schema ``stage``.

        Raises:
            UserError: ``database_damaged``, it is only read.
        """
        if self.refusal is not None:
            raise self.refusal.with_traceback(None)
        with self.admit(stage) as tx:
            yield tx

    @contextmanager
    def admit(self, stage: Path | None = None) -> Iterator[Tx]:
        """Write even when nothing else may be written: for signing in and out, and refusals."""
        with _explained(self.path), self._engine.connect() as opened:
            patience = getattr(self._patience, "seconds", None)
            options = {sqlite.IMMEDIATE: True, sqlite.PATIENCE: patience}
            connection = opened.execution_options(**options)
            files = {} if stage is None else {"stage": stage}
            with sqlite.attached(connection, files), connection.begin() as transaction:
                tx = Tx(connection, self.clock, True, self._cache)
                yield tx
                tx.finish()
                if stage is not None:
                    self._commit_beside_stage(tx, transaction)
        if self.pages is not None:
            self.pages.committed()
        tx.finished()

    @contextmanager
    def note_refusal(self) -> Iterator[Tx]:
        """Write that somebody was refused something."""
        with self.admit() as tx:
            yield tx

    def _commit_beside_stage(self, tx: Tx, transaction: RootTransaction) -> None:
        """Commit; that the scratch file could not be written takes nothing back.

        SQLite commits file by file, ours first. When the staging file then fails, the driver
        reports an error although the database has been written.
        """
        mark = sqlite.mark_commit(tx.driver)
        try:
            transaction.commit()
        except DBAPIError:
            if not sqlite.is_marked(self.path, mark):
                raise

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Let each write that this thread begins in the block wait so long for other writers."""
        usual = getattr(self._patience, "seconds", None)
        self._patience.seconds = seconds
        try:
            yield
        finally:
            self._patience.seconds = usual

    def can_write(self) -> bool:
        """Whether a write could begin now; while a restore commits it would have to wait."""
        with _explained(self.path), self._engine.connect() as connection:
            return sqlite.lock_is_free(connection.connection.driver_connection)  # type: ignore[arg-type]

    @contextmanager
    def staging(self, stage: Path, **beside: Path) -> Iterator[Tx]:
        """Write to a staging file beside one read snapshot of the database.

        Nobody is held up: the database itself is only read.

        Args:
            beside: other scratch files by their schemas.
        """
        with (
            _explained(self.path),
            self._engine.connect() as connection,
            sqlite.attached(connection, {"stage": stage, **beside}),
            connection.begin(),
        ):
            yield Tx(connection, self.clock, False, self._cache)

    def raw(self) -> sqlite3.Connection:
        """A driver connection of one's own, for bulk work; the caller closes it."""
        if self.pages is not None:
            self.pages.begin()
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        sqlite.apply_pragmas(connection)
        if self.pages is not None:
            self.pages.opened(connection)
        return connection

    def connection(self) -> Connection:
        """A SQLAlchemy connection without a transaction, for migrations."""
        return self._engine.connect()

    def close(self) -> None:
        """Close every pooled connection; the write-ahead log is folded in by the last one."""
        self._engine.dispose()
        if self.pages is not None:
            self.pages.close()


def _close(engine: Engine, pages: PageKeeper) -> None:
    engine.dispose()
    pages.close()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what the driver refuses into sentences, values that it cannot hold included.

    Odd bytes of an argument come as halves of surrogate pairs, and ids may be typed at any length.
    """
    try:
        with sqlite.explain_errors(path):
            yield
    except UnicodeEncodeError as error:
        raise UserError(
            "text_not_storable",
            "A text that was given holds bytes that are no text in UTF-8.",
            "Write it anew, without them.",
        ) from error
    except OverflowError as error:
        if "SQLite INTEGER" not in str(error):
            raise
        raise UserError(
            "number_too_large", "A number that was given is larger than any there is here."
        ) from error
