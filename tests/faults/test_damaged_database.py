"""Bits that flip inside the database's file: found by the check, told at the start."""

from __future__ import annotations

import random
import shutil
import time
from contextlib import closing
from pathlib import Path

import pytest

from crmdesk.core.audit.verify import never
from crmdesk.core.check import check_workspace
from crmdesk.core.damage import told_as_damage
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.page_keeper import can_keep
from crmdesk.core.db.sqlite_check import integrity_problems
from crmdesk.core.errors import UserError
from crmdesk.core.workspace import Workspace
from tests.builders import KeyBox
from tests.damaging import flip
from tests.faults.conftest import FULL, Record, effort
from tests.faults.operation import opened
from tests.faults.scene import Scene, dump

SEED = 20261122
pytestmark = pytest.mark.skipif(not can_keep(), reason="no digests are kept here")


def test_start_and_check_find_every_flipped_bit(
    scene: Scene, tmp_path: Path, record: Record
) -> None:
    chance, trials = random.Random(SEED), effort(12, 5_000)
    copy = scene.copy(tmp_path / "run")
    sound, before = copy.database.read_bytes(), dump(_aside(copy, tmp_path))
    found = changed = changed_found = by_sqlite = 0
    for _ in range(trials):
        flip(copy.database, chance.randrange(len(sound)), chance.randrange(8))
        told = _is_found(copy)
        aside = _aside(copy, tmp_path)
        is_changed = _is_changed(aside, before)
        found += told
        changed += is_changed
        changed_found += told and is_changed
        by_sqlite += bool(integrity_problems(aside, quick=False, cancelled=never))
        copy.database.write_bytes(sound)
    record(
        trials,
        f"{found:,} of {trials:,} flips found, and {changed_found:,} of the {changed:,} that "
        f"changed a stored value; SQLite's own check found {by_sqlite:,}",
    )
    assert changed_found >= changed * 0.99
    assert found == trials


def test_the_start_tells_of_damage_in_time(scene: Scene, tmp_path: Path, record: Record) -> None:
    copy = scene.copy(tmp_path / "run")
    _fill(copy, effort(2_000, 200_000))
    size = copy.database.stat().st_size
    flip(copy.database, size - 5_000)
    slowest, told, starts = 0.0, False, 0
    while not told and starts < 20:
        workspace, starts = copy.open(), starts + 1
        began = time.process_time()
        workspace.start_up(look_seconds=0.2)
        slowest = max(slowest, time.process_time() - began)
        told = workspace.damage is not None
        workspace.close()
    record(
        starts,
        f"in a database of {size / 1e6:,.0f} MB damage at its end was told by start {starts}; a "
        f"start took {slowest * 1000:.0f} ms at most",
    )
    assert told
    assert slowest < (0.3 if FULL else 1.0)


def _aside(scene: Scene, folder: Path) -> Path:
    """A copy of the file alone: SQLite must not open the one under test."""
    target = folder / "aside.sqlite3"
    for stray in folder.glob("aside.sqlite3*"):
        stray.unlink()
    shutil.copy(scene.database, target)
    return target


def _is_found(scene: Scene) -> bool:
    try:
        with (
            opened(str(scene.workspace_folder), scene.key.hex(), scene.session_id) as (here, actor),
            told_as_damage(here.database),
        ):
            # As the command line does it: the start looks, then the check itself.
            here.start_up()
            return here.damage is not None or not check_workspace(here, actor, KeyBox())[0].ok
    except UserError as refused:
        return refused.code == "database_damaged"


def _is_changed(database: Path, before: object) -> bool:
    try:
        return dump(database) != before
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return True


def _fill(scene: Scene, records: int) -> None:
    """Add records of about 600 bytes, as a program that writes them would."""
    workspace: Workspace = scene.open()
    with closing(workspace.database.raw()) as raw:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO obj_contacts (created_at, updated_at, firstname, city) "
            "SELECT '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', "
            "hex(randomblob(140)), hex(randomblob(140)) FROM n",
            (records,),
        )
        raw.execute("COMMIT")
    workspace.close()
