"""A restore of a whole workspace, killed at any time: no workspace, and again it works."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crmdesk.core.access.secrets import StoreChoice, open_store
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.workspace import create_workspace
from crmdesk.core.workspace_folder import read_workspace_file
from crmdesk.core.workspace_key import load_key
from tests.builders import PASSWORD, Desk, KeyBox
from tests.faults.conftest import Record, effort

SEED = int(os.environ.get("CRMDESK_TEST_SEED", "20261122"))
TRIALS = effort(1, 100)
PASSPHRASE = "seven blue herons over"
RECORDS = 300
# The encrypted file of keys is written by one process and opened by another.
pytestmark = pytest.mark.real_password_cost


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, str]:
    """A complete backup, and the recovery key that opens it."""
    wanted = NewWorkspace("Northwind", "ingrid@northwind.example", "Ingrid", PASSWORD, {})
    created = create_workspace(tmp_path / "from", wanted, KeyBox())
    created.workspace.close()
    desk = Desk(tmp_path / "from", created.workspace.key)
    for number in range(RECORDS):
        desk.contact(firstname=f"Name {number}")
    backup = desk.backup(complete=True)
    desk.workspace.close()
    return tmp_path / "from" / "vault" / "backups" / backup.file_name, created.recovery_key


def command(file: Path, folder: Path, home: Path) -> subprocess.Popen[str]:
    passphrase = home / "passphrase"
    passphrase.write_text(PASSPHRASE)
    passphrase.chmod(0o600)
    words = ["workspace", "restore", str(file), "--into", str(folder)]
    return subprocess.Popen(
        [sys.executable, "-m", "crmdesk", *words, "--use-file", "--recovery-key-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ
        | {
            "CRMDESK_KEYRING_PASSPHRASE_FILE": str(passphrase),
            "XDG_CONFIG_HOME": str(home / "config"),
        },
    )


def restore(made: tuple[Path, str], folder: Path, kill_after: float | None = None) -> float:
    """Restore into a folder; returns how long it took, or was left alone."""
    file, key = made
    began = time.monotonic()
    with command(file, folder, file.parents[3]) as process:
        assert process.stdin is not None
        process.stdin.write(f"{key}\n")
        process.stdin.close()
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
    return time.monotonic() - began


def is_whole(folder: Path) -> bool:
    """Whether a workspace stands there with everything in it."""
    store = open_store(StoreChoice.FILE, folder / "secrets.bin", lambda: PASSPHRASE)
    desk = Desk(folder, load_key(folder, store))
    try:
        count = desk.sql("SELECT count(*) FROM obj_contacts")[0][0]
        return count == RECORDS and desk.workspace.audit.verify(desk.admin).ok
    finally:
        desk.workspace.close()


def looks_like_one(folder: Path) -> bool:
    try:
        read_workspace_file(folder)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not taken for one
        return False
    return True


def test_a_restore_killed_at_any_time_leaves_no_workspace_and_can_be_done_again(
    made: tuple[Path, str], tmp_path: Path, record: Record
) -> None:
    whole = restore(made, tmp_path / "measured")
    assert is_whole(tmp_path / "measured")
    chance = random.Random(SEED)
    wrong, killed = [], 0
    for trial in range(TRIALS):
        folder = tmp_path / f"trial{trial}"
        restore(made, folder, chance.uniform(0.2, 0.9) * whole)
        if looks_like_one(folder):
            wrong += [] if is_whole(folder) else [trial]
            continue
        killed += 1
        restore(made, folder)
        wrong += [] if looks_like_one(folder) and is_whole(folder) else [trial]
    record(TRIALS, f"{len(wrong)} half workspaces or folders that stayed stuck; {killed} killed")
    assert wrong == []
