"""Everything a plan would change and leave alone, page by page, and what is kept of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.restore.differences import DifferenceKind, Wanted
from crmdesk.core.restore.model import Narrowed, PlanSample, RestorePlan
from tests.builders import Desk

EVERYTHING = Wanted()


def listed(desk: Desk, plan: RestorePlan, wanted: Wanted = EVERYTHING) -> list[PlanSample]:
    restores = desk.workspace.restores
    numbers = restores.differences(desk.admin, plan.id, wanted)
    found = restores.read_differences(desk.admin, plan.id, list(numbers))
    return [found[number] for number in numbers]


def cells(samples: list[PlanSample]) -> list[tuple[str, str, str | None, str | None]]:
    return [(s.name, s.property, s.old, s.new) for s in samples]


def test_every_difference_of_a_plan_is_listed_by_record_and_narrowed(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann", phone="1", city="Rome")
    bo = desk.contact(firstname="Bo", phone="2")
    backup = desk.backup_file()
    desk.edit(ann, phone="9", city="")
    desk.edit(bo, phone="8", city="Oslo")

    plan = desk.plan(backup, "contacts", ["phone", "city"])

    assert sorted(cells(listed(desk, plan))) == [
        ("Ann", "city", None, "Rome"),
        ("Ann", "phone", "9", "1"),
        ("Bo", "city", "Oslo", None),
        ("Bo", "phone", "8", "2"),
    ]
    assert [s.name for s in listed(desk, plan)] == ["Ann", "Ann", "Bo", "Bo"]
    phones = listed(desk, plan, Wanted(property="phone"))
    assert [s.name for s in phones] == ["Ann", "Bo"]
    for kind, property_name in (
        (DifferenceKind.SET, "Rome"),
        (DifferenceKind.OVERWRITE, "1"),
        (DifferenceKind.CLEAR, None),
    ):
        assert listed(desk, plan, Wanted(kind))[0].new == property_name
    assert listed(desk, plan, Wanted(DifferenceKind.CLEAR, "phone")) == []
    assert phones[0].last_changed_by


def test_sensitive_values_are_masked_in_the_list(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann", phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="9")
    desk.workspace.definitions.set_property(desk.admin, "contacts", "phone", {"sensitive": True})

    [sample] = listed(desk, desk.plan(backup, "contacts", ["phone"]))

    assert "9" not in str(sample.old)
    assert "1" not in str(sample.new)


def test_what_a_plan_leaves_alone_is_listed_by_record_and_property(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann", phone="1", city="Rome")
    bo = desk.contact(firstname="Bo", phone="2")
    backup = desk.backup_file()
    desk.edit(ann, phone="9")
    desk.edit(ann, city="Bonn")
    desk.delete(bo)
    plan = desk.plan(backup, "contacts", ["phone", "city"], only_unchanged=True)
    skips = listed(desk, plan, Wanted(DifferenceKind.SKIPPED))
    assert sorted((s.name, s.property, s.reason) for s in skips) == [
        ("Ann", "city", "edited_by_hand"),
        ("Ann", "phone", "edited_by_hand"),
        ("Bo", "", "in_recycle_bin"),
    ]
    assert [s.property for s in listed(desk, plan, Wanted(DifferenceKind.SKIPPED, "city"))] == [
        "city"
    ]


def test_the_skipped_values_of_a_restore_can_be_read_and_saved_afterwards(
    desk: Desk, tmp_path: Path
) -> None:
    ann = desk.contact(firstname="Ann", phone="1")
    bo = desk.contact(firstname="Bo", phone="2")
    backup = desk.backup_file()
    desk.edit(ann, phone="9")
    desk.delete(bo)
    restores = desk.workspace.restores

    done = desk.restore(backup, "contacts", ["phone"])

    [skip] = restores.skipped(desk.admin, done.id)
    assert (skip.name, skip.property, skip.reason) == ("Bo", "", "in_recycle_bin")
    assert restores.skipped(desk.admin, done.id, offset=1) == []
    target = tmp_path / "skipped.csv"
    restores.save_skipped(desk.admin, done.id, target)
    with target.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["hs_object_id", "property", "reason"],
            [str(bo.id), "", "in_recycle_bin"],
        ]
    assert done.skipped == {"in_recycle_bin": 1}


def test_a_restore_that_skipped_nothing_says_so(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="9")
    done = desk.restore(backup, "contacts", ["phone"])

    with pytest.raises(UserError) as refused:
        desk.workspace.restores.skipped(desk.admin, done.id)

    assert refused.value.code == "skipped_missing"


def test_an_outdated_plan_says_how_many_records_changed_and_how(desk: Desk) -> None:
    people = [desk.contact(phone=str(n)) for n in range(4)]
    backup = desk.backup_file()
    for person in people:
        desk.edit(person, phone="9")
    plan = desk.plan(backup, "contacts", ["phone"])
    desk.edit(people[0], city="Rome")
    desk.edit(people[1], city="Rome")
    desk.delete(people[2])

    with pytest.raises(UserError) as refused:
        desk.apply(plan)

    assert "3 records changed since the review (2 edited, 1 deleted)" in refused.value.message
    [failed] = desk.workspace.restores.list(desk.admin)
    assert failed.state is JobState.FAILED
    assert failed.error is not None
    assert "2 edited, 1 deleted" in failed.error["message"]


def test_a_survey_of_chosen_records_counts_those_alone(desk: Desk) -> None:
    people = [desk.contact(phone=str(n)) for n in range(4)]
    backup = desk.backup_file()
    for person in people[:3]:
        desk.edit(person, phone="9", city="Rome")
    restores = desk.workspace.restores

    whole = restores.survey(desk.admin, str(backup), "contacts")
    some = restores.survey(
        desk.admin, str(backup), "contacts", Narrowed(record_ids=(people[0].id, people[3].id))
    )

    assert (whole.records_changing, whole.compared) == (3, 4)
    assert (some.records_changing, some.compared, some.created_since) == (1, 2, 0)
    counts = {item.name: item.counts for item in some.properties}
    assert (counts["phone"].overwrite, counts["phone"].unchanged) == (1, 1)


def test_the_undo_of_a_restore_whose_properties_are_gone_changes_nothing(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="9")
    done = desk.restore(backup, "contacts", ["phone"])
    desk.workspace.definitions.archive_property(desk.admin, "contacts", "phone")

    plan = desk.workspace.restores.undo_plan(desk.admin, done.id)

    assert (plan.records_changing, plan.skipped) == (0, {"property_gone": 1})
    assert [(s.property, s.reason) for s in plan.skips] == [("phone", "property_gone")]


def test_the_report_of_a_restore_holds_what_it_wrote_and_what_it_left_alone(
    desk: Desk, tmp_path: Path
) -> None:
    ann = desk.contact(firstname="Ann", phone="+47 1", jobtitle="-2+3+cmd|' /C calc'!A0")
    bo = desk.contact(firstname="Bo", phone="2")
    cy = desk.contact(firstname="Cy")
    backup = desk.backup_file()
    desk.edit(ann, phone="9", jobtitle="x")
    desk.edit(cy, phone="7")
    desk.delete(bo)
    done = desk.restore(backup, "contacts", ["phone", "jobtitle"])
    target = tmp_path / "report.csv"

    desk.workspace.restores.save_report(desk.admin, done.id, target)

    with target.open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading == ["hs_object_id", "record", "property", "before", "after", "outcome"]
    assert sorted(row[1:] for row in rows) == [
        ["Ann", "jobtitle", "x", "'-2+3+cmd|' /C calc'!A0", "written"],
        ["Ann", "phone", "9", "+47 1", "written"],
        ["Bo", "", "", "", "in_recycle_bin"],
        ["Cy", "phone", "7", "", "cleared"],
    ]


def test_saving_the_report_or_the_skipped_values_is_in_the_audit_log(
    desk: Desk, tmp_path: Path
) -> None:
    ann, bo = desk.contact(phone="1"), desk.contact(phone="2")
    backup = desk.backup_file()
    desk.edit(ann, phone="9")
    desk.delete(bo)
    done = desk.restore(backup, "contacts", ["phone"])
    restores = desk.workspace.restores

    desk.workspace.export_thresholds.set(desk.admin, 1)
    restores.save_report(desk.admin, done.id, tmp_path / "report.csv")
    restores.save_skipped(desk.admin, done.id, tmp_path / "skipped.csv")
    with pytest.raises(UserError):
        restores.save_report(desk.admin, done.id, tmp_path / "none" / "report.csv")

    saved = [("DATA_RESTORE_REPORT", "ok"), ("DATA_RESTORE_SKIPPED", "ok")]
    assert desk.audit_actions()[-2:] == saved
    told = [each for each in desk.workspace.inbox.list(desk.admin) if each.kind == "large_download"]
    assert [(each.values["name"], each.values["records"]) for each in told] == [("report.csv", 2)]


def test_the_report_is_written_nowhere_inside_the_workspace(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="9")
    done = desk.restore(backup, "contacts", ["phone"])

    inside = desk.workspace.folder / "report.csv"

    with pytest.raises(UserError) as refused:
        desk.workspace.restores.save_report(desk.admin, done.id, inside)

    assert refused.value.code == "target_in_workspace"
