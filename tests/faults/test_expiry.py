"""What is kept for some days lapses to the second, and goes at the second start afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Record
from tests.faults.nursery import ROOT
from tests.faults.scene import Scene
from tests.faults.test_clock import LIBRARIES

EXPECTED = {
    # That a plan asks for another code says that it is still good.
    "plan": {"said": ["step_up_invalid", "plan_unknown"], "left": 0, "logged": 1},
    "backup": {"said": ["done", "backup_not_downloadable"], "left": 0, "logged": 1},
    "record": {"said": ["done", "bin_time_over"], "left": 0, "logged": 1},
    "export": {"said": ["done", "export_not_downloadable"], "left": 0, "logged": 3},
}


@pytest.mark.skipif(not LIBRARIES, reason="NOT RUN HERE: no faketime")
def test_plans_backups_deleted_records_and_exports_lapse_to_the_second(
    scene: Scene, tmp_path: Path, record: Record
) -> None:
    copy, clock = scene.copy(tmp_path / "run"), tmp_path / "clock"
    clock.write_text("+0\n")
    faked = {"LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_TIMESTAMP_FILE": str(clock)}
    faked |= {"FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}
    command = [sys.executable, "-m", "tests.faults.expiry_child", str(copy.workspace_folder)]
    done = subprocess.run(
        [*command, copy.key.hex(), copy.session_id],
        cwd=ROOT,
        env=os.environ | faked,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)

    met = sum(told[kind] == EXPECTED[kind] for kind in EXPECTED)
    record(
        len(EXPECTED),
        f"{met} of {len(EXPECTED)} kinds: possible until the last second, then "
        "refused, gone after two starts, and in the log",
    )
    assert told == EXPECTED
