"""How a cancel reaches a job that holds the database's write lock.

To ask is to write into the job's row, which takes the very lock that a large import keeps for half
a minute. Whoever has to wait leaves an empty file that the job finds, and takes by giving it
another name: a sign that was taken is followed, one that could be removed was never seen.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core import platform
from crmdesk.core.jobs.patience import LOCK_PATIENCE_SECONDS

_LEFT, _TAKEN = ".sqlite3-cancel", ".sqlite3-cancelling"
_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class CancelSign:
    """What one process leaves for one job."""

    left: Path
    taken: Path

    def was_taken(self) -> bool:
        """Whether the job follows it; from then on it no longer can."""
        with suppress(OSError):
            self.left.unlink()
            return False
        return self.taken.exists()


class CancelSigns:
    """Signs among the staging files, named so that those of processes that died are swept.

    Args:
        folder: of staging files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def left(self, job_id: str) -> Iterator[CancelSign]:
        """A sign for a job, which is gone after the block in every case."""
        name = f"scratch-{os.getpid()}-{job_id}"
        sign = CancelSign(self._folder / (name + _LEFT), self._folder / (name + _TAKEN))
        try:
            # Without it one waits until the job lets go of the lock.
            with suppress(OSError):
                os.close(os.open(sign.left, os.O_CREAT | os.O_WRONLY, 0o600))
            yield sign
        finally:
            for path in (sign.left, sign.taken):
                with suppress(OSError):
                    path.unlink()

    def take(self, job_id: str) -> bool:
        """Take what is left for a job by those who still wait; whether there was something."""
        found = [each for each in self._of(job_id, _LEFT) if _waits(each)]
        # All of them: each of those who wait is told what came of it.
        return sum(map(_take, found)) > 0

    def wait_for_askers(self, job_id: str) -> None:
        """Let those whose sign was taken write first who they are; the lock must be free."""
        deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
        while any(map(_waits, self._of(job_id, _TAKEN))) and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)

    def _of(self, job_id: str, end: str) -> list[Path]:
        whose = f"-{job_id}{end}"
        with suppress(OSError):
            return [path for path in self._folder.iterdir() if path.name.endswith(whose)]
        return []


def _waits(sign: Path) -> bool:
    """Whether the process that left a sign is still there to say who asked."""
    pid = sign.name.split("-")[1]
    return pid.isdigit() and platform.process_alive(int(pid))


def _take(sign: Path) -> bool:
    try:
        sign.replace(sign.with_name(sign.name.removesuffix(_LEFT) + _TAKEN))
    except OSError:
        # Whoever left it took it back just now.
        return False
    return True
