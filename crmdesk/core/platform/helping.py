"""A process that helps this one, on another processor."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess


class HelpingProcess:
    """Waits at the other end of a pipe for what it is asked.

    Attributes:
        pipe: reading from it raises ``EOFError`` once the process has ended or failed.
    """

    def __init__(self, pipe: Connection, process: BaseProcess) -> None:
        self.pipe = pipe
        self._process = process

    def end(self) -> None:
        """Stop it wherever it is: from then on it makes no file."""
        if self._process.pid is not None:
            self._process.terminate()
            self._process.join()


@contextmanager
def helping_process(work: Callable[[Connection], None]) -> Iterator[HelpingProcess]:
    """Start a process that does ``work`` with its end of the pipe; it is gone after the block.

    Args:
        work: a function of a module. Why it fails is told by who does its part instead.
    """
    # Forking would take along locks and open databases.
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_help, args=(work, theirs), daemon=True)
    helper = HelpingProcess(ours, process)
    with ours:
        try:
            with theirs, suppress(OSError):  # no room for a process: its part is done here
                process.start()
            yield helper
        finally:
            helper.end()


def _help(work: Callable[[Connection], None], pipe: Connection) -> None:
    # Ctrl+C goes to all processes of a terminal; ours ends when the first one closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The process that is listened to does this part again, and raises what is wrong.
    with suppress(Exception), pipe:
        work(pipe)
