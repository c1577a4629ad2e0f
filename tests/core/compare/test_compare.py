"""Backup beside now, and backup beside backup."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crmdesk.core.compare.model import (
    Change,
    Comparison,
    DefinitionChange,
    DifferenceFilter,
    DifferingRecord,
)
from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.types import PropertyType
from tests.builders import Desk


def all_records(desk: Desk, found: Comparison, **wanted: object) -> list[DifferingRecord]:
    comparisons = desk.workspace.comparisons
    numbers = comparisons.numbers(desk.admin, found.id, DifferenceFilter(**wanted))  # type: ignore[arg-type]
    return comparisons.records(desk.admin, found.id, numbers)


def test_added_removed_changed_and_unchanged_records_are_told_apart(desk: Desk) -> None:
    ann, bo, _ = (desk.contact(firstname=name) for name in ("Ann", "Bo", "Cy"))
    backup = desk.backup()
    desk.edit(ann, firstname="Anne", phone="+47 1")
    desk.delete(bo)
    dag = desk.contact(firstname="Dag")

    found = desk.workspace.comparisons.compare(desk.admin, backup.id)

    contacts = found.object("contacts")
    assert contacts is not None
    assert (contacts.added, contacts.removed, contacts.changed, contacts.unchanged) == (1, 1, 1, 1)
    assert contacts.properties == {"firstname": 1, "phone": 1}
    records = all_records(desk, found, object="contacts")
    assert [(r.record_id, r.change) for r in records] == [
        (ann.id, Change.CHANGED),
        (bo.id, Change.REMOVED),
        (dag.id, Change.ADDED),
    ]
    changed = {value.property: (value.then, value.now) for value in records[0].values}
    assert changed == {"firstname": ("Ann", "Anne"), "phone": (None, "+47 1")}
    assert "Bo" in records[1].name


def test_nothing_differs_right_after_the_backup(desk: Desk) -> None:
    for number in range(30):
        desk.contact(firstname=f"Name {number}", lastname='odd, "text"\r\n')
    backup = desk.backup()

    found = desk.workspace.comparisons.compare(desk.admin, backup.id)

    assert not any(each.differs for each in found.objects)
    assert found.object("contacts").unchanged == 30  # type: ignore[union-attr]
    assert found.definitions == ()


def test_two_backups_are_compared_whichever_is_named_first(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann")
    first = desk.backup_file("first.zip")
    desk.edit(ann, firstname="Anne")
    second = desk.backup_file("second.zip")
    desk.edit(ann, firstname="Annie")

    for pair in ((first, second), (second, first)):
        found = desk.workspace.comparisons.compare(desk.admin, *map(str, pair))
        record = all_records(desk, found)[0]
        assert [(v.then, v.now) for v in record.values] == [("Ann", "Anne")]


def test_a_property_made_between_two_backups_is_a_definition_and_changes_no_record(
    desk: Desk,
) -> None:
    ann = desk.contact(firstname="Ann")
    first = desk.backup_file("first.zip")
    boat = PropertyDefinition("boat", "Boat", PropertyType.STRING)
    desk.workspace.definitions.add_property(desk.admin, "contacts", boat)
    desk.edit(ann, boat="Fram")
    second = desk.backup_file("second.zip")

    found = desk.workspace.comparisons.compare(desk.admin, str(first), str(second))

    assert found.object("contacts").unchanged == 1  # type: ignore[union-attr]


def test_definitions_that_went_came_and_changed_are_named(desk: Desk) -> None:
    definitions = desk.workspace.definitions
    boat = PropertyDefinition("boat", "Boat", PropertyType.STRING)
    size = PropertyDefinition(
        "size",
        "Size",
        PropertyType.ENUMERATION,
        options=(OptionDefinition("s", "Small"), OptionDefinition("l", "Large")),
    )
    definitions.add_property(desk.admin, "contacts", boat)
    definitions.add_property(desk.admin, "contacts", size)
    desk.contact(firstname="Ann")
    backup = desk.backup()
    definitions.archive_property(desk.admin, "contacts", "boat")
    definitions.add_property(
        desk.admin, "contacts", PropertyDefinition("boat", "Boat", PropertyType.NUMBER)
    )
    definitions.set_property(
        desk.admin, "contacts", "size", {"options": [OptionDefinition("s", "Small")]}
    )
    definitions.archive_property(desk.admin, "contacts", "phone")

    found = desk.workspace.comparisons.compare(desk.admin, backup.id)

    told = {(each.name, each.change, each.item) for each in found.definitions}
    assert ("boat", DefinitionChange.TYPE_CHANGED, "") in told
    assert ("size", DefinitionChange.OPTION_REMOVED, "l") in told
    assert ("phone", DefinitionChange.PROPERTY_REMOVED, "") in told
    assert {each.name for each in found.definitions if each.recreatable} == {
        "size",
        "phone",
        "boat",
    }


def test_sensitive_values_are_told_to_differ_and_not_shown(desk: Desk, tmp_path: Path) -> None:
    ann = desk.contact(date_of_birth="1980-02-03")
    backup = desk.backup()
    desk.edit(ann, date_of_birth="1981-02-03")
    found = desk.workspace.comparisons.compare(desk.admin, backup.id)

    (value,) = all_records(desk, found)[0].values
    desk.workspace.comparisons.export(desk.admin, found.id, tmp_path / "out.csv")

    assert (value.property, value.then, value.now, value.hidden) == (
        "date_of_birth",
        None,
        None,
        True,
    )
    assert "198" not in (tmp_path / "out.csv").read_text()


def test_the_difference_is_saved_as_csv_and_logged(desk: Desk, tmp_path: Path) -> None:
    ann = desk.contact(firstname="Ann")
    bo = desk.contact(firstname="Bo")
    backup = desk.backup()
    desk.edit(ann, firstname="Anne")
    desk.edit(bo, firstname="=1+1", phone="+47 1")
    found = desk.workspace.comparisons.compare(desk.admin, backup.id)
    target = tmp_path / "difference.csv"

    rows = desk.workspace.comparisons.export(
        desk.admin, found.id, target, DifferenceFilter("contacts", Change.CHANGED, "firstname")
    )

    with target.open(newline="", encoding="utf-8-sig") as file:
        told = list(csv.DictReader(file))
    assert rows == 2
    assert [(row["record_id"], row["then"], row["now"]) for row in told] == [
        (str(ann.id), "Ann", "Anne"),
        (str(bo.id), "Bo", "'=1+1"),  # no spreadsheet calculates it
    ]
    assert desk.audit_actions()[-1] == ("DATA_BACKUP_COMPARISON", "ok")


def test_only_chosen_objects_are_compared_and_unknown_ones_refused(desk: Desk) -> None:
    desk.contact(firstname="Ann")
    backup = desk.backup()

    found = desk.workspace.comparisons.compare(desk.admin, backup.id, objects=["deals"])

    assert [each.name for each in found.objects] == ["deals"]
    with pytest.raises(UserError, match="boats"):
        desk.workspace.comparisons.compare(desk.admin, backup.id, objects=["boats"])


def test_a_cancelled_comparison_leaves_no_file(desk: Desk) -> None:
    desk.contact(firstname="Ann")
    backup = desk.backup()
    desk.contact(firstname="Bo")

    with pytest.raises(UserError) as stopped:
        desk.workspace.comparisons.compare(desk.admin, backup.id, cancelled=lambda: True)

    assert stopped.value.code == "cancelled"
    assert not list((desk.folder / "staging").glob("scratch-*"))


def test_a_closed_comparison_is_gone_with_its_file(desk: Desk) -> None:
    desk.contact(firstname="Ann")
    found = desk.workspace.comparisons.compare(desk.admin, desk.backup().id)

    desk.workspace.comparisons.leave(found.id)

    assert not list((desk.folder / "staging").glob("scratch-*"))
    with pytest.raises(UserError, match="closed"):
        desk.workspace.comparisons.numbers(desk.admin, found.id)


def test_who_is_deleted_for_good_is_forgotten_by_a_comparison_that_stands(desk: Desk) -> None:
    ann, bo = (desk.contact(firstname=name, phone="+47 1") for name in ("Annikken", "Bo"))
    backup = desk.backup()
    desk.edit(ann, firstname="Annikken-Marie", phone="+47 2")
    desk.edit(bo, firstname="Boris", phone="+47 2")
    comparisons = desk.workspace.comparisons
    found = comparisons.compare(desk.admin, backup.id)
    assert comparisons.current(desk.admin, found.id) == found

    desk.delete(ann)
    desk.purge(ann)

    assert [record.record_id for record in all_records(desk, found)] == [bo.id]
    assert all_records(desk, found, object="contacts", property="phone")[0].record_id == bo.id
    contacts = comparisons.current(desk.admin, found.id).object("contacts")
    assert contacts is not None
    assert (contacts.changed, contacts.properties) == (1, {"firstname": 1, "phone": 1})
    (scratch,) = (desk.folder / "staging").glob("scratch-*")
    assert b"Annikken" not in scratch.read_bytes()
