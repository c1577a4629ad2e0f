"""Random restores: exactly the chosen cells change, and the plan had counted them."""

from __future__ import annotations

import os
import random
from typing import Any

from tests.builders import Desk
from tests.faults.conftest import Record, effort

SEED = int(os.environ.get("CRMDESK_TEST_SEED", "20261122"))
PROPERTIES = ("firstname", "lastname", "phone", "mobilephone", "city", "zip", "jobtitle", "address")
VALUES = (None, "", "a", "A", "ä", "a b", " a ", "1", "0", "=1+1", "line\nbreak", 'quo"te', "x,y")
TRIALS = effort(25, 500)
RECORDS = 12

Cells = dict[tuple[int, str], Any]


def cells(desk: Desk) -> Cells:
    """Every value of every contact, system columns that a write must touch left out."""
    with desk.workspace.database.read() as tx:
        cursor = tx.sql("SELECT * FROM obj_contacts")
        names = [column[0] for column in cursor.description]
        return {
            (row[0], name): value
            for row in cursor
            for name, value in zip(names, row, strict=True)
            if name not in ("version", "updated_at")
        }


def scramble(desk: Desk, chance: random.Random, share: float) -> None:
    """Write random values into random cells, past the services."""
    with desk.workspace.database.write() as tx:
        for record_id in range(1, RECORDS + 1):
            for name in PROPERTIES:
                if chance.random() < share:
                    tx.sql(
                        f'UPDATE obj_contacts SET "{name}" = ?, version = version + 1 WHERE id = ?',
                        (chance.choice(VALUES) or None, record_id),
                    )


def test_exactly_the_chosen_cells_change_and_the_plan_counts_them(
    desk: Desk, record: Record
) -> None:
    for _ in range(RECORDS):
        desk.contact()
    wrong = [
        trial for trial in range(TRIALS) if not is_exact(desk, random.Random(f"{SEED} {trial}"))
    ]
    record(TRIALS, f"{len(wrong)} restores with another cell or another count, seed {SEED}")
    assert wrong == []


def is_exact(desk: Desk, chance: random.Random) -> bool:
    """One random restore, compared with what it should have done cell by cell."""
    scramble(desk, chance, 0.4)
    backed_up = cells(desk)
    backup = desk.backup_file()
    scramble(desk, chance, chance.choice((0.05, 0.5, 1.0)))
    binned = _bin_some(desk, chance)
    chosen = chance.sample(PROPERTIES, chance.randint(1, len(PROPERTIES)))
    only = chance.sample(range(1, RECORDS + 1), 4) if chance.random() < 0.3 else None
    before = cells(desk)
    expected = {
        place: backed_up[place]
        for place in before
        if place[1] in chosen
        and place[0] not in binned
        and (only is None or place[0] in only)
        and backed_up[place] != before[place]
    }
    plan = desk.plan(backup, "contacts", chosen, record_ids=None if only is None else tuple(only))
    counted = plan.values.set + plan.values.overwrite + plan.values.clear
    right = counted == len(expected)
    right &= plan.records_changing == len({record_id for record_id, _ in expected})
    if expected:
        done = desk.apply(plan)
        right &= done.values_written == len(expected)
    right &= cells(desk) == before | expected
    _empty_bin(desk)
    return right


def _bin_some(desk: Desk, chance: random.Random) -> list[int]:
    ids = chance.sample(range(1, RECORDS + 1), chance.randint(0, 2))
    desk.workspace.editor.archive(desk.admin, "contacts", ids)
    return ids


def _empty_bin(desk: Desk) -> None:
    desk.workspace.editor.unarchive(desk.admin, "contacts", list(range(1, RECORDS + 1)))
