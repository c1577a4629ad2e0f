"""A small disk that children fill: mounted in a namespace of its own, it ends with its nursery."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crmdesk.core.access.actor import Actor, ActorKind, Place
from crmdesk.core.errors import UserError
from crmdesk.core.reserve import reserve_path
from crmdesk.core.workspace import Workspace
from tests.builders import PASSWORD
from tests.faults.scene import Scene, violations

MEGABYTES = {"tmpfs": 24, "ext4": 28}
_RESERVED = 12 << 20


def mount(kind: str, place: str) -> None:
    """Mount a small disk of a kind at a folder, for the processes of this namespace."""
    size = MEGABYTES[kind]
    if kind == "tmpfs":
        options = ["-t", "tmpfs", "-o", f"size={size}m", "small"]
    else:
        image = Path(place).with_suffix(".image")
        with image.open("wb") as file:
            file.truncate(size << 20)
        # The administrator's share would be free for us and full for everybody else. Disks of
        # today have blocks of a memory page; with smaller ones SQLite's index can fault instead.
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", "-b", "4096", str(image)], check=True)
        options = ["-o", "loop", str(image)]
    subprocess.run(["mount", *options, place], check=True, capture_output=True)


def bring(source: str, place: str) -> None:
    """A fresh copy of a scene on the disk, and room again."""
    (Path(place) / "ballast").unlink(missing_ok=True)
    shutil.rmtree(Path(place) / "scene", ignore_errors=True)
    shutil.copytree(source, Path(place) / "scene")


def fill(place: str, left: str) -> None:
    """Leave so many bytes free."""
    with (Path(place) / "ballast").open("ab", buffering=0) as file:
        for piece in (1 << 20, 1 << 16, 1 << 12, 1):
            try:
                while file.write(b"\xff" * piece) == piece:
                    pass
            except OSError:
                continue
        file.truncate(max(os.fstat(file.fileno()).st_size - int(left), 0))
        os.fsync(file.fileno())


def check(folder: str, key: str, session_id: str, operation: str) -> dict[str, Any]:
    """Make room, start anew, and say what does not hold."""
    (Path(folder).parents[1] / "ballast").unlink(missing_ok=True)
    scene = Scene(Path(folder).parent, bytes.fromhex(key), session_id)
    return {"wrong": violations(scene, operation)}


def cure(folder: str, key: str, session_id: str) -> dict[str, Any]:
    """Fill the disk under an open workspace and try to get out of it again."""
    place = str(Path(folder).parents[1])
    with reserve_path(Path(folder)).open("wb") as file:
        # The rule asks for more room beside the reserve than this whole disk has.
        file.write(b"\xff" * _RESERVED)
    workspace = Workspace(Path(folder), bytes.fromhex(key))
    fill(place, "0")
    # Opening gives a little of the reserve up when it must; fill that as well.
    opened_again = _told(lambda: Workspace(Path(folder), bytes.fromhex(key)).close())
    fill(place, "0")
    told = {"open": opened_again}
    admin = Actor(ActorKind.USER, 1, "ingrid@northwind.example", "Ingrid Solberg", session_id)
    told["edit"] = _told(lambda: _fill_the_log(workspace, admin))
    told["reserve after edit"] = str(reserve_path(Path(folder)).exists())
    told["sign in"] = _told(lambda: workspace.sign_in.sign_in(admin.email, PASSWORD, None, Place()))
    told["reserve after sign-in"] = str(reserve_path(Path(folder)).exists())
    told["delete records"] = _told(lambda: workspace.editor.archive(admin, "contacts", [1, 2]))
    told["purge records"] = _told(lambda: workspace.editor.purge(admin, "contacts", [3]))
    for backup in workspace.backups.list(admin):
        told["delete a backup"] = _told(lambda: workspace.backups.delete(admin, backup.id))  # noqa: B023
    told["expire"] = _told(workspace.backup_expiry.sweep)
    workspace.close()
    return told


def _fill_the_log(workspace: Workspace, admin: Actor) -> None:
    """Edit until the pages that the log already has are used up."""
    for number in range(200):
        workspace.editor.add(admin, "contacts", {"email": f"more{number}@example.org"})


def _told(action: Callable[[], object]) -> str:
    try:
        action()
    except UserError as error:
        return error.code
    return "done"


SMALL_DISK = {"mount": mount, "bring": bring, "fill": fill, "check": check, "cure": cure}
