"""A job that waits in a workspace: noted by who queued it, and run by a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from crmdesk.core.workspace import Workspace

_JOB = "job"


def note(folder: str, job_id: str) -> None:
    """Keep which job :func:`run` shall do."""
    (Path(folder) / _JOB).write_text(job_id)


def run(folder: str) -> None:
    """Do the job, as its worker process does, and print its result."""
    place = Path(folder)
    workspace = Workspace(place / "workspace", bytes.fromhex((place / "key").read_text()))
    job_id = (place / _JOB).read_text()
    workspace.run_job(job_id)
    with workspace.database.read() as tx:
        state, result = tx.sql("SELECT state, result FROM jobs WHERE id = ?", (job_id,)).fetchone()
    workspace.close()
    if state != "succeeded":
        raise SystemExit(f"the job {state}")
    sys.stdout.write(f"{result}\n")
