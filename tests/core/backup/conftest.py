"""Offices: workspaces that are backed up and rebuilt elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.core.founding import NewWorkspace
from crmdesk.core.workspace import Created, create_workspace
from tests.builders import PASSWORD, Desk, KeyBox
from tests.core.backup.office import Office


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Created, KeyBox]:
    box = KeyBox()
    folder = tmp_path_factory.mktemp("office") / "workspace"
    wanted = NewWorkspace(
        "Northwind Traders", "ingrid@northwind.example", "Ingrid Solberg", PASSWORD, {}
    )
    created = create_workspace(folder, wanted, box)
    created.workspace.close()
    return created, box


@pytest.fixture
def office(made: tuple[Created, KeyBox], tmp_path: Path) -> Iterator[Office]:
    created, box = made
    folder = tmp_path / "workspace"
    shutil.copytree(created.workspace.folder, folder)
    desk = Desk(folder, created.workspace.key)
    yield Office(desk, created.recovery_key, box, tmp_path / "elsewhere")
    desk.workspace.close()
