"""Random changes: the comparison counts what two plain dictionaries differ in."""

from __future__ import annotations

import random

import pytest

from crmdesk.core.compare.model import Change, DifferenceFilter
from tests.builders import Desk

PROPERTIES = ("firstname", "lastname", "phone", "city", "jobtitle")
VALUES = (None, "a", "A", 'quo"te', "x,y", "line\r\nbreak", "ä 🚢", "0", " ")
RECORDS = 40

State = dict[int, tuple[str | None, ...]]


def scramble(desk: Desk, chance: random.Random, share: float) -> None:
    """Write, delete and add past the services, as many hands would over a week."""
    with desk.workspace.database.write() as tx:
        for (record_id,) in tx.sql("SELECT id FROM obj_contacts").fetchall():
            if chance.random() < share:
                name = chance.choice(PROPERTIES)
                tx.sql(
                    f'UPDATE obj_contacts SET "{name}" = ? WHERE id = ?',
                    (chance.choice(VALUES), record_id),
                )
            if chance.random() < share / 4:
                tx.sql(
                    "UPDATE obj_contacts SET archived_at = ? WHERE id = ?", (tx.now_text, record_id)
                )
            if chance.random() < share / 8:
                tx.sql("DELETE FROM obj_contacts WHERE id = ?", (record_id,))
        for _ in range(int(RECORDS * share)):
            tx.sql(
                "INSERT INTO obj_contacts (created_at, updated_at, firstname) VALUES (?, ?, ?)",
                (tx.now_text, tx.now_text, chance.choice(VALUES)),
            )


def state(desk: Desk) -> State:
    names = ",".join(f'"{name}"' for name in PROPERTIES)
    rows = desk.sql(f"SELECT id, {names} FROM obj_contacts WHERE archived_at IS NULL")
    return {int(str(row[0])): tuple(row[1:]) for row in rows}  # type: ignore[misc]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("between_backups", [False, True])
def test_the_counts_are_those_of_two_dictionaries(
    desk: Desk, share: float, between_backups: bool
) -> None:
    chance = random.Random(f"{share} {between_backups}")
    scramble(desk, chance, 1.0)
    before, first = state(desk), desk.backup_file("first.zip")
    scramble(desk, chance, share)
    after = state(desk)
    other = str(desk.backup_file("second.zip")) if between_backups else ""

    comparisons = desk.workspace.comparisons
    found = comparisons.compare(desk.admin, str(first), other, objects=["contacts"])

    told = found.object("contacts")
    assert told is not None
    common = before.keys() & after.keys()
    assert told.added == len(after.keys() - before.keys())
    assert told.removed == len(before.keys() - after.keys())
    assert told.changed == sum(before[one] != after[one] for one in common)
    assert told.unchanged == sum(before[one] == after[one] for one in common)
    for place, name in enumerate(PROPERTIES):
        differing = sum(before[one][place] != after[one][place] for one in common)
        assert told.properties.get(name, 0) == differing
        wanted = DifferenceFilter("contacts", Change.CHANGED, name)
        assert len(comparisons.numbers(desk.admin, found.id, wanted)) == differing
