"""Processor time by what was called in C, in every thread: nearly all of our work happens there."""

from __future__ import annotations

import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

_CALLERS = 8


class Tally:
    """Counts the processor seconds of each C function while it is open.

    What the interpreter itself takes is the process's time less all of these. Looking costs
    microseconds a call, so that it tells the truth of long calls only.

    Attributes:
        seconds: processor seconds by called and callers, innermost first, e.g.
            ``Connection.execute < engine.sql < apply.write_history``.
    """

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        threading.setprofile(self._watch)
        self._watch()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def _watch(self, *_: object) -> None:
        """Each thread begins with an empty stack of its own."""
        sys.setprofile(self._of_one_thread())

    def _of_one_thread(self) -> Callable[[FrameType, str, Any], None]:
        # When each call that is open began, and what calls within it took.
        open_calls: list[list[float]] = []

        def event(frame: FrameType, kind: str, called: Any) -> None:
            if kind == "c_call":
                open_calls.append([time.thread_time(), 0.0])
            elif kind in ("c_return", "c_exception") and open_calls:
                began, within = open_calls.pop()
                spent = time.thread_time() - began
                if open_calls:
                    open_calls[-1][1] += spent
                path = f"{called.__qualname__} < {_callers(frame)}"
                with self._lock:
                    self.seconds[path] += spent - within

        return event


def _callers(frame: FrameType | None) -> str:
    """The functions that led to a call, as ``module.function``, innermost first."""
    names: list[str] = []
    while frame is not None and len(names) < _CALLERS:
        module = str(frame.f_globals.get("__name__", "")).rpartition(".")[2]
        names.append(f"{module}.{frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(names)


def processor_seconds() -> float:
    """Of this process until now, its threads included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
