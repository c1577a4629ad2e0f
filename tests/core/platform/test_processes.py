from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.platform import (
    System,
    boot_id,
    give_way,
    give_way_in_thread,
    keep_freed_memory,
    process_alive,
    process_started_at,
    terminate,
)


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_this_boot_has_an_id_that_stays():
    assert boot_id()
    assert boot_id() == boot_id()


def test_a_machine_that_tells_no_boot_has_a_blank_id(tmp_path: Path):
    def missing(command: Sequence[str]) -> str:
        raise FileNotFoundError(command[0])

    assert boot_id(System.LINUX, proc=tmp_path) == ""
    assert boot_id(System.MACOS, run=missing) == ""
    assert boot_id(System.WINDOWS, run=missing) == ""


def test_macos_tells_its_boot_session():
    asked: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> str:
        asked.append(command)
        return "0A1B-2C3D\n"

    assert boot_id(System.MACOS, run=run) == "0A1B-2C3D"
    assert asked == [["sysctl", "-n", "kern.bootsessionuuid"]]


def test_windows_tells_its_boot_counter():
    printed = "\r\nHKEY_LOCAL_MACHINE\\SYSTEM\r\n    BootId    REG_DWORD    0x1f\r\n\r\n"

    assert boot_id(System.WINDOWS, run=lambda command: printed) == "0x1f"


def test_a_running_process_is_alive_and_known_by_its_start(child: subprocess.Popen[bytes]):
    started_at = process_started_at(child.pid)

    assert started_at
    assert process_alive(child.pid)
    assert process_alive(child.pid, started_at)


def test_another_process_under_the_same_id_is_not_the_one_that_was(
    child: subprocess.Popen[bytes],
):
    assert not process_alive(child.pid, "1")
    assert not terminate(child.pid, "1")
    assert child.poll() is None


def test_a_terminated_process_ends_and_is_gone_even_before_it_is_reaped(
    child: subprocess.Popen[bytes],
):
    assert terminate(child.pid)

    # WNOWAIT: it has ended, and stays a zombie for the next line.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not process_alive(child.pid)
    assert child.wait() == -signal.SIGTERM
    assert not terminate(child.pid)


@pytest.mark.parametrize("pid", [0, -1, -os.getpid()], ids=["none", "all", "own group"])
def test_a_whole_group_is_never_meant(pid: int):
    assert not process_alive(pid)
    assert not terminate(pid)


def test_a_name_with_brackets_and_spaces_does_not_shift_the_start(tmp_path: Path):
    fields = ["S", *(str(number) for number in range(2, 20)), "4711", "0"]
    (tmp_path / "9").mkdir()
    (tmp_path / "9" / "stat").write_text(f"9 (a) b (c) {' '.join(fields)}")

    assert process_started_at(9, System.LINUX, proc=tmp_path) == "4711"
    assert process_started_at(10, System.LINUX, proc=tmp_path) is None


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Ss   Sun Nov 22 05:31:15 2026\n", "Sun Nov 22 05:31:15 2026"),
        ("Z    Sun Nov 22 05:31:15 2026\n", None),
        ("", None),
    ],
)
def test_macos_tells_when_a_process_started(printed: str, expected: str | None):
    assert process_started_at(9, System.MACOS, run=lambda command: printed) == expected


class WindowsProcess:
    """Answers as kernel32 does for one process, by the documentation of those calls."""

    def __init__(self, handle: int, *, error: int = 0, exit_code: int = 259) -> None:
        self.handle, self.error, self.exit_code = handle, error, exit_code
        self.closed: list[int] = []

    def OpenProcess(self, access: int, inherit: bool, pid: int) -> int:
        return self.handle

    def GetLastError(self) -> int:
        return self.error

    def GetExitCodeProcess(self, handle: int, code: Any) -> int:
        ctypes.cast(code, ctypes.POINTER(ctypes.c_ulong))[0] = self.exit_code
        return 1

    def GetProcessTimes(self, handle: int, created: Any, *others: Any) -> int:
        assert len(others) == 3
        ctypes.cast(created, ctypes.POINTER(ctypes.c_ulonglong))[0] = 134_000_000_000_000_000
        return 1

    def CloseHandle(self, handle: int) -> None:
        self.closed.append(handle)


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        (WindowsProcess(64), "134000000000000000"),
        (WindowsProcess(64, exit_code=0), None),
        (WindowsProcess(0, error=87), None),
        (WindowsProcess(0, error=5), ""),
    ],
    ids=["running", "ended", "unknown", "of another account"],
)
def test_windows_tells_when_a_process_started(process: WindowsProcess, expected: str | None):
    assert process_started_at(9, System.WINDOWS, kernel32=process) == expected
    assert process.closed == ([64] if process.handle else [])


def test_kernel32_is_asked_for_on_windows_only():
    with pytest.raises(OSError, match="Windows only"):
        process_started_at(9, System.WINDOWS)


def test_a_process_that_crashes_leaves_no_memory_behind():
    """The dump's size limit and the kinds of memory in it are both zero, in children too."""
    program = (
        "import resource, subprocess, sys\n"
        "from crmdesk.core.platform import disable_core_dumps\n"
        "disable_core_dumps()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True)\n"
        "subprocess.run(['cat', '/proc/self/coredump_filter'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.split() == ["0", "00000000"]


def test_a_worker_gives_way_to_what_people_look_at_once():
    program = (
        "import os; from crmdesk.core.platform import give_way; before = os.nice(0); "
        "give_way(); give_way(); print(os.nice(0) - before if before < 10 else 'lower already')"
    )

    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()

    here = os.nice(0)
    assert printed == (str(10 - here) if here < 10 else "lower already")


def test_a_worker_gives_way_with_its_whole_session_and_spares_that_of_a_shell(tmp_path: Path):
    own = tmp_path / "self"
    own.mkdir()
    program = (
        "import sys; from pathlib import Path; from crmdesk.core.platform import System, give_way; "
        "give_way(System.LINUX, proc=Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]

    subprocess.run(command, check=True)
    assert not (own / "autogroup").exists()

    subprocess.run(command, check=True, start_new_session=True)
    assert (own / "autogroup").read_text(encoding="ascii") == "10"


@pytest.mark.skipif(sys.platform != "linux", reason="a niceness of threads is Linux's own")
def test_a_thread_gives_way_and_its_program_does_not():
    before = os.nice(0)
    seen: list[int] = []

    def work() -> None:
        give_way_in_thread()
        give_way_in_thread()
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert seen == [max(5, before)]
    assert os.nice(0) == before


def test_windows_is_asked_for_less_than_the_usual_share():
    asked: list[tuple[int, int]] = []

    class Kernel:
        def GetCurrentProcess(self) -> int:
            return 7

        def GetCurrentThread(self) -> int:
            return 8

        def SetPriorityClass(self, process: int, priority: int) -> None:
            asked.append((process, priority))

        SetThreadPriority = SetPriorityClass

    give_way(System.WINDOWS, kernel32=Kernel())
    give_way(System.WINDOWS, pid=9, kernel32=Kernel())
    give_way_in_thread(System.WINDOWS, kernel32=Kernel())

    assert asked == [(7, 0x4000), (8, -1)]


def test_memory_that_was_freed_is_taken_again_without_the_system():
    keep_freed_memory()
    blocks = [b"x" * 1_000_000 for _ in range(8)]  # the first still let the heap grow

    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for size in range(1_000_000, 1_000_020):
        blocks.clear()
        blocks += [b"x" * size for _ in range(8)]

    # Each block costs 245 of them when the system gives it.
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    assert faults < 4_000 or platform.libc_ver()[0] != "glibc"
