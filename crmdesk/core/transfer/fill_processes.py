"""Processes that read parts of a table, started before there is anything to read.

A process takes a fifth of a second until it can begin; meanwhile the file is kept and looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from crmdesk.core.errors import UserError
from crmdesk.core.files.workbook import TableKind, recognise
from crmdesk.core.platform import processors
from crmdesk.core.platform.helping import HelpingProcess, helping_process
from crmdesk.core.transfer.fill_part import Errand, Filled, run_errand

#: Bytes; they are read in about twice the time in which a process starts.
WORTH_A_PROCESS = 8 << 20
_MOST_PROCESSES = 4


class Reader:
    """Another process, which reads parts of one table.

    Attributes:
        filled: what came of each part so far, in their order; where the process failed, of
            fewer than it was given.
    """

    def __init__(self, helper: HelpingProcess) -> None:
        self.filled: list[Filled] = []
        self._helper = helper
        self._pipe = helper.pipe
        self._rows = self._rows_before = 0
        self._ended = False

    def begin(self, errands: Sequence[Errand]) -> None:
        """Let it read parts, one after the other; it ends when all are read."""
        try:
            self._pipe.send(errands)
        except OSError:
            self._ended = True

    def end(self) -> None:
        """Stop it wherever it is: from then on it makes no file."""
        self._ended = True
        self._helper.end()

    def rows_read(self) -> int:
        """How many rows it has read so far, of all its parts."""
        self.is_working(0)
        return self._rows_before + self._rows

    def is_working(self, seconds: float) -> bool:
        """Listen, so many seconds at most for the first word; whether it has not ended."""
        try:
            while not self._ended and self._pipe.poll(seconds):
                said = self._pipe.recv()
                if isinstance(said, Filled):
                    self.filled.append(said)
                    self._rows_before, self._rows = self._rows_before + self._rows, 0
                else:
                    self._rows = said
                seconds = 0
        except (EOFError, OSError):
            self._ended = True
        return not self._ended


def helpers_for(size: int) -> int:
    """How many processes should help to read a text table of so many bytes."""
    return min(processors(), _MOST_PROCESSES, max(size // WORTH_A_PROCESS, 1)) - 1


def helpers_for_file(path: Path) -> int:
    """The same for a file that nobody has opened yet; only plain text can be cut in parts."""
    try:
        return helpers_for(path.stat().st_size) if recognise(path) is TableKind.CSV else 0
    except (OSError, UserError):
        # What is wrong with it is told by who opens it.
        return 0


@contextmanager
def readers(many: int) -> Iterator[list[Reader]]:
    """So many processes that wait for a part each; they are gone when the block ends."""
    with ExitStack() as stack:
        yield [stack.enter_context(_reader()) for _ in range(many)]


@contextmanager
def _reader() -> Iterator[Reader]:
    with helping_process(_work) as helper:
        yield Reader(helper)


def _work(pipe: Connection) -> None:
    """What the other process does: it says how far it is, and ends where nobody listens."""
    for errand in pipe.recv():
        pipe.send(run_errand(errand, pipe.send))
