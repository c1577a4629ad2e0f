"""Undo of what a person did last, where nobody changed anything since."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.records.bulk_model import AT_ONCE, BulkAction, BulkChange
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.undo_acts import Act, ActKind
from crmdesk.core.records.undoing import Undone
from tests.builders import Desk


def last(desk: Desk) -> Act:
    found = desk.workspace.undoing.last(desk.admin)
    assert found is not None
    return found


def undo(desk: Desk) -> Undone:
    return desk.workspace.undoing.undo(desk.admin, last(desk).change_id)


def bulk(desk: Desk, name: str, value: str) -> None:
    everyone = Picked(query=RecordQuery("contacts"))
    asked = [BulkChange(name, BulkAction.SET, value)]
    planned = desk.workspace.bulk.plan_edit(desk.admin, "contacts", everyone, asked)
    desk.workspace.run_job(desk.workspace.bulk.start(desk.admin, planned.id))


def test_an_edit_is_taken_back_with_an_entry_and_cannot_be_undone_twice(desk: Desk):
    ann = desk.contact(phone="1", city="Oslo")
    desk.edit(ann, phone="2", city="")
    act = last(desk)
    assert (act.kind, act.object_name, act.records, act.reason) == (
        ActKind.EDIT,
        "contacts",
        1,
        "",
    )
    done = undo(desk)
    assert (desk.value(ann, "phone"), desk.value(ann, "city")) == ("1", "Oslo")
    assert done.records == 1
    assert desk.audit_actions()[-1] == ("CONTACTS", "ok")
    with pytest.raises(UserError, match="undone already"):
        desk.workspace.undoing.undo(desk.admin, act.change_id)
    with pytest.raises(UserError, match="an undo itself"):
        desk.workspace.undoing.undo(desk.admin, done.change_id)


def test_undo_walks_back_step_by_step(desk: Desk):
    ann = desk.contact(phone="1")
    desk.edit(ann, phone="2")
    desk.edit(ann, phone="3")
    undo(desk)
    assert desk.value(ann, "phone") == "2"
    undo(desk)
    assert desk.value(ann, "phone") == "1"


def test_what_was_added_goes_to_the_bin_and_what_was_deleted_comes_back(desk: Desk):
    ann = desk.contact()
    assert last(desk).kind is ActKind.ADD
    undo(desk)
    assert desk.read(ann).archived_at is not None
    bo = desk.contact()
    desk.delete(bo)
    assert last(desk).kind is ActKind.DELETE
    undo(desk)
    assert desk.read(bo).archived_at is None
    desk.delete(bo)
    desk.workspace.editor.unarchive(desk.admin, "contacts", [bo.id])
    assert last(desk).kind is ActKind.BRING_BACK
    undo(desk)
    assert desk.read(bo).archived_at is not None


def _edited(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    desk.edit(ann, phone="2")
    act = last(desk).change_id
    desk.edit(ann, phone="3")
    desk.workspace.undoing.undo(desk.admin, act)


def _added(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    act = last(desk).change_id
    desk.edit(ann, phone="3")
    desk.workspace.undoing.undo(desk.admin, act)


def _deleted(desk: Desk) -> None:
    ann = desk.contact(email="ann@example.org")
    desk.delete(ann)
    act = last(desk).change_id
    desk.contact(email="ANN@example.org")
    desk.workspace.undoing.undo(desk.admin, act)


def _brought_back(desk: Desk) -> None:
    ann = desk.contact()
    desk.delete(ann)
    desk.workspace.editor.unarchive(desk.admin, "contacts", [ann.id])
    act = last(desk).change_id
    desk.edit(ann, city="Oslo")
    desk.workspace.undoing.undo(desk.admin, act)


@pytest.mark.parametrize("story", [_edited, _added, _deleted, _brought_back])
def test_what_was_changed_since_is_refused_and_nothing_is_written(
    desk: Desk, story: Callable[[Desk], None]
):
    with pytest.raises(UserError, match="changed since") as refused:
        story(desk)
    assert refused.value.code == "changed_since"
    assert desk.sql("SELECT count(*) FROM change_sets WHERE undoes IS NOT NULL") == [(0,)]


def test_an_association_that_is_gone_by_now_is_not_undone(desk: Desk):
    ann, company = desk.contact(), desk.add("companies", name="Eastern")
    ends = ("contacts", ann.id, "companies", company.id)
    desk.workspace.associations.associate(desk.admin, *ends)
    act = last(desk).change_id
    desk.workspace.associations.dissociate(desk.admin, *ends)
    with pytest.raises(UserError, match="changed since"):
        desk.workspace.undoing.undo(desk.admin, act)


def test_associations_and_merges_are_taken_back_too(desk: Desk):
    ann, bo = desk.contact(city="Oslo"), desk.contact()
    company = desk.add("companies", name="Eastern")
    desk.workspace.associations.associate(desk.admin, "contacts", ann.id, "companies", company.id)
    assert last(desk).kind is ActKind.ASSOCIATE
    undo(desk)
    assert desk.sql("SELECT count(*) FROM associations") == [(0,)]
    desk.workspace.merges.apply(desk.admin, "contacts", bo.id, ann.id)
    assert last(desk).kind is ActKind.MERGE
    undo(desk)
    assert desk.read(ann).archived_at is None


def test_a_bulk_edit_is_taken_back_where_values_still_are_what_it_wrote(desk: Desk):
    ann, bo = desk.contact(city="Rome"), desk.contact()
    bulk(desk, "city", "Oslo")
    act = last(desk)
    assert (act.records, act.values) == (2, 2)
    desk.edit(bo, city="Bergen")
    done = desk.workspace.undoing.undo(desk.admin, act.change_id)
    assert (desk.value(ann, "city"), desk.value(bo, "city")) == ("Rome", "Bergen")
    assert (done.records, done.skipped) == (1, {"changed_since": 1})


def test_a_large_bulk_edit_is_taken_back_by_a_job(desk: Desk):
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO obj_contacts (created_at, updated_at, city) VALUES (?, ?, 'Rome')",
            [(tx.now_text, tx.now_text)] * (AT_ONCE + 50),
        )
    ann = desk.contact(city="Rome")
    bulk(desk, "city", "Oslo")
    act = last(desk)
    desk.edit(ann, city="Bergen")
    job_id = desk.workspace.undoing.start(desk.admin, act.change_id)
    desk.workspace.run_job(job_id)
    assert desk.sql("SELECT city, count(*) FROM obj_contacts GROUP BY city ORDER BY city") == [
        ("Bergen", 1),
        ("Rome", AT_ONCE + 50),
    ]
    result = desk.workspace.jobs.job(desk.admin, job_id).result
    assert result is not None
    assert (result["records_changed"], result["skipped"]) == (AT_ONCE + 50, {"changed_since": 1})
    assert list((desk.folder / "staging").glob("*")) == []
    assert desk.workspace.undoing.act(desk.admin, act.change_id).reason == "undone"


def test_a_bulk_deletion_is_taken_back_but_for_those_whose_address_is_taken(desk: Desk):
    ann, bo = desk.contact(email="ann@example.org"), desk.contact()
    planned = desk.workspace.bulk.plan_delete(
        desk.admin, "contacts", Picked(query=RecordQuery("contacts"))
    )
    desk.workspace.run_job(desk.workspace.bulk.start(desk.admin, planned.id))
    act = last(desk)
    desk.contact(email="Ann@example.org")
    done = desk.workspace.undoing.undo(desk.admin, act.change_id)
    assert (done.records, done.skipped) == (1, {"not_unique": 1})
    assert desk.read(ann).archived_at is not None
    assert desk.read(bo).archived_at is None


def test_values_that_two_records_exchanged_are_exchanged_back(desk: Desk):
    ann, bo = desk.contact(email="a@example.org"), desk.contact(email="b@example.org")
    with desk.workspace.database.write() as tx:
        prop = tx.sql("SELECT id FROM properties WHERE name = 'email'").fetchone()[0]
        tx.sql("UPDATE obj_contacts SET email = 'x' WHERE id = ?", (ann.id,))
        tx.sql("UPDATE obj_contacts SET email = NULL WHERE id = ?", (bo.id,))
        tx.sql(
            "INSERT INTO change_sets (id, at, source, user_id) VALUES (900, ?, 'CRM_UI', 1)",
            (tx.now_text,),
        )
        type_id = tx.sql("SELECT id FROM object_types WHERE name = 'contacts'").fetchone()[0]
        for record, cells in (
            (ann, f'[[{prop}, "b@example.org", "x"]]'),
            (bo, f'[[{prop}, "x", null]]'),
        ):
            tx.sql("INSERT INTO value_history VALUES (900, ?, ?, ?)", (type_id, record.id, cells))
        tx.sql("UPDATE obj_contacts SET email = 'x@example.org' WHERE id = ?", (ann.id,))
        tx.sql(
            "UPDATE value_history SET cells = replace(cells, '\"x\"', '\"x@example.org\"') "
            "WHERE change_id = 900"
        )
    desk.workspace.undoing.undo(desk.admin, 900)
    assert desk.value(ann, "email") == "b@example.org"
    assert desk.value(bo, "email") == "x@example.org"


def test_acts_that_have_no_undo_here_say_why(timed_desk: Desk):
    desk = timed_desk
    ann = desk.contact(phone="1")
    desk.edit(ann, phone="2")
    desk.time.forward(hours=25)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    assert last(desk).reason == "too_old"
    desk.purge(ann)
    assert last(desk).reason == "purged"
    with pytest.raises(UserError, match="for good"):
        undo(desk)
    with pytest.raises(UserError, match="no such change"):
        desk.workspace.undoing.undo(desk.admin, 10**9)


def test_people_take_back_their_own_acts_and_need_the_rights_of_the_opposite(desk: Desk):
    una = desk.user("Una Berg")
    ann = desk.workspace.editor.add(una, "contacts", {"firstname": "Ann"})
    undoing = desk.workspace.undoing
    added = undoing.last(una)
    assert added is not None
    with pytest.raises(PermissionDenied):
        undoing.undo(una, added.change_id)
    desk.workspace.editor.update(una, "contacts", ann.id, {"city": "Oslo"})
    edited = undoing.last(una)
    assert edited is not None
    with pytest.raises(PermissionDenied):
        undoing.undo(desk.user("Marc Dubois", Permission.DELETE_RECORDS), edited.change_id)
    undoing.undo(desk.admin, edited.change_id)
    assert desk.value(ann, "city") is None


def test_a_sensitive_value_is_taken_back_by_those_who_may_edit_it(desk: Desk):
    marc = desk.user("Marc Dubois", Permission.EDIT_SENSITIVE)
    ann = desk.contact()
    desk.workspace.editor.update(marc, "contacts", ann.id, {"date_of_birth": "1980-02-03"})
    act = desk.workspace.undoing.last(marc)
    assert act is not None
    with desk.workspace.database.write() as tx:
        tx.sql("DELETE FROM user_permissions WHERE user_id = ?", (marc.user_id,))
    with pytest.raises(PermissionDenied):
        desk.workspace.undoing.undo(marc, act.change_id)


def test_of_two_deleted_records_with_a_value_that_became_unique_the_first_comes_back(desk: Desk):
    first, second = desk.contact(city="Oslo"), desk.contact(city="oslo")
    picked = Picked(ids=[first.id, second.id])
    planned = desk.workspace.bulk.plan_delete(desk.admin, "contacts", picked)
    desk.workspace.run_job(desk.workspace.bulk.start(desk.admin, planned.id))
    desk.workspace.definitions.set_property(desk.admin, "contacts", "city", {"unique": True})
    done = undo(desk)
    assert (done.records, done.skipped) == (1, {"not_unique": 1})
    assert desk.read(first).archived_at is None
    assert desk.read(second).archived_at is not None


def test_what_a_change_of_the_settings_moved_is_not_said_to_have_an_undo(desk: Desk):
    desk.pipeline("renewals", "asked")
    desk.deal(pipeline="renewals", dealstage="asked")
    service = desk.workspace.pipelines
    service.remove(desk.admin, "deals", "renewals", ("default", "contractsent"))
    with pytest.raises(UserError, match="came with a change of the settings"):
        undo(desk)


def test_a_right_that_went_before_the_job_began_stops_the_undo(desk: Desk):
    marc = desk.user("Marc Dubois", Permission.DELETE_RECORDS)
    ann = desk.contact()
    desk.workspace.editor.archive(marc, "contacts", [ann.id])
    act = desk.workspace.undoing.last(marc)
    assert act is not None
    job_id = desk.workspace.undoing.start(marc, act.change_id)
    with desk.workspace.database.write() as tx:
        tx.sql("DELETE FROM user_permissions WHERE user_id = ?", (marc.user_id,))
    with pytest.raises(PermissionDenied):
        desk.workspace.run_job(job_id)
    assert desk.read(ann).archived_at is not None
