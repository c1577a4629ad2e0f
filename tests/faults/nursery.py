"""Children of one warm process: each is forked, watched, and struck if its test says so.

Starting Python and importing the program takes most of a second; a fork takes a millisecond. So
one process imports everything once and forks a child for each trial. The process is single
threaded and opens no database, which is what makes forking it safe.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
#: A child that takes longer hangs.
LIMIT_SECONDS = 120.0
_PR_SET_PTRACER = 0x59616D61


@dataclass(frozen=True, slots=True)
class Task:
    """What a child shall do, and what shall befall it.

    Attributes:
        operation: a name in :data:`tests.faults.all_operations.OPERATIONS`.
        strace: options of strace, which is attached before the child begins.
        kill_after: seconds until SIGKILL; 0 for never.
        file_size: most bytes of a file it may write; 0 for no limit.
        uid: the user it becomes; 0 to stay who it is.
    """

    operation: str
    arguments: Sequence[str] = ()
    strace: Sequence[str] = ()
    kill_after: float = 0.0
    file_size: int = 0
    uid: int = 0
    umask: int = 0o022


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended.

    Attributes:
        code: the exit code the command line would use; 70 for a traceback, -9 when killed.
        error: code of the UserError, or the name of the exception that is a bug.
        message: its sentence, or the traceback.
        seconds: from its beginning to its end, by the clock.
        processor: seconds for which it had a processor.
    """

    code: int
    error: str = ""
    message: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    processor: float = 0.0


class Nursery:
    """The warm process, seen from a test.

    Args:
        prefix: a program to start it under, e.g. ``unshare --mount``.
    """

    def __init__(self, prefix: Sequence[str] = ()) -> None:
        self._process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        """Process id of the warm process."""
        return self._process.pid

    def run(self, task: Task) -> Ended:
        """One child, to its end."""
        return self.run_together([task])[0]

    def run_alone(self, operation: str, *arguments: str) -> Ended:
        """One child that no fault befalls, to its end."""
        return self.run(Task(operation, arguments))

    def run_together(self, tasks: Sequence[Task]) -> list[Ended]:
        """Children that begin at the same moment; returns when all have ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([asdict(task) for task in tasks]) + "\n")
        self._process.stdin.flush()
        return [Ended(**found) for found in json.loads(self._process.stdout.readline())]

    def close(self) -> None:
        """End the warm process, unless it has ended by itself."""
        with suppress(BrokenPipeError):
            self._process.communicate()


class _Child:
    """A forked child, seen from the warm process."""

    def __init__(self, task: Task, gate: int) -> None:
        self._task = task
        self._ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            self._ours.close()
            _live(task, gate, theirs)
        theirs.close()
        self._tracer = self._attach() if task.strace else None

    def _attach(self) -> subprocess.Popen[str]:
        tracer = subprocess.Popen(
            ["strace", "-f", *self._task.strace, "-p", str(self.pid)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert tracer.stderr is not None
        if "attached" not in (said := tracer.stderr.readline()):
            raise RuntimeError(f"strace could not be attached: {said}")
        return tracer

    def end(self, began: float) -> Ended:
        limit = self._task.kill_after or LIMIT_SECONDS
        report, killed = bytearray(), False
        while True:
            left = began + limit - time.monotonic()
            if not killed and not select.select([self._ours], [], [], max(left, 0.0))[0]:
                os.kill(self.pid, signal.SIGKILL)
                killed = True
            piece = self._ours.recv(1 << 16)
            if not piece:
                break
            report += piece
        seconds = time.monotonic() - began
        _, waited, used = os.wait4(self.pid, 0)
        status = os.waitstatus_to_exitcode(waited)
        self._ours.close()
        if self._tracer is not None:
            self._tracer.communicate()
        if killed and not self._task.kill_after:
            raise TimeoutError(f"{self._task} hangs")
        told = json.loads(report) if report and status == 0 else {"code": status}
        return Ended(**told, seconds=seconds, processor=used.ru_utime + used.ru_stime)


def _live(task: Task, gate: int, report: socket.socket) -> None:
    """Be the child: wait for the gate, do the operation, tell how it went, and be gone."""
    # The report goes by sendto, which no test injects faults into.
    report.sendall(json.dumps(_outcome(task, gate)).encode())
    os._exit(0)


def _outcome(task: Task, gate: int) -> dict[str, Any]:
    from crmdesk.core.errors import UserError
    from tests.faults.all_operations import OPERATIONS

    try:
        # Where a user may trace only descendants, strace is none of ours otherwise.
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1 & 0xFFFFFFFFFFFFFFFF), 0, 0, 0)
        os.umask(task.umask)
        os.read(gate, 1)
        if task.file_size:
            resource.setrlimit(resource.RLIMIT_FSIZE, (task.file_size, task.file_size))
        if task.uid:
            os.setgroups([])
            os.setresgid(task.uid, task.uid, task.uid)
            os.setresuid(task.uid, task.uid, task.uid)
        values = OPERATIONS[task.operation](*task.arguments)
    except UserError as error:
        return {"code": error.exit_code, "error": error.code, "message": error.message}
    except BaseException as error:  # noqa: BLE001 - whatever it is, the test must hear of it
        return {"code": 70, "error": type(error).__name__, "message": traceback.format_exc()}
    return {"code": 0, "values": values or {}}


def _import_all_of_core() -> None:
    """What a service imports at its first use: a child may be somebody who cannot read it."""
    import pkgutil
    from importlib import import_module

    import crmdesk.core

    for module in pkgutil.walk_packages(crmdesk.core.__path__, "crmdesk.core."):
        # Migrations are loaded by their own tool, and for what is newer than the program.
        if ".migrations" not in module.name:
            import_module(module.name)
    # The program's own version is read as if it were a message.
    import_module("email.parser")


def _serve() -> None:
    from tests.faults import all_operations  # noqa: F401 - what children need is imported once

    _import_all_of_core()

    for line in sys.stdin:
        gate, opened = os.pipe()
        children = [_Child(Task(**task), gate) for task in json.loads(line)]
        began = time.monotonic()
        os.write(opened, b"!" * len(children))
        ended = [asdict(child.end(began)) for child in children]
        os.close(gate)
        os.close(opened)
        sys.stdout.write(json.dumps(ended) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
