"""A read of a minute, of which a dialog or a page wants the newest alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject

from crmdesk.ui.desk import Desk
from crmdesk.ui.queries import Failed

T = TypeVar("T")
Stopped = Callable[[], bool]


class LongRead:
    """Reads beside all searches, in a thread of its own; whoever asks again stops what runs.

    Args:
        owner: whom the answers are for; its end stops what runs too.
    """

    def __init__(self, desk: Desk, owner: QObject) -> None:
        self._desk, self._owner = desk, owner
        self._cancel = threading.Event()

    @property
    def stopped(self) -> Stopped:
        """Says whether what runs now shall stop."""
        return self._cancel.is_set

    def stop(self) -> None:
        """Stop what runs; mostly it answers that it was cancelled."""
        self._cancel.set()

    def run(self, work: Callable[[Stopped], T], done: Callable[[T], Any], failed: Failed) -> None:
        """Begin to read; only the newest read is answered."""
        self.stop()

        def finished(answer: T) -> None:
            if self._cancel is mine:
                done(answer)

        def refused(error: Exception) -> None:
            if self._cancel is mine:
                failed(error)

        mine = self._cancel = self._desk.run_aside(self._owner, work, finished, refused)
