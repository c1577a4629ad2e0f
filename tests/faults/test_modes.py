"""Who may read what the program writes: its user, and nobody else on the computer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crmdesk.core.reserve import keep_reserve
from tests.faults.conftest import Record
from tests.faults.nursery import Nursery
from tests.faults.scene import Scene

SOMEBODY = 61_234


def modes(folder: Path) -> dict[str, str]:
    """Files and folders that others could open, by the mode they have."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode & 0o777
        if mode != (0o700 if path.is_dir() else 0o600):
            found[str(path.relative_to(folder.parent))] = oct(mode)
    return found


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_everything_is_the_users_own_whatever_the_mask(
    scene: Scene, nursery: Nursery, umask: int, tmp_path: Path, record: Record
) -> None:
    copy = scene.copy(tmp_path / "run")
    before = os.umask(umask)
    try:
        keep_reserve(copy.workspace_folder)
        for operation in ("backup", "undo", "import", "edit"):
            assert copy.run(nursery, operation, umask=umask).error == ""
        # A plan that waits to be carried out has its staging file.
        assert copy.run(nursery, "plan", umask=umask).error == ""
        target = tmp_path / "saved.zip"
        assert copy.run(nursery, "download", str(target), umask=umask).error == ""
    finally:
        os.umask(before)
    number = len(list(copy.workspace_folder.rglob("*")))
    record(number, f"{len(modes(copy.workspace_folder))} readable by others (umask {umask:03o})")
    assert modes(copy.workspace_folder) == {}
    assert target.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in copy.workspace_folder.iterdir()} >= {"reserve", "staging"}


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN HERE: only root can become another user")
def test_another_user_of_the_computer_reads_nothing(
    scene: Scene, nursery: Nursery, public_folder: Path, record: Record
) -> None:
    copy = scene.copy(public_folder / "run")
    assert copy.run(nursery, "import").error == ""

    read = copy.run(nursery, "read everything", uid=SOMEBODY).values

    record(read["tried"], f"{len(read['opened'])} read by another user")
    assert read["tried"] >= 5
    assert read["opened"] == []

    copy.workspace_folder.chmod(0o755)
    (copy.workspace_folder / "crm.sqlite3").chmod(0o644)
    assert copy.run(nursery, "read everything", uid=SOMEBODY).values["opened"]
