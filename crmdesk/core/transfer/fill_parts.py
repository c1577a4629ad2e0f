"""Fills a stage from a large table with several processes, each of which reads a part of it.

Reading takes more time than all the rest of an import, and one interpreter reads on one processor
only. What another process cannot do, for whatever reason, this one does itself: then it is also
this one that says what is wrong.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from crmdesk.core.changes.stage import Stage
from crmdesk.core.changes.stage_parts import PartWriter, join_parts, remove_part
from crmdesk.core.files.source import TableSource
from crmdesk.core.files.table import Batch
from crmdesk.core.files.table_parts import TablePart
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.values import ValueContext
from crmdesk.core.transfer.columns import ColumnPlan
from crmdesk.core.transfer.filling import BATCH_ROWS, Filler

#: Bytes; a process takes half a second to start.
WORTH_A_PROCESS = 16 << 20
_MOST_PROCESSES = 4
_ASKED_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class FillTask:
    """All that is needed to read a table into a stage, for any process."""

    stage: Stage
    source: TableSource
    plan: ColumnPlan
    context: ValueContext
    dates: dict[int, DateOrder]


@dataclass(frozen=True, slots=True)
class _Filled:
    """A part was read; ``cut_rightly`` unless it ends inside of a row."""

    cut_rightly: bool


def fill_stage(
    task: FillTask, reported: Callable[[int], None], processes: int | None = None
) -> None:
    """Read the whole table into the stage.

    Args:
        reported: told the rows read so far; may raise to stop.
        processes: how many read; by the size of the file and the processors when None.

    Raises:
        UserError: what reading the table refuses, or what the disk said.
    """
    many = processes or min(
        _processors(), _MOST_PROCESSES, max(task.source.size // WORTH_A_PROCESS, 1)
    )
    # What the first reader does while the others start.
    parts = task.source.parts(many, lead=0 if processes else WORTH_A_PROCESS)
    filled = _fill_parts(task, parts, reported)
    if not all(one.cut_rightly for one in filled[:-1]):
        for number in range(len(parts)):
            remove_part(task.stage.path, number)
        filled = _fill_parts(task, [None], reported)
    join_parts(task.stage.path, len(filled))


def fill_from(task: FillTask, batches: Iterable[Batch]) -> None:
    """Read so many batches into the stage, and no more."""
    _fill(task, 0, batches, lambda _: None)


def _fill_parts(
    task: FillTask, parts: Sequence[TablePart | None], reported: Callable[[int], None]
) -> list[_Filled]:
    """Read the first part here, and the others meanwhile elsewhere."""
    with ExitStack() as stack:
        others = [
            stack.enter_context(_other_process(task, number, part))
            for number, part in enumerate(parts)
            if number
        ]

        def heard(rows: int) -> None:
            reported(rows + sum(other.rows_read() for other in others))

        filled = [_fill(task, 0, _batches(task, parts[0]), heard)]
        for number, other in enumerate(others, start=1):
            while other.is_working(_ASKED_SECONDS):
                reported(sum(other.rows_read() for other in others))
            found = other.filled
            if found is None:
                remove_part(task.stage.path, number)
                found = _fill(task, number, _batches(task, parts[number]), reported)
            filled.append(found)
    return filled


def _fill(
    task: FillTask, number: int, batches: Iterable[Batch], reported: Callable[[int], None]
) -> _Filled:
    filler = Filler(
        task.stage,
        task.plan,
        task.context,
        task.dates,
        proven_text=task.source.dialect is not None,
    )
    with PartWriter(task.stage.path, number, len(task.stage.columns)) as writer:
        rows_end = filler.fill(writer, batches, reported)
        writer.finish()
        return _Filled(rows_end)


def _batches(task: FillTask, part: TablePart | None) -> Iterator[Batch]:
    return task.source.batches(BATCH_ROWS, part=part)


class _Reader:
    """A part that another process reads.

    Attributes:
        filled: what came of it; None until it is done, and for good where the process failed.
    """

    def __init__(self, heard: Connection) -> None:
        self.filled: _Filled | None = None
        self._heard = heard
        self._rows = 0
        self._ended = False

    def rows_read(self) -> int:
        """How many rows it has read so far."""
        self.is_working(0)
        return self._rows

    def is_working(self, seconds: float) -> bool:
        """Listen, so many seconds at most for the first word; whether it has not ended."""
        try:
            while not self._ended and self._heard.poll(seconds):
                said = self._heard.recv()
                if isinstance(said, _Filled):
                    self.filled = said
                else:
                    self._rows = said
                seconds = 0
        except (EOFError, OSError):
            self._ended = True
        return not self._ended


@contextmanager
def _other_process(task: FillTask, number: int, part: TablePart | None) -> Iterator[_Reader]:
    """A process that reads a part; it is gone when the block ends."""
    # Forking would take along locks and open databases.
    context = get_context("spawn")
    heard, said = context.Pipe(duplex=False)
    process: BaseProcess = context.Process(
        target=_work, args=(task, number, part, said), daemon=True
    )
    with heard:
        try:
            with said, suppress(OSError):  # no room for a process: its part is read here
                process.start()
            yield _Reader(heard)
        finally:
            if process.pid is not None:
                process.terminate()
                process.join()


def _work(task: FillTask, number: int, part: TablePart | None, said: Connection) -> None:
    """What the other process does: it says how far it is, and ends where nobody listens."""
    # Ctrl+C goes to all processes of a terminal; ours ends when the first one closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Why it failed is told by who reads the part again, in the process that is listened to.
    with suppress(Exception), said:
        said.send(_fill(task, number, _batches(task, part), said.send))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
