"""How large a backup will be is said before it is made, near enough to refuse by."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.builders import Desk
from tests.faults.conftest import Record, effort

RECORDS = effort(4_000, 100_000)
#: How far off a refusal for want of room may be.
ALLOWED = 0.2
#: SQL for the values of record ``i``: words that repeat, text that does not, and a mixture.
SETS = {
    "words": ("'Ann'", "'Solberg'", "'Oslo'"),
    "random": ("hex(randomblob(20))", "hex(randomblob(200))", "hex(randomblob(9))"),
    "mixed": (
        "'Name ' || i",
        "CASE i % 9 WHEN 0 THEN hex(randomblob(300)) END",
        "'City ' || i % 50",
    ),
}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("complete", [False, True], ids=["values", "complete"])
def test_the_size_of_a_backup_is_foretold(
    name: str, complete: bool, desk: Desk, record: Record
) -> None:
    with closing(desk.workspace.database.raw()) as raw:
        raw.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO obj_contacts (created_at, updated_at, firstname, jobtitle, city) "
            "SELECT '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', "
            f"{', '.join(SETS[name])} FROM n",
            (RECORDS,),
        )
    foretold = desk.workspace.backups.estimate(desk.admin)

    made = desk.backup(complete=complete).bytes

    off = (foretold.complete_bytes if complete else foretold.bytes) / made - 1
    record(1, f"{name}{', complete' if complete else ''}: {off:+.0%}")
    assert abs(off) <= ALLOWED
