"""Restoring into a CRM that has moved on: definitions, people and records changed since."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, update

from crmdesk.core.access.permissions import Permission
from crmdesk.core.changes.change_set import Source
from crmdesk.core.clock import from_text
from crmdesk.core.db import tables
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.record import MASKED
from crmdesk.core.records.types import PropertyType
from tests.builders import PLACE, Desk


def add_property(desk: Desk, name: str, kind: PropertyType, **more: object) -> None:
    definition = PropertyDefinition(name, name.title(), kind, **more)  # type: ignore[arg-type]
    desk.workspace.definitions.add_property(desk.admin, "contacts", definition)


def reasons(desk: Desk, backup: object) -> dict[str, str]:
    survey = desk.workspace.restores.survey(desk.admin, str(backup), "contacts")
    return {item.name: item.reason for item in survey.properties}


def test_a_property_archived_since_is_listed_and_cannot_be_chosen(desk: Desk) -> None:
    add_property(desk, "shoe_size", PropertyType.NUMBER)
    desk.contact(shoe_size="42")
    backup = desk.backup_file()
    desk.workspace.definitions.archive_property(desk.admin, "contacts", "shoe_size")

    assert reasons(desk, backup)["shoe_size"] == "gone"
    with pytest.raises(UserError) as refused:
        desk.plan(backup, "contacts", ["shoe_size"])
    assert refused.value.code == "property_not_restorable"


def test_a_property_made_again_with_another_type_takes_what_converts_without_loss(
    desk: Desk,
) -> None:
    add_property(desk, "code", PropertyType.STRING)
    good, bad = desk.contact(code="42"), desk.contact(code="forty-two")
    backup = desk.backup_file()
    desk.workspace.definitions.archive_property(desk.admin, "contacts", "code")
    add_property(desk, "code", PropertyType.NUMBER)

    plan = desk.plan(backup, "contacts", ["code"])
    desk.apply(plan)

    assert plan.skipped == {"type_changed": 1}
    assert (desk.value(good, "code"), desk.value(bad, "code")) == ("42", None)


def test_an_option_removed_since_is_skipped_and_told(desk: Desk) -> None:
    options = (OptionDefinition("a", "A"), OptionDefinition("b", "B"))
    add_property(desk, "grade", PropertyType.ENUMERATION, options=options)
    ann = desk.contact(grade="a")
    backup = desk.backup_file()
    desk.edit(ann, grade="b")
    desk.workspace.definitions.set_property(
        desk.admin, "contacts", "grade", {"options": [OptionDefinition("b", "B")]}
    )

    plan = desk.plan(backup, "contacts", ["grade"])

    assert plan.skipped == {"option_gone": 1}
    assert plan.records_changing == 0
    assert plan.skips[0].reason == "option_gone"


def test_a_renamed_label_does_not_matter(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    desk.workspace.definitions.set_property(
        desk.admin, "contacts", "phone", {"label": "Telephone (work)"}
    )

    desk.restore(backup, "contacts", ["phone"])

    assert desk.value(ann, "phone") == "1"


def test_a_property_that_became_required_is_not_cleared(desk: Desk) -> None:
    ann = desk.contact(city="")
    backup = desk.backup_file()
    desk.edit(ann, city="Oslo")
    desk.workspace.definitions.set_property(desk.admin, "contacts", "city", {"required": True})

    plan = desk.plan(backup, "contacts", ["city"])

    assert (plan.skipped, plan.records_changing) == ({"required": 1}, 0)


def test_values_of_a_property_that_became_sensitive_are_masked_in_the_plan(desk: Desk) -> None:
    ann = desk.contact(city="Oslo")
    backup = desk.backup_file()
    desk.edit(ann, city="Bergen")
    desk.workspace.definitions.set_property(desk.admin, "contacts", "city", {"sensitive": True})

    sample = desk.plan(backup, "contacts", ["city"]).samples[0]

    assert (sample.old, sample.new) == (MASKED, MASKED)


def test_a_custom_object_removed_since_is_shown_with_the_reason(desk: Desk) -> None:
    definitions = desk.workspace.definitions
    definitions.add_object(desk.admin, "machine", "Machine", "Machines")
    name = definitions.object(desk.admin, "machine").writable[0].name
    desk.add("machine", **{name: "Lathe"})
    backup = desk.backup_file()
    definitions.remove_object(desk.admin, "machine")

    def reason() -> str:
        found = desk.workspace.restores.objects(desk.admin, str(backup))
        return next(item.reason for item in found if item.name == "machine")

    assert reason() == "object_gone"
    definitions.add_object(desk.admin, "machine", "Machine", "Machines")
    assert reason() == "object_recreated"


def test_a_stage_that_is_gone_is_skipped_with_its_pipeline(desk: Desk) -> None:
    deal = desk.deal(dealstage="appointmentscheduled")
    backup = desk.backup_file()
    desk.edit(deal, dealstage="closedwon")
    with desk.workspace.database.write() as tx:
        tx.execute(
            update(tables.pipeline_stages)
            .where(tables.pipeline_stages.c.name == "appointmentscheduled")
            .values(archived_at=tx.now_text)
        )

    plan = desk.plan(backup, "deals", ["dealstage"])

    assert plan.records_changing == 0
    assert plan.skipped == {"stage_gone": 1}
    assert desk.value(deal, "dealstage") == "closedwon"


def test_an_owner_who_was_removed_is_skipped_and_one_deactivated_is_not(desk: Desk) -> None:
    removed, resting = desk.user("Tom Okafor"), desk.user("Elif Demir")
    ann = desk.contact(hubspot_owner_id=str(removed.user_id))
    bo = desk.contact(hubspot_owner_id=str(resting.user_id))
    backup = desk.backup_file()
    desk.edit(ann, hubspot_owner_id="1")
    desk.edit(bo, hubspot_owner_id="1")
    with desk.workspace.database.write() as tx:
        users = tables.users
        tx.execute(
            update(users).where(users.c.id == removed.user_id).values(removed_at=tx.now_text)
        )
        tx.execute(update(users).where(users.c.id == resting.user_id).values(active=0))

    plan = desk.plan(backup, "contacts", ["hubspot_owner_id"])
    desk.apply(plan)

    assert plan.skipped == {"owner_gone": 1}
    assert desk.value(ann, "hubspot_owner_id") == "1"
    assert desk.value(bo, "hubspot_owner_id") == str(resting.user_id)


def test_a_merged_record_is_reported_and_its_values_not_written_on_the_winner(desk: Desk) -> None:
    loser, winner = desk.contact(phone="1"), desk.contact(phone="2")
    backup = desk.backup_file()
    desk.edit(winner, phone="3")
    contacts = desk.workspace.definitions.object(desk.admin, "contacts")
    with desk.workspace.database.write() as tx:
        tx.sql("DELETE FROM obj_contacts WHERE id = ?", (loser.id,))
        tx.execute(
            insert(tables.record_aliases).values(
                object_type_id=contacts.id,
                alias_id=loser.id,
                winner_id=winner.id,
                merged_at=tx.now_text,
            )
        )

    plan = desk.plan(backup, "contacts", ["phone"])
    desk.apply(plan)

    assert plan.skipped == {"merged": 1}
    assert desk.value(winner, "phone") == "2"


def test_a_restore_does_set_the_lifecycle_stage_back(desk: Desk) -> None:
    ann = desk.contact(lifecyclestage="lead")
    backup = desk.backup_file()
    desk.edit(ann, lifecyclestage="customer")

    desk.restore(backup, "contacts", ["lifecyclestage"])

    assert desk.value(ann, "lifecyclestage") == "lead"


def test_dates_and_ids_are_never_restored_and_the_modified_date_becomes_now(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    edited = desk.edit(ann, phone="2")

    desk.restore(backup, "contacts", ["phone"])

    after = desk.read(ann)
    assert after.created_at == ann.created_at
    assert after.updated_at > edited.updated_at
    assert after.values["lastmodifieddate"] is not None
    assert from_text(after.values["lastmodifieddate"]) == after.updated_at
    with pytest.raises(UserError) as refused:
        desk.plan(backup, "contacts", ["createdate"])
    assert refused.value.code == "property_not_restorable"


def test_another_order_of_the_same_choices_is_no_change(desk: Desk) -> None:
    options = tuple(OptionDefinition(v, v) for v in "abc")
    add_property(desk, "tags", PropertyType.MULTI_ENUMERATION, options=options)
    ann, bo = desk.contact(tags="a;b"), desk.contact(tags="a;b")
    backup = desk.backup_file()
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE obj_contacts SET tags = 'b;a' WHERE id = ?", (ann.id,))
    desk.edit(bo, tags="a;c")

    plan = desk.plan(backup, "contacts", ["tags"])

    assert plan.records_changing == 1
    assert [sample.record_id for sample in plan.samples] == [bo.id]


def test_a_number_written_another_way_is_the_same_number(desk: Desk) -> None:
    deal = desk.deal(amount="1")
    backup = desk.backup_file()
    again = desk.edit(deal, amount="1.0")

    assert again.version == deal.version
    assert desk.plan(backup, "deals", ["amount"]).records_changing == 0


def test_clears_can_be_left_out(desk: Desk) -> None:
    ann = desk.contact(phone="1", city="")
    backup = desk.backup_file()
    desk.edit(ann, phone="2", city="Oslo")

    plan = desk.plan(backup, "contacts", ["phone", "city"], skip_clears=True)
    desk.apply(plan)

    assert plan.skipped == {"clears_skipped": 1}
    assert (desk.value(ann, "phone"), desk.value(ann, "city")) == ("1", "Oslo")


@pytest.mark.parametrize("source", [Source.CRM_UI, Source.COMMAND_LINE])
def test_values_edited_by_hand_since_the_backup_can_be_left_out(desk: Desk, source: Source) -> None:
    ann, bo = desk.contact(phone="1"), desk.contact(phone="1")
    backup = desk.backup_file()
    desk.workspace.editor.update(desk.admin, "contacts", ann.id, {"phone": "2"}, source=source)
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE obj_contacts SET phone = '9', version = version + 1 WHERE id = ?", (bo.id,))

    plan = desk.plan(backup, "contacts", ["phone"], only_unchanged=True)
    desk.apply(plan)

    assert plan.skipped == {"edited_by_hand": 1}
    assert (desk.value(ann, "phone"), desk.value(bo, "phone")) == ("2", "1")


def test_only_chosen_records_can_be_restored(desk: Desk) -> None:
    ann, bo = desk.contact(phone="1"), desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    desk.edit(bo, phone="2")

    desk.apply(desk.plan(backup, "contacts", ["phone"], record_ids=(bo.id,)))

    assert (desk.value(ann, "phone"), desk.value(bo, "phone")) == ("2", "1")


@pytest.mark.parametrize("change", [{"active": 0}, {"super_admin": 0}])
def test_someone_deactivated_or_demoted_after_the_code_gets_no_restore(
    desk: Desk, change: dict[str, int]
) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    plan = desk.plan(backup, "contacts", ["phone"])
    desk.user("Elif Demir", Permission.IMPORT, super_admin=True)
    restore_id = desk.workspace.restores.start(
        desk.admin,
        plan.id,
        accept_changes=True,
        accept_irreversible=True,
        step_up_id=desk.allow(plan),
    )
    job_id = str(desk.workspace.restores.show(desk.admin, restore_id).job_id)
    with desk.workspace.database.write() as tx:
        tx.execute(update(tables.users).where(tables.users.c.id == 1).values(change))

    with pytest.raises(PermissionDenied):
        desk.workspace.run_job(job_id)

    assert desk.sql("SELECT phone FROM obj_contacts WHERE id = ?", ann.id) == [("2",)]
    assert desk.sql("SELECT state FROM restores") == [(JobState.FAILED.value,)]
    assert desk.sql("SELECT count(*) FROM locks") == [(0,)]


def test_a_job_row_inserted_by_hand_gets_nobody_a_restore(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    plan = desk.plan(backup, "contacts", ["phone"])
    restore_id = desk.workspace.restores.start(
        desk.admin,
        plan.id,
        accept_changes=True,
        accept_irreversible=True,
        step_up_id=desk.allow(plan),
    )
    job_id = str(desk.workspace.restores.show(desk.admin, restore_id).job_id)
    with desk.workspace.database.write() as tx:
        tx.execute(update(tables.jobs).values(params='{"restore_id": "x"}'))

    with pytest.raises(UserError) as refused:
        desk.workspace.jobs.claim(job_id)

    assert refused.value.code == "grant_invalid"


def test_a_stage_altered_after_the_code_is_refused(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    plan = desk.plan(backup, "contacts", ["phone"])
    with sqlite3.connect(desk.folder / "staging" / f"{plan.id}.sqlite3") as stage:
        stage.execute("UPDATE cells SET c0 = 'evil'")
    stage.close()

    with pytest.raises(UserError) as refused:
        desk.apply(plan)

    assert refused.value.code == "plan_outdated"
    assert desk.value(ann, "phone") == "2"


def test_a_restore_whose_process_is_gone_is_interrupted_and_frees_the_lock(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    first, second = (desk.plan(backup, "contacts", ["phone"]) for _ in range(2))
    desk.workspace.restores.start(
        desk.admin,
        first.id,
        accept_changes=True,
        accept_irreversible=True,
        step_up_id=desk.allow(first),
    )
    with desk.workspace.database.write() as tx:
        tx.execute(update(tables.jobs).values(owner_started_at="long ago", owner_boot_id="another"))

    interrupted = desk.workspace.start_up()

    assert [job.kind.value for job in interrupted] == ["restore"]
    rows = desk.sql(
        "SELECT DISTINCT e.session_id, e.host, d.payload ->> 'user_email' FROM audit_events e "
        "JOIN audit_details d ON d.event_id = e.id WHERE e.job_id = ?",
        interrupted[0].id,
    )
    assert rows == [(desk.admin.session_id, PLACE.host, desk.admin.email)], "who asked, everywhere"
    assert desk.workspace.restores.list(desk.admin)[0].state is JobState.INTERRUPTED
    assert desk.apply(second).values_written == 1


def test_a_pipeline_does_not_come_back_without_its_stage_that_is_gone(desk: Desk) -> None:
    desk.pipeline("partners", "signed", "lost")
    deal = desk.deal(pipeline="partners", dealstage="signed")
    backup = desk.backup_file()
    desk.edit(deal, pipeline="default", dealstage="qualifiedtobuy")
    with desk.workspace.database.write() as tx:
        tx.execute(delete(tables.pipeline_stages).where(tables.pipeline_stages.c.name == "signed"))

    plan = desk.plan(backup, "deals", ["dealstage"])

    assert plan.skipped == {"stage_gone": 2}
    assert plan.records_changing == 0


def test_a_pipeline_does_not_come_back_where_its_blank_stage_must_not(desk: Desk) -> None:
    desk.pipeline("partners", "signed", "lost")
    deal = desk.deal(pipeline="partners")
    backup = desk.backup_file()
    desk.edit(deal, pipeline="default", dealstage="qualifiedtobuy")
    desk.workspace.definitions.set_property(desk.admin, "deals", "dealstage", {"required": True})

    plan = desk.plan(backup, "deals", ["dealstage"])

    assert plan.skipped == {"required": 1, "stage_gone": 1}
    assert plan.records_changing == 0
