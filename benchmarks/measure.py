"""Runs contestants in turns as processes of their own, and takes medians."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to do the same thing.

    Args:
        name: how it stands in the table, its level of compression included.
        command: run by the shell in the project's folder, so that pipes count as a whole.
        most_rows: larger sizes are left out, where waiting would teach nothing new.
        target: what our ratio to it must be at least, e.g. "1.8 (aim 3)"; "" for none.
        prepare: run before each turn and not timed, e.g. to copy a database.
    """

    name: str
    command: str
    most_rows: int = 10**9
    target: str = ""
    prepare: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: wall-clock and processor seconds, peak memory in MB of its largest process."""

    seconds: float
    processor_seconds: float
    memory: float


# A process keeps the greatest memory of whoever started it, so a small one starts the commands.
_LAUNCHER = """
import os, resource, sys, time
began = time.perf_counter()
code = os.spawnvp(os.P_WAIT, 'bash', ['bash', '-o', 'pipefail', '-c', sys.argv[1]])
seconds = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
os.write(2, f'{seconds} {used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024}'.encode())
sys.exit(code)
"""


def run_once(command: str) -> Run:
    """Run one command to its end.

    Raises:
        RuntimeError: it failed; the message carries what it printed.
    """
    os.sync()
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", _LAUNCHER, f"({command}) 2>&1"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    if done.returncode:
        raise RuntimeError(f"{command}\n{done.stdout.decode(errors='replace')}")
    return Run(*map(float, done.stderr.split()))


def interleaved(
    contestants: Sequence[Contestant], rows: int, rounds: int, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Run all contestants in turns; return one row per contestant with the medians.

    The first contestant is ours; ``ratio`` says how many times slower another one is.
    """
    taking_part = [one for one in contestants if rows <= one.most_rows]
    runs: dict[str, list[Run]] = {one.name: [] for one in taking_part}
    for turn in range(rounds):
        for one in taking_part:
            if one.prepare:
                run_once(one.prepare)
            runs[one.name].append(run_once(one.command))
            say(f"  {turn + 1}/{rounds} {one.name}: {runs[one.name][-1].seconds:.2f} s")
    ours = _median(runs[taking_part[0].name])
    return [_row(one, _median(runs[one.name]), ours) for one in taking_part]


def _median(runs: list[Run]) -> Run:
    return Run(
        median(run.seconds for run in runs),
        median(run.processor_seconds for run in runs),
        max(run.memory for run in runs),
    )


def _row(one: Contestant, run: Run, ours: Run) -> dict[str, Any]:
    return {
        **asdict(one),
        **asdict(run),
        "ratio": run.seconds / ours.seconds,
        "processor_ratio": run.processor_seconds / ours.processor_seconds,
    }
