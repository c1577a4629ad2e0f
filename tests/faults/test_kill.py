"""kill -9 at any write and at any time: wholly there or wholly absent, and the next start says."""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path

import pytest

from crmdesk.core.jobs.job import FINAL
from crmdesk.core.workspace import Workspace
from tests.faults.conftest import FULL, Record, effort
from tests.faults.nursery import Nursery
from tests.faults.scene import RECORDS, WRITES, Scene, count_calls, traced, violations

OPERATIONS = ("backup", "restore", "undo", "import", "edit")
SEED = int(os.environ.get("CRMDESK_TEST_SEED", "20261122"))


def spread(count: int, points: int) -> list[int]:
    """Points over all calls: every one, or some at fixed distances up to the last."""
    if FULL or count <= points:
        return list(range(1, count + 1))
    return sorted({1 + round(place * (count - 1) / (points - 1)) for place in range(points)})


def repeats(scene: Scene, nursery: Nursery, operation: str) -> list[str]:
    """What is wrong when the operation is done again after the next start."""
    if operation not in ("restore", "import"):
        return []
    again = scene.run(nursery, operation)
    if again.error not in ("", "nothing_to_restore"):
        return [f"again: {again.error} {again.message}"]
    column, value = ("phone", "good") if operation == "restore" else ("city", "Bergen")
    workspace = scene.open()
    with workspace.database.read() as tx:
        sql = f"SELECT count(*) FROM obj_contacts WHERE {column} = ?"
        number = tx.sql(sql, (value,)).fetchone()[0]
    workspace.close()
    return [] if number == RECORDS else [f"again: {number} values"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_kill_at_any_write_leaves_all_or_nothing(
    scene: Scene, nursery: Nursery, operation: str, tmp_path: Path, record: Record
) -> None:
    calls = count_calls(scene.copy(tmp_path / "count"), nursery, operation, WRITES)
    points, failures, killed = spread(calls, 8), {}, 0
    for at in points:
        copy = scene.copy(tmp_path / "run")
        fate = traced(tmp_path / "log", WRITES, "signal=KILL", str(at))
        ended = copy.run(nursery, operation, strace=fate)
        killed += ended.code == -9
        if wrong := violations(copy, operation) or repeats(copy, nursery, operation):
            failures[at] = wrong
    record(len(points), f"{len(failures)} violations ({operation}, {killed} killed)")
    # Progress is told by the clock, so that the last calls are not always reached.
    assert killed >= len(points) * 0.7
    assert not failures, f"of {calls} calls: {failures}"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_kill_at_any_time_leaves_all_or_nothing(
    scene: Scene, nursery: Nursery, operation: str, tmp_path: Path, record: Record
) -> None:
    chance = random.Random(f"{SEED} {operation}")
    usual = scene.copy(tmp_path / "count").run(nursery, operation).seconds
    trials, failures, killed = effort(4, 200), {}, 0
    for trial in range(trials):
        copy = scene.copy(tmp_path / "run")
        ended = copy.run(nursery, operation, kill_after=chance.uniform(0.01, 1.1) * usual)
        killed += ended.code == -9
        if wrong := violations(copy, operation) or repeats(copy, nursery, operation):
            failures[trial] = wrong
    record(trials, f"{len(failures)} violations ({operation}, {killed} killed, seed {SEED})")
    assert not failures, f"seed {SEED}: {failures}"


def test_a_worker_outlives_the_window_that_was_killed(
    scene: Scene, nursery: Nursery, tmp_path: Path, record: Record
) -> None:
    copy = scene.copy(tmp_path / "run")
    assert copy.run(nursery, "hand over and die").code == -9
    workspace = copy.open()
    began = time.monotonic()
    interrupted = workspace.start_up()
    seconds = time.monotonic() - began

    state = _final_state(workspace)

    workspace.close()
    record(1, f"the job went on to its end; the next start took {seconds:.2f} s")
    assert interrupted == []
    assert state == "succeeded"
    assert seconds < 3
    assert violations(copy) == []


def _final_state(workspace: Workspace) -> str:
    """State of the newest job once it has ended, or after a minute."""
    limit = time.monotonic() + 60
    state = ""
    while state not in FINAL and time.monotonic() < limit:
        with workspace.database.read() as tx:
            sql = "SELECT state FROM jobs ORDER BY created_at DESC, rowid DESC"
            state = tx.sql(sql).fetchone()[0]
        threading.Event().wait(0.05)
    return state
