"""What cannot be logged does not happen: every call that changes something, without its log."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import Desk
from tests.core.access.test_rights import INNER, RIGHTS
from tests.faults.conftest import Record
from tests.faults.logged_calls import LOGGED
from tests.faults.logged_reads import READS, UNLOGGED
from tests.faults.scene import dump

#: The clock as read; and attempts, which count against guessing before anybody is let in.
ASIDE = ("clock_state", "attempt_counters", "sqlite_sequence")
#: Where a job that could not even be ended waits to be found by the next start, which also
#: removes what it had copied into the vault.
OF_JOBS = ("exports", "jobs", "imports")


def files(folder: Path) -> set[str]:
    """Files that somebody could use: those that a job is still writing do not count."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.startswith("crm.sqlite3")
        and path.parent.name not in ("staging", "imports")
    }


@pytest.mark.parametrize("name", LOGGED)
def test_a_call_whose_entry_cannot_be_written_changes_nothing(
    timed_desk: Desk, name: str, record: Record
) -> None:
    desk = timed_desk
    act = LOGGED[name](desk)
    aside = ASIDE + (OF_JOBS if name.startswith("run ") else ())
    _break_the_log(desk)
    before = dump(desk.workspace.database.path, aside), files(desk.folder.parent)

    with pytest.raises(Exception, match="the log is full"):
        act()

    after = dump(desk.workspace.database.path, aside), files(desk.folder.parent)
    changed = [table for table in before[0] if before[0][table] != after[0].get(table)]
    assert changed == []
    assert after == before
    record(1, "nothing happened")


def _break_the_log(desk: Desk) -> None:
    with desk.workspace.database.write() as tx:
        tx.sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit_events "
            "BEGIN SELECT RAISE(ABORT, 'the log is full'); END"
        )


def test_every_public_call_is_known_to_change_something_or_not() -> None:
    everything = {name for name, right in RIGHTS.items() if right != INNER}
    known = set(LOGGED) | set(UNLOGGED) | READS
    assert everything - known == set()
    assert not READS & (set(LOGGED) | set(UNLOGGED))
