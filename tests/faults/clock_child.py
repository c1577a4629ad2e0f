"""Works while its own clock is set to and fro; started under faketime, it tells what it saw."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from crmdesk.core.access.actor import Actor, Place
from crmdesk.core.clock import to_text
from crmdesk.core.errors import UserError
from crmdesk.core.workspace import Workspace
from tests.faults.operation import opened

#: As faketime takes them: from the real time, or a moment of the local zone, which has summer time.
JUMPS = (
    "+0",
    "-2h",
    "+0",
    "-1d",
    "+1d",
    "+0",
    "@2027-03-28 01:59:59",
    "@2027-03-28 03:00:01",
    "@2027-10-31 02:59:59",
    "@2027-10-31 02:00:01",
    "@2038-01-19 04:14:08",
    "@2106-02-07 07:28:16",
    "+0",
)


def set_clock(text: str) -> None:
    """Set the clock of this process."""
    Path(os.environ["FAKETIME_TIMESTAMP_FILE"]).write_text(text + "\n")


def work(folder: str, key: str, session_id: str) -> dict[str, Any]:
    """An edit after each jump; then a lock-out that no jump back shortens."""
    before = time.time()
    told: dict[str, Any] = {"moved": [], "edits": 0}
    with opened(folder, key, session_id) as (workspace, actor):
        for number, jump in enumerate(JUMPS):
            set_clock(jump)
            told["moved"].append(round(time.time() - before))
            told["edits"] += _edited(workspace, actor, number)
        told["waits"] = _waits(workspace)
    return told


def _edited(workspace: Workspace, actor: Actor, number: int) -> int:
    # Nobody's session lasts through years: it is made to have begun just now.
    with workspace.database.write() as tx:
        now = to_text(tx.steady_now)
        tx.sql("UPDATE sessions SET ended_at = NULL, last_seen_at = ?", (now,))
        tx.sql("UPDATE sessions SET started_at = last_seen_at")
    workspace.editor.add(actor, "contacts", {"email": f"{number}@clock.example"})
    return 1


def _waits(workspace: Workspace) -> list[str]:
    """What signing in says after wrong tries, and after the clock went back by days and years."""
    answers = []
    for jump in ("+0", "-1d", "-3650d"):
        set_clock(jump)
        for _ in range(6 if not answers else 1):
            try:
                workspace.sign_in.sign_in("ingrid@northwind.example", "wrong", None, Place())
            except UserError as error:
                code = error.code
        answers.append(code)
    return answers


if __name__ == "__main__":
    sys.stdout.write(json.dumps(work(*sys.argv[1:])))
