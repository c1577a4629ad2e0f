"""Writing a restore of 20 properties in 5 % of the contacts, history and audit entry included."""

from __future__ import annotations

import resource
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import data, desk
from benchmarks.tally import processor_seconds
from crmdesk.core.db.driver import sqlite3
from tests.builders import Desk

TITLE = "Restore apply: 20 of 60 properties in 5 % of the contacts"
NOTE = (
    "Only the writing is timed, each on a fresh copy of the database: ours is the whole job "
    "(versions checked, plan hashed again, history of every value, audit entry, one commit); "
    "the peer is one UPDATE … FROM the staged rows and a commit, with neither history nor audit. "
    "The memory is that of the one process that runs both."
)


def measure(rows: int, rounds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Alternate both; returns the table's rows."""
    folder = desk.desk_folder(rows)
    times: dict[str, list[tuple[float, float]]] = {"ours": [], "peer": []}
    for turn in range(rounds):
        for name, run in (("ours", _ours), ("peer", _peer)):
            copy = desk.copied(folder)
            try:
                times[name].append(run(copy))
            finally:
                shutil.rmtree(copy)
            say(f"  {turn + 1}/{rounds} {name}: {times[name][-1][0]:.2f} s")
    command = "python3 dev.py bench --only apply"
    ours, peer = (_medians(times[name]) for name in ("ours", "peer"))
    return [
        _row("CRM Desk, with history and audit", ours, ours, "", command),
        _row("bare UPDATE … FROM", peer, ours, "0.4 (aim 0.67)", command),
    ]


def ready(copy: Path) -> tuple[Desk, str]:
    """A workspace with a restore that only has to be run, and its job."""
    opened = desk.opened(copy)
    plan = opened.plan(copy / "backup.zip", "contacts", data.PLAN_COLUMNS)
    restores = opened.workspace.restores
    restore_id = restores.start(
        opened.admin,
        plan.id,
        accept_changes=True,
        accept_irreversible=True,
        step_up_id=opened.allow(plan),
    )
    return opened, str(restores.show(opened.admin, restore_id).job_id)


def _ours(copy: Path) -> tuple[float, float]:
    opened, job_id = ready(copy)
    timed = timed_run(lambda: opened.workspace.run_job(job_id))
    opened.workspace.close()
    return timed


def _peer(copy: Path) -> tuple[float, float]:
    opened = desk.opened(copy)
    stage = _staged(opened, copy)
    opened.workspace.close()
    with closing(sqlite3.connect(copy / "workspace" / "crm.sqlite3", isolation_level=None)) as raw:
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("ATTACH ? AS stage", (str(stage),))
        # One plain table, as somebody would stage it who only wants to write.
        raw.execute("CREATE TABLE stage.plain AS SELECT * FROM stage.rows")
        changes = ", ".join(f"{name} = r.c{i}" for i, name in enumerate(_columns(opened)))

        def update() -> None:
            raw.execute("BEGIN IMMEDIATE")
            raw.execute(
                f"UPDATE obj_contacts SET {changes} FROM stage.plain r "
                "WHERE r.outcome = 'update' AND r.record_id = obj_contacts.id"
            )
            raw.execute("COMMIT")

        return timed_run(update)


def _columns(opened: Desk) -> list[str]:
    found = opened.workspace.definitions.object(opened.admin, "contacts")
    return [p.column for p in found.writable if p.name in data.PLAN_COLUMNS]


def _staged(opened: Desk, copy: Path) -> Path:
    plan = opened.plan(copy / "backup.zip", "contacts", data.PLAN_COLUMNS)
    return copy / "workspace" / "staging" / f"{plan.id}.sqlite3"


def timed_run(action: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    before = processor_seconds()
    began = time.perf_counter()
    action()
    return time.perf_counter() - began, processor_seconds() - before


def _medians(times: list[tuple[float, float]]) -> tuple[float, float]:
    return median(t[0] for t in times), median(t[1] for t in times)


def _row(
    name: str, own: tuple[float, float], ours: tuple[float, float], target: str, command: str
) -> dict[str, Any]:
    return {
        "name": name,
        "command": command,
        "target": target,
        "most_rows": 10**9,
        "seconds": own[0],
        "processor_seconds": own[1],
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "ratio": own[0] / ours[0],
        "processor_ratio": own[1] / ours[1],
    }
