"""Reads one part of a table into one part of a stage, in whatever process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crmdesk.core.changes.stage import Stage
from crmdesk.core.changes.stage_parts import PartWriter
from crmdesk.core.files.source import TableSource
from crmdesk.core.files.table import Batch
from crmdesk.core.files.table_parts import TablePart
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.values import ValueContext
from crmdesk.core.transfer.column_plan import ColumnPlan
from crmdesk.core.transfer.filling import BATCH_ROWS, Filler


@dataclass(frozen=True, slots=True)
class FillTask:
    """All that is needed to read a table into a stage, for any process.

    Attributes:
        key: place of the column by which records are found, where one is.
    """

    stage: Stage
    source: TableSource
    plan: ColumnPlan
    context: ValueContext
    dates: dict[int, DateOrder]
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Errand:
    """A part of a table, and the part of a stage it goes into; ``None`` is the whole table."""

    task: FillTask
    number: int
    part: TablePart | None


@dataclass(frozen=True, slots=True)
class Filled:
    """A part was read; ``cut_rightly`` unless it ends inside of a row."""

    cut_rightly: bool


def run_errand(errand: Errand, reported: Callable[[int], None]) -> Filled:
    """Read a part of a table; see :func:`fill_part`."""
    batches = errand.task.source.batches(BATCH_ROWS, part=errand.part)
    return fill_part(errand.task, errand.number, batches, reported)


def fill_part(
    task: FillTask, number: int, batches: Iterable[Batch], reported: Callable[[int], None]
) -> Filled:
    """Read so many batches into the part of that number, and no more.

    Args:
        reported: told the rows read so far; may raise to stop.

    Raises:
        UserError: what reading the table refuses, or what the disk said.
    """
    filler = Filler(
        task.stage,
        task.plan,
        task.context,
        task.dates,
        proven_text=task.source.dialect is not None,
    )
    columns = len(task.stage.columns)
    with PartWriter(task.stage.path, number, columns, task.key) as writer:
        rows_end = filler.fill(writer, batches, reported)
        writer.finish()
        return Filled(rows_end)
