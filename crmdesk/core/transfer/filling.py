"""Reads a table into a stage: cells become canonical values, or problems of their rows."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from crmdesk.core.changes.stage import Stage
from crmdesk.core.changes.stage_parts import PartWriter, Problem
from crmdesk.core.files.source import TableSource
from crmdesk.core.files.table import (
    Batch,
    Row,
    RowProblem,
    RowProblemCause,
)
from crmdesk.core.records.choices import StageFinder
from crmdesk.core.records.dates import DateOrder, detect_date_order
from crmdesk.core.records.object_type import ObjectType, Property
from crmdesk.core.records.problems import ValueProblem
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.core.records.values import ValueContext, column_parser
from crmdesk.core.transfer.column_plan import ColumnPlan, MappedColumn

REDACTED = "REDACTED"
SAMPLE_ROWS = 1_000
BATCH_ROWS = 1_000
_DATES = (PropertyType.DATE, PropertyType.DATETIME)

Parsed = tuple[Sequence[str | None], list[tuple[int, ValueProblem]]]
ParseColumn = Callable[[Sequence[str], Sequence[str | None] | None], Parsed]


@dataclass(frozen=True, slots=True)
class _Reader:
    """How one column is read.

    Attributes:
        position: its place in the stage, None when it has none.
        stands: whether cells may be taken as they are; None where they have to be read anyway.
        rows_stand: the same of rows of cells, of all columns of its kin.
        free_text: any text that can be stored is a value, kept as it is.
        kin: columns of the same kin may be asked at once whether their cells stand.
    """

    column: MappedColumn
    position: int | None
    parse: ParseColumn
    stands: Callable[[Sequence[str]], bool] | None = None
    rows_stand: Callable[[Sequence[Sequence[str]]], bool] | None = None
    free_text: bool = False
    kin: PropertyType | None = None


class _Family:
    """Columns of one kin: proving all of them at once costs half of proving one by one."""

    def __init__(self, readers: Sequence[_Reader]) -> None:
        places = sorted(reader.column.index + 1 for reader in readers)
        first, behind = places[0], places[-1] + 1
        # Cutting out is quicker than picking one by one.
        is_run = places == list(range(first, behind))
        self._cells = itemgetter(slice(first, behind)) if is_run else itemgetter(*places)
        self._stand = readers[0].rows_stand

    def stands(self, rows: Sequence[tuple[int | str, ...]]) -> bool:
        """Whether all of their cells may be taken as they are."""
        return self._stand is not None and self._stand(list(map(self._cells, rows)))


class Filler:
    """Fills one part of a stage from one part of a table.

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
        self._families = _families(self._readers)
        stored = {places[c.stored.id]: c.index + 1 for c in plan.columns if c.stored is not None}
        #: Where each of the stage's columns stands in a row; those at its end may be lacking.
        self._wanted = [stored[place] for place in sorted(stored)]

    def fill(
        self, part: PartWriter, batches: Iterable[Batch], reported: Callable[[int], None]
    ) -> bool:
        """Add every row, bad ones as failed; returns whether the last of them had an end.

        Args:
            reported: told the rows read so far; may raise to stop.
        """
        done, has_end = 0, True
        with _without_collecting():
            for batch in batches:
                _add_rejected(part, batch.rejected)
                if batch.rows:
                    self._add_rows(part, batch.rows)
                done += len(batch.rows) + len(batch.rejected)
                has_end = not any(map(_is_open, batch.rejected))
                reported(done)
        return has_end

    def _add_rows(self, part: PartWriter, rows: Sequence[tuple[int | str, ...]]) -> None:
        lines: list[int] = _column(rows, 0)  # type: ignore[assignment]
        read: dict[int, Sequence[str | None]] = {}
        failed: set[int] = set()
        fresh: set[int] = set()
        pipelines: Sequence[str | None] | None = None
        proven = {kin for kin, family in self._families.items() if family.stands(rows)}
        for reader in self._readers:
            if reader.kin in proven and reader.position is not None:
                continue
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
                read[reader.position] = values
            else:
                fresh.update(index for index, value in enumerate(values) if value is not None)
            if problems:
                failed.update(index for index, _ in problems)
                part.add_problems(_problem_rows(reader.column, lines, given, problems))
        self._add_verdicts(part, rows, lines, failed, fresh)
        part.add_cells(self._stored(rows, read))

    def _stored(
        self, rows: Sequence[tuple[int | str, ...]], read: dict[int, Sequence[str | None]]
    ) -> Sequence[tuple[int | str, ...]]:
        """Line and cells of the stage's columns; what was read takes the place of what is given."""
        wanted = self._wanted
        if not read and wanted == list(range(1, len(rows[0]))):
            return rows
        columns = [_column(rows, place) for place in (0, *wanted)]
        for place, values in read.items():
            columns[place + 1] = [value or "" for value in values]
        return list(zip(*columns, strict=True))

    def _add_verdicts(
        self,
        part: PartWriter,
        rows: Sequence[tuple[int | str, ...]],
        lines: Sequence[int],
        failed: set[int],
        fresh: set[int],
    ) -> None:
        # Nothing is to be said of most rows; the part makes them new ones.
        if not failed and not fresh and self._id_index is None:
            return
        ids = [""] * len(lines)
        if self._id_index is not None:
            given: list[str] = _column(rows, self._id_index + 1)  # type: ignore[assignment]
            ids = [text.strip() for text in given]
        outcomes = ["failed" if index in failed else "create" for index in range(len(lines))]
        reasons = ["new_value" if index in fresh else "" for index in range(len(lines))]
        part.add_verdicts(zip(lines, ids, outcomes, reasons, strict=True))


