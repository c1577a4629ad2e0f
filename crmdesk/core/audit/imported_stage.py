"""The staging file of a log that is imported: filled and looked at without holding anybody up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from pathlib import Path

from crmdesk.core.audit.imported_model import BadRow
from crmdesk.core.audit.imported_rows import ImportedEntry, nth_identity
from crmdesk.core.changes.stage import scratch_path
from crmdesk.core.db import sqlite_imported_logs as sql
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.stopping import stop_if, stoppable
from crmdesk.core.files.disk_errors import as_user_error

_ROWS_AT_ONCE = 2_000
_BAD_ROWS_KEPT = 100
_CELLS = attrgetter(*sql.STAGED)


@dataclass(frozen=True, slots=True)
class Staged:
    """What lies in the stage."""

    path: Path
    rows: int
    failed: int
    bad_rows: tuple[BadRow, ...]


@contextmanager
def staged(
    database: Database,
    folder: Path,
    rows: Iterable[ImportedEntry | BadRow],
    progress: Callable[[int], object],
    cancelled: Callable[[], bool],
) -> Iterator[Staged]:
    """Fill a scratch file with the entries of a file; it goes when the block ends.

    Raises:
        UserError: what reading refuses, or what the disk said.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = scratch_path(folder)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise as_user_error(error, path, 0) from error
    try:
        # Without a journal what is rolled back is no database: its table has to be in it before.
        with database.staging(path) as tx:
            sql.make(tx)
        with database.staging(path) as tx, stoppable(tx, cancelled):
            filled = _fill(tx, rows, progress, cancelled)
        yield Staged(path, *filled)
    finally:
        path.unlink(missing_ok=True)


def _fill(
    tx: Tx,
    rows: Iterable[ImportedEntry | BadRow],
    progress: Callable[[int], object],
    cancelled: Callable[[], bool],
) -> tuple[int, int, tuple[BadRow, ...]]:
    sql.cache_for_filling(tx)
    many, failed = 0, 0
    bad_rows: list[BadRow] = []
    waiting = iter(rows)
    while piece := list(islice(waiting, _ROWS_AT_ONCE)):
        good = [_CELLS(row) for row in piece if isinstance(row, ImportedEntry)]
        bad = [row for row in piece if isinstance(row, BadRow)]
        sql.add(tx, good)
        many, failed = many + len(piece), failed + len(bad)
        bad_rows += bad[: max(0, _BAD_ROWS_KEPT - len(bad_rows))]
        stop_if(cancelled)
        progress(many)
    sql.number_repeated(tx, nth_identity)
    return many, failed, tuple(bad_rows)
