"""How long an event loop keeps everybody waiting."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

BEAT_MS = 5


@dataclass(frozen=True, slots=True)
class Waits:
    """The longest waits of a while, in milliseconds.

    Attributes:
        gap: by the wall clock; another program's turn on a shared computer counts too.
        slice: processor time of the window's thread between two turns of its event loop.
        ready: of the gap, for how long the thread could have run and had no processor.
        held: of the gap, for how long it waited for something else: the interpreter, a lock, the
            disk.
    """

    gap: float = 0.0
    slice: float = 0.0
    ready: float = 0.0
    held: float = 0.0

    def or_worse(self, other: Waits) -> Waits:
        """The longer gap with what it is made of, and the longer slice."""
        longer = max(self, other, key=lambda waits: waits.gap)
        return replace(longer, slice=max(self.slice, other.slice))


class Pulse:
    """A timer of 5 ms that remembers its longest delay; made in the thread it measures."""

    def __init__(self) -> None:
        self._timer = QTimer(interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._scheduled = _schedule_of_this_thread()
        self.begin()
        self._timer.start()

    def begin(self) -> None:
        """Measure anew."""
        self._worst = Waits()
        self._wall, self._own, self._ready = self._times()

    def waits(self) -> Waits:
        """The longest since :meth:`begin`, what runs now included."""
        self._beat()
        return self._worst

    def _beat(self) -> None:
        now = self._times()
        wall, own, ready = (
            (after - before) * 1000
            for after, before in zip(now, (self._wall, self._own, self._ready), strict=True)
        )
        self._wall, self._own, self._ready = now
        gap = wall - BEAT_MS
        held = max(0.0, gap - own - ready)
        self._worst = self._worst.or_worse(Waits(gap, own, min(ready, max(gap, 0.0)), held))

    def _times(self) -> tuple[float, float, float]:
        # The second number: nanoseconds in which the thread was ready and did not run.
        ready = 0 if self._scheduled is None else int(os.pread(self._scheduled, 100, 0).split()[1])
        return time.perf_counter(), time.thread_time(), ready / 1e9


def _schedule_of_this_thread() -> int | None:
    """A descriptor of what Linux notes of this thread's turns; None elsewhere."""
    place = Path("/proc/self/task", str(threading.get_native_id()), "schedstat")
    return os.open(place, os.O_RDONLY) if place.exists() else None


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
