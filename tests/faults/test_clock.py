"""The computer's clock is set to and fro under a running program: order, waits and files stay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crmdesk.core.access.keys import KeyPurpose, derive
from crmdesk.core.audit.verify import verify_chain
from tests.faults.clock_child import JUMPS
from tests.faults.conftest import Record
from tests.faults.nursery import ROOT
from tests.faults.scene import Scene, violations

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


@pytest.mark.skipif(not LIBRARIES, reason="NOT RUN HERE: no faketime")
def test_a_clock_that_jumps_breaks_neither_order_nor_waits(
    scene: Scene, tmp_path: Path, record: Record
) -> None:
    copy, clock = scene.copy(tmp_path / "run"), tmp_path / "clock"
    clock.write_text("+0\n")
    faked = {"LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_TIMESTAMP_FILE": str(clock)}
    faked |= {"FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1", "TZ": "Europe/Oslo"}
    command = [sys.executable, "-m", "tests.faults.clock_child", str(copy.workspace_folder)]
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

    workspace = copy.open()
    with workspace.database.read() as tx:
        back = tx.sql("SELECT count(*) FROM audit_events WHERE subcategory = 'CLOCK_WENT_BACK'")
        went_back = back.fetchone()[0]
        odd = tx.sql("SELECT count(*) FROM audit_events WHERE at NOT GLOB '????-??-??T*Z'")
        assert odd.fetchone()[0] == 0
        steady = tx.sql("SELECT steady, last_wall FROM clock_state").fetchone()
    public_key = workspace.signing_key.public_key
    workspace.close()
    chain = verify_chain(copy.database, derive(copy.key, KeyPurpose.AUDIT_CHAIN), [], public_key)
    falls = sum(b < a - 3 for a, b in zip(told["moved"], told["moved"][1:], strict=False))

    assert told["edits"] == len(JUMPS)
    assert max(told["moved"]) > 70 * 365 * 86_400, "the clock was not set"
    assert chain.ok, chain
    assert went_back >= falls >= 5
    assert steady[0] >= steady[1]
    assert told["waits"] == ["wait"] * 3
    assert violations(copy) == []
    record(len(JUMPS), f"0 inversions; {went_back} entries tell that it went back; waits stayed")
