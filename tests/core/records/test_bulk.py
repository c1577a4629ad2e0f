"""Bulk edit and bulk delete: the plan in numbers, and exactly that done in one act."""

from __future__ import annotations

import json

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.notify.inbox import NotificationKind
from crmdesk.core.records.bulk_model import AT_ONCE, BulkAction, BulkChange, BulkPlan
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.filters import RecordQuery, parse_filter
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.record import MASKED, Record
from crmdesk.core.records.types import PropertyType
from tests.builders import Desk

EVERYONE = Picked(query=RecordQuery("contacts"))


def change(name: str, value: str = "", action: BulkAction = BulkAction.SET) -> BulkChange:
    clears = not value and action is BulkAction.SET
    return BulkChange(name, BulkAction.CLEAR if clears else action, value)


def plan(desk: Desk, *changes: BulkChange, picked: Picked = EVERYONE) -> BulkPlan:
    return desk.workspace.bulk.plan_edit(desk.admin, "contacts", picked, changes)


def apply(desk: Desk, planned: BulkPlan) -> dict[str, object]:
    job_id = desk.workspace.bulk.start(desk.admin, planned.id)
    desk.workspace.run_job(job_id)
    job = desk.workspace.jobs.job(desk.admin, job_id)
    assert job.state is JobState.SUCCEEDED
    return dict(job.result or {})


def entry(desk: Desk, subcategory: str = "CONTACTS") -> tuple[str, int, dict[str, object]]:
    ((action, subjects, text),) = desk.sql(
        "SELECT action, subjects, payload FROM audit_events e JOIN audit_details d "
        "ON d.event_id = e.id WHERE subcategory = ? ORDER BY e.id DESC LIMIT 1",
        subcategory,
    )
    return str(action), int(str(subjects)), json.loads(str(text))


def people(desk: Desk, count: int = 3, **values: str) -> list[Record]:
    return [desk.contact(**values) for _ in range(count)]


def test_the_plan_counts_what_is_set_overwritten_and_left_as_it_is(desk: Desk):
    desk.contact()
    desk.contact(city="Rome")
    desk.contact(city="Oslo")
    planned = plan(desk, change("city", "Oslo"))
    counts = planned.properties["city"]
    assert (counts.set, counts.overwrite, counts.clear, counts.unchanged) == (1, 1, 0, 1)
    assert (planned.records, planned.records_changing, planned.records_unchanged) == (3, 2, 1)
    assert planned.at_once
    assert {(s.old, s.new) for s in planned.samples} == {(None, "Oslo"), ("Rome", "Oslo")}
    assert desk.sql("SELECT count(*) FROM value_history") == [(0,)]


def test_exactly_the_plan_is_written_in_one_act_with_one_entry_and_a_digest(desk: Desk):
    ann, bo, _ = people(desk, city="Rome", phone="1")
    picked = Picked([ann.id, bo.id, 10**9])
    result = apply(desk, plan(desk, change("city", "Oslo"), change("phone"), picked=picked))
    assert (result["records_changed"], result["values_written"]) == (2, 4)
    assert {desk.value(r, "city") for r in (ann, bo)} == {"Oslo"}
    assert desk.value(ann, "phone") is None
    assert desk.sql("SELECT DISTINCT source FROM change_sets ORDER BY id DESC LIMIT 1") == [
        ("CRM_UI_BULK_ACTION",)
    ]
    action, subjects, details = entry(desk)
    assert (action, subjects) == ("update", 2)
    assert len(str(details["history_digest"])) == 64
    assert details["properties"] == ["city", "phone"]


def test_a_filter_result_is_changed_as_a_whole(desk: Desk):
    oslo, rome = desk.contact(city="Oslo"), desk.contact(city="Rome")
    picked = Picked(query=RecordQuery("contacts", (parse_filter("city:eq:Oslo"),)))
    apply(desk, plan(desk, change("phone", "22 33"), picked=picked))
    assert (desk.value(oslo, "phone"), desk.value(rome, "phone")) == ("22 33", None)


