"""Starts worker processes that outlive the window."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from crmdesk.core.platform import give_way


def worker_command(workspace: Path, job_id: str) -> list[str]:
    """The command line of a worker, from a checkout, an installation or a frozen program."""
    program = (
        [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "crmdesk"]
    )
    return [*program, "--workspace", str(workspace), "job", "run", job_id, "--key-stdin"]


def start_worker(workspace: Path, job_id: str, workspace_key: bytes) -> int:
    """Start a worker in a session of its own, and return its process id.

    The key goes through a pipe: it stands neither in the arguments nor in the environment, and
    the worker need not ask the keyring, which may be locked or ask its user.
    """
    # A worker is imported with this module, and starts none.
    import subprocess

    process = subprocess.Popen(
        worker_command(workspace, job_id),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        close_fds=True,
    )
    # Before it imports anything: it is most of a second until it could do so itself.
    give_way(pid=process.pid)
    assert process.stdin is not None  # noqa: S101 - for the type checker
    with process.stdin as pipe:
        pipe.write(workspace_key.hex().encode("ascii") + b"\n")
    # Somebody must take note of its end, or it stays in the list of processes as long as we do.
    threading.Thread(target=process.wait, name=f"worker {process.pid}", daemon=True).start()
    return process.pid
