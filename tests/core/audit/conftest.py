from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from crmdesk.core.access.keys import SigningKey
from tests.core.audit.ledger import Ledger

ENTRIES = 30


@pytest.fixture(scope="session")
def signing_key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory, signing_key: SigningKey) -> Path:
    """A new workspace's database; migrating once is what makes these tests fast."""
    ledger = Ledger(tmp_path_factory.mktemp("audit") / "crm.sqlite3", signing_key).create()
    ledger.database.close()
    return ledger.path


@pytest.fixture(scope="session")
def filled_file(
    tmp_path_factory: pytest.TempPathFactory, empty_file: Path, signing_key: SigningKey
) -> Path:
    """The same with thirty entries."""
    path = shutil.copy(empty_file, tmp_path_factory.mktemp("audit") / "crm.sqlite3")
    ledger = Ledger(path, signing_key).fill(ENTRIES - 1)
    ledger.database.close()
    return path


@pytest.fixture
def open_ledger(tmp_path: Path, signing_key: SigningKey) -> Iterator[Callable[[Path], Ledger]]:
    """Opens a copy of a database, in a workspace folder of its own."""
    with ExitStack() as stack:

        def open_copy(source: Path) -> Ledger:
            folder = tmp_path / f"workspace-{len(list(tmp_path.iterdir()))}"
            folder.mkdir()
            ledger = Ledger(shutil.copy(source, folder / "crm.sqlite3"), signing_key)
            stack.callback(ledger.database.close)
            return ledger

        yield open_copy


@pytest.fixture
def ledger(open_ledger: Callable[[Path], Ledger], empty_file: Path) -> Ledger:
    """A new workspace: one entry."""
    return open_ledger(empty_file)


@pytest.fixture
def filled(open_ledger: Callable[[Path], Ledger], filled_file: Path) -> Ledger:
    """A workspace with thirty entries, none of them anchored."""
    return open_ledger(filled_file)
