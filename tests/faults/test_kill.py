"""kill -9 at any write: wholly there or wholly absent, and the next start says which."""

from __future__ import annotations

import os
import random
import subprocess
import time
from pathlib import Path

import pytest

from tests.faults.scene import Scene, count_writes, inject, make_scene, violations

#: Points an operation; ``dev.py faults`` sets 0 for every one.
POINTS = int(os.environ.get("CRMDESK_FAULT_POINTS", "7"))
OPERATIONS = ("backup", "restore", "undo", "edit")


@pytest.fixture(scope="module")
def scene(workspace_template: tuple[Path, bytes], tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return make_scene(tmp_path_factory.mktemp("scene") / "made", workspace_template)


def spread(count: int) -> list[int]:
    """Points over all calls: every one, or some at fixed distances from the last."""
    if POINTS == 0 or count <= POINTS:
        return list(range(1, count + 1))
    return sorted({1 + round(place * (count - 1) / (POINTS - 1)) for place in range(POINTS)})


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_kill_at_any_write_leaves_all_or_nothing(
    scene: Scene, operation: str, tmp_path: Path
) -> None:
    calls = count_writes(scene.copy(tmp_path / "count"), operation, tmp_path)
    failures = {}
    for at in spread(calls):
        copy = scene.copy(tmp_path / "run")
        copy.run(operation, inject("signal=KILL", at, tmp_path / "log"))
        if wrong := violations(copy, operation):
            failures[at] = wrong
    assert not failures, f"of {calls} calls: {failures}"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_kill_at_any_time_leaves_all_or_nothing(
    scene: Scene, operation: str, tmp_path: Path
) -> None:
    seed = int(os.environ.get("CRMDESK_FAULT_SEED", "20261122"))
    chance = random.Random(f"{seed} {operation}")
    started = time.monotonic()
    scene.copy(tmp_path / "count").run(operation)
    usual = time.monotonic() - started
    for trial in range(max(POINTS // 2, 2) if POINTS else 200):
        copy = scene.copy(tmp_path / "run")
        process = subprocess.Popen(copy.command(operation), cwd=Path(__file__).parents[2])
        try:
            process.wait(chance.uniform(0.3, 1.1) * usual)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert violations(copy, operation) == [], f"seed {seed}, trial {trial}"
