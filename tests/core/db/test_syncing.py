from __future__ import annotations

import errno
import os
import threading
from contextlib import closing
from pathlib import Path

import pytest

from crmdesk.core.changes.stage import make_scratch
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Database
from crmdesk.core.db.schema import upgrade
from crmdesk.core.errors import UserError

pytestmark = pytest.mark.skipif(not hasattr(os, "fdatasync"), reason="this system cannot")


def written(folder: Path, heard: threading.Event) -> int:
    """Write a row beside a staging file, once the disk was asked; how many rows stand then."""
    path, stage = folder / "crm.sqlite3", folder / "stage.sqlite3"
    path.touch()
    database = Database(path)
    upgrade(database)
    make_scratch(stage)
    try:
        with database.write(stage=stage) as tx:
            tx.sql("CREATE TABLE notes (text TEXT) STRICT")
            tx.sql("INSERT INTO notes VALUES ('kept')")
            assert heard.wait(30)
    finally:
        database.close()
        with closing(sqlite3.connect(path)) as fresh:
            found = fresh.execute("SELECT count(*) FROM sqlite_master WHERE name = 'notes'")
            rows = int(found.fetchone()[0])
    return rows


def test_the_log_is_synced_while_a_large_change_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    heard = threading.Event()
    real = os.fdatasync

    def noted(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)
        heard.set()

    monkeypatch.setattr(os, "fdatasync", noted)
    assert written(tmp_path, heard) == 1
    assert set(synced) == {str(tmp_path / "crm.sqlite3-wal")}


def test_what_the_disk_refuses_meanwhile_is_not_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = threading.Event()

    def failing(_descriptor: int) -> None:
        heard.set()
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(os, "fdatasync", failing)
    with pytest.raises(UserError) as caught:
        written(tmp_path, heard)
    assert caught.value.code == "database_unreachable"
    with closing(sqlite3.connect(tmp_path / "crm.sqlite3")) as fresh:
        assert not fresh.execute("SELECT 1 FROM sqlite_master WHERE name = 'notes'").fetchall()
