"""Reads a table into a stage: cells become canonical values, or problems of their rows."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

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
_BATCH = 1_000
_DATES = (PropertyType.DATE, PropertyType.DATETIME)

Parsed = tuple[Sequence[str | None], list[tuple[int, ValueProblem]]]
ParseColumn = Callable[[Sequence[str], Sequence[str | None] | None], Parsed]
Cells = Sequence[int | str | None]
#: A row's line, the column, the type, the message and the cell.
Problem = tuple[int, int, str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Reader:
    """How one column is read.

    Attributes:
        position: its place in the stage, None when it has none.
        stands: whether cells may be taken as they are; None where they have to be read anyway.
        free_text: any text that can be stored is a value, kept as it is.
    """

    column: MappedColumn
    position: int | None
    parse: ParseColumn
    stands: Callable[[Sequence[str]], bool] | None = None
    free_text: bool = False


class Filler:
    """Fills one stage from one table.

    Args:
        dates: the order of dates by column index.
        proven_text: the reader lets no row pass whose text could not be stored.
    """

    def __init__(
        self,
        stage: Stage,
        plan: ColumnPlan,
        context: ValueContext,
        dates: dict[int, DateOrder],
        *,
        proven_text: bool = False,
    ) -> None:
        self._stage = stage
        self._id_index = plan.id_index
        places = {p.id: place for place, p in enumerate(stage.columns)}
        # The pipeline is read before its stage, whose label may mean one in several pipelines.
        ordered = sorted(plan.columns, key=lambda c: c.target.format == PropertyFormat.STAGE)
        readers = [
            _reader(column, places, context, dates.get(column.index), stage.object_type)
            for column in ordered
        ]
        self._readers = [
            reader
            for reader in readers
            if not (proven_text and reader.free_text and reader.position is not None)
        ]
        stored = [c for c in plan.columns if c.stored is not None]
        self._wanted = [0, *(c.index + 1 for c in stored)]
        names = [places[c.stored.id] for c in stored if c.stored is not None]
        self._slots = {place: slot for slot, place in enumerate(names, start=1)}
        # The driver takes a blank text several times as fast as None, which it tries to adapt.
        blank_is_null = ", nullif(?, '')"
        self._insert = (
            f"INSERT INTO stage.cells (row{''.join(f', c{place}' for place in names)}) "
            f"VALUES (?{blank_is_null * len(names)})"
        )

    def fill(self, tx: Tx, batches: Iterable[Batch], reported: Callable[[int], None]) -> int:
        """Insert every row, bad ones as failed; returns how many there were.

        Args:
            reported: told the rows read so far; may raise to stop.
        """
        done = 0
        with _without_collecting():
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
        tx.driver.executemany(
            "INSERT INTO stage.verdicts (row, line, outcome) VALUES (?, ?, 'failed')",
            ((row.line, row.line) for row in rows),
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
        lines: list[int] = _column(rows, 0)  # type: ignore[assignment]
        read: dict[int, Sequence[str | None]] = {}
        failed: set[int] = set()
        fresh: set[int] = set()
        pipelines: Sequence[str | None] | None = None
        for reader in self._readers:
            given: list[str] = _column(rows, reader.column.index + 1)  # type: ignore[assignment]
            is_pipeline = reader.column.target.format == PropertyFormat.PIPELINE
            if reader.stands is not None and reader.stands(given):
                if is_pipeline:
                    pipelines = [text or None for text in given]
                if reader.position is None:
                    fresh.update(index for index, text in enumerate(given) if text)
                continue
            values, problems = reader.parse(given, pipelines)
            if is_pipeline:
                pipelines = values
            if reader.position is not None:
                read[self._slots[reader.position]] = values
            else:
                fresh.update(index for index, value in enumerate(values) if value is not None)
            if problems:
                failed.update(index for index, _ in problems)
                add_problems(tx, _problem_rows(reader.column, lines, given, problems))
        tx.driver.executemany(self._insert, self._stored(rows, read))
        self._add_verdicts(tx, rows, lines, failed, fresh)

    def _stored(
        self, rows: Sequence[tuple[int | str, ...]], read: dict[int, Sequence[str | None]]
    ) -> Iterable[Cells]:
        """Line and cells of the stage's columns; what was read takes the place of what is given."""
        picked: Iterable[Cells] = rows
        if self._wanted == [0]:
            picked = ((row[0],) for row in rows)
        elif self._wanted != list(range(len(rows[0]))):
            picked = map(itemgetter(*self._wanted), rows)
        if not read:
            return picked
        columns: list[Sequence[int | str | None]] = list(zip(*picked, strict=True))
        for slot, values in read.items():
            columns[slot] = values
        return zip(*columns, strict=True)

    def _add_verdicts(
        self,
        tx: Tx,
        rows: Sequence[tuple[int | str, ...]],
        lines: Sequence[int],
        failed: set[int],
        fresh: set[int],
    ) -> None:
        # What finds no record is created, so that most new rows are never written again.
        if not failed and not fresh and self._id_index is None:
            tx.sql(
                "INSERT INTO stage.verdicts (row, line, outcome) SELECT row, row, 'create' "
                "FROM stage.cells WHERE row BETWEEN ? AND ?",
                (lines[0], lines[-1]),
            )
            return
        ids = [""] * len(lines)
        if self._id_index is not None:
            ids = [str(cell).strip() for cell in _column(rows, self._id_index + 1)]
        outcomes = ["failed" if index in failed else "create" for index in range(len(lines))]
        reasons = ["new_value" if index in fresh else "" for index in range(len(lines))]
        tx.driver.executemany(
            "INSERT INTO stage.verdicts (row, line, source_id, outcome, reason) "
            "VALUES (?1, ?1, nullif(?2, ''), ?3, nullif(?4, ''))",
            zip(lines, ids, outcomes, reasons, strict=True),
        )


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Rows hold no cycles, and looking for some in every new one is a tenth of the reading."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _column(rows: Sequence[tuple[int | str, ...]], place: int) -> list[int | str]:
    return list(map(itemgetter(place), rows))


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
        return _Reader(column, position, _stage_parser(object_type))
    if order is not None:
        context = ValueContext(context.time_zone, order, context.decimal_mark, context.owners)
    parser = column_parser(target, context)
    return _Reader(
        column,
        position,
        lambda cells, _: parser.parse_many(cells),
        parser.are_canonical,
        parser.is_free_text,
    )


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
