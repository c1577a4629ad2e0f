"""The recycle bin over all objects: lists, bringing back with what belongs to it, conflicts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.records.record import Record
from crmdesk.core.records.recycle_bin_model import Answer, BinQuery, BinRow, bin_key, key_parts
from tests.builders import Desk

EMAIL = "ann@example.org"


def key(desk: Desk, record: Record) -> int:
    type_id = desk.workspace.definitions.object(desk.admin, record.object_type).id
    return bin_key(type_id, record.id)


def keys(desk: Desk, *records: Record) -> list[int]:
    return [key(desk, record) for record in records]


def listed(desk: Desk, **query: object) -> list[BinRow]:
    bin_ = desk.workspace.recycle_bin
    found = bin_.keys(desk.admin, BinQuery(**query))  # type: ignore[arg-type]
    rows = bin_.rows(desk.admin, found)
    return [rows[each] for each in found]


def live(desk: Desk, records: Sequence[Record]) -> list[bool]:
    return [desk.read(record).archived_at is None for record in records]


def test_a_key_holds_both_ids():
    assert key_parts(bin_key(12, 2**40 - 1)) == (12, 2**40 - 1)


def test_records_of_all_objects_are_listed_last_deleted_first(timed_desk: Desk):
    desk = timed_desk
    ann, deal = desk.contact(firstname="Ann", lastname="Devon"), desk.deal(dealname="Autumn")
    desk.contact()
    desk.delete(ann)
    desk.time.forward(minutes=1)
    desk.delete(deal)
    first, second = listed(desk)
    assert (first.object_name, first.name) == ("deals", "Autumn")
    assert (second.record_id, second.name, second.deleted_by) == (
        ann.id,
        "Ann Devon",
        "Ingrid Solberg",
    )
    assert second.days_left == 90
    desk.time.forward(minutes=1, days=0)
    assert [row.name for row in listed(desk, object_name="contacts")] == ["Ann Devon"]
    assert [row.name for row in listed(desk, search="autu")] == ["Autumn"]


def test_the_list_is_narrowed_to_who_deleted_and_when(timed_desk: Desk):
    desk = timed_desk
    ann, bo = desk.contact(), desk.contact()
    marc = desk.user("Marc Dubois", Permission.DELETE_RECORDS)
    desk.delete(ann)
    desk.time.forward(days=2)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    marc = desk.signed_in(marc.user_id or 0, marc.email, marc.full_name)
    desk.workspace.editor.archive(marc, "contacts", [bo.id])
    assert [row.record_id for row in listed(desk, deleted_by=1)] == [ann.id]
    assert [row.record_id for row in listed(desk, deleted_by=marc.user_id)] == [bo.id]
    assert [row.record_id for row in listed(desk, within="today")] == [bo.id]
    assert listed(desk, deleted_by=0) == []
    assert [row.days_left for row in listed(desk)] == [90, 88]
    people = desk.workspace.recycle_bin.deleters(desk.admin)
    assert people == [(1, "Ingrid Solberg"), (marc.user_id, "Marc Dubois")]


def _family(desk: Desk) -> tuple[Record, Record, Record, Record]:
    """A contact with a call, a deal of the same deletion's day, and a live company."""
    ann, call = desk.contact(), desk.add("calls", hs_call_title="Call")
    other, company = desk.contact(), desk.add("companies", name="Eastern")
    link = desk.workspace.associations.associate
    for one, two in ((ann, call), (ann, other), (ann, company)):
        link(desk.admin, one.object_type, one.id, two.object_type, two.id)
    desk.delete(call)
    desk.delete(ann, other)
    return ann, call, other, company


def test_records_come_back_with_activities_companions_and_associations(desk: Desk):
    ann, call, other, company = _family(desk)
    bin_ = desk.workspace.recycle_bin
    plan = bin_.restore_plan(desk.admin, keys(desk, ann))
    assert (plan.records, plan.children) == ({"contacts": 1}, {"contacts": 1, "calls": 1})
    assert (plan.associations, plan.conflicts) == (1, ())
    done = bin_.restore(desk.admin, keys(desk, ann))
    assert live(desk, [ann, call, other]) == [True, True, True]
    assert {name: len(ids) for name, ids in done.records.items()} == {"contacts": 2, "calls": 1}
    assert desk.value(company, "num_associated_contacts") == "1"
    act = desk.workspace.undoing.last(desk.admin)
    assert act is not None
    desk.workspace.undoing.undo(desk.admin, act.change_id)
    assert live(desk, [ann, call, other]) == [False, False, False]


