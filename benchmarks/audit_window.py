"""The tab Audit Logs over its full length: changes of filter, scrolling, memory."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

from benchmarks import peers
from benchmarks.audit_data import audit_folder
from benchmarks.measure import ROOT

TITLE = "Audit log: the window"
NOTE = (
    "The tab in a process of its own, painted by software. “Shown” is from a change of filter "
    "until its rows stand, by the wall clock. “Slice” is the longest processor time of the "
    "window's thread between two turns of its event loop, from the change until rows, histogram "
    "and counts stand; “gap” the longest delay of a 5 ms timer, other programs of the computer "
    "included. Frames are processor time, each painted whole; at a jump no row is known before "
    "and a page of 32 or two are read in the frame. Python searches for garbage between events, "
    "as in the program."
)
COLUMNS = {
    "name": "",
    "many": "",
    "shown": "shown after, ms",
    "slice": "longest slice, ms",
    "gap": "longest gap, ms",
    "median": "frame, median ms",
    "p99": "frame, p99 ms",
}


def measure(rows: int, _rounds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Run the tab in a process of its own; returns the table's rows."""
    audit_folder(rows)
    command = [peers.our_python(), "-m", "benchmarks.do_audit_window", str(rows)]
    table = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            row = dict.fromkeys(COLUMNS) | json.loads(line)
            table.append({**row, "command": " ".join(["python", *command[1:]])})
            say(f"  {line.strip()}")
    if process.returncode:
        raise RuntimeError(f"the window ended with {process.returncode}")
    return table
