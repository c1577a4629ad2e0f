"""Which process holds a lock on a part of a file, as far as the operating system tells.

Linux lists every lock in ``/proc/locks`` (proc(5)); asking there opens no file. Asking the file
itself (``F_GETLK``) would have to open it, and closing it again drops the locks that this process
has on it: that is how POSIX locks are. macOS and Windows have no such list.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.platform.system import System, current_system

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class _Lock:
    pid: int
    device: tuple[int, int]
    inode: int
    first: int
    last: int


def lock_owner(
    path: Path,
    first: int,
    last: int,
    system: System | None = None,
    *,
    proc: Path = _PROC,
) -> int | None:
    """Id of the process that alone holds a byte of ``first`` to ``last``; None where unknown.

    A process of another container or account may be listed without its id: it is unknown too.
    """
    if (system or current_system()) is not System.LINUX:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    locks = [
        lock
        for lock in _write_locks(_read(proc / "locks"))
        if lock.inode == found.st_ino and lock.first <= last and lock.last >= first
    ]
    device = (os.major(found.st_dev), os.minor(found.st_dev))
    # Some file systems name another device here than to stat; the inode has to do there.
    here = [lock for lock in locks if lock.device == device] or locks
    pids = {lock.pid for lock in here}
    pid = pids.pop() if len(pids) == 1 else 0
    return pid if pid > 0 else None


def process_name(pid: int, system: System | None = None, *, proc: Path = _PROC) -> str:
    """What a process is called; blank where the system does not tell."""
    if (system or current_system()) is not System.LINUX:
        return ""
    return _read(proc / str(pid) / "comm").strip()


def command_of(pid: int, system: System | None = None, *, proc: Path = _PROC) -> tuple[str, ...]:
    """The words a process was started with; empty where the system does not tell."""
    if (system or current_system()) is not System.LINUX:
        return ()
    return tuple(filter(None, _read(proc / str(pid) / "cmdline").split("\0")))


def _write_locks(text: str) -> Iterator[_Lock]:
    """Locks that somebody has; a line with an arrow is somebody who waits for one."""
    for line in text.splitlines():
        words = line.split()
        if len(words) != 8 or words[1] == "->" or words[3] != "WRITE":
            continue
        major, minor, inode = words[5].split(":")
        last = (1 << 63) if words[7] == "EOF" else int(words[7])
        yield _Lock(
            int(words[4]), (int(major, 16), int(minor, 16)), int(inode), int(words[6]), last
        )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