def test_an_activity_past_its_days_stays_and_keeps_nothing_from_coming_back(timed_desk: Desk):
    desk = timed_desk
    assert desk.time is not None
    ann, call = desk.contact(firstname="Ann"), desk.add("calls", hs_call_title="Long ago")
    associate = desk.workspace.associations.associate
    associate(desk.admin, "contacts", ann.id, "calls", call.id)
    desk.delete(call)
    desk.time.forward(days=89)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    desk.delete(ann)
    desk.time.forward(days=2)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    bin_, wanted = desk.workspace.recycle_bin, keys(desk, ann)

    assert bin_.restore_plan(desk.admin, wanted).children == {}
    bin_.restore(desk.admin, wanted)

    assert live(desk, [ann, call]) == [True, False]


def test_children_stay_when_they_are_not_wanted(desk: Desk):
    ann, call, other, _ = _family(desk)
    desk.workspace.recycle_bin.restore(desk.admin, keys(desk, ann), children=False)
    assert live(desk, [ann, call, other]) == [True, False, False]


def _taken(desk: Desk) -> tuple[Record, Record]:
    gone = desk.contact(email=EMAIL, firstname="Old")
    desk.delete(gone)
    return gone, desk.contact(email="ANN@example.org", firstname="New")


def test_a_conflict_names_both_records_and_stops_everything_until_it_is_answered(desk: Desk):
    gone, now = _taken(desk)
    deal = desk.deal()
    desk.delete(deal)
    bin_ = desk.workspace.recycle_bin
    (conflict,) = bin_.restore_plan(desk.admin, keys(desk, gone, deal)).conflicts
    assert (conflict.record_id, conflict.holder_id) == (gone.id, now.id)
    assert (conflict.property, conflict.value) == ("email", EMAIL)
    assert conflict.answers == (Answer.TAKE, Answer.WITHOUT, Answer.LEAVE)
    with pytest.raises(UserError) as refused:
        bin_.restore(desk.admin, keys(desk, gone, deal))
    assert refused.value.code == "bin_conflicts"
    assert live(desk, [gone, deal]) == [False, False]


@pytest.mark.parametrize(
    ("answer", "back", "addresses"),
    [
        (Answer.TAKE, True, (EMAIL, None)),
        (Answer.WITHOUT, True, (None, "ANN@example.org")),
        (Answer.LEAVE, False, (EMAIL, "ANN@example.org")),
    ],
)
def test_each_answer_leaves_one_holder_of_the_address(
    desk: Desk, answer: Answer, back: bool, addresses: tuple[str | None, str | None]
):
    gone, now = _taken(desk)
    deal = desk.deal()
    desk.delete(deal)
    picked = keys(desk, gone, deal)
    done = desk.workspace.recycle_bin.restore(desk.admin, picked, {(picked[0], "email"): answer})
    assert live(desk, [gone, deal]) == [back, True]
    assert done.left == (0 if back else 1)
    assert (desk.value(gone, "email"), desk.value(now, "email")) == addresses
    if answer is Answer.LEAVE:
        return
    loser = gone if answer is Answer.WITHOUT else now
    history = desk.workspace.records.history(desk.admin, "contacts", loser.id, "email")
    assert history[0].source == "RECYCLING_BIN"
    act = desk.workspace.undoing.last(desk.admin)
    assert act is not None
    desk.workspace.undoing.undo(desk.admin, act.change_id)
    assert live(desk, [gone, deal]) == [False, False]
    assert desk.value(now, "email") == "ANN@example.org"


