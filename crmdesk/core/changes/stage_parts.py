"""Fills a stage from outside SQLite: cells as pages, verdicts and problems in a file beside them.

Several parts may be filled at once, each by a process of its own; :func:`join_parts` puts them
together. Nothing of the database itself is read or locked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from crmdesk.core.changes.stage import PAGE_BYTES, PROBLEM_COLUMNS, VERDICT_COLUMNS
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite import explain_errors
from crmdesk.core.db.sqlite_pages import Pages, PageWriter, adopt_pages, pages_counted
from crmdesk.core.files.disk_errors import as_user_error

#: A row's line twice, the column, the type, the message and the cell.
Problem = tuple[int, int, str, str, str, str]


@dataclass(frozen=True, slots=True)
class StagePart:
    """Rows that follow each other: their cells as pages, the rest in a file ``notes``."""

    pages: Pages
    notes: Path


class PartWriter:
    """Writes one part of a stage; a context, which leaves nothing behind when it fails.

    Args:
        number: 0 for the first, whose pages stand in the stage's own file.
    """

    def __init__(self, stage: Path, number: int) -> None:
        self._stage, self._number = stage, number
        self._cells = stage if number == 0 else _cells(stage, number)
        self._notes = _notes(stage, number)

    def __enter__(self) -> Self:
        with _explained(self._cells):
            for path in {self._notes, self._cells} - {self._stage}:
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            self._file = self._cells.open("ab")
            self._writer = PageWriter(
                self._file, self._cells, PAGE_BYTES, in_place=self._number == 0
            )
            self._connection = sqlite3.connect(self._notes, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode=OFF")
            self._connection.execute("PRAGMA synchronous=OFF")
            self._connection.execute(f"CREATE TABLE verdicts ({VERDICT_COLUMNS})")
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
        self._file.close()
        if error is not None:
            remove_part(self._stage, self._number)

    def add_cells(
        self, lines: Iterable[int], rows: Iterable[Sequence[str]], *, encoded: bool
    ) -> None:
        """Add rows in the order of the stage's columns; a blank is no value.

        Args:
            encoded: the cells are UTF-8, each byte as the character of that number.

        Raises:
            UserError: ``disk_full`` or what else the disk said.
        """
        with _explained(self._cells):
            self._writer.add(lines, rows, encoded=encoded)

    def add_new(self, lines: Iterable[int]) -> None:
        """Add verdicts of rows that are good and become records unless theirs are found."""
        with _explained(self._notes):
            self._connection.executemany(
                "INSERT INTO verdicts (row, line, outcome) VALUES (?1, ?1, 'create')",
                zip(lines, strict=True),
            )

    def add_verdicts(self, verdicts: Iterable[tuple[int, str, str, str]]) -> None:
        """Add ``(line, source id, outcome, reason)``; a blank is none."""
        with _explained(self._notes):
            self._connection.executemany(
                "INSERT INTO verdicts (row, line, source_id, outcome, reason) "
                "VALUES (?1, ?1, nullif(?2, ''), ?3, nullif(?4, ''))",
                verdicts,
            )

    def add_problems(self, problems: Sequence[Problem]) -> None:
        """Add what is wrong with which rows."""
        with _explained(self._notes):
            self._connection.executemany("INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?)", problems)

    def finish(self) -> StagePart:
        """Write what is left; nothing can be added any more."""
        with _explained(self._cells):
            pages = self._writer.finish()
            self._connection.execute("COMMIT")
        return StagePart(pages, self._notes)


def join_parts(stage: Path, parts: Sequence[StagePart]) -> None:
    """Put the parts into the stage they were made for; their own files are gone then.

    Args:
        parts: in the order of their rows.

    Raises:
        UserError: ``disk_full`` or what else the disk said.
    """
    with _explained(stage):
        with closing(sqlite3.connect(stage)) as connection:
            root = connection.execute(
                "SELECT rootpage FROM sqlite_schema WHERE name = 'cells'"
            ).fetchone()[0]
        adopt_pages(stage, root, PAGE_BYTES, [part.pages for part in parts])
        with closing(sqlite3.connect(stage, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("PRAGMA synchronous=OFF")
            for part in parts:
                connection.execute("ATTACH ? AS part", (str(part.notes),))
                connection.execute("INSERT INTO verdicts SELECT * FROM part.verdicts")
                connection.execute("INSERT INTO problems SELECT * FROM part.problems")
                connection.execute("DETACH part")
    discard_parts(stage)


def discard_parts(stage: Path) -> None:
    """Remove what parts have left beside a stage."""
    for path in stage.parent.glob(f"{stage.name}-*"):
        path.unlink(missing_ok=True)


def remove_part(stage: Path, number: int) -> None:
    """Take back a part that was not finished, or was cut where it must not be."""
    _notes(stage, number).unlink(missing_ok=True)
    if number:
        _cells(stage, number).unlink(missing_ok=True)
    else:
        with stage.open("r+b") as file:
            file.truncate(PAGE_BYTES * pages_counted(file))


def _cells(stage: Path, number: int) -> Path:
    return stage.with_name(f"{stage.name}-cells{number}")


def _notes(stage: Path, number: int) -> Path:
    return stage.with_name(f"{stage.name}-notes{number}")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        with explain_errors(path):
            yield
    except OSError as error:
        raise as_user_error(error, path, 0) from error
