"""A job that waits in a workspace: noted by who queued it, and run by its worker process."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

from benchmarks import peers

_JOB = "job"


def note(folder: str, job_id: str) -> None:
    """Keep which job :func:`worker` shall do."""
    (Path(folder) / _JOB).write_text(job_id)


def worker(folder: Path) -> str:
    """The shell command of the process that a window would start for the job."""
    workspace, job, key = (quote(str(folder / name)) for name in ("workspace", _JOB, "key"))
    program = f"{quote(peers.our_python())} -m crmdesk --workspace {workspace}"
    return f"{program} job run $(cat {job}) --key-stdin < {key}"
