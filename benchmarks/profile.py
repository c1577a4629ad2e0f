"""Where the processor time of backup, restore plan and restore apply goes."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks import apply, backup, desk, plan
from benchmarks.measure import ROOT, run_once
from benchmarks.tally import Tally

TITLE = "Where the time goes"
COLUMNS = {"name": "", "seconds": "processor s", "share": "%"}
NOTE = (
    "Processor seconds of one run, by the C functions that were called and from where; “the rest” "
    "is the run without the profiler less all of these: the interpreter, its start and imports. "
    "Why the aims beyond the targets are not reached: a **backup** three times as fast as the "
    "shell's pipe, which keeps both processors busy too, would have less time in all than "
    "reading, printing and deflating the rows take, which no engine of the same file leaves out. "
    "A **plan** prints all sixty columns where a SELECT fetches twenty, because bytes that are "
    "equal need no parsing; leaving out rows by their time of change would be quicker and wrong, "
    "since a value that another program damaged keeps it. **Applying** writes each old value "
    "beside the new one and the digests of every changed page: what the bare UPDATE does is the "
    "smaller part of it, and both are what a restore is trusted for."
)


@dataclass(frozen=True, slots=True)
class Group:
    """Calls that belong together.

    Attributes:
        name: as the table says it.
        calls: pairs of a word in the name of what was called, and one in those of its callers.
    """

    name: str
    calls: tuple[tuple[str, str], ...]

    def has(self, path: str) -> bool:
        """Whether a call is one of them."""
        called, _, callers = path.partition(" < ")
        return any(word in called and caller in callers for word, caller in self.calls)


PRINTED = Group("SQLite reads the rows and prints them as CSV", (("Connection.execute", "rows."),))
FILE = Group(
    "writing, syncing and reading the file", ((".write", ""), ("fsync", ""), (".read", ""))
)
BACKUP = (
    PRINTED,
    Group("deflate", (("Compress.", ""),)),
    Group("inflate for the proof", (("Decompress.", ""),)),
    Group("SHA-256 and CRC, in writing and in the proof", (("HASH.", ""), ("crc32", ""))),
    FILE,
)
PLAN = (
    PRINTED,
    Group("inflate", (("Decompress.", ""),)),
    Group("SHA-256 and CRC of the backup", (("HASH.", ""), ("crc32", ""))),
    FILE,
)
APPLY = (
    Group("digests of the changed pages", (("", "page_"),)),
    Group("history of every value", (("execute", "history"),)),
    Group("the UPDATE itself", (("execute", "apply._update"),)),
    Group(
        "versions checked and plan hashed again",
        (("execute", "refuse_outdated"), ("execute", "_row_ranges"), ("HASH.", "")),
    ),
    Group("commit, synced", (("commit", ""), ("fsync", ""))),
)


def measure(rows: int, rounds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """One profile of each; what it took without the profiler is a median."""
    table = []
    for name, module, groups in (("backup", backup, BACKUP), ("restore plan", plan, PLAN)):
        say(f"  {name}")
        command = module.contestants(rows)[0].command
        table += _of_command(name, command, groups, rounds)
    say("  restore apply")
    return table + _of_apply(rows, rounds)


def _of_command(
    name: str, command: str, groups: tuple[Group, ...], rounds: int
) -> list[dict[str, Any]]:
    whole = median(run_once(command).processor_seconds for _ in range(rounds))
    profiled = command.replace("benchmarks.ours ", "benchmarks.ours do_profile ")
    done = subprocess.run(profiled, shell=True, check=True, cwd=ROOT, capture_output=True)
    return _table(name, whole, json.loads(done.stdout), groups, profiled)


def _of_apply(rows: int, rounds: int) -> list[dict[str, Any]]:
    tally = Tally()
    whole = median(_applied(rows, contextlib.nullcontext()) for _ in range(rounds))
    _applied(rows, tally)
    command = "python3 dev.py bench --only profile"
    return _table("restore apply", whole, tally.seconds, APPLY, command)


def _applied(rows: int, looking: AbstractContextManager[object]) -> float:
    """The processor seconds of one restore's writing."""
    copy = desk.copied(desk.desk_folder(rows))
    opened, job_id = apply.ready(copy)
    with looking:
        seconds = apply.timed_run(lambda: opened.workspace.run_job(job_id))[1]
    opened.workspace.close()
    shutil.rmtree(copy)
    return seconds


def _table(
    name: str, whole: float, found: Mapping[str, float], groups: tuple[Group, ...], command: str
) -> list[dict[str, Any]]:
    sums = dict.fromkeys((group.name for group in groups), 0.0)
    for path, spent in found.items():
        if group := next((group for group in groups if group.has(path)), None):
            sums[group.name] += spent
    parts = [*sums.items(), ("the rest", whole - sum(sums.values()))]
    table = [{"name": f"**{name}**", "seconds": round(whole, 2), "share": 100}]
    table += [
        {"name": part, "seconds": round(seconds, 2), "share": round(100 * seconds / whole)}
        for part, seconds in parts
    ]
    return [row | {"command": command} for row in table]
