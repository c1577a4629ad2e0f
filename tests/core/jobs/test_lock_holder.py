"""Who holds the database's write lock: seen from another process, as a person would be told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import update

from crmdesk.core.db.tables import jobs
from crmdesk.core.jobs.job import JobKind, JobState
from crmdesk.core.jobs.lock_holder import HolderKind
from crmdesk.core.jobs.rows import owner_of
from tests.builders import Desk

HOLD = (
    "import sqlite3, sys\n"
    "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    "sys.stdin.readline()\n"
    "held.execute(sys.argv[2])\n"
    "print('held', flush=True)\n"
    "sys.stdin.readline()\n"
)
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="others do not list their locks")


class Holder:
    """A second process, which takes the lock when it is told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid

    def hold(self) -> None:
        """Return once it has the lock."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "held\n"


@contextmanager
def second_process(
    desk: Desk, script: Path, statement: str = "BEGIN IMMEDIATE"
) -> Iterator[Holder]:
    """A program that can hold the lock until the block ends."""
    script.write_text(HOLD)
    command = [sys.executable, str(script), str(desk.workspace.database.path), statement]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as child:
        yield Holder(child)
        assert child.stdin is not None
        child.stdin.close()


def test_a_free_lock_has_no_holder(desk: Desk) -> None:
    assert desk.workspace.jobs.lock_holder(desk.admin) is None


@linux_only
@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_foreign_program_is_named_with_its_process(
    desk: Desk, tmp_path: Path, statement: str
) -> None:
    with second_process(desk, tmp_path / "tool.py", statement) as other:
        other.hold()
        found = desk.workspace.jobs.lock_holder(desk.admin)

    assert found is not None
    assert (found.kind, found.pid, found.job) == (HolderKind.PROGRAM, other.pid, None)
    assert found.program.startswith("python")
    assert desk.workspace.jobs.lock_holder(desk.admin) is None


@linux_only
def test_another_window_or_command_of_this_program_is_known(desk: Desk, tmp_path: Path) -> None:
    with second_process(desk, tmp_path / "crmdesk_again.py") as other:
        other.hold()
        found = desk.workspace.jobs.lock_holder(desk.admin)

    assert found is not None
    assert (found.kind, found.pid) == (HolderKind.CRM_DESK, other.pid)


@linux_only
def test_a_job_is_told_with_what_it_does_and_for_whom(desk: Desk, tmp_path: Path) -> None:
    with second_process(desk, tmp_path / "worker.py") as worker:
        with desk.workspace.database.write() as tx:
            job_id = desk.workspace.jobs.enqueue(tx, desk.admin, JobKind.RESTORE, {})
            running = {"state": JobState.RUNNING.value, "started_at": tx.now_text}
            row = update(jobs).where(jobs.c.id == job_id)
            tx.execute(row.values(**running, **owner_of(worker.pid)))
        worker.hold()
        found = desk.workspace.jobs.lock_holder(desk.admin)

    assert found is not None
    assert found.job is not None
    assert (found.kind, found.pid, found.job.id) == (HolderKind.JOB, worker.pid, job_id)
    assert (found.job.kind, found.job.user_name) == (JobKind.RESTORE, "Ingrid Solberg")


def test_a_save_of_this_process_is_its_own(desk: Desk) -> None:
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE clock_state SET steady = steady")
        found = desk.workspace.jobs.lock_holder(desk.admin)

    assert found is not None
    assert found.kind in (HolderKind.THIS_PROCESS, HolderKind.UNKNOWN)
    assert found.pid in (os.getpid(), None)
