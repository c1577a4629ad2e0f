"""Who holds the database's one write lock, so that whoever waits for it can be told."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select

from crmdesk.core import platform
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import jobs, users
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.jobs.rows import is_ours, owner_lives, read_job

# Where SQLite keeps its locks (its documents "WAL-mode File Format" 2.3 and "File Locking"): a
# writer locks byte 120 of the shared memory; without the log, bytes from 2**30 of the file itself.
_WAL_WRITE_BYTE = 120
_PENDING_BYTE, _RESERVED_BYTE = 0x40000000, 0x40000001
_WORKING = (JobState.RUNNING.value, JobState.CANCELLING.value)


class HolderKind(StrEnum):
    """What holds the lock."""

    JOB = "job"
    THIS_PROCESS = "this_process"
    CRM_DESK = "crm_desk"
    PROGRAM = "program"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who keeps others from writing.

    Attributes:
        pid: of the process; None where the operating system does not tell.
        program: what a foreign process is called; "" where nothing is known.
        job: of a job: what it does, who asked for it, and since when it runs.
    """

    kind: HolderKind
    pid: int | None = None
    program: str = ""
    job: Job | None = None


def find_holder(database: Database) -> LockHolder | None:
    """The holder at this moment; None when the lock is free.

    Nothing is opened and nothing is locked: the lists of the operating system are read. Where it
    has none, the lock is tried for an instant, and its holder is unknown.
    """
    pid = _owner(database.path)
    if pid is None:
        return None if database.can_write() else LockHolder(HolderKind.UNKNOWN)
    if pid == os.getpid():
        return LockHolder(HolderKind.THIS_PROCESS, pid)
    with database.read() as tx:
        job = _job_of(tx, pid)
    if job is not None:
        return LockHolder(HolderKind.JOB, pid, job=job)
    kind = HolderKind.CRM_DESK if _is_crm_desk(pid) else HolderKind.PROGRAM
    return LockHolder(kind, pid, platform.process_name(pid))


def _owner(path: Path) -> int | None:
    shared = path.with_name(path.name + "-shm")
    found = platform.lock_owner(shared, _WAL_WRITE_BYTE, _WAL_WRITE_BYTE)
    return found or platform.lock_owner(path, _PENDING_BYTE, _RESERVED_BYTE)


def _job_of(tx: Tx, pid: int) -> Job | None:
    rows = tx.execute(
        select(jobs, users.c.full_name)
        .outerjoin(users, users.c.id == jobs.c.user_id)
        .where(jobs.c.owner_pid == pid, jobs.c.state.in_(_WORKING))
    ).all()
    for row in rows:
        if is_ours(row) and owner_lives(row):
            return read_job(row, row.full_name or "")
    return None


def _is_crm_desk(pid: int) -> bool:
    """A window or a command of this program, installed or run from its source."""
    words = platform.command_of(pid)
    return any(Path(word).name.startswith("crmdesk") for word in words[:3])
