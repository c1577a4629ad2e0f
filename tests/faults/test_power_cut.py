"""Power cuts under a mixed load: what was acknowledged is there, and nothing is half-done.

Two controls do the same without what keeps it, and must lose: a test that cannot fail is none.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import Record, effort
from tests.faults.nursery import Nursery, Task
from tests.faults.scene import Scene
from tests.faults.test_kill import SEED


class CutDisk:
    """An ext4 disk in a file, seen by the children of its nursery alone."""

    def __init__(self, nursery: Nursery, place: Path, scene: Scene) -> None:
        self._nursery, self._place, self._scene = nursery, place, scene
        self._there = Scene(place / "scene", scene.key, scene.session_id)

    def trial(self, number: int, weakness: str, acts: int, microseconds: int) -> dict[str, Any]:
        """Work, cut, mount again and look: what was lost, and what does not hold."""
        nursery, place = self._nursery, str(self._place)
        acknowledged = str(self._place.with_name(f"acknowledged-{weakness}-{number}"))
        self._do("bring", str(self._scene.folder), place)
        self._do("settle")
        seed = f"{SEED} {weakness} {number}"
        worked, struck = nursery.run_together(
            [
                self._there.task("work", acknowledged, weakness, seed),
                Task("cut", (place, str(acts), acknowledged, str(microseconds))),
            ]
        )
        assert struck.code == 0, struck
        assert worked.code in (0, 1) or worked.error, worked
        self._do("unmount", place)
        self._do("mount for a cut", place)
        at = str(struck.values["at"])
        looked = self._there.run(nursery, "after the cut", acknowledged, at)
        assert looked.code == 0, looked
        return looked.values

    def _do(self, operation: str, *arguments: str) -> None:
        done = self._nursery.run_alone(operation, *arguments)
        assert done.code == 0, done


@pytest.fixture
def disk(scene: Scene, tmp_path: Path) -> Iterator[CutDisk]:
    """A disk whose power can be cut; it takes an administrator."""
    place = tmp_path / "disk"
    place.mkdir()
    nursery = Nursery(["unshare", "--mount"])
    try:
        mounted = nursery.run_alone("mount for a cut", str(place)).code == 0
    except (OSError, ValueError):
        mounted = False
    try:
        if not mounted:
            pytest.skip("NOT RUN HERE: this system lets nobody mount an image to cut its power")
        yield CutDisk(nursery, place, scene)
    finally:
        nursery.close()


def test_a_power_cut_loses_nothing_that_was_acknowledged(disk: CutDisk, record: Record) -> None:
    chance = random.Random(SEED)
    trials, wrong, acts = effort(2, 200), {}, Counter[str]()
    for number in range(trials):
        found = disk.trial(number, "none", chance.randint(1, 12), chance.randint(0, 40_000))
        acts["acts"] += found["acts"]
        if found["wrong"] or found["lost"]:
            wrong[number] = found
    record(trials, f"{len(wrong)} violations, {acts['acts']} acknowledged")
    assert not wrong, f"seed {SEED}: {wrong}"
    assert acts["acts"] >= trials


def test_without_synced_commits_acknowledged_edits_are_lost(disk: CutDisk, record: Record) -> None:
    trials = effort(1, 40)
    lost = sum(bool(disk.trial(number, "commits", 6, 0)["lost"]) for number in range(trials))
    record(0, f"{lost} of {trials} cuts lost commits that were not synced, as must be")
    assert lost >= 0.8 * trials


def test_without_synced_files_acknowledged_backups_are_lost(disk: CutDisk, record: Record) -> None:
    trials = effort(1, 20)
    lost = sum(bool(disk.trial(number, "files", 2, 0)["wrong"]) for number in range(trials))
    record(0, f"{lost} of {trials} cuts lost files that were not synced, as must be")
    assert lost == trials