def _families(readers: Sequence[_Reader]) -> dict[PropertyType | None, _Family]:
    """Columns that are asked together, by their kin."""
    found: dict[PropertyType | None, list[_Reader]] = {}
    for reader in readers:
        # Of a column yet to be made it has to be known which rows have a value.
        if reader.kin is not None and reader.position is not None:
            found.setdefault(reader.kin, []).append(reader)
    return {kin: _Family(kindred) for kin, kindred in found.items() if len(kindred) > 1}


def _is_open(row: Row) -> bool:
    return row.problem is not None and row.problem.cause is RowProblemCause.UNCLOSED_QUOTE


def _add_rejected(part: PartWriter, rows: Sequence[Row]) -> None:
    if not rows:
        return
    part.add_verdicts((row.line, "", "failed", "") for row in rows)
    part.add_problems(
        [
            (row.line, row.line, "", row.problem.code.value, describe(row.problem), "")
            for row in rows
            if row.problem is not None
        ]
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
    plan: ColumnPlan,
    samples: Sequence[Sequence[str]],
    chosen: DateOrder | None,
    by_column: Mapping[str, DateOrder] | None = None,
) -> dict[int, DateOrder]:
    """The order of each column of dates: its own choice, else as its samples show, else all's."""
    orders = {}
    for column in plan.columns:
        own = (by_column or {}).get(column.header)
        if own is not None:
            orders[column.index] = own
        elif column.target.type in _DATES:
            found = detect_date_order(
                row[column.index] for row in samples if column.index < len(row)
            )
            decided = found is not DateOrder.UNDECIDED or chosen is None
            orders[column.index] = found if decided or chosen is None else chosen
    return orders


def sample_rows(source: TableSource, size: int = SAMPLE_ROWS) -> list[Row]:
    """The first rows of a table, good and bad."""
    return list(islice(source.rows(), size))


def first_batch(source: TableSource, limit: int) -> Batch:
    """The first ``limit`` rows of a table."""
    batch = Batch([])
    for row in islice(source.rows(), limit):
        if row.problem is None:
            batch.rows.append((row.line, *row.cells))
        else:
            batch.rejected.append(row)
    return batch


def describe(problem: RowProblem) -> str:
    """One sentence for a line that is no row of the table."""
    where = f"line {problem.line}" + (f", character {problem.offset}" if problem.offset else "")
    match problem.cause:
        case RowProblemCause.TOO_FEW_CELLS | RowProblemCause.TOO_MANY_CELLS:
            cells = "1 cell" if problem.found == "1" else f"{problem.found} cells"
            return f"The row has {cells} where the header has {problem.expected}."
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
        parser.rows_are_canonical,
        parser.is_free_text,
        parser.kin,
    )


def parse_one(
    target: Property,
    text: str,
    context: ValueContext,
    object_type: ObjectType,
    pipeline: str | None,
) -> str | None:
    """Read one value that is not in the file.

    Raises:
        ValueProblem: the value cannot be read.
    """
    column = MappedColumn(0, target.label, target)
    reader = _reader(column, {target.id: 0}, context, None, object_type)
    values, problems = reader.parse([text], [pipeline])
    if problems:
        raise problems[0][1]
    return values[0]


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
