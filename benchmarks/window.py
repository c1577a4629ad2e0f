"""How long the window ever keeps a person waiting, alone and beside running jobs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

from benchmarks import desk, peers
from benchmarks.measure import ROOT

TITLE = "The window: its longest waits, alone and beside jobs"
NOTE = (
    "The whole signed-in window with every tab built, over contacts × 60 properties, painted by "
    "software. “Gap” is the longest delay of a 5 ms timer, so the longest time without paint or "
    "key; other programs of a shared computer count in it. What the longest gap is made of is what "
    "Linux notes of the window's thread: “no processor” is for how long it could have run and "
    "others did, the job and other programs alike; “held” is for how long it waited for Python's "
    "interpreter, a lock or the disk; it worked for the rest. “Slice” is the longest processor "
    "time of the window's thread between two turns of its event loop: what the program itself is "
    "to blame for. Beside a job people scroll and change tabs until it has ended. Target: a gap "
    "of 50 ms at most while any job runs, aim 16. Why the aim is not reached: a tab that is shown "
    "is laid out and painted in one turn, by software; of the records that is about 4 ms of "
    "showing and 8 of painting on a processor that nobody else uses, half as much again when a "
    "list is read meanwhile, and beside a job that turn waits for a processor too."
)
COLUMNS = {
    "name": "",
    "gap": "longest gap, ms",
    "ready": "of it no processor, ms",
    "held": "of it held, ms",
    "slice": "longest slice, ms",
    "lasted": "the job took, s",
}


def measure(rows: int, rounds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Run a window in a process of its own; returns the table's rows."""
    desk.desk_folder(rows)
    command = [peers.our_python(), "-m", "benchmarks.do_window", str(rows), str(rounds)]
    table = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            row = json.loads(line)
            table.append({**row, "command": " ".join(["python", *command[1:]])})
            say(f"  {row['name']}: gap {row['gap']:.0f} ms, slice {row['slice']:.0f} ms")
    if process.returncode:
        raise RuntimeError(f"the window ended with {process.returncode}")
    return table