def test_options_are_added_to_and_removed_from_sets(desk: Desk):
    options = tuple(OptionDefinition(v, v.title()) for v in ("red", "green", "blue"))
    desk.workspace.definitions.add_property(
        desk.admin,
        "contacts",
        PropertyDefinition("tints", "Tints", PropertyType.MULTI_ENUMERATION, options=options),
    )
    ann, bo = desk.contact(tints="red;green"), desk.contact()
    apply(desk, plan(desk, change("tints", "green;blue", BulkAction.ADD_OPTIONS)))
    assert desk.value(ann, "tints") == "red;green;blue"
    assert desk.value(bo, "tints") == "green;blue"
    apply(desk, plan(desk, change("tints", "green;blue", BulkAction.REMOVE_OPTIONS)))
    assert (desk.value(ann, "tints"), desk.value(bo, "tints")) == ("red", None)


def test_what_cannot_be_asked_of_many_records_is_refused(desk: Desk):
    people(desk)
    for asked, code in (
        ([change("email", "all@example.org")], "property_unique"),
        ([change("createdate", "2026-01-01")], "property_calculated"),
        ([change("city", "Oslo", BulkAction.ADD_OPTIONS)], "property_without_options"),
        ([BulkChange("city", BulkAction.SET, " ")], "value_missing"),
        ([change("city", "A"), change("city", "B")], "property_twice"),
        ([change("lifecyclestage", "nonsense")], "value_invalid"),
        ([change("shoe", "43")], "property_unknown"),
        ([], "nothing_chosen"),
    ):
        with pytest.raises(UserError) as refused:
            plan(desk, *asked)
        assert refused.value.code == code
    assert list((desk.folder / "staging").glob("*")) == []


def test_a_stage_of_another_pipeline_is_left_alone_and_said(desk: Desk):
    desk.pipeline("partners", "met", "signed")
    plain = desk.deal()
    partner = desk.deal(pipeline="partners", dealstage="met")
    planned = desk.workspace.bulk.plan_edit(
        desk.admin,
        "deals",
        Picked([plain.id, partner.id]),
        [change("dealstage", "signed")],
    )
    assert sum(planned.skipped.values()) <= 1
    assert planned.records == 2


def test_a_record_edited_since_the_review_stops_the_whole_act(desk: Desk):
    ann, bo = people(desk, 2)
    planned = plan(desk, change("city", "Oslo"))
    desk.edit(bo, phone="2")
    job_id = desk.workspace.bulk.start(desk.admin, planned.id)
    with pytest.raises(UserError, match="changed since the review"):
        desk.workspace.run_job(job_id)
    assert desk.value(ann, "city") is None
    assert list((desk.folder / "staging").glob("*")) == []
    assert NotificationKind.BULK_FAILED in {
        found.kind for found in desk.workspace.inbox.list(desk.admin)
    }


def test_a_plan_is_used_once_by_who_made_it(desk: Desk):
    people(desk)
    planned = plan(desk, change("city", "Oslo"))
    with pytest.raises(UserError, match="used already"):
        desk.workspace.bulk.start(desk.user("Marc Dubois"), planned.id)
    apply(desk, planned)
    with pytest.raises(UserError, match="used already"):
        desk.workspace.bulk.start(desk.admin, planned.id)
    with pytest.raises(UserError, match="nothing to change"):
        desk.workspace.bulk.start(desk.admin, plan(desk, change("city", "Oslo")).id)


def test_an_altered_stage_is_not_written(desk: Desk):
    ann = desk.contact()
    planned = plan(desk, change("city", "Oslo"))
    with sqlite3.connect(desk.folder / "staging" / f"{planned.id}.sqlite3") as stage:
        stage.execute("UPDATE cells SET c0 = 'Atlantis'")
    stage.close()
    with pytest.raises(UserError):
        desk.workspace.run_job(desk.workspace.bulk.start(desk.admin, planned.id))
    assert desk.value(ann, "city") is None


