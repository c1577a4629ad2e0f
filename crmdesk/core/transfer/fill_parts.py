"""Fills a stage from a large table with several processes, each of which reads a part of it.

Reading takes more time than all the rest of an import, and one interpreter reads on one processor
only. What another process cannot do, for whatever reason, this one does itself: then it is also
this one that says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crmdesk.core.changes.stage_parts import join_parts, remove_part
from crmdesk.core.files.table import Batch
from crmdesk.core.files.table_parts import TablePart
from crmdesk.core.transfer.fill_part import Filled, FillTask, fill_part
from crmdesk.core.transfer.fill_processes import WORTH_A_PROCESS, Reader, helpers_for, readers

_ASKED_SECONDS = 0.1


def fill_stage(
    task: FillTask, reported: Callable[[int], None], helpers: Sequence[Reader] = ()
) -> None:
    """Read the whole table into the stage.

    Args:
        reported: told the rows read so far; may raise to stop.
        helpers: processes that wait for a part; without any, as many are started as the table
            is worth.

    Raises:
        UserError: what reading the table refuses, or what the disk said.
    """
    if helpers:
        _fill_stage(task, reported, helpers, 0)
        return
    with readers(helpers_for(task.source.size)) as started:
        # What the first reader does while the others start.
        _fill_stage(task, reported, started, WORTH_A_PROCESS)


def fill_from(task: FillTask, batches: Iterable[Batch]) -> None:
    """Read so many batches into the stage, and no more."""
    fill_part(task, 0, batches, lambda _: None)


def _fill_stage(
    task: FillTask, reported: Callable[[int], None], helpers: Sequence[Reader], lead: int
) -> None:
    parts = task.source.parts(len(helpers) + 1, lead)
    filled = _fill_parts(task, parts, reported, helpers)
    if not all(one.cut_rightly for one in filled[:-1]):
        for number in range(len(parts)):
            remove_part(task.stage.path, number)
        filled = _fill_parts(task, [None], reported, ())
    join_parts(task.stage.path, len(filled))


def _fill_parts(
    task: FillTask,
    parts: Sequence[TablePart | None],
    reported: Callable[[int], None],
    helpers: Sequence[Reader],
) -> list[Filled]:
    """Read the first part here, and the others meanwhile elsewhere."""
    others = helpers[: len(parts) - 1]
    for number, other in enumerate(others, start=1):
        other.begin(task, number, parts[number])

    def heard(rows: int) -> None:
        reported(rows + sum(other.rows_read() for other in others))

    filled = [fill_part(task, 0, task.batches(parts[0]), heard)]
    for number, other in enumerate(others, start=1):
        while other.is_working(_ASKED_SECONDS):
            reported(sum(other.rows_read() for other in others))
        found = other.filled
        if found is None:
            remove_part(task.stage.path, number)
            found = _read_here(task, number, parts[number], reported, filled[-1])
        filled.append(found)
    return filled


def _read_here(
    task: FillTask,
    number: int,
    part: TablePart | None,
    reported: Callable[[int], None],
    before: Filled,
) -> Filled:
    """Read what another process did not; it raises what is wrong with the table."""
    if not before.cut_rightly:
        # Behind a wrong cut a table looks broken that is not, and all of it is read again.
        return before
    return fill_part(task, number, task.batches(part), reported)
