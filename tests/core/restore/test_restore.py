"""Restoring values: what changes, what is cleared, what is left alone."""

from __future__ import annotations

import pytest

from crmdesk.core.errors import Busy, PermissionDenied, SecondFactorRefused, UserError, WrongUsage
from crmdesk.core.jobs.job import JobState
from crmdesk.core.restore.changed import ChangedPages
from tests.builders import Desk


def test_a_restore_puts_an_overwritten_value_back(desk: Desk) -> None:
    ann = desk.contact(phone="555-0100")
    backup = desk.backup_file()
    desk.edit(ann, phone="555-0199")

    done = desk.restore(backup, "contacts", ["phone"])

    assert desk.value(ann, "phone") == "555-0100"
    assert (done.records_changed, done.values_written) == (1, 1)
    assert done.name == "Data Restore - Contact"


def test_a_restore_clears_a_value_that_was_empty_in_the_backup(desk: Desk) -> None:
    ann = desk.contact(phone="")
    backup = desk.backup_file()
    desk.edit(ann, phone="555-0100")

    plan = desk.plan(backup, "contacts", ["phone"])
    desk.apply(plan)

    assert plan.values.clear == 1
    assert desk.value(ann, "phone") is None


def test_only_the_chosen_properties_change(desk: Desk) -> None:
    ann = desk.contact(phone="555-0100", city="Oslo")
    backup = desk.backup_file()
    desk.edit(ann, phone="1", city="Bergen")

    desk.restore(backup, "contacts", ["phone"])

    assert (desk.value(ann, "phone"), desk.value(ann, "city")) == ("555-0100", "Bergen")


def test_a_record_made_after_the_backup_is_never_touched(desk: Desk) -> None:
    desk.contact(phone="1")
    backup = desk.backup_file()
    late = desk.contact(phone="555")

    plan = desk.plan(backup, "contacts", None)

    assert plan.records_changing == 0
    assert plan.created_since == 1
    assert desk.value(late, "phone") == "555"


def test_records_that_are_gone_are_counted_by_reason_and_not_revived(desk: Desk) -> None:
    binned, purged, kept = desk.contact(phone="1"), desk.contact(phone="2"), desk.contact(phone="3")
    backup = desk.backup_file()
    desk.edit(kept, phone="9")
    desk.delete(binned)
    desk.purge(purged)

    plan = desk.plan(backup, "contacts", ["phone"])
    desk.apply(plan)

    assert plan.skipped == {"in_recycle_bin": 1, "deleted_for_good": 1}
    assert desk.read(binned).archived_at is not None
    assert desk.value(kept, "phone") == "3"


