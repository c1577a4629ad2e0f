"""The error file: every problem of every refused row, beside the row as the file has it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.files.csv_writer import write_rows
from crmdesk.core.files.source import TableSource
from crmdesk.core.files.table import Row
from crmdesk.core.transfer.column_plan import ColumnPlan
from crmdesk.core.transfer.filling import REDACTED
from crmdesk.core.transfer.model import ImportProblem, ProblemGroup

HEADINGS = ("Row", "Column", "Error type", "Message")
_SELECT = "SELECT line, column, type, message, value FROM stage.problems ORDER BY line, rowid"


def first_problems(tx: Tx, limit: int) -> list[ImportProblem]:
    """The first problems, by line."""
    return [ImportProblem(*row) for row in tx.sql(f"{_SELECT} LIMIT ?", (limit,))]


def problem_groups(tx: Tx, examples: int = 3) -> tuple[ProblemGroup, ...]:
    """Problems by type and column, the most frequent first."""
    groups = tx.sql(
        "SELECT column, type, count(*) FROM stage.problems GROUP BY column, type "
        "ORDER BY count(*) DESC, column, type"
    ).fetchall()
    return tuple(
        ProblemGroup(
            column,
            kind,
            many,
            tuple(
                ImportProblem(*row)
                for row in tx.sql(
                    "SELECT line, column, type, message, value FROM stage.problems "
                    "WHERE column = ? AND type = ? ORDER BY line LIMIT ?",
                    (column, kind, examples),
                )
            ),
        )
        for column, kind, many in groups
    )


def write_error_file(
    database: Database, stage: Stage, source: TableSource, plan: ColumnPlan, target: Path
) -> bool:
    """Write the file; returns False, and writes nothing, when no row was refused.

    Sensitive values are redacted. The original cells come behind the problem, so that the rows
    can be corrected there and imported again.
    """
    with database.staging(stage.path) as tx:
        problems: Iterator[tuple[int, str, str, str, str]] = iter(tx.sql(_SELECT))
        first = next(problems, None)
        if first is None:
            return False
        hidden = {column.index for column in plan.columns if column.target.sensitive}
        with atomic_write(target) as file:
            write_rows(
                file,
                (*HEADINGS, *source.headers.names),
                _lines(source.rows(), first, problems, hidden),
                bom=True,
            )
    return True


def write_problem_list(tx: Tx, target: Path) -> bool:
    """Write the problems alone, without the rows; returns False, and writes nothing, without any.

    It takes a moment even while a transaction waits for it. Reading the rows of a large table once
    more takes a third as long as writing them.
    """
    problems = tx.sql(_SELECT)
    first = problems.fetchone()
    if first is None:
        return False
    with atomic_write(target) as file:
        write_rows(file, HEADINGS, (row[:4] for row in chain([first], problems)), bom=True)
    return True


def read_error_file(path: Path, limit: int, after: int) -> list[ImportProblem]:
    """Problems of an error file, ``limit`` of them behind the first ``after``."""
    found = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        headings = next(rows, [])
        places = {name: place for place, name in reversed(list(enumerate(headings))) if place > 3}
        for number, row in enumerate(rows):
            if number >= after + limit:
                break
            if number >= after:
                place = places.get(row[1])
                value = row[place] if place is not None and place < len(row) else ""
                found.append(ImportProblem(int(row[0]), row[1], row[2], row[3], value))
    return found


def _lines(
    rows: Iterable[Row],
    first: tuple[int, str, str, str, str],
    others: Iterator[tuple[int, str, str, str, str]],
    hidden: set[int],
) -> Iterator[Sequence[object]]:
    """Problems beside their rows; both come in the order of the file."""
    problem: tuple[int, str, str, str, str] | None = first
    for row in rows:
        if problem is None:
            return
        if problem[0] != row.line:
            continue
        cells = [REDACTED if i in hidden and c else c for i, c in enumerate(row.cells)]
        while problem is not None and problem[0] == row.line:
            yield (*problem[:4], *cells)
            problem = next(others, None)