def test_two_deleted_records_do_not_come_back_with_one_address(desk: Desk):
    first = desk.contact(email=EMAIL)
    desk.delete(first)
    second = desk.contact(email=EMAIL)
    desk.delete(second)
    bin_, picked = desk.workspace.recycle_bin, keys(desk, first, second)
    (conflict,) = bin_.restore_plan(desk.admin, picked).conflicts
    assert (conflict.record_id, conflict.holder_id) == (second.id, first.id)
    assert conflict.answers == (Answer.WITHOUT, Answer.LEAVE)
    bin_.restore(desk.admin, picked, {(conflict.key, "email"): Answer.WITHOUT})
    assert (desk.value(first, "email"), desk.value(second, "email")) == (EMAIL, None)


def test_only_one_of_two_may_take_an_address_from_a_third(desk: Desk):
    first = desk.contact(email=EMAIL)
    desk.delete(first)
    second = desk.contact(email=EMAIL)
    desk.delete(second)
    holder = desk.contact(email=EMAIL)
    picked = keys(desk, first, second)
    both = {(one, "email"): Answer.TAKE for one in picked}
    with pytest.raises(UserError, match="cannot come back"):
        desk.workspace.recycle_bin.restore(desk.admin, picked, both)
    one = {(picked[0], "email"): Answer.TAKE, (picked[1], "email"): Answer.WITHOUT}
    desk.workspace.recycle_bin.restore(desk.admin, picked, one)
    assert [desk.value(r, "email") for r in (first, second, holder)] == [EMAIL, None, None]


def test_a_merged_record_is_listed_as_such_and_stays(desk: Desk):
    ann, bo = desk.contact(), desk.contact()
    desk.workspace.merges.apply(desk.admin, "contacts", ann.id, bo.id)
    (row,) = listed(desk)
    assert row.merged_into == ann.id
    plan = desk.workspace.recycle_bin.restore_plan(desk.admin, keys(desk, bo))
    assert (plan.records, plan.merged) == ({}, 1)
    assert desk.workspace.recycle_bin.restore(desk.admin, keys(desk, bo)).left == 1


def test_purging_is_told_in_numbers_and_takes_everything_along(desk: Desk):
    ann, call, other, _ = _family(desk)
    desk.contact()
    bin_ = desk.workspace.recycle_bin
    picked = keys(desk, ann, call, other)
    plan = bin_.purge_plan(desk.admin, picked)
    assert (plan.records, plan.contacts_with_address) == ({"contacts": 2, "calls": 1}, 2)
    assert plan.associations >= 3
    assert bin_.purge(desk.admin, picked) == 3
    assert listed(desk) == []
    assert desk.sql("SELECT count(*) FROM associations") == [(0,)]


def test_only_those_who_may_delete_bring_back_and_purge(desk: Desk):
    ann = desk.contact()
    desk.delete(ann)
    una, bin_ = desk.user("Una Berg"), desk.workspace.recycle_bin
    assert len(bin_.keys(una, BinQuery())) == 1
    for act in (bin_.restore_plan, bin_.restore, bin_.purge_plan, bin_.purge):
        with pytest.raises(PermissionDenied):
            act(una, keys(desk, ann))


def test_an_answer_that_clears_a_sensitive_value_takes_the_right_to_edit_those(desk: Desk):
    desk.workspace.definitions.set_property(desk.admin, "contacts", "phone", {"unique": True})
    old = desk.contact(phone="555")
    desk.delete(old)
    holder = desk.contact(phone="555")
    desk.workspace.definitions.set_property(desk.admin, "contacts", "phone", {"sensitive": True})
    marc = desk.user("Marc Dubois", Permission.DELETE_RECORDS)
    bin_, wanted = desk.workspace.recycle_bin, keys(desk, old)
    for answer in (Answer.TAKE, Answer.WITHOUT):
        with pytest.raises(PermissionDenied):
            bin_.restore(marc, wanted, {(wanted[0], "phone"): answer})
    assert desk.sql("SELECT phone FROM obj_contacts WHERE id = ?", holder.id) == [("555",)]
    assert bin_.restore(marc, wanted, {(wanted[0], "phone"): Answer.LEAVE}).left == 1