def test_a_value_that_is_equal_already_gets_no_history_row(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()

    plan = desk.plan(backup, "contacts", ["phone"])

    with pytest.raises(UserError) as refused:
        desk.apply(plan)
    assert refused.value.code == "nothing_to_restore"
    assert [e.kind for e in desk.workspace.records.history(desk.admin, "contacts", ann.id)] == [
        "create"
    ]


def test_swapped_email_addresses_are_restored(desk: Desk) -> None:
    ann, bo = desk.contact(email="ann@example.org"), desk.contact(email="bo@example.org")
    backup = desk.backup_file()
    desk.edit(ann, email="third@example.org")
    desk.edit(bo, email="ann@example.org")
    desk.edit(ann, email="bo@example.org")

    done = desk.restore(backup, "contacts", ["email"])

    assert done.values_written == 2
    assert (desk.value(ann, "email"), desk.value(bo, "email")) == (
        "ann@example.org",
        "bo@example.org",
    )
    newest = desk.workspace.records.history(desk.admin, "contacts", ann.id, "email")[0]
    assert (newest.old, newest.new) == ("bo@example.org", "ann@example.org")


def test_an_email_that_another_contact_uses_by_now_is_skipped_and_told(desk: Desk) -> None:
    ann = desk.contact(email="ann@example.org", phone="1")
    backup = desk.backup_file()
    desk.edit(ann, email="new@example.org", phone="2")
    desk.contact(email="ANN@example.org")

    plan = desk.plan(backup, "contacts", ["email", "phone"])
    desk.apply(plan)

    assert plan.skipped == {"not_unique": 1}
    assert (desk.value(ann, "email"), desk.value(ann, "phone")) == ("new@example.org", "1")


def test_a_restore_is_refused_when_a_record_changed_since_the_review(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    plan = desk.plan(backup, "contacts", ["phone"])
    desk.edit(ann, city="Oslo")

    with pytest.raises(UserError) as refused:
        desk.apply(plan)

    assert refused.value.code == "plan_outdated"
    assert desk.value(ann, "phone") == "2"
    assert desk.workspace.restores.list(desk.admin)[0].state is JobState.FAILED


def test_an_unrelated_edit_since_the_review_does_not_matter(desk: Desk) -> None:
    ann, bo = desk.contact(phone="1"), desk.contact(phone="5")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    plan = desk.plan(backup, "contacts", ["phone"])
    desk.edit(bo, city="Oslo")

    assert desk.apply(plan).values_written == 1


def test_pipeline_and_stage_are_restored_together(desk: Desk) -> None:
    deal = desk.deal(dealstage="appointmentscheduled")
    backup = desk.backup_file()
    desk.edit(deal, dealstage="closedwon")

    plan = desk.plan(backup, "deals", ["dealstage"])

    assert set(plan.properties) == {"dealstage", "pipeline"}
    desk.apply(plan)
    assert desk.value(deal, "dealstage") == "appointmentscheduled"


def test_a_restore_needs_both_consequences_and_a_code_for_this_plan(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    plan, other = (desk.plan(backup, "contacts", [n]) for n in ("phone", "email"))
    start = desk.workspace.restores.start

    with pytest.raises(WrongUsage):
        start(desk.admin, plan.id, accept_changes=True, accept_irreversible=False, step_up_id="")
    for code in ("", desk.allow(other)):
        with pytest.raises(SecondFactorRefused):
            start(
                desk.admin, plan.id, accept_changes=True, accept_irreversible=True, step_up_id=code
            )
    assert desk.value(ann, "phone") == "2"


def test_one_restore_at_a_time_says_who_runs_it(desk: Desk) -> None:
    ann = desk.contact(phone="1", city="Oslo")
    backup = desk.backup_file()
    desk.edit(ann, phone="2", city="Bergen")
    first, second = (desk.plan(backup, "contacts", [n]) for n in ("phone", "city"))
    start = desk.workspace.restores.start
    start(
        desk.admin,
        first.id,
        accept_changes=True,
        accept_irreversible=True,
        step_up_id=desk.allow(first),
    )

    with pytest.raises(Busy) as busy:
        start(
            desk.admin,
            second.id,
            accept_changes=True,
            accept_irreversible=True,
            step_up_id=desk.allow(second),
        )

    assert busy.value.values["user"] == "Ingrid Solberg"


def test_only_super_admins_restore(desk: Desk) -> None:
    desk.contact(phone="1")
    backup = desk.backup_file()
    marc = desk.user("Marc Dubois")

    with pytest.raises(PermissionDenied):
        desk.workspace.restores.objects(marc, str(backup))

    assert desk.audit_actions()[-1] == ("PERMISSION_REFUSED", "refused")


def test_an_undo_takes_a_restore_back_where_nobody_edited_since(desk: Desk) -> None:
    ann, bo = desk.contact(phone="1"), desk.contact(phone="2")
    backup = desk.backup_file()
    desk.edit(ann, phone="8")
    desk.edit(bo, phone="9")
    done = desk.restore(backup, "contacts", ["phone"])
    desk.edit(bo, phone="777")

    undone = desk.undo(done)

    assert (desk.value(ann, "phone"), desk.value(bo, "phone")) == ("8", "777")
    assert undone.skipped == {"changed_since": 1}
    assert desk.workspace.restores.show(desk.admin, done.id).undo_reason == "undone_already"


def test_an_undo_can_be_undone(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="8")
    undone = desk.undo(desk.restore(backup, "contacts", ["phone"]))

    desk.undo(undone)

    assert desk.value(ann, "phone") == "1"


def test_the_restore_stands_in_the_log_and_in_the_history_with_its_name(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")

    done = desk.restore(backup, "contacts", ["phone"])

    entry = desk.workspace.records.history(desk.admin, "contacts", ann.id)[0]
    assert (entry.source, entry.source_label) == ("PROPERTY_RESTORE", "Data Restore - Contact")
    assert ("DATA_RESTORE_COMPLETED", "ok") in desk.audit_actions()
    changed = desk.workspace.restores.changes(desk.admin, done.id)
    assert [(c.property, c.old, c.new) for c in changed] == [("phone", "2", "1")]


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_the_values_of_a_restore_are_read_page_by_page(desk: Desk, size: int) -> None:
    people = [desk.contact(phone=f"1{n}", city="Oslo") for n in range(7)]
    backup = desk.backup_file()
    for person in people:
        desk.edit(person, phone="0", **({"city": "Rome"} if person.id % 3 else {}))
    done = desk.restore(backup, "contacts", ["phone", "city"])
    ((change_id,),) = desk.sql("SELECT change_id FROM restores WHERE id = ?", done.id)
    pages = ChangedPages(apart=2)
    with desk.workspace.database.read() as tx:
        read = [
            value
            for offset in range(0, done.values_written + size, size)
            for value in pages.page(tx, int(str(change_id)), size, offset)
        ]
    assert len(read) == done.values_written
    assert read == desk.workspace.restores.changes(desk.admin, done.id)


def test_a_survey_counts_changes_beside_each_property(desk: Desk) -> None:
    ann = desk.contact(phone="1", city="")
    desk.contact(phone="3")
    backup = desk.backup_file()
    desk.edit(ann, phone="2", city="Oslo")

    survey = desk.workspace.restores.survey(desk.admin, str(backup), "contacts")

    counts = {item.name: item.counts for item in survey.properties}
    assert (counts["phone"].overwrite, counts["phone"].unchanged) == (1, 1)
    assert counts["city"].clear == 1
    reasons = {item.name: item.reason for item in survey.properties}
    assert reasons["createdate"] == "calculated"


def test_conversations_are_listed_but_cannot_be_restored(desk: Desk) -> None:
    desk.contact(phone="1")
    objects = desk.workspace.restores.objects(desk.admin, str(desk.backup_file()))

    reasons = {item.name: item.reason for item in objects}
    assert reasons["conversations"] == "conversations"
    assert reasons["contacts"] == ""
    assert reasons["deals"] == "not_in_backup"
