"""Reads a table into a stage: cells become canonical values, or problems of their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat

from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Tx
from crmdesk.core.files.source import TableSource
from crmdesk.core.files.table import Batch, Row, RowProblem, RowProblemCause
from crmdesk.core.records.choices import StageFinder
from crmdesk.core.records.dates import DateOrder, detect_date_order
from crmdesk.core.records.problems import ValueProblem
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.core.records.values import ValueContext, column_parser
from crmdesk.core.transfer.columns import ColumnPlan, MappedColumn

REDACTED = "REDACTED"
SAMPLE_ROWS = 1_000
_BATCH = 2_000
_DATES = (PropertyType.DATE, PropertyType.DATETIME)

Parsed = tuple[Sequence[str | None], list[tuple[int, ValueProblem]]]
ParseColumn = Callable[[Sequence[str], Sequence[str | None] | None], Parsed]
#: A row's line, the column, the type, the message and the cell.
Problem = tuple[int, int, str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Reader:
    """How one column is read; ``position`` is its place in the stage, None when it has none."""

    column: MappedColumn
    position: int | None
    parse: ParseColumn
    needs_pipeline: bool = False


class Filler:
    """Fills one stage from one table.

    Args:
        dates: the order of dates by column index.
    """

    def __init__(
        self,
        stage: Stage,
        plan: ColumnPlan,
        context: ValueContext,
        dates: dict[int, DateOrder],
    ) -> None:
        self._stage = stage
        self._id_index = plan.id_index
        places = {p.id: place for place, p in enumerate(stage.columns)}
        # The pipeline is read before its stage, whose label may mean one in several pipelines.
        ordered = sorted(plan.columns, key=lambda c: c.target.format == PropertyFormat.STAGE)
        self._readers = [
            _reader(column, places, context, dates.get(column.index), stage.object_type)
            for column in ordered
        ]
        names = "".join(f", c{place}" for place in range(len(stage.columns)))
        marks = ", ?" * len(stage.columns)
        self._insert = (
            "INSERT INTO stage.rows (row, line, source_id, outcome, reason"
            f"{names}) VALUES (?, ?, ?, ?, ?{marks})"
        )

    def fill(self, tx: Tx, batches: Iterable[Batch], reported: Callable[[int], None]) -> int:
        """Insert every row, bad ones as failed; returns how many there were.

        Args:
            reported: told the rows read so far; may raise to stop.
        """
        done = 0
        for batch in batches:
            self._add_rejected(tx, batch.rejected)
            if batch.rows:
                self._add_rows(tx, batch.rows)
            done += len(batch.rows) + len(batch.rejected)
            reported(done)
        return done

    def _add_rejected(self, tx: Tx, rows: Sequence[Row]) -> None:
        if not rows:
            return
        blanks = (None,) * len(self._stage.columns)
        tx.driver.executemany(
            self._insert, ((row.line, row.line, None, "failed", None, *blanks) for row in rows)
        )
        add_problems(
            tx,
            [
                (row.line, row.line, "", row.problem.code.value, describe(row.problem), "")
                for row in rows
                if row.problem is not None
            ],
        )

    def _add_rows(self, tx: Tx, rows: Sequence[tuple[int | str, ...]]) -> None:
        cells: list[Sequence[str]] = list(zip(*rows, strict=True))
        lines: Sequence[int] = cells[0]  # type: ignore[assignment]
        blanks: list[None] = [None] * len(lines)
        staged: list[Sequence[str | None]] = [blanks] * len(self._stage.columns)
        failed: set[int] = set()
        fresh: set[int] = set()
        pipelines: Sequence[str | None] | None = None
        for reader in self._readers:
            given = cells[reader.column.index + 1]
            values, problems = reader.parse(given, pipelines)
            if reader.column.target.format == PropertyFormat.PIPELINE:
                pipelines = values
            if reader.position is not None:
                staged[reader.position] = values
            else:
                fresh.update(index for index, value in enumerate(values) if value is not None)
            if problems:
                failed.update(index for index, _ in problems)
                add_problems(tx, _problem_rows(reader.column, lines, given, problems))
        ids: Iterable[str | None] = repeat(None)
        if self._id_index is not None:
            ids = (cell.strip() or None for cell in cells[self._id_index + 1])
        # What finds no record is created, so that most new rows are never written again.
        outcomes: Iterable[str] = repeat("create")
        if failed:
            outcomes = ["failed" if index in failed else "create" for index in range(len(lines))]
        reasons: Iterable[str | None] = repeat(None)
        if fresh:
            reasons = ["new_value" if index in fresh else None for index in range(len(lines))]
        tx.driver.executemany(
            self._insert, zip(lines, lines, ids, outcomes, reasons, *staged, strict=False)
        )


def date_orders(
    plan: ColumnPlan, samples: Sequence[Sequence[str]], chosen: DateOrder | None
) -> dict[int, DateOrder]:
    """The order of each column of dates: as its samples show, else as it was chosen."""
    orders = {}
    for column in plan.columns:
        if column.target.type in _DATES:
            found = detect_date_order(
                row[column.index] for row in samples if column.index < len(row)
            )
            decided = found is not DateOrder.UNDECIDED or chosen is None
            orders[column.index] = found if decided or chosen is None else chosen
    return orders


def sample_rows(source: TableSource, size: int = SAMPLE_ROWS) -> list[Row]:
    """The first rows of a table, good and bad."""
    return list(islice(source.rows(), size))


def first_batches(source: TableSource, limit: int | None) -> Iterator[Batch]:
    """The table in batches, or its first ``limit`` rows."""
    if limit is None:
        yield from source.batches(_BATCH)
        return
    batch = Batch([])
    for row in islice(source.rows(), limit):
        if row.problem is None:
            batch.rows.append((row.line, *row.cells))
        else:
            batch.rejected.append(row)
    yield batch


def add_problems(tx: Tx, problems: Sequence[Problem]) -> None:
    """Keep problems as ``(row, line, column, type, message, value)``."""
    tx.driver.executemany("INSERT INTO stage.problems VALUES (?, ?, ?, ?, ?, ?)", problems)


def describe(problem: RowProblem) -> str:
    """One sentence for a line that is no row of the table."""
    where = f"line {problem.line}" + (f", character {problem.offset}" if problem.offset else "")
    match problem.cause:
        case RowProblemCause.TOO_FEW_CELLS | RowProblemCause.TOO_MANY_CELLS:
            return f"The row has {problem.found} cells where the header has {problem.expected}."
        case RowProblemCause.INVALID_BYTES:
            return f"Bytes that are no text in this encoding stand on {where}: {problem.found}."
        case RowProblemCause.NUL:
            return f"A NUL character stands on {where}."
        case RowProblemCause.TEXT_AFTER_QUOTE:
            return f"Text follows a closing quote on {where}."
        case RowProblemCause.UNCLOSED_QUOTE:
            return f"A quote that opens on {where} is never closed."


def _problem_rows(
    column: MappedColumn,
    lines: Sequence[int],
    cells: Sequence[str],
    problems: Sequence[tuple[int, ValueProblem]],
) -> list[Problem]:
    redacted = column.target.sensitive
    return [
        (
            lines[index],
            lines[index],
            column.header,
            problem.error_type.value,
            problem.message,
            REDACTED if redacted else _storable(cells[index]),
        )
        for index, problem in problems
    ]


def _storable(text: str) -> str:
    return text[:1_000].encode("utf-8", "replace").decode("utf-8")


def _reader(
    column: MappedColumn,
    places: dict[int, int],
    context: ValueContext,
    order: DateOrder | None,
    object_type: ObjectType,
) -> _Reader:
    target = column.target
    position = places[target.id] if isinstance(target, Property) else None
    if target.format == PropertyFormat.STAGE and object_type.pipelines:
        return _Reader(column, position, _stage_parser(object_type), needs_pipeline=True)
    if order is not None:
        context = ValueContext(context.time_zone, order, context.decimal_mark, context.owners)
    parser = column_parser(target, context)
    return _Reader(column, position, lambda cells, _: parser.parse_many(cells))


def _stage_parser(object_type: ObjectType) -> ParseColumn:
    finder = StageFinder(object_type.pipelines)
    known: dict[tuple[str, str | None], str | ValueProblem] = {}

    def find(text: str, pipeline: str | None) -> str | ValueProblem:
        found = known.get((text, pipeline))
        if found is None:
            try:
                found = finder.find(text, pipeline)
            except ValueProblem as problem:
                found = problem
            if len(known) < 65_536:
                known[(text, pipeline)] = found
        return found

    def parse(cells: Sequence[str], pipelines: Sequence[str | None] | None) -> Parsed:
        values: list[str | None] = []
        problems: list[tuple[int, ValueProblem]] = []
        for index, cell in enumerate(cells):
            text = cell.strip()
            found = find(text, pipelines[index] if pipelines else None) if text else None
            if isinstance(found, ValueProblem):
                problems.append((index, found))
                found = None
            values.append(found)
        return values, problems

    return parse
