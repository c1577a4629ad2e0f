"""Processes that write beside each other."""

from __future__ import annotations

import csv
import io
import os
import random
import signal
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crmdesk.core.backup.engine import write_backup
from crmdesk.core.backup.schema_shapes import object_shape
from crmdesk.core.backup.shapes import BackupContext
from crmdesk.core.records.schema import load_object_types
from crmdesk.core.workspace import Workspace
from tests.faults.operation import opened, phones_plan, start_restore


def count_up(folder: str, key: str, session_id: str, times: str, seed: str) -> dict[str, Any]:
    """Add one to a record's number again and again, as an editor that reads, adds and saves."""
    chance, seconds = random.Random(seed), []
    with opened(folder, key, session_id) as (workspace, actor):
        for _ in range(int(times)):
            began = time.monotonic()
            record_id = chance.randint(1, 5)
            kind = chance.random()
            with workspace.database.write() as tx:
                row = tx.sql(
                    "SELECT mobilephone FROM obj_contacts WHERE id = ?", (record_id,)
                ).fetchone()
                number = str(int(row[0] or 0) + 1)
                tx.sql(
                    "UPDATE obj_contacts SET mobilephone = ?, version = version + 1 WHERE id = ?",
                    (number, record_id),
                )
            seconds.append(time.monotonic() - began)
            if kind < 0.1:
                workspace.editor.update(actor, "contacts", record_id + 10, {"phone": str(kind)})
            elif kind < 0.15:
                workspace.settings.set(actor, "backup.keep_days", chance.randint(2, 40))
    return {"seconds": seconds}


def shift(folder: str, key: str, session_id: str, times: str) -> None:
    """Move amounts between two records in one transaction each; their sum stays 100."""
    with opened(folder, key, session_id) as (workspace, _actor):
        for amount in range(int(times)):
            with workspace.database.write() as tx:
                for record_id, value in ((1, amount), (RECORD_FAR_AWAY, 100 - amount)):
                    tx.sql(
                        "UPDATE obj_contacts SET mobilephone = ? WHERE id = ?",
                        (str(value), record_id),
                    )


RECORD_FAR_AWAY = 50


def back_up_to(folder: str, key: str, session_id: str, target: str) -> dict[str, Any]:
    """Write backups while the other process writes, and add the two amounts up in the last."""
    with opened(folder, key, session_id) as (workspace, _actor):
        for _ in range(3):
            _write(workspace, Path(target))
    with zipfile.ZipFile(target) as archive:
        text = archive.read("contacts.csv").decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    amounts = [int(row["mobilephone"] or 0) for row in rows if row["mobilephone"]]
    # Before the writer's first commit there are no amounts at all.
    return {"sum": sum(amounts) if amounts else 100}


def _write(workspace: Workspace, target: Path) -> None:
    with workspace.database.read() as tx:
        shapes = [object_shape(found, f"{found.name}.csv") for found in load_object_types(tx)]
    write_backup(
        workspace.database.path,
        shapes,
        target,
        manifest_context=BackupContext(
            workspace.id, "Northwind Traders", "0", workspace.signing_key.public_key
        ),
        sign=workspace.signing_key.sign,
    )


def claim_and_die(folder: str, key: str, session_id: str) -> None:
    """Begin a restore and be killed before its end."""
    with opened(folder, key, session_id) as (workspace, actor):
        plan = phones_plan(workspace, actor)
        restore_id = start_restore(workspace, actor, plan)
        workspace.jobs.claim(str(workspace.restores.show(actor, restore_id).job_id))
        os.kill(os.getpid(), signal.SIGKILL)


def hand_over_and_die(folder: str, key: str, session_id: str) -> None:
    """Start a worker, as the window does, and be killed at once."""
    with opened(folder, key, session_id) as (workspace, actor):
        backup_id = workspace.backups.create(actor)
        workspace.start_worker(str(workspace.backups.show(actor, backup_id).job_id))
        os.kill(os.getpid(), signal.SIGKILL)


WRITERS: dict[str, Callable[..., Any]] = {
    "count up": count_up,
    "shift": shift,
    "back up to": back_up_to,
    "claim a restore and die": claim_and_die,
    "hand over and die": hand_over_and_die,
}
