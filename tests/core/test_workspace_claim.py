"""What a maker that was killed left is removed by the next one; nobody else's files are."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from crmdesk.core import platform
from crmdesk.core.errors import UserError
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.workspace import Workspace, create_workspace
from crmdesk.core.workspace_claim import announce, claims
from crmdesk.core.workspace_key import load_key
from tests.builders import PASSWORD, Desk, KeyBox

WANTED = NewWorkspace("Northwind", "ann@example.org", "Ann Lee", PASSWORD, {})
HALF = ("crm.sqlite3", "crm.sqlite3-wal", "workspace.toml.partial", "reserve")


def left_by_a_killed_maker(folder: Path, *found: str) -> Path:
    """A note whose process is gone, beside what it had made."""
    gone = subprocess.Popen(["true"])
    gone.wait()
    folder.mkdir(exist_ok=True)
    (folder / "vault").mkdir(exist_ok=True)
    facts = {"pid": gone.pid, "boot": platform.boot_id(), "started": "1", "id": "dead"}
    note = folder / f"making-{gone.pid}"
    note.write_text(json.dumps(facts | {"found": list(found)}))
    for name in HALF:
        if name not in found:
            (folder / name).write_bytes(b"half")
    return note


def test_a_half_made_workspace_is_made_anew_in_its_place(tmp_path: Path) -> None:
    folder, store = tmp_path / "new", KeyBox()
    note = left_by_a_killed_maker(folder)
    (folder / "letter.txt").write_text("mine")
    store.set("dead/workspace-key", "of nothing")

    create_workspace(folder, WANTED, store).workspace.close()

    Workspace(folder, load_key(folder, store)).close()
    assert (folder / "letter.txt").read_text() == "mine"
    assert not note.exists()
    assert claims(folder) == []
    assert len(store.values) == 1


def test_what_the_killed_maker_found_there_is_not_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "crm.sqlite3").write_bytes(b"somebody's database")
    left_by_a_killed_maker(folder, "crm.sqlite3")

    with pytest.raises(UserError) as refused:
        create_workspace(folder, WANTED, KeyBox())

    assert refused.value.code == "folder_half_made"
    assert (folder / "crm.sqlite3").read_bytes() == b"somebody's database"


def test_a_database_without_any_note_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "crm.sqlite3").write_bytes(b"somebody's database")

    with pytest.raises(UserError) as refused:
        create_workspace(tmp_path, WANTED, KeyBox())

    assert refused.value.code == "folder_half_made"
    assert [path.name for path in tmp_path.iterdir()] == ["crm.sqlite3"]


def test_a_maker_at_work_is_not_disturbed(tmp_path: Path) -> None:
    mine = announce(tmp_path, "alive", ())
    (tmp_path / "crm.sqlite3").write_bytes(b"half")

    with pytest.raises(UserError) as refused:
        create_workspace(tmp_path, WANTED, KeyBox())

    assert refused.value.code == "folder_half_made"
    assert (tmp_path / "crm.sqlite3").read_bytes() == b"half"
    assert [each.path for each in claims(tmp_path)] == [mine.path]


def test_a_note_that_outlived_its_last_step_goes_at_the_next_start(desk: Desk) -> None:
    announce(desk.folder, desk.workspace.id, ("crm.sqlite3",))

    desk.workspace.start_up()

    assert claims(desk.folder) == []


def test_a_making_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    class Locked(KeyBox):
        """A keyring that refuses."""

        def set(self, name: str, value: str) -> None:
            raise UserError("keyring_locked", "The keyring is locked.", "Unlock it.")

    (tmp_path / "secrets.bin").write_bytes(b"of another workspace")

    with pytest.raises(UserError):
        create_workspace(tmp_path, WANTED, Locked())

    assert [path.name for path in tmp_path.iterdir()] == ["secrets.bin"]
