"""Which process is which: boots, process ids that come round again, and core dumps.

A process is known by three things together: its id, when it started, and which boot of the
machine that was. The branches for Windows and macOS are unit-tested by naming the system, but
were not run on those systems.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from crmdesk.core.platform.system import System, current_system, run_program

_PROC = Path("/proc")
_BOOT_COUNTER = (
    r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
)
_QUERY_LIMITED_INFORMATION = 0x1000
_ACCESS_DENIED = 5
_STILL_ACTIVE = 259
_BELOW_NORMAL = 0x4000
_THREAD_BELOW_NORMAL = -1
_NICENESS, _NICENESS_IN_THREAD = 10, 5
# Of 32 megabytes and more glibc takes no notice; pieces of a backup are smaller than these.
_KEPT_BLOCK = 16 << 20

Run = Callable[[Sequence[str]], str]


def boot_id(system: System | None = None, *, run: Run = run_program, proc: Path = _PROC) -> str:
    """A text that is another one after each start of the machine; blank if it tells none.

    Linux: the kernel's boot id. macOS: its boot session. Windows: its boot counter; where that
    is switched off, the start time of a process tells boots apart as well, since there it is a
    date. Not run here on Windows and macOS.
    """
    match system or current_system():
        case System.LINUX:
            return _read(proc / "sys" / "kernel" / "random" / "boot_id").strip()
        case System.MACOS:
            return _print_or_blank(run, ["sysctl", "-n", "kern.bootsessionuuid"]).strip()
        case System.WINDOWS:
            printed = _print_or_blank(run, ["reg", "query", _BOOT_COUNTER, "/v", "BootId"])
            return printed.split()[-1] if "BootId" in printed else ""


def process_started_at(
    pid: int,
    system: System | None = None,
    *,
    run: Run = run_program,
    proc: Path = _PROC,
    kernel32: Any = None,
) -> str | None:
    """When a process started, as a text to compare and not to read; None when it is gone.

    An ended process that nobody has asked after yet (a zombie) counts as gone. A process that
    lives but does not tell its start (another account's, on Windows) gives a blank text.
    Not run here on Windows and macOS.
    """
    if pid <= 0:
        return None
    match system or current_system():
        case System.LINUX:
            return _linux_start(_read(proc / str(pid) / "stat"))
        case System.MACOS:
            # "Ss   Sun Nov 22 05:31:15 2026": the state first, because a zombie still has a row.
            row = _print_or_blank(run, ["ps", "-o", "stat=,lstart=", "-p", str(pid)])
            state, _, started = row.strip().partition(" ")
            return started.strip() if state and not state.startswith("Z") else None
        case System.WINDOWS:
            return _windows_start(pid, kernel32 or load_kernel32())


def process_alive(pid: int, started_at: str | None = None) -> bool:
    """Whether a process still runs, and is the one that started then.

    Args:
        pid: its id; zero and negative ids are never alive.
        started_at: what :func:`process_started_at` said when it was known to be the right one;
            None leaves the question open, and an id given to another process counts as alive.
    """
    now_started = process_started_at(pid)
    if now_started is None:
        return False
    return not started_at or not now_started or started_at == now_started


def terminate(pid: int, started_at: str | None = None) -> bool:
    """Ask a process to end (on Windows: end it); False when it is gone or another account's.

    Args:
        pid: its id. Zero and negative ids, which mean whole groups, are refused.
        started_at: as in :func:`process_alive`, so that no stranger is ended.
    """
    if not process_alive(pid, started_at):
        return False
    try:
        os.kill(pid, signal.SIGTERM)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def disable_core_dumps() -> None:
    """Keep the memory of this process, keys included, out of any core dump.

    A size limit of zero does not bind a dump that is piped to a program, as systemd-coredump
    and apport are; on Linux the dump is therefore also told to hold no memory at all.
    Child processes inherit both. Windows writes no dump unless an administrator asks for it.
    """
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    memory_kinds = _PROC / "self" / "coredump_filter"
    if memory_kinds.exists():
        memory_kinds.write_text("0", encoding="ascii")


def give_way(
    system: System | None = None,
    *,
    pid: int | None = None,
    proc: Path = _PROC,
    kernel32: Any = None,
) -> None:
    """Let other programs have the processor first, from now on and for child processes.

    For work that somebody watches from a window: the window draws and takes keys all the while,
    and on a computer with nothing else to do the work is as quick as before.
    Not run here on Windows.

    Args:
        pid: another process of this account, which gives way before its first line runs; by
            default this one. On Windows a process speaks for itself alone.
    """
    system = system or current_system()
    if system is System.WINDOWS:
        if pid is None:
            kernel32 = kernel32 or load_kernel32()
            kernel32.SetPriorityClass(kernel32.GetCurrentProcess(), _BELOW_NORMAL)
        return
    process = pid or os.getpid()
    # It may have ended already, and some systems let nobody ask.
    with suppress(OSError):
        if os.getpriority(os.PRIO_PROCESS, process) < _NICENESS:
            os.setpriority(os.PRIO_PROCESS, process, _NICENESS)
        if system is System.LINUX and os.getsid(process) == process:
            # Where Linux shares the processor out among sessions first (autogroup), niceness
            # counts within one session only, and a worker has one of its own.
            place = proc / (str(pid) if pid else "self") / "autogroup"
            place.write_text(str(_NICENESS), encoding="ascii")


def give_way_in_thread(system: System | None = None, *, kernel32: Any = None) -> None:
    """Let the other threads of this program have the processor before this one, from now on.

    A little only: the thread holds the interpreter now and then, and while it waits for a
    processor then, everybody waits with it. Not run here on Windows; nothing on macOS.
    """
    system = system or current_system()
    if system is System.LINUX:
        thread = threading.get_native_id()
        # On Linux a thread has a niceness of its own.
        with suppress(OSError):
            if os.getpriority(os.PRIO_PROCESS, thread) < _NICENESS_IN_THREAD:
                os.setpriority(os.PRIO_PROCESS, thread, _NICENESS_IN_THREAD)
    elif system is System.WINDOWS:
        kernel32 = kernel32 or load_kernel32()
        kernel32.SetThreadPriority(kernel32.GetCurrentThread(), _THREAD_BELOW_NORMAL)


def keep_freed_memory() -> None:
    """Let this process use again what it frees, instead of asking the system each time.

    For work that takes and frees a few hundred kilobytes thousands of times: glibc would hand
    such blocks back and have them cleared anew, a twentieth of a backup's processor time. It
    keeps all that is smaller than the largest block it has seen freed (mallopt(3),
    M_MMAP_THRESHOLD, "dynamic adjustment"), so it is shown one, of which no byte is touched.
    Other systems take it as what it is, and nothing changes.
    """
    bytes(_KEPT_BLOCK)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _print_or_blank(run: Run, command: Sequence[str]) -> str:
    try:
        return run(command)
    except OSError:
        return ""


def _linux_start(stat: str) -> str | None:
    # proc(5): the name stands in brackets and may hold spaces and brackets itself, so the
    # fields are counted after the last one: state is the first, start time the twentieth.
    fields = stat.rpartition(")")[2].split()
    if len(fields) < 20 or fields[0] in ("Z", "X", "x"):
        return None
    return fields[19]


def _windows_start(pid: int, kernel32: Any) -> str | None:
    handle = kernel32.OpenProcess(_QUERY_LIMITED_INFORMATION, False, pid)
    if not handle:
        return "" if kernel32.GetLastError() == _ACCESS_DENIED else None
    try:
        exit_code = ctypes.c_ulong()
        kernel32.GetExitCodeProcess(handle, ctypes.byref(exit_code))
        if exit_code.value != _STILL_ACTIVE:
            return None
        created, exited, in_kernel, in_user = (ctypes.c_ulonglong() for _ in range(4))
        times = (ctypes.byref(each) for each in (created, exited, in_kernel, in_user))
        return str(created.value) if kernel32.GetProcessTimes(handle, *times) else ""
    finally:
        kernel32.CloseHandle(handle)


def load_kernel32() -> Any:
    """The Windows library that knows processes and drives; untyped, as ctypes is.

    Raises:
        OSError: this is not Windows.
    """
    if sys.platform == "win32":
        kernel32 = ctypes.WinDLL("kernel32")
        kernel32.OpenProcess.restype = ctypes.c_void_p
        kernel32.CloseHandle.argtypes = [ctypes.c_void_p]
        kernel32.GetExitCodeProcess.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        kernel32.GetProcessTimes.argtypes = [ctypes.c_void_p] * 5
        return kernel32
    raise OSError("kernel32 exists on Windows only")


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
