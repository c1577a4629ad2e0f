from __future__ import annotations

import os
import sys
from functools import partial

import pytest

from tests.builders import Desk


@pytest.mark.skipif(sys.platform == "win32", reason="there it gives way by itself")
def test_a_worker_gives_way_from_its_first_line_and_is_noted_when_there_is_time(desk: Desk):
    kept: list[partial[None]] = []

    # It finds no such job, and ends.
    desk.workspace.start_worker("no-such-job", kept.append)

    job_id, pid = kept[0].args
    assert os.getpriority(os.PRIO_PROCESS, pid) >= 10
    assert job_id == "no-such-job"
