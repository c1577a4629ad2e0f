"""Waiting for a job: it runs in this process, with a bar for people and Ctrl+C as its cancel."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

from crmdesk.cli.due_mail import MailSender
from crmdesk.core.errors import UserError

if TYPE_CHECKING:
    from rich.progress import Progress as ProgressBar
    from rich.progress import TaskID

    from crmdesk.cli.output import Output
    from crmdesk.cli.session import Seat
    from crmdesk.core.jobs.worker import Progress, Watcher


def finish_job(seat: Seat, job_id: str | None, *, wait: bool) -> None:
    """Do a queued job's work here, or start a process that does it.

    Raises:
        Cancelled: it was, by Ctrl+C or from elsewhere.
        UserError: why it could not be done.
    """
    if job_id is None:
        return
    if not wait:
        seat.workspace.start_worker(job_id)
        return
    with _cancelled_by_signal(seat, job_id), watcher(seat.output) as watch:
        seat.workspace.run_job(job_id, MailSender(seat.workspace, watch))


@contextmanager
def watcher(output: Output) -> Iterator[Watcher | None]:
    """Shows a job's progress on standard error, where somebody is looking on."""
    if not output.shows_progress:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as ProgressBar

    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    # Only on a terminal may the bar take over standard output: in a pipe it would be lost.
    console, takes_over = Console(stderr=True), sys.stdout.isatty()
    with ProgressBar(*columns, console=console, transient=True, redirect_stdout=takes_over) as bar:
        yield _Bar(bar, bar.add_task("Starting", total=None)).show


@contextmanager
def watching(
    output: Output, words: str
) -> Iterator[tuple[Callable[[int], None], Callable[[], bool]]]:
    """For work that is no job: takes a count, and says whether Ctrl+C was pressed."""
    with watching_steps(output) as (show, asked):
        yield lambda done: show(words, done, 0), asked


@contextmanager
def watching_steps(
    output: Output,
) -> Iterator[tuple[Callable[[str, int, int], None], Callable[[], bool]]]:
    """The same for work of several steps: takes words, a count and a total."""
    # With it comes the database, which a command that is only asked for its help does not need.
    from crmdesk.core.jobs.worker import Progress

    asked = threading.Event()
    with _signals(asked.set), watcher(output) as watch:

        def show(words: str, done: int, total: int) -> None:
            if watch is not None:
                watch(Progress(words, done, total, {}))

        yield show, asked.is_set


class _Bar:
    """Puts what a job reports into a bar."""

    def __init__(self, bar: ProgressBar, task: TaskID) -> None:
        self._bar = bar
        self._task = task

    def show(self, progress: Progress) -> None:
        """Called by the job, a few times a second."""
        name = str(progress.detail.get("object", "")).strip()
        words = f"{progress.phase} {name}".replace("_", " ").strip().capitalize()
        self._bar.update(
            self._task, description=words, completed=progress.done, total=progress.total or None
        )


@contextmanager
def _cancelled_by_signal(seat: Seat, job_id: str) -> Iterator[None]:
    """Turn the first Ctrl+C into a request to cancel; a second one stops at once.

    The request is made by a thread: the signal may come while this thread holds the write lock.
    """

    def cancel() -> None:
        # It may have ended just now; then there is nothing to cancel.
        with suppress(UserError):
            seat.workspace.jobs.request_cancel(seat.actor, job_id)

    with _signals(lambda: threading.Thread(target=cancel, daemon=True).start()):
        yield


@contextmanager
def _signals(cancel: Callable[[], object]) -> Iterator[None]:
    """Call ``cancel`` at the first Ctrl+C; stop at once at the second."""
    count = 0

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        nonlocal count
        count += 1
        if count > 1:
            raise KeyboardInterrupt
        cancel()

    kept = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
