"""A workspace's files are its owner's alone, whatever the mask of the shell that started us."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crmdesk.core.access.secret_file import FileStore
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.workspace import create_workspace
from tests.builders import PASSWORD, PLACE


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_no_other_user_of_the_computer_reads_a_workspace(tmp_path: Path, mask: int):
    folder = tmp_path / "workspace"
    wanted = NewWorkspace("Northwind", "ingrid@n.example", "Ingrid Solberg", PASSWORD, {})
    before = os.umask(mask)
    try:
        store = FileStore(folder.parent / "secrets", lambda: "over the hills")
        opened = create_workspace(folder, wanted, store).workspace
        opened.sign_in.sign_in("ingrid@n.example", PASSWORD, None, PLACE)
        modes = {path: path.stat().st_mode & 0o777 for path in [folder, *folder.rglob("*")]}
        opened.close()
    finally:
        os.umask(before)

    assert (folder / "crm.sqlite3-wal") in modes
    assert all(mode == (0o700 if path.is_dir() else 0o600) for path, mode in modes.items()), modes
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o600
