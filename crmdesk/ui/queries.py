"""How the window calls core off its thread: searches, long reads, and writes in order."""

from __future__ import annotations

import itertools
import queue
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from crmdesk.core.errors import UserError
from crmdesk.core.platform import give_way_in_thread

T = TypeVar("T")

READERS = 2
# The token that no call has: its answer came, or is not wanted any more.
_NOBODY = 0
LOOK_AGAIN_S, LONGEST_WAIT_S = 0.02, 120.0
Done = Callable[[Any], None]
Failed = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class _Call:
    owner: weakref.ref[QObject]
    key: tuple[int, str] | None
    token: int
    function: Callable[[], Any]
    done: Done
    failed: Failed


class Write:
    """One write that waits for its turn, runs, or is over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = "waiting"

    @property
    def waiting(self) -> bool:
        """Whether it has not begun yet."""
        return self._state == "waiting"

    def withdraw(self) -> bool:
        """Take it back; False when it has begun (it then runs to its end)."""
        return self._move("waiting", "withdrawn")

    def begin(self) -> bool:
        """Claim it for the writer; False when it was withdrawn."""
        return self._move("waiting", "running")

    def _move(self, before: str, after: str) -> bool:
        with self._lock:
            if self._state != before:
                return False
            self._state = after
            return True


class Queries(QObject):
    """Runs core functions off the GUI thread and brings their answers back to it.

    Made once per window, in the GUI thread. Threads are plain daemon threads: nothing
    aborts when one still runs at the end.

    Args:
        may_write: whether nobody holds the database's write lock; asked in the writer's thread
            before each write, which can be withdrawn until then. After two minutes the write is
            tried all the same, and tells by itself what is in its way.
    """

    # An answer crosses from a worker to the GUI thread: (call, result or None, error or None).
    _answered = Signal(object, object, object)

    def __init__(
        self, parent: QObject | None = None, may_write: Callable[[], bool] = lambda: True
    ) -> None:
        super().__init__(parent)
        self._may_write = may_write
        self._numbers = itertools.count(1)
        self._newest: dict[tuple[int, str], int] = {}
        self._searches: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._writes: queue.SimpleQueue[tuple[Write, _Call] | None] = queue.SimpleQueue()
        self._missed: list[Write] = []
        self._closed = False
        self._waits_since: float | None = None
        self._threads: list[threading.Thread] = []
        self._asides: list[tuple[threading.Thread, threading.Event]] = []
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run_query(
        self,
        owner: QObject,
        key: str,
        function: Callable[[], T],
        done: Callable[[T], None],
        failed: Failed,
    ) -> None:
        """Run a search off the GUI thread; only the newest per owner and key is answered.

        Args:
            owner: whom the answer is for; nothing is delivered once it is destroyed.
            key: a later call with the same key makes this one's answer void.
            function: the search; runs in another thread and touches no widget.
            done: takes the result, in the GUI thread.
            failed: takes what was raised, in the GUI thread.
        """
        if self._closed:
            return
        self._start_threads()
        slot = (id(owner), key)
        if not any(known == slot[0] for known, _ in self._newest):
            owner.destroyed.connect(lambda *_, number=slot[0]: self._forget(number))
        token = next(self._numbers)
        self._newest[slot] = token
        self._searches.put(_Call(weakref.ref(owner), slot, token, function, done, failed))

    def run_write(
        self,
        owner: QObject,
        function: Callable[[], T],
        done: Callable[[T], None],
        failed: Failed,
        *,
        missed: bool = True,
    ) -> Write:
        """Run a write after all earlier ones; its answer always comes while the owner lives.

        Args:
            missed: whether a person would miss it: see :attr:`keeps_waiting`.

        Returns:
            A handle that says whether it still waits, and can withdraw it.
        """
        write = Write()
        if self._closed:
            write.withdraw()
            return write
        if missed:
            self._missed = [*(each for each in self._missed if each.waiting), write]
        self._start_threads()
        token = next(self._numbers)
        call = _Call(weakref.ref(owner), None, token, function, done, failed)
        self._writes.put((write, call))
        return write

    def run_aside(
        self,
        owner: QObject,
        function: Callable[[Callable[[], bool]], T],
        done: Callable[[T], None],
        failed: Failed,
    ) -> threading.Event:
        """Run a read of a minute or more in a thread of its own: no search waits behind it.

        Args:
            function: is given what says whether it shall stop, and asks that often.

        Returns:
            Stops it once it is set; so do the end of the owner and of the window. The answer,
            mostly that it was cancelled, comes all the same.
        """
        cancel = threading.Event()
        if self._closed:
            return cancel
        owner.destroyed.connect(lambda *_: cancel.set())
        asked = partial(function, cancel.is_set)
        call = _Call(weakref.ref(owner), None, next(self._numbers), asked, done, failed)

        def work() -> None:
            give_way_in_thread()
            self._run(call)

        thread = threading.Thread(target=work, name="crmdesk-aside", daemon=True)
        self._asides = [each for each in self._asides if each[0].is_alive()]
        self._asides.append((thread, cancel))
        thread.start()
        return cancel

    @property
    def write_waits(self) -> float:
        """Seconds for which the next write has waited for somebody else's to end; 0.0 if none."""
        since = self._waits_since
        return 0.0 if since is None else time.monotonic() - since

    @property
    def keeps_waiting(self) -> bool:
        """Whether what a person saved waits for somebody else's write, and would be lost now."""
        return self._waits_since is not None and any(each.waiting for each in self._missed)

    def withdraw_missed(self) -> None:
        """Give up what :attr:`keeps_waiting` tells of."""
        for write in self._missed:
            write.withdraw()

    def cancel(self, owner: QObject, key: str) -> None:
        """Make the answer of a running search void."""
        if (id(owner), key) in self._newest:
            self._newest[(id(owner), key)] = _NOBODY

    def shutdown(self, timeout: float) -> bool:
        """Take nothing more, finish the writes already given, drop the searches.

        Args:
            timeout: seconds to wait at most.

        Returns:
            Whether everything ended in time.
        """
        self._closed = True
        self._newest.clear()
        for _ in range(READERS):
            self._searches.put(None)
        self._writes.put(None)
        for _, cancel in self._asides:
            cancel.set()
        threads = [*self._threads, *(thread for thread, _ in self._asides)]
        until = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _start_threads(self) -> None:
        if self._threads:
            return
        targets = [("search", self._search)] * READERS + [("write", self._write)]
        for name, target in targets:
            thread = threading.Thread(target=target, name=f"crmdesk-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _search(self) -> None:
        give_way_in_thread()
        while (call := self._searches.get()) is not None:
            if self._current(call):
                self._run(call)

    def _write(self) -> None:
        while (entry := self._writes.get()) is not None:
            write, call = entry
            self._await_turn(write)
            if write.begin():
                self._run(call)

    def _await_turn(self, write: Write) -> None:
        self._waits_since = began = time.monotonic()
        try:
            while write.waiting and not self._may_write():
                if time.monotonic() - began >= LONGEST_WAIT_S:
                    break
                time.sleep(LOOK_AGAIN_S)
        except UserError:
            # The write runs into the same and tells whoever asked for it.
            return
        finally:
            self._waits_since = None

    def _run(self, call: _Call) -> None:
        result, error = None, None
        try:
            result = call.function()
        except Exception as caught:  # noqa: BLE001 - handed to the caller's failed()
            error = caught
        if shiboken6.isValid(self):
            self._answered.emit(call, result, error)

    def _current(self, call: _Call) -> bool:
        return call.key is None or self._newest.get(call.key) == call.token

    def _forget(self, number: int) -> None:
        for slot in [slot for slot in self._newest if slot[0] == number]:
            del self._newest[slot]

    @Slot(object, object, object)
    def _deliver(self, call: _Call, result: object, error: Exception | None) -> None:
        owner = call.owner()
        if owner is None or not shiboken6.isValid(owner) or not self._current(call):
            return
        if call.key is not None:
            # The entry stays, so that destroyed() is bound once.
            self._newest[call.key] = _NOBODY
        if error is None:
            call.done(result)
        else:
            call.failed(error)
