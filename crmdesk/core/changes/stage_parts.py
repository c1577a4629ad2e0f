"""Fills a stage from outside the database, in parts that processes of their own may fill at once.

The first part stands in the stage's own file, the others in files beside it;
:func:`join_parts` puts them together. Nothing of the database itself is read or locked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from crmdesk.core.changes.stage import (
    KEY_COLUMNS,
    PAGE_BYTES,
    PROBLEM_COLUMNS,
    VERDICT_COLUMNS,
    cells_columns,
)
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite import explain_errors
from crmdesk.core.files.disk_errors import as_user_error

#: A row's line twice, the column, the type, the message and the cell.
Problem = tuple[int, int, str, str, str, str]
_TABLES = ("cells", "verdicts", "row_keys", "problems")


class PartWriter:
    """Writes one part of a stage; a context, which leaves nothing behind when it fails.

    Args:
        number: 0 for the first, which stands in the stage's own file.
        columns: how many the stage has.
        key: place of the column by which records are found, where one is.
    """

    def __init__(self, stage: Path, number: int, columns: int, key: int | None = None) -> None:
        self._stage, self._number, self._columns = stage, number, columns
        self._key = key
        self._path = _place(stage, number)

    def __enter__(self) -> Self:
        with _explained(self._path):
            if self._number:
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            self._connection = _scratch(self._path)
            if self._number:
                self._connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
                self._connection.execute(f"CREATE TABLE cells ({cells_columns(self._columns)})")
                self._connection.execute(f"CREATE TABLE verdicts ({VERDICT_COLUMNS})")
                self._connection.execute(f"CREATE TABLE row_keys ({KEY_COLUMNS})")
                self._connection.execute(f"CREATE TABLE problems ({PROBLEM_COLUMNS})")
            self._connection.execute("BEGIN")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()
        if error is not None and self._number:
            remove_part(self._stage, self._number)

    def add_cells(self, rows: Sequence[Sequence[int | str]]) -> None:
        """Add ``(line, cell, cell, …)`` in the order of the stage's columns; a blank is no value.

        All rows are equally wide, and in the order of their lines; columns that they lack at
        their end stay without a value. Rows without a verdict by then are good and become records
        unless theirs are found.

        Raises:
            UserError: ``disk_full`` or what else the disk said.
        """
        if not rows:
            return
        width = len(rows[0]) - 1
        names = "".join(f", c{index}" for index in range(width))
        # Binding None costs ten times what binding a text does, and nullif() more than a CASE.
        given = (f"?{index + 2}" for index in range(width))
        cells = "".join(f", CASE WHEN {cell} <> '' THEN {cell} END" for cell in given)
        with _explained(self._path):
            self._connection.executemany(f"INSERT INTO cells (row{names}) VALUES (?1{cells})", rows)
            # At once, while they need not be read from the disk again.
            ends = (rows[0][0], rows[-1][0])
            self._connection.execute(
                "INSERT OR IGNORE INTO verdicts (row, line, outcome) "
                "SELECT row, row, 'create' FROM cells WHERE row BETWEEN ? AND ? ORDER BY row",
                ends,
            )
            if self._key is not None:
                self._connection.execute(
                    f"INSERT INTO row_keys SELECT row, lower(c{self._key}) FROM cells "
                    f"WHERE row BETWEEN ? AND ? AND c{self._key} IS NOT NULL ORDER BY row",
                    ends,
                )

    def add_verdicts(self, verdicts: Iterable[tuple[int, str, str, str]]) -> None:
        """Add ``(line, source id, outcome, reason)``; a blank is none."""
        with _explained(self._path):
            self._connection.executemany(
                "INSERT INTO verdicts (row, line, source_id, outcome, reason) "
                "VALUES (?1, ?1, nullif(?2, ''), ?3, nullif(?4, ''))",
                verdicts,
            )

    def add_problems(self, problems: Sequence[Problem]) -> None:
        """Add what is wrong with which rows."""
        with _explained(self._path):
            self._connection.executemany("INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?)", problems)

    def finish(self) -> None:
        """Write what is left; nothing can be added any more."""
        with _explained(self._path):
            self._connection.execute("COMMIT")


def join_parts(stage: Path, many: int) -> None:
    """Put so many finished parts into the stage they were made for; their files are gone then.

    Raises:
        UserError: ``disk_full`` or what else the disk said.
    """
    with _explained(stage), closing(_scratch(stage)) as connection:
        for number in range(1, many):
            connection.execute("ATTACH ? AS part", (str(_place(stage, number)),))
            for table in _TABLES:
                # The tables are alike, so that SQLite copies rows without looking into them.
                connection.execute(f"INSERT INTO main.{table} SELECT * FROM part.{table}")
            connection.execute("DETACH part")
    discard_parts(stage)


def discard_parts(stage: Path) -> None:
    """Remove what parts have left beside a stage."""
    for path in stage.parent.glob(f"{stage.name}-part*"):
        path.unlink(missing_ok=True)


def remove_part(stage: Path, number: int) -> None:
    """Take back a part beside the stage that was not finished, or was cut where it must not be."""
    _place(stage, number).unlink(missing_ok=True)


def _place(stage: Path, number: int) -> Path:
    return stage.with_name(f"{stage.name}-part{number}") if number else stage


def _scratch(path: Path) -> sqlite3.Connection:
    """A file that is thrown away when anything fails needs neither journal nor sync."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    return connection


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        with explain_errors(path):
            yield
    except OSError as error:
        raise as_user_error(error, path, 0) from error
