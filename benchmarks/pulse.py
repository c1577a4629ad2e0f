"""How long an event loop keeps everybody waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEventLoop, QTimer

BEAT_MS = 5


@dataclass(frozen=True, slots=True)
class Waits:
    """The longest waits of a while, in milliseconds.

    Attributes:
        gap: by the wall clock; another program's turn on a shared computer counts too.
        slice: processor time of the window's thread between two turns of its event loop.
    """

    gap: float
    slice: float

    def or_worse(self, other: Waits) -> Waits:
        """The longer of each."""
        return Waits(max(self.gap, other.gap), max(self.slice, other.slice))


class Pulse:
    """A timer of 5 ms that remembers its longest delay."""

    def __init__(self) -> None:
        self._timer = QTimer(interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self.begin()
        self._timer.start()

    def begin(self) -> None:
        """Measure anew."""
        self._gap = self._slice = 0.0
        self._wall, self._own = time.perf_counter(), time.thread_time()

    def waits(self) -> Waits:
        """The longest since :meth:`begin`, what runs now included."""
        self._beat()
        return Waits(self._gap, self._slice)

    def _beat(self) -> None:
        wall, own = time.perf_counter(), time.thread_time()
        self._gap = max(self._gap, (wall - self._wall) * 1000 - BEAT_MS)
        self._slice = max(self._slice, (own - self._own) * 1000)
        self._wall, self._own = wall, own


def run_until(over: Callable[[], bool], most_seconds: float = 600.0) -> None:
    """Let events run until something is so.

    Raises:
        TimeoutError: it never was.
    """
    loop, timer = QEventLoop(), QTimer(interval=1)
    until = time.perf_counter() + most_seconds

    def look() -> None:
        if over() or time.perf_counter() > until:
            loop.quit()

    timer.timeout.connect(look)
    timer.start()
    loop.exec()
    # Else timer and function hold each other, and a thread that collects cycles ends the timer.
    timer.stop()
    timer.timeout.disconnect(look)
    if not over():
        raise TimeoutError(f"nothing came in {most_seconds:.0f} seconds")


def rest(seconds: float) -> None:
    """Let events run for a while."""
    until = time.perf_counter() + seconds
    run_until(lambda: time.perf_counter() > until)