def test_many_records_go_to_the_bin_as_one_entry_with_their_history(desk: Desk):
    gone, stays = people(desk, 3), desk.contact()
    company = desk.add("companies", name="Eastern")
    desk.workspace.associations.associate(
        desk.admin, "contacts", gone[0].id, "companies", company.id
    )
    planned = desk.workspace.bulk.plan_delete(desk.admin, "contacts", Picked([r.id for r in gone]))
    assert (planned.records_changing, planned.associations) == (3, 1)
    assert len(planned.names) == 3
    desk.delete(gone[2])
    job_id = desk.workspace.bulk.start(desk.admin, planned.id)
    desk.workspace.run_job(job_id)
    assert desk.read(gone[0]).archived_by == 1
    assert desk.read(stays).archived_at is None
    action, subjects, details = entry(desk)
    assert (action, subjects) == ("delete", 2)
    assert details["record_ids"] == [gone[0].id, gone[1].id]
    assert desk.value(company, "num_associated_contacts") is None


def test_sensitive_values_need_their_right_and_are_masked_in_the_plan(desk: Desk):
    desk.contact(date_of_birth="1980-02-03")
    una = desk.user("Una Berg")
    marc = desk.user("Marc Dubois", Permission.EDIT_SENSITIVE)
    asked = [change("date_of_birth", "1990-01-01")]
    with pytest.raises(PermissionDenied):
        desk.workspace.bulk.plan_edit(una, "contacts", EVERYONE, asked)
    planned = desk.workspace.bulk.plan_edit(marc, "contacts", EVERYONE, asked)
    assert [(s.old, s.new) for s in planned.samples] == [(MASKED, MASKED)]
    job_id = desk.workspace.bulk.start(marc, planned.id)
    # The right goes between review and job.
    with desk.workspace.database.write() as tx:
        tx.sql("DELETE FROM user_permissions WHERE user_id = ?", (marc.user_id,))
    with pytest.raises(PermissionDenied):
        desk.workspace.run_job(job_id)


def test_no_number_of_a_plan_tells_what_a_masked_value_is(desk: Desk):
    desk.contact(date_of_birth="1970-01-01")
    desk.workspace.definitions.set_property(
        desk.admin, "contacts", "date_of_birth", {"sensitive": True}
    )
    marc = desk.user("Marc Dubois", Permission.DELETE_RECORDS)
    guessed = parse_filter("date_of_birth:eq:1970-01-01")
    for query in (
        RecordQuery("contacts", (guessed,)),
        RecordQuery("contacts", (parse_filter("city:eq:Oslo"),), alternatives=((guessed,),)),
    ):
        picked = Picked(query=query)
        with pytest.raises(UserError, match="sensitive"):
            desk.workspace.bulk.plan_edit(marc, "contacts", picked, [change("city", "Oslo")])
        with pytest.raises(UserError, match="sensitive"):
            desk.workspace.bulk.plan_delete(marc, "contacts", picked)
        with pytest.raises(UserError, match="sensitive"):
            desk.workspace.segments.add(marc, "contacts", "Born then", members=picked)


def test_deleting_needs_the_right_to_delete(desk: Desk):
    ann = desk.contact()
    with pytest.raises(PermissionDenied):
        desk.workspace.bulk.plan_delete(desk.user("Una Berg"), "contacts", Picked([ann.id]))


def test_a_large_act_is_told_of_in_the_inbox(desk: Desk):
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO obj_contacts (created_at, updated_at) VALUES (?, ?)",
            [(tx.now_text, tx.now_text)] * (AT_ONCE + 1),
        )
    planned = plan(desk, change("city", "Oslo"))
    assert not planned.at_once
    apply(desk, planned)
    (told,) = desk.workspace.inbox.list(desk.admin)
    assert (told.kind, told.values["records"]) == (NotificationKind.BULK_DONE, AT_ONCE + 1)


def test_a_plan_of_many_records_is_no_plan_of_a_restore(desk: Desk):
    people(desk)
    planned = plan(desk, change("city", "Oslo"))
    with pytest.raises(UserError, match="used already"):
        desk.workspace.restores.read_plan(desk.admin, planned.id)
