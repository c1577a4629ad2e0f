"""A disk whose power is cut while the program works on it.

A loop-mounted ext4 image is shut down by an ioctl without its journal being flushed: whatever was
not synced by then never reached the image, as after a pulled plug. What the program had told to
be done is written down elsewhere, and compared once the image is mounted again.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import select
import struct
import subprocess
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from crmdesk.core import platform
from crmdesk.core.access.actor import Actor
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.access.totp import code_at_step, step_at
from crmdesk.core.clock import system_time
from crmdesk.core.db import sqlite
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.workspace import Workspace
from tests.faults.operation import Operation, opened
from tests.faults.scene import Scene, violations

MEGABYTES = 96
_SHUTDOWN, _WITHOUT_FLUSH = 0x8004587D, 2


def mount(place: str) -> None:
    """Mount an ext4 image at a folder, made new where there is none, for this namespace."""
    image = Path(place).with_suffix(".image")
    if not image.exists():
        with image.open("wb") as file:
            file.truncate(MEGABYTES << 20)
        subprocess.run(["mkfs.ext4", "-q", "-b", "4096", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop", str(image), place], check=True, capture_output=True)


def unmount(place: str) -> None:
    """Take the disk away, dead or alive."""
    subprocess.run(["umount", place], check=True, capture_output=True)


def settle() -> None:
    """Let everything written so far reach the disks."""
    os.sync()


def cut(place: str, acts: str, acknowledged: str, microseconds: str) -> dict[str, Any]:
    """Cut the power of the disk a moment after so many acts were acknowledged; tells when."""
    limit = time.monotonic() + 60
    while _lines(Path(acknowledged)) < int(acts) and time.monotonic() < limit:
        select.select([], [], [], 0.0005)
    select.select([], [], [], int(microseconds) / 1e6)
    descriptor = os.open(place, os.O_RDONLY)
    at = time.monotonic()
    fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _WITHOUT_FLUSH))
    os.close(descriptor)
    return {"at": at}


def work(
    folder: str, key: str, session_id: str, acknowledged: str, weakness: str, seed: str
) -> dict[str, Any]:
    """Edit, back up, import and give codes until the power is gone; write down what was done.

    Args:
        acknowledged: a file on another disk: one line for each act that returned.
        weakness: ``none``; ``commits`` are not synced; ``files`` are not synced.
    """
    _weaken(weakness)
    chance = random.Random(seed)
    with opened(folder, key, session_id) as (workspace, actor), Path(acknowledged).open("a") as ack:
        acts = _acts(workspace, actor, weakness, chance)
        try:
            for number in count():
                told = acts(number)
                told["at"] = time.monotonic()
                with workspace.database.read() as tx:
                    told["entries"] = tx.sql("SELECT max(id) FROM audit_events").fetchone()[0]
                ack.write(json.dumps(told) + "\n")
                ack.flush()
        except Exception as error:  # noqa: BLE001 - the disk is dead, whatever it is called
            return {"ended": type(error).__name__, "acts": number}
    raise AssertionError("the power was not cut")


def _acts(
    workspace: Workspace, actor: Actor, weakness: str, chance: random.Random
) -> Callable[[int], dict[str, Any]]:
    """What is done next; long jobs happen once, each at a place of its own."""

    def edit(number: int) -> dict[str, Any]:
        made = workspace.editor.add(actor, "contacts", {"email": f"{number}@cut.example"})
        return {"act": "edit", "id": made.id, "email": f"{number}@cut.example"}

    def back_up(_number: int) -> dict[str, Any]:
        backup_id = workspace.backups.create(actor)
        workspace.run_job(str(workspace.backups.show(actor, backup_id).job_id))
        return {"act": "backup", "id": backup_id}

    def import_rows(_number: int) -> dict[str, Any]:
        found = workspace.imports.inspect(actor, workspace.folder.parent / "contacts.csv")
        import_id = workspace.imports.start(actor, found.request())
        workspace.run_job(str(workspace.imports.show(actor, import_id).job_id))
        return {"act": "import", "id": import_id}

    def give_code(_number: int) -> dict[str, Any]:
        secret = workspace.two_factor.begin_enrolment(actor).secret
        now = code_at_step(secret, step_at(system_time()))
        codes = workspace.two_factor.confirm_enrolment(actor, now)
        workspace.two_factor.step_up(actor, StepUpPurpose.RESTORE, "a plan", codes[0])
        return {"act": "code", "left": len(codes) - 1}

    if weakness == "files":
        return lambda number: back_up(number) if number == 1 else edit(number)
    if weakness == "commits":
        return edit
    places = dict(zip(chance.sample(range(12), 3), (back_up, import_rows, give_code), strict=True))
    return lambda number: places.get(number, edit)(number)


def _weaken(weakness: str) -> None:
    if weakness == "files":
        os.fsync = lambda _descriptor: None  # type: ignore[assignment]
        platform.fsync_folder = lambda _folder: None  # type: ignore[assignment]
    if weakness == "commits":
        strong = sqlite.apply_pragmas

        def weak(connection: sqlite3.Connection, busy_seconds: float = 10.0) -> None:
            strong(connection, busy_seconds)
            connection.execute("PRAGMA synchronous=NORMAL")

        sqlite.apply_pragmas = weak


def after_cut(
    folder: str, key: str, session_id: str, acknowledged: str, cut_at: str
) -> dict[str, Any]:
    """What was acknowledged and is not there, and what does not hold.

    Only acts that had returned when the cut began count: a sync that is under way during this
    ioctl was told to have worked in 3 of 200 cuts. Behind a real cut nobody is told anything.
    """
    scene = Scene(Path(folder).parent, bytes.fromhex(key), session_id)
    acts = [json.loads(line) for line in Path(acknowledged).read_text().splitlines()]
    told = [act for act in acts if act["at"] < float(cut_at)]
    try:
        wrong = violations(scene, "import")
        workspace = scene.open()
        with workspace.database.read() as tx:
            lost = [act for act in told if not _is_there(tx.sql, act)]
        workspace.close()
    except Exception as error:  # noqa: BLE001 - a workspace that does not open has lost everything
        return {"wrong": [repr(error)], "lost": told, "acts": len(told)}
    return {"wrong": wrong, "lost": lost, "acts": len(told)}


def _is_there(sql: Callable[..., sqlite3.Cursor], act: dict[str, Any]) -> bool:
    if sql("SELECT max(id) FROM audit_events").fetchone()[0] < act["entries"]:
        return False
    questions = {
        "edit": ("SELECT email FROM obj_contacts WHERE id = ?", act.get("email")),
        "backup": ("SELECT state FROM backups WHERE id = ?", "succeeded"),
        "import": ("SELECT state FROM imports WHERE id = ?", "succeeded"),
        "code": (
            "SELECT count(*) FROM recovery_codes WHERE used_at IS NULL AND ? IS NULL",
            act.get("left"),
        ),
    }
    question, wanted = questions[act["act"]]
    found = sql(question, (act.get("id"),)).fetchone()
    return found is not None and found[0] == wanted


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


POWER: dict[str, Operation] = {
    "mount for a cut": mount,
    "unmount": unmount,
    "settle": settle,
    "cut": cut,
    "work": work,
    "after the cut": after_cut,
}
