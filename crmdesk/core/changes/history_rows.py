"""Old and new of every value that a stage changes: one row of history a record.

Printing them takes as long as writing the records does, and needs only the state before. Of a
large change a second connection prints them in a thread of its own meanwhile: SQLite works
without the interpreter's lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import Empty, Full, Queue

from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import joined, quoted, read_only

#: Stands before each cell as it is printed; inside of JSON it would be written as an escape.
_CELL = "\x1e"
#: Cells looked at until the rows printed so far are handed over, and how often they may wait.
_CELLS_AT_ONCE, _WAITING = 30_000, 16
_ASKED_SECONDS = 0.05

#: Record and the cells that change in it, each behind a mark.
Printed = tuple[int, str]


def print_rows(tx: Tx, stage: Stage) -> Iterator[Sequence[Printed]]:
    """Print here, a few rows at once."""
    if not stage.columns:
        return
    yield from _some(tx.driver.execute(_statement(stage)), stage)


def keep_rows(tx: Tx, stage: Stage, change_id: int, rows: Iterable[Printed]) -> int:
    """Write rows of history; returns how many values that are."""
    values = 0

    def kept() -> Iterator[tuple[int, int, int, str]]:
        nonlocal values
        for record_id, cells in rows:
            values += cells.count(_CELL)
            text = f"[{cells[1:].replace(_CELL, ',')}]"
            yield change_id, stage.object_type.id, record_id, text

    tx.driver.executemany(
        "INSERT INTO main.value_history (change_id, object_type_id, record_id, cells) "
        "VALUES (?, ?, ?, ?)",
        kept(),
    )
    return values


class PrintedBeside:
    """Rows that another thread prints, of the state before this transaction.

    Args:
        pool: lends the thread.
    """

    def __init__(
        self, connection: sqlite3.Connection, stage: Stage, pool: ThreadPoolExecutor
    ) -> None:
        self._connection = connection
        self._stage = stage
        self._ready: Queue[Sequence[Printed]] = Queue(_WAITING)
        self._is_wanted = True
        self._work = pool.submit(self._print)

    def ready(self) -> Iterator[Sequence[Printed]]:
        """What is printed by now."""
        with suppress(Empty):
            while True:
                yield self._ready.get_nowait()

    def rest(self) -> Iterator[Sequence[Printed]]:
        """All that is not handed over yet; raises what the thread failed of."""
        while not (self._work.done() and self._ready.empty()):
            with suppress(Empty):
                yield self._ready.get(timeout=_ASKED_SECONDS)
        self._work.result()

    def stop(self) -> None:
        """End the thread soon, whether it is done or not."""
        self._is_wanted = False
        self._connection.interrupt()

    def _print(self) -> None:
        for rows in _some(self._connection.execute(_statement(self._stage)), self._stage):
            self._hand_over(rows)

    def _hand_over(self, rows: Sequence[Printed]) -> None:
        while self._is_wanted:
            with suppress(Full):
                self._ready.put(rows, timeout=_ASKED_SECONDS)
                return


@contextmanager
def printed_beside(tx: Tx, stage: Stage) -> Iterator[PrintedBeside]:
    """Let another thread print; the stage must stand in its file as it is.

    Nothing of what this transaction has written so far, or will write, is seen.
    """
    main = next(row[2] for row in tx.sql("PRAGMA database_list") if row[1] == "main")
    connection = sqlite3.connect(
        read_only(Path(main)), uri=True, isolation_level=None, check_same_thread=False
    )
    with closing(connection), ThreadPoolExecutor(1, "history") as pool:
        # Without locks: who writes the records holds the stage's, and writes other tables of it.
        stage_uri = f"{stage.path.absolute().as_uri()}?immutable=1"
        connection.execute("ATTACH ? AS stage", (stage_uri,))
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM main.sqlite_master LIMIT 1").fetchone()
        beside = PrintedBeside(connection, stage, pool)
        try:
            yield beside
        finally:
            beside.stop()


def _statement(stage: Stage) -> str:
    cells = [
        f"CASE WHEN {stage.changed(position)} THEN "
        f"char({ord(_CELL)}) || json_array({column.id}, {stage.live(position)}, r.c{position}) END"
        for position, column in enumerate(stage.columns)
    ]
    return (
        f"SELECT o.id, {joined(cells)} FROM stage.verdicts v "
        "LEFT JOIN stage.cells r ON r.row = v.row "
        f"CROSS JOIN main.{quoted(stage.object_type.table)} o ON o.id = v.record_id "
        "WHERE v.outcome = 'update' ORDER BY v.row"
    )


def _some(cursor: sqlite3.Cursor, stage: Stage) -> Iterator[Sequence[Printed]]:
    many = max(_CELLS_AT_ONCE // len(stage.columns), 1)
    while rows := cursor.fetchmany(many):
        yield rows
