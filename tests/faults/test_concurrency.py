"""Several processes on one workspace: nobody is told of locks, and nothing is lost."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Database
from crmdesk.core.errors import Busy, UserError
from tests.builders import Desk
from tests.faults.conftest import FULL, Record, effort
from tests.faults.nursery import Nursery
from tests.faults.scene import Scene, violations

#: Writes by each of two processes.
WRITES = effort(500, 5_000)


def counted(scene: Scene) -> int:
    """The sum of what both writers counted in the records."""
    with sqlite3.connect(scene.database) as connection:
        row = connection.execute("SELECT sum(mobilephone) FROM obj_contacts").fetchone()
    connection.close()
    return int(row[0])


def test_two_processes_write_at_once_and_nothing_is_lost_or_refused(
    scene: Scene, nursery: Nursery, tmp_path: Path, record: Record
) -> None:
    copy = scene.copy(tmp_path / "run")
    tasks = [copy.task("count up", str(WRITES), str(seed)) for seed in (1, 2)]

    ended = nursery.run_together(tasks)

    assert [one.error for one in ended] == ["", ""], ended
    waits = sorted(wait for one in ended for wait in one.values["seconds"])
    assert counted(copy) == 2 * WRITES
    assert violations(copy) == []
    slow = waits[int(len(waits) * 0.99)]
    record(
        2 * WRITES,
        f"0 locked, 0 lost; a write took {slow * 1000:.0f} ms at the 99th percentile, "
        f"{waits[-1] * 1000:.0f} ms at most",
    )
    # How long they take says something on a quiet machine only, which is the full run's.
    assert not FULL or slow < 0.5
    assert not FULL or waits[-1] < 5.0


def test_without_the_lock_from_the_start_the_same_writes_fail(
    scene: Scene, tmp_path: Path, record: Record
) -> None:
    """The control: of two transactions that read first and lock later, one is refused."""
    copy, refused = scene.copy(tmp_path / "run"), 0
    writers = [sqlite3.connect(copy.database, isolation_level=None, timeout=0) for _ in range(2)]
    for trial in range(20):
        for writer in writers:
            writer.execute("BEGIN")
            writer.execute("SELECT phone FROM obj_contacts WHERE id = 1").fetchone()
        for writer in writers:
            try:
                writer.execute("UPDATE obj_contacts SET phone = ? WHERE id = 1", (str(trial),))
                writer.execute("COMMIT")
            except sqlite3.OperationalError as error:
                refused += "locked" in str(error)
                writer.execute("ROLLBACK")
    for writer in writers:
        writer.close()
    record(40, f"{refused} of 40 locked without it, as must be (control)")
    assert refused == 20


def test_a_foreign_lock_is_waited_for_and_then_named(
    scene: Scene, tmp_path: Path, record: Record
) -> None:
    copy = scene.copy(tmp_path / "run")
    database = Database(copy.database, busy_seconds=0.5)
    other = sqlite3.connect(copy.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()

    with pytest.raises(Busy) as refusal, database.write():
        pass

    waited = time.monotonic() - began
    other.execute("ROLLBACK")
    with database.write():
        pass
    other.close()
    database.close()
    record(1, f"gave up after {waited:.1f} s of 0.5 s")
    assert refusal.value.code == "database_busy"
    # Ten seconds are usual.
    assert 0.4 < waited < 9


def test_a_backup_beside_a_writer_is_one_instant(
    scene: Scene, nursery: Nursery, tmp_path: Path, record: Record
) -> None:
    """Two records whose sum is always 100: in every backup it must be 100."""
    copy, sums = scene.copy(tmp_path / "run"), []
    trials = effort(4, 50)
    for _ in range(trials):
        writer, reader = nursery.run_together(
            [copy.task("shift", "60"), copy.task("back up to", str(tmp_path / "moving.zip"))]
        )
        assert (writer.error, reader.error) == ("", ""), (writer, reader)
        sums.append(reader.values["sum"])
    record(trials, f"{sum(found == 100 for found in sums)} of {trials} backups are one instant")
    assert sums == [100] * trials


def test_of_twenty_processes_that_start_a_restore_one_does(
    scene: Scene, nursery: Nursery, tmp_path: Path, record: Record
) -> None:
    trials = effort(1, 10)
    for _ in range(trials):
        copy = scene.copy(tmp_path / "run")
        ended = nursery.run_together([copy.task("restore")] * 20)

        refused = [one for one in ended if one.error]
        late = ("plan_outdated", "nothing_to_restore")
        assert all(one.error in ("restore_running", *late) for one in refused), refused
        assert all(one.code == 5 for one in refused if one.error == "restore_running")
        assert len(refused) == 19
        assert violations(copy, "restore") == []
    record(20 * trials, f"{trials} of {20 * trials} restores ran, the others were told so")


def test_a_lock_whose_holder_died_is_freed_at_the_next_start(
    scene: Scene, nursery: Nursery, tmp_path: Path, record: Record
) -> None:
    copy = scene.copy(tmp_path / "run")
    ended = copy.run(nursery, "claim a restore and die")
    assert ended.code == -9
    began = time.monotonic()
    workspace = copy.open()

    found = workspace.start_up()

    seconds = time.monotonic() - began
    workspace.close()
    assert [job.kind.value for job in found] == ["restore"]
    assert copy.run(nursery, "restore").error == ""
    record(1, f"freed in {seconds:.2f} s")
    assert seconds < 10


def test_the_second_of_two_editors_is_always_told(desk: Desk, record: Record) -> None:
    trials = effort(40, 1_000)
    ann = desk.contact(phone="0")
    told = 0
    for trial in range(trials):
        seen = desk.read(ann).version
        outcomes = _save_together(desk, ann.id, seen, trial)
        told += sorted(outcomes) == ["record_changed", "saved"]
    record(trials, f"{trials - told} silent overwrites")
    assert told == trials


def _save_together(desk: Desk, record_id: int, version: int, trial: int) -> list[str]:
    outcomes = []

    def save(value: str) -> None:
        try:
            desk.workspace.editor.update(
                desk.admin, "contacts", record_id, {"phone": value}, expected_version=version
            )
        except UserError as error:
            outcomes.append(error.code)
        else:
            outcomes.append("saved")

    threads = [threading.Thread(target=save, args=(f"{trial}-{who}",)) for who in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
