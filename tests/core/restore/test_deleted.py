"""Deleted records come back: from the bin under their id, else anew, with what hung on them."""

from __future__ import annotations

import pytest

from crmdesk.core.access.step_up import StepUpPurpose, record_step_up
from crmdesk.core.backup.model import Backup
from crmdesk.core.errors import SecondFactorRefused, UserError
from crmdesk.core.records.catalogue import OptionDefinition
from crmdesk.core.restore.deleted_model import Comeback, DeletedPlan, DeletedRequest, Refusal
from tests.builders import Desk


def plan(desk: Desk, backup: Backup, object_name: str = "contacts", **more: object) -> DeletedPlan:
    request = DeletedRequest(backup.id, object_name, **more)  # type: ignore[arg-type]
    return desk.workspace.deleted_records.plan(desk.admin, request)


def bring_back(desk: Desk, found: DeletedPlan) -> dict[str, object]:
    with desk.workspace.database.write() as tx:
        allowed = record_step_up(tx, desk.admin, StepUpPurpose.RESTORE, found.hash, "code")
    job_id = desk.workspace.deleted_records.start(desk.admin, found.id, step_up_id=allowed)
    desk.workspace.run_job(job_id)
    result = desk.workspace.jobs.job(desk.admin, job_id).result
    assert result is not None
    return dict(result)


def linked(desk: Desk) -> set[tuple[int, int, int, int]]:
    rows = desk.sql("SELECT from_type_id, from_id, to_type_id, to_id FROM associations")
    return set(rows)  # type: ignore[arg-type]


