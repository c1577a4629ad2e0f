from __future__ import annotations

import random
from pathlib import Path

import pytest

from crmdesk.core.backup.compare_rows import Difference, RowComparison, differing_rows
from crmdesk.core.backup.reader import BackupFile, read_backup
from crmdesk.core.backup.shapes import ColumnShape, ObjectShape
from crmdesk.core.errors import Cancelled, UserError
from tests.core.backup.desk_of_rows import CONTACT_TYPES, DeskOfRows


@pytest.fixture
def desk(tmp_path: Path) -> DeskOfRows:
    made = DeskOfRows(tmp_path)
    made.add_object("contacts", CONTACT_TYPES)
    return made


def _opened(desk: DeskOfRows) -> BackupFile:
    return read_backup(desk.folder / "backup.zip", known_key=desk.verify_key)


def _compared(desk: DeskOfRows, *columns: str) -> tuple[list[Difference], RowComparison]:
    comparison = differing_rows(desk.database, _opened(desk), desk.shapes[0], columns)
    return list(comparison), comparison


def test_only_records_with_a_changed_chosen_value_differ(desk: DeskOfRows) -> None:
    desk.add_many("contacts", [{"note": f"n{n}", "score": "1"} for n in range(5)])
    desk.backup()
    desk.run("UPDATE obj_contacts SET score = '2' WHERE id = 2")
    desk.run("UPDATE obj_contacts SET note = 'other' WHERE id = 4")

    differences, comparison = _compared(desk, "score", "note")

    assert differences == [
        Difference(2, ("1", "n1"), ("2", "n1")),
        Difference(4, ("1", "n3"), ("1", "other")),
    ]
    assert (comparison.equal_rows, comparison.differing_rows) == (3, 2)


def test_changes_of_other_properties_do_not_count(desk: DeskOfRows) -> None:
    desk.add_many("contacts", [{"note": f"n{n}", "score": "1"} for n in range(5)])
    desk.backup()
    desk.run("UPDATE obj_contacts SET note = 'changed', updated_at = 'later'")

    differences, comparison = _compared(desk, "score")

    assert differences == []
    assert comparison.equal_rows == 5


def test_blank_against_a_value_differs_both_ways(desk: DeskOfRows) -> None:
    desk.add("contacts", note="was there")
    desk.add("contacts", score="5")
    desk.backup()
    desk.run("UPDATE obj_contacts SET note = NULL WHERE id = 1")
    desk.run("UPDATE obj_contacts SET note = 'new' WHERE id = 2")

    differences, _ = _compared(desk, "note")

    assert differences == [
        Difference(1, ("was there",), (None,)),
        Difference(2, (None,), ("new",)),
    ]


def test_deleted_purged_and_new_records_are_told_apart(desk: DeskOfRows) -> None:
    desk.add_many("contacts", [{"note": f"n{n}"} for n in range(6)])
    desk.backup()
    desk.run("UPDATE obj_contacts SET archived_at = created_at WHERE id IN (1, 6)")
    desk.run("DELETE FROM obj_contacts WHERE id = 3")
    desk.add("contacts", note="new")

    differences, comparison = _compared(desk, "note")

    assert differences == []
    assert list(comparison.missing_ids) == [1, 3, 6]
    assert comparison.equal_rows == 3


def test_all_records_gone_are_all_missing(desk: DeskOfRows) -> None:
    desk.add_many("contacts", [{"note": 'line\r\n"quoted"\r\n'} for _ in range(3)])
    desk.backup()
    desk.run("DELETE FROM obj_contacts")

    _, comparison = _compared(desk, "note")

    assert list(comparison.missing_ids) == [1, 2, 3]


@pytest.mark.parametrize("seed", range(8))
def test_the_comparison_agrees_with_one_made_record_by_record(desk: DeskOfRows, seed: int) -> None:
    chance = random.Random(seed)
    texts = [None, "a", 'q"q', "x\r\ny", '"\r\n"', "," * 5, "\r", "long " * 4_000, "é😀"]
    before = {
        record: {"note": chance.choice(texts), "score": chance.choice([None, "1", "2.5"])}
        for record in sorted(chance.sample(range(1, 9_000), 1_500))
    }
    desk.add_many("contacts", [{"id": record, **row} for record, row in before.items()])
    desk.backup()
    now = {record: dict(row) for record, row in before.items()}
    for record in chance.sample(sorted(now), 300):
        now[record] = {"note": chance.choice(texts), "score": chance.choice([None, "1", "7"])}
    gone = chance.sample(sorted(now), 100)
    desk.run("DELETE FROM obj_contacts")
    desk.add_many(
        "contacts", [{"id": record, **row} for record, row in now.items() if record not in gone]
    )

    differences, comparison = _compared(desk, "note", "score")

    assert {found.record_id: found.backup_values for found in differences} == {
        record: (row["note"], row["score"])
        for record, row in before.items()
        if record not in gone and row != now[record]
    }
    assert list(comparison.missing_ids) == sorted(gone)
    assert comparison.equal_rows + comparison.differing_rows == 1_400


def test_properties_added_and_removed_since_do_not_disturb(desk: DeskOfRows) -> None:
    desk.add_many("contacts", [{"note": f"n{n}", "email": "e"} for n in range(4)])
    desk.backup()
    desk.run("ALTER TABLE obj_contacts ADD COLUMN fresh TEXT")
    desk.run("UPDATE obj_contacts SET note = 'changed', fresh = 'x' WHERE id = 3")
    kept = tuple(column for column in desk.shapes[0].columns if column.property_name != "email")
    fresh = ColumnShape("fresh", "fresh", "string")
    shape = ObjectShape("contacts", "contacts.csv", "obj_contacts", (*kept, fresh))

    found = list(differing_rows(desk.database, _opened(desk), shape, ["note"]))

    assert found == [Difference(3, ("n2",), ("changed",))]


def test_a_property_that_is_gone_cannot_be_chosen(desk: DeskOfRows) -> None:
    desk.add("contacts", note="n")
    desk.backup()
    shape = ObjectShape("contacts", "contacts.csv", "obj_contacts", desk.shapes[0].columns[:2])

    with pytest.raises(UserError) as refusal:
        differing_rows(desk.database, _opened(desk), shape, ["note"])

    assert refusal.value.code == "property_missing"


def test_a_file_exchanged_after_it_was_opened_is_refused(desk: DeskOfRows) -> None:
    desk.add_many("contacts", [{"note": "aaaa"} for _ in range(50)])
    desk.backup()
    opened = _opened(desk)
    desk.run("UPDATE obj_contacts SET note = 'bbbb'")
    desk.backup("other.zip")
    (desk.folder / "other.zip").replace(desk.folder / "backup.zip")

    with pytest.raises(UserError) as refusal:
        list(differing_rows(desk.database, opened, desk.shapes[0], ["note"]))

    assert refusal.value.code == "backup_damaged"


def test_a_comparison_can_be_cancelled(desk: DeskOfRows) -> None:
    desk.add("contacts", note="n")
    desk.backup()

    with pytest.raises(Cancelled):
        list(
            differing_rows(
                desk.database, _opened(desk), desk.shapes[0], ["note"], cancelled=lambda: True
            )
        )
