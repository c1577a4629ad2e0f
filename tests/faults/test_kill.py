"""kill -9 at any write and at any time: wholly there or wholly absent, and the next start says."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.jobs.job import FINAL
from crmdesk.core.platform import process_started_at
from crmdesk.core.workspace import Workspace
from tests.faults.conftest import FULL, Record, effort
from tests.faults.nursery import Nursery
from tests.faults.scene import WRITES, Scene, count_calls, traced, violations
from tests.faults.scene_log import taken_entries

OPERATIONS = ("backup", "restore", "undo", "import", "edit")
OPERATIONS += ("log", "export", "workbook", "import in pieces") if FULL else ()
SEED = int(os.environ.get("CRMDESK_TEST_SEED", "20261122"))


def spread(count: int, points: int) -> list[int]:
    """Points over all calls: every one, or some at fixed distances up to the last."""
    if FULL or count <= points:
        return list(range(1, count + 1))
    return sorted({1 + round(place * (count - 1) / (points - 1)) for place in range(points)})


def repeats(
    scene: Scene, nursery: Nursery, operation: str, undisturbed: set[tuple[object, ...]]
) -> list[str]:
    """What is wrong when the operation is done again after the next start.

    Args:
        undisturbed: what the operation leaves when nobody disturbs it.
    """
    if operation not in ("restore", "import", "import in pieces", "log"):
        return []
    again = scene.run(nursery, operation)
    if again.error not in ("", "nothing_to_restore"):
        return [f"again: {again.error} {again.message}"]
    differing = left(scene) ^ undisturbed
    return [] if not differing else [f"again: {sorted(map(str, differing))[:4]}"]


def left(scene: Scene) -> set[tuple[object, ...]]:
    """Entries that were taken, and every contact but for when it was written and how often."""
    with closing(sqlite3.connect(scene.database)) as database:
        sql = "SELECT id, email, phone, city, archived_at FROM obj_contacts"
        return {*database.execute(sql), *taken_entries(database)}


@pytest.mark.parametrize("operation", OPERATIONS if FULL else (*OPERATIONS, "log"))
def test_a_kill_at_any_write_leaves_all_or_nothing(
    scene: Scene, nursery: Nursery, operation: str, tmp_path: Path, record: Record
) -> None:
    counted = scene.copy(tmp_path / "count")
    calls = count_calls(counted, nursery, operation, WRITES)
    undisturbed = left(counted)
    points, failures, killed = spread(calls, 3 if operation == "log" else 5), {}, 0
    for at in points:
        copy = scene.copy(tmp_path / "run")
        fate = traced(tmp_path / "log", WRITES, "signal=KILL", str(at))
        ended = copy.run(nursery, operation, strace=fate)
        killed += ended.code == -9
        if wrong := violations(copy, operation) or repeats(copy, nursery, operation, undisturbed):
            failures[at] = wrong
    record(len(points), f"{len(failures)} violations ({operation}, {killed} killed)")
    # Progress is told by the clock, so that the last calls are not always reached.
    assert killed >= len(points) * 0.6
    assert not failures, f"of {calls} calls: {failures}"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_kill_at_any_time_leaves_all_or_nothing(
    scene: Scene, nursery: Nursery, operation: str, tmp_path: Path, record: Record
) -> None:
    chance = random.Random(f"{SEED} {operation}")
    counted = scene.copy(tmp_path / "count")
    usual = counted.run(nursery, operation).seconds
    undisturbed = left(counted)
    trials, failures, killed = effort(3, 200), {}, 0
    for trial in range(trials):
        copy = scene.copy(tmp_path / "run")
        ended = copy.run(nursery, operation, kill_after=chance.uniform(0.01, 1.1) * usual)
        killed += ended.code == -9
        if wrong := violations(copy, operation) or repeats(copy, nursery, operation, undisturbed):
            failures[trial] = wrong
    record(trials, f"{len(failures)} violations ({operation}, {killed} killed, seed {SEED})")
    assert not failures, f"seed {SEED}: {failures}"


def test_a_worker_outlives_the_window_that_was_killed(
    scene: Scene, nursery: Nursery, tmp_path: Path, record: Record
) -> None:
    trials, slowest = effort(1, 25), 0.0
    for _ in range(trials):
        copy = scene.copy(tmp_path / "run")
        assert copy.run(nursery, "hand over and die").code == -9
        workspace = copy.open()
        began = time.monotonic()
        interrupted = workspace.start_up()
        slowest = max(slowest, time.monotonic() - began)

        state = _final_state(workspace)

        workspace.close()
        assert interrupted == []
        assert state == "succeeded"
        assert violations(copy) == []
    record(trials, f"each job went on to its end; the next start took {slowest:.2f} s at most")
    assert slowest < (3 if FULL else 15)


def test_a_job_killed_with_its_window_is_found_interrupted_and_done_again(
    scene: Scene, nursery: Nursery, tmp_path: Path, record: Record
) -> None:
    chance, trials, slowest = random.Random(SEED), effort(1, 25), 0.0
    for _ in range(trials):
        copy = scene.copy(tmp_path / "run")
        assert copy.run(nursery, "hand over and die").code == -9
        was_open = _kill_worker(copy, chance.uniform(0, 0.3))
        workspace = copy.open()
        began = time.monotonic()
        interrupted = workspace.start_up()
        slowest = max(slowest, time.monotonic() - began)
        workspace.close()

        # On a busy machine a worker may have been quicker than whoever came to kill it.
        assert [job.kind.value for job in interrupted] == ["backup"] * was_open
        assert violations(copy) == []
        assert not was_open or copy.run(nursery, "backup").error == ""
        assert violations(copy) == []
    record(trials, f"each was found interrupted and done again; at most {slowest:.2f} s")
    assert slowest < (3 if FULL else 15)


def _kill_worker(scene: Scene, after: float) -> bool:
    """Kill the process that has the newest job, a moment from now; whether it had not ended it."""
    threading.Event().wait(after)
    newest = "SELECT owner_pid, state FROM jobs ORDER BY created_at DESC, rowid DESC"
    workspace = scene.open()
    with workspace.database.read() as tx:
        pid = tx.sql(newest).fetchone()[0]
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    limit = time.monotonic() + 30
    while process_started_at(pid) is not None and time.monotonic() < limit:
        threading.Event().wait(0.01)
    with workspace.database.read() as tx:
        state = tx.sql(newest).fetchone()[1]
    workspace.close()
    return state not in FINAL


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