def test_a_record_in_the_bin_comes_back_under_its_id_with_its_last_values(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann")
    backup = desk.backup()
    desk.edit(ann, firstname="Anne")
    desk.delete(ann)

    found = plan(desk, backup)
    bring_back(desk, found)

    assert [(r.record_id, r.comeback) for r in found.records] == [(ann.id, Comeback.FROM_BIN)]
    assert desk.value(ann, "firstname") == "Anne"
    assert desk.read(ann).archived_at is None


def test_a_purged_company_comes_back_anew_with_values_people_and_deals(desk: Desk) -> None:
    fjord = desk.add("companies", name="Fjord AS", city="Bergen")
    ann, deal = desk.contact(firstname="Ann"), desk.deal(dealname="Nets", amount="12.50")
    still = desk.contact(firstname="Stays")
    associations = desk.workspace.associations
    for name, other in (("contacts", ann), ("deals", deal), ("contacts", still)):
        associations.associate(desk.admin, "companies", fjord.id, name, other.id)
    backup = desk.backup(complete=True)
    for record in (fjord, deal):
        desk.delete(record)
        desk.purge(record)
    desk.delete(ann)

    found = plan(desk, backup, "companies")
    result = bring_back(desk, found)

    told = {(r.object, r.comeback, r.related) for r in found.records}
    assert told == {
        ("companies", Comeback.ANEW, False),
        ("deals", Comeback.ANEW, True),
        ("contacts", Comeback.FROM_BIN, True),
    }
    assert found.associations == 3
    assert result["associations"] == 3
    new = desk.sql("SELECT id, name, city FROM obj_companies WHERE archived_at IS NULL")
    assert [(name, city) for _, name, city in new] == [("Fjord AS", "Bergen")]
    assert int(str(new[0][0])) > fjord.id
    company_id = int(str(new[0][0]))
    listed = {
        (name, each.id)
        for name in ("contacts", "deals")
        for each in associations.list(desk.admin, "companies", company_id, name)
    }
    assert {("contacts", ann.id), ("contacts", still.id)} <= listed
    assert len(listed) == 3


def test_brought_back_twice_it_is_there_once(desk: Desk) -> None:
    fjord = desk.add("companies", name="Fjord AS")
    backup = desk.backup()
    desk.delete(fjord)
    desk.purge(fjord)
    bring_back(desk, plan(desk, backup, "companies"))

    again = plan(desk, backup, "companies")

    assert [r.refusal for r in again.records] == [Refusal.BACK_ALREADY]


def test_a_contact_deleted_for_good_stays_gone_and_unnamed_whatever_its_address(
    desk: Desk,
) -> None:
    ann = desk.contact(firstname="Ann", email="ann@example.org")
    moved = desk.contact(firstname="Bo", email="bo@old.example")
    unknown = desk.contact(firstname="Cy")
    backup = desk.backup()
    desk.edit(moved, email="bo@new.example")
    desk.delete(ann)
    desk.purge(ann, moved, unknown)

    told = plan(desk, backup).records

    assert [(each.refusal, each.name) for each in told] == [(Refusal.ERASED, "")] * 3


def test_an_address_that_another_contact_has_by_now_is_refused(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann", email="ann@example.org")
    backup = desk.backup()
    desk.delete(ann)
    desk.contact(firstname="Other Ann", email="ANN@example.org")

    (record,) = plan(desk, backup).records

    assert record.refusal is Refusal.TAKEN


def test_a_value_whose_option_is_gone_is_left_out_and_told(desk: Desk) -> None:
    deal = desk.deal(dealname="Nets", dealtype="newbusiness")
    backup = desk.backup()
    desk.delete(deal)
    desk.purge(deal)
    desk.workspace.definitions.archive_property(desk.admin, "deals", "amount")
    found = desk.workspace.definitions.object(desk.admin, "deals").property("dealtype")
    kept = [OptionDefinition(o.value, o.label) for o in found.options if o.value != "newbusiness"]
    desk.workspace.definitions.set_property(desk.admin, "deals", "dealtype", {"options": kept})

    (record,) = plan(desk, backup, "deals").records

    assert record.comeback is Comeback.ANEW


def test_only_chosen_records_come_back_and_the_rest_stays(desk: Desk) -> None:
    ann, bo = desk.contact(firstname="Ann"), desk.contact(firstname="Bo")
    backup = desk.backup()
    desk.delete(ann, bo)

    bring_back(desk, plan(desk, backup, record_ids=(ann.id,)))

    assert desk.read(ann).archived_at is None
    assert desk.read(bo).archived_at is not None


def test_it_takes_a_code_for_exactly_this_plan(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann")
    backup = desk.backup()
    desk.delete(ann)
    found = plan(desk, backup)
    with desk.workspace.database.write() as tx:
        other = record_step_up(tx, desk.admin, StepUpPurpose.RESTORE, "another plan", "code")

    with pytest.raises(SecondFactorRefused):
        desk.workspace.deleted_records.start(desk.admin, found.id, step_up_id=other)
    with pytest.raises(UserError) as refused:
        desk.workspace.restores.read_plan(desk.admin, found.id)

    assert refused.value.code == "plan_unknown", "it is no plan of a restore of values"
    assert desk.read(ann).archived_at is not None


def test_a_plan_that_no_longer_holds_writes_nothing(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann")
    backup = desk.backup()
    desk.delete(ann)
    found = plan(desk, backup)
    desk.purge(ann)

    with pytest.raises(UserError) as refused:
        bring_back(desk, found)

    assert refused.value.code == "plan_outdated"
    assert desk.sql("SELECT count(*) FROM obj_contacts") == [(0,)]


def test_bringing_back_is_logged_and_can_be_undone(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann")
    fjord = desk.add("companies", name="Fjord AS")
    backup = desk.backup()
    desk.delete(ann)
    desk.delete(fjord)
    desk.purge(fjord)
    result = bring_back(desk, plan(desk, backup, "companies"))

    assert ("DATA_RESTORE_COMPLETED", "ok") in desk.audit_actions()
    desk.workspace.undoing.undo(desk.admin, int(result["change_id"]))  # type: ignore[call-overload]

    live = desk.sql("SELECT count(*) FROM obj_companies WHERE archived_at IS NULL")
    assert live == [(0,)]


def test_a_record_that_somebody_else_brings_back_meanwhile_is_left_alone(desk: Desk) -> None:
    call = desk.add("calls", hs_call_title="About fish")
    backup = desk.backup()
    desk.delete(call)
    planner = desk.workspace.deleted_records._planner
    trusted = planner.open(backup.id)
    found = planner.find(trusted, DeletedRequest(backup.id, "calls"))
    desk.workspace.editor.unarchive(desk.admin, "calls", [call.id])

    with desk.workspace.database.read() as tx:
        assert planner.judge(tx, trusted, found) == []
