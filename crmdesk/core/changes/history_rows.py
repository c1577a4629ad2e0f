"""Old and new of every value that a stage changes: one row of history a record.

Printing them takes as long as writing the records does, and needs only the state before. Of a
large change a second connection prints them meanwhile into a scratch file, in a thread of its
own: SQLite works without the interpreter's lock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from crmdesk.core.changes.change_set import HISTORY_LINE, Printed
from crmdesk.core.changes.stage import PAGE_BYTES, Stage, make_scratch
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import listed, quoted

_INSERT = "INSERT INTO main.value_history (change_id, object_type_id, record_id, cells) "


def write_history(tx: Tx, stage: Stage, change_id: int) -> int:
    """Print and keep, before any of the records is written; returns how many values change."""
    tx.sql(
        f"{_INSERT} SELECT ?, ?, p.* FROM ({_printed(stage)}) p", (change_id, stage.object_type.id)
    )
    # Of these records alone: the change set may have values of other stages.
    row = tx.sql(
        f"SELECT coalesce(sum(json_array_length(h.cells)), 0) FROM {stage.schema}.verdicts v "
        "CROSS JOIN main.value_history h ON h.change_id = ? AND h.object_type_id = ? "
        "AND h.record_id = v.record_id WHERE v.outcome = 'update'",
        (change_id, stage.object_type.id),
    ).fetchone()
    return int(row[0])


class PrintedBeside:
    """History that another thread prints, of the state before this transaction.

    Args:
        scratch: the file it prints into.
        pool: lends the thread.
        before: what earlier stages of the same change set were printed to.

    Attributes:
        is_attached: the transaction has the file; it is gone when the transaction ends.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        stage: Stage,
        scratch: Path,
        pool: ThreadPoolExecutor,
        before: Printed | None,
    ) -> None:
        self.is_attached = False
        self._schema = f"{stage.schema}_history"
        self._before = before
        self._connection = connection
        self._stage = stage
        self._scratch = scratch
        self._printed = pool.submit(self._print)

    def keep(self, tx: Tx, change_id: int) -> Printed:
        """Wait for the thread and keep what it printed."""
        printed = self._printed.result()
        tx.sql(f"ATTACH ? AS {self._schema}", (str(self._scratch),))
        self.is_attached = True
        tx.sql(
            f"{_INSERT} SELECT ?, ?, record_id, cells FROM {self._schema}.rows ORDER BY record_id",
            (change_id, self._stage.object_type.id),
        )
        return printed

    def _print(self) -> Printed:
        self._connection.execute(f"INSERT INTO history.rows {_printed(self._stage)}")
        first, last, many, values = self._connection.execute(
            "SELECT min(record_id), max(record_id), count(*), "
            "coalesce(sum(json_array_length(cells)), 0) FROM history.rows"
        ).fetchone()
        before = self._before or Printed(0, 0, hashlib.sha256(), 0)
        digest = None
        if before.digest is not None and first is not None and first > before.last:
            digest = before.digest.copy()
            lines = f"SELECT {HISTORY_LINE} FROM history.rows ORDER BY record_id"
            for (line,) in self._connection.execute(lines):
                digest.update(line)
        # Whoever writes the records reads them next.
        self._connection.execute("COMMIT")
        return Printed(before.records + many, values, digest, last or 0)


def scratch_of_history(stage: Path) -> Path:
    """Where history is printed beside a stage; a process that was killed leaves it."""
    return stage.with_name(f"{stage.name}-history")


@contextmanager
def printed_beside(tx: Tx, stage: Stage, before: Printed | None) -> Iterator[PrintedBeside]:
    """Let another thread print; the stage must stand in its file as it is.

    Nothing of what this transaction has written so far, or will write, is seen.

    Args:
        before: what earlier stages of the same change set were printed to.
    """
    scratch = scratch_of_history(stage.path)
    printing = None
    try:
        with (
            closing(_second_connection(tx, stage, scratch)) as connection,
            ThreadPoolExecutor(1, "history") as pool,
        ):
            try:
                printing = PrintedBeside(connection, stage, scratch, pool, before)
                yield printing
            finally:
                connection.interrupt()
    finally:
        if printing is None or not printing.is_attached:
            scratch.unlink(missing_ok=True)


def _second_connection(tx: Tx, stage: Stage, scratch: Path) -> sqlite3.Connection:
    make_scratch(scratch)
    main = next(row[2] for row in tx.sql("PRAGMA database_list") if row[1] == "main")
    connection = sqlite3.connect(
        f"{Path(main).as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
    )
    # Without locks: who writes the records holds the stage's, and writes other tables of it.
    stage_uri = f"{stage.path.absolute().as_uri()}?immutable=1"
    connection.execute(f"ATTACH ? AS {stage.schema}", (stage_uri,))
    connection.execute("ATTACH ? AS history", (str(scratch),))
    for pragma in (
        "temp_store=MEMORY",
        f"history.page_size={PAGE_BYTES}",
        "history.journal_mode=OFF",
        "history.synchronous=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE history.rows (record_id INTEGER PRIMARY KEY, cells TEXT)")
    connection.execute("BEGIN")
    # From here on it sees the state of now.
    for schema in ("main", stage.schema):
        connection.execute(f"SELECT 1 FROM {schema}.sqlite_master LIMIT 1").fetchone()
    return connection


def _printed(stage: Stage) -> str:
    cells = [
        f"CASE WHEN {stage.changed(position)} THEN "
        f"json_array({column.id}, {stage.live(position)}, r.c{position}) END"
        for position, column in enumerate(stage.columns)
    ]
    return (
        f"SELECT o.id, '[' || {listed(cells)} || ']' FROM {stage.schema}.verdicts v "
        f"LEFT JOIN {stage.schema}.cells r ON r.row = v.row "
        f"CROSS JOIN main.{quoted(stage.object_type.table)} o ON o.id = v.record_id "
        "WHERE v.outcome = 'update' ORDER BY v.row"
    )
