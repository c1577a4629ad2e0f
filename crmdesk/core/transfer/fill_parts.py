"""Fills a stage from a large table with several processes, each of which reads a part of it.

Reading takes more time than all the rest of an import, and one interpreter reads on one processor
only. What another process cannot do, for whatever reason, this one does itself: then it is also
this one that says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from crmdesk.core.changes.stage import create_stage
from crmdesk.core.changes.stage_parts import join_parts, remove_part
from crmdesk.core.files.table import Batch
from crmdesk.core.transfer.fill_part import Errand, Filled, FillTask, fill_part, run_errand
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
    parts = task.source.parts([1.0] * (len(helpers) + 1), lead)
    errands = [Errand(task, number, part) for number, part in enumerate(parts)]
    for number, found in enumerate(read_in_turn(errands, reported, helpers), start=1):
        if not found.cut_rightly and number < len(errands):
            # Behind a wrong cut a table looks broken that is not, and all of it is read again.
            _begin_again(errands, helpers)
            errands = [Errand(task, 0, None)]
            run_errand(errands[0], reported)
            break
    join_parts(task.stage.path, len(errands))


def _begin_again(errands: Sequence[Errand], helpers: Sequence[Reader]) -> None:
    for helper in helpers:
        helper.end()
    for errand in errands:
        _clear(errand)


def _clear(errand: Errand) -> None:
    """Make the place of a part as it was before anything was read into it."""
    stage = errand.task.stage
    if errand.number:
        remove_part(stage.path, errand.number)
    else:
        create_stage(stage.path, stage.object_type, stage.columns, blank_keeps=stage.blank_keeps)


def read_in_turn(
    errands: Sequence[Errand], reported: Callable[[int], None], helpers: Sequence[Reader]
) -> Iterator[Filled]:
    """Read the first part here, and the others meanwhile elsewhere; say when each is read.

    Args:
        reported: told the rows read so far, while this process reads or waits; may raise to stop.

    Raises:
        UserError: what reading the table refuses, or what the disk said.
    """
    others = helpers[: len(errands) - 1]
    for place, other in enumerate(others):
        other.begin(errands[1 + place :: len(others)])

    own = 0

    def heard(rows: int) -> None:
        nonlocal own
        own = rows
        reported(rows + sum(other.rows_read() for other in others))

    yield run_errand(errands[0], heard)
    for number, errand in enumerate(errands[1:]):
        other, place = others[number % len(others)], number // len(others)
        while len(other.filled) <= place and other.is_working(_ASKED_SECONDS):
            heard(own)
        if len(other.filled) > place:
            yield other.filled[place]
        else:
            # Done here it raises what is wrong with the table.
            _clear(errand)
            yield run_errand(errand, _behind(own, heard))


def _behind(before: int, heard: Callable[[int], None]) -> Callable[[int], None]:
    """Tell of the rows of one more part."""
    return lambda rows: heard(before + rows)
