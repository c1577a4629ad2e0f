from __future__ import annotations

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.records.merge_plan import Side
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.record import MASKED, Record
from tests.builders import Desk
from tests.core.records.test_associations import associate, others, recounted, refusal
from tests.core.records.test_segments import members


def merge(desk: Desk, winner: Record, loser: Record, **choices: Side):
    return desk.workspace.merges.apply(desk.admin, winner.object_type, winner.id, loser.id, choices)


def undo(desk: Desk, change_id: int):
    return desk.workspace.merges.undo(desk.admin, change_id)


def test_the_winners_values_stay_and_its_blanks_are_filled(desk: Desk):
    ann = desk.contact(firstname="Ann", city="Oslo")
    anne = desk.contact(firstname="Anne", phone="555")

    merged = merge(desk, ann, anne)

    now = desk.read(ann).values
    assert (now["firstname"], now["city"], now["phone"]) == ("Ann", "Oslo", "555")
    assert merged.values == 1
    assert desk.read(anne).archived_at is not None


def test_a_plan_tells_each_difference_and_writes_nothing(desk: Desk):
    ann = desk.contact(email="ann@example.org", firstname="Ann", city="Oslo")
    anne = desk.contact(email="anne@example.org", firstname="Anne", city="Oslo", phone="555")
    associate(desk, anne, desk.deal())

    plan = desk.workspace.merges.plan(
        desk.admin, "contacts", ann.id, anne.id, {"firstname": Side.LOSER}
    )

    found = {each.column.name: (each.winner, each.loser, each.chosen) for each in plan.values}
    assert found == {
        "email": ("ann@example.org", "anne@example.org", Side.WINNER),
        "firstname": ("Ann", "Anne", Side.LOSER),
        "phone": (None, "555", Side.LOSER),
    }
    assert plan.associations == {"deals": 1}
    assert desk.read(ann) == ann
    assert desk.read(anne).archived_at is None


def test_a_unique_value_can_come_from_the_loser(desk: Desk):
    ann = desk.contact(email="old@example.org")
    anne = desk.contact(email="new@example.org")

    merged = merge(desk, ann, anne, email=Side.LOSER)

    assert desk.value(ann, "email") == "new@example.org"
    undo(desk, merged.change_id)
    assert desk.value(ann, "email") == "old@example.org"
    assert desk.value(anne, "email") == "new@example.org"


def test_a_merge_whose_winner_would_have_a_taken_address_again_is_not_taken_back(desk: Desk):
    ann = desk.contact(email="old@example.org")
    anne = desk.contact(email="new@example.org")
    merged = merge(desk, ann, anne, email=Side.LOSER)
    desk.contact(email="old@example.org")
    with pytest.raises(UserError) as refused:
        undo(desk, merged.change_id)
    assert refused.value.code == "value_not_unique"
    assert desk.value(ann, "email") == "new@example.org"
    assert desk.read(anne).archived_at is not None


def test_a_stage_goes_with_its_pipeline(desk: Desk):
    desk.pipeline("renewals", "asked", "renewed")
    first = desk.deal(pipeline="default", dealstage="contractsent")
    second = desk.deal(pipeline="renewals", dealstage="asked")

    merge(desk, first, second, pipeline=Side.LOSER, dealstage=Side.WINNER)

    assert desk.value(first, "dealstage") == "asked"


def test_associations_move_and_the_one_between_the_two_ends(desk: Desk):
    ann, anne, bo = desk.contact(), desk.contact(), desk.contact()
    shared, own = desk.deal(), desk.deal()
    associate(desk, ann, shared)
    associate(desk, anne, shared)
    associate(desk, anne, own)
    associate(desk, ann, anne)
    associate(desk, anne, bo)

    merged = merge(desk, ann, anne)

    assert merged.associations == 2
    assert sorted(others(desk, ann, "deals")) == sorted([(shared.id, ()), (own.id, ())])
    assert others(desk, ann, "contacts") == [(bo.id, ())]
    assert desk.value(shared, "num_associated_contacts") == "1"
    recounted(desk)


def test_a_label_keeps_its_direction_when_it_moves(desk: Desk):
    desk.workspace.association_definitions.add_label(
        desk.admin, "contacts", "contacts", "Manager", "Report"
    )
    ann, bo, anne = desk.contact(), desk.contact(), desk.contact()
    associate(desk, anne, bo, "Manager")

    merge(desk, ann, anne)

    assert others(desk, ann, "contacts") == [(bo.id, ("Manager",))]
    assert others(desk, bo, "contacts") == [(ann.id, ("Report",))]


def test_unmerging_puts_everything_back(desk: Desk):
    ann = desk.contact(firstname="Ann")
    anne = desk.contact(firstname="Anne", phone="555")
    bo, deal = desk.contact(), desk.deal()
    for each in (deal, ann, bo):
        associate(desk, anne, each)
    before = desk.read(ann).values, desk.read(anne).values
    rows = desk.sql("SELECT from_type_id, from_id, to_type_id, to_id FROM associations")
    merged = merge(desk, ann, anne)

    undone = undo(desk, merged.change_id)

    assert (undone.values, undone.skipped) == (1, 0)
    changing = {"lastmodifieddate"}
    for record, values in zip((ann, anne), before, strict=True):
        now = desk.read(record).values
        assert {n: v for n, v in now.items() if n not in changing} == {
            n: v for n, v in values.items() if n not in changing
        }
    assert desk.read(anne).archived_at is None
    assert desk.sql("SELECT from_type_id, from_id, to_type_id, to_id FROM associations") == rows
    assert desk.sql("SELECT count(*) FROM record_aliases") == [(0,)]
    assert refusal(lambda: undo(desk, merged.change_id)) == "undone_already"
    recounted(desk)


def test_unmerging_leaves_what_was_edited_since(desk: Desk):
    ann, anne = desk.contact(), desk.contact(phone="555", city="Oslo")
    merged = merge(desk, ann, anne)
    desk.edit(ann, phone="777")

    undone = undo(desk, merged.change_id)

    assert (undone.values, undone.skipped) == (1, 1)
    assert desk.value(ann, "phone") == "777"
    assert desk.value(ann, "city") is None
    assert desk.value(anne, "phone") == "555"


def test_the_losers_id_leads_to_the_winner_through_every_merge(desk: Desk):
    first, second, third = desk.contact(), desk.contact(), desk.contact()
    merge(desk, second, first)
    later = merge(desk, third, second)
    aliases = "SELECT alias_id, winner_id FROM record_aliases ORDER BY alias_id"
    assert desk.sql(aliases) == [(first.id, third.id), (second.id, third.id)]

    undo(desk, later.change_id)

    assert desk.sql(aliases) == [(first.id, second.id)]


def test_standing_merges_of_a_record_are_listed_newest_first(desk: Desk):
    ann, first, second = desk.contact(), desk.contact(), desk.contact()
    early, late = merge(desk, ann, first), merge(desk, ann, second)
    service = desk.workspace.merges

    found = service.of_record(desk.admin, "contacts", ann.id)

    assert [(each.change_id, each.loser_id) for each in found] == [
        (late.change_id, second.id),
        (early.change_id, first.id),
    ]
    assert found[0].by == "Ingrid Solberg"
    undo(desk, late.change_id)
    left = service.of_record(desk.admin, "contacts", ann.id)
    assert [each.change_id for each in left] == [early.change_id]


def test_a_merge_says_whether_whoever_looks_may_take_it_back(desk: Desk):
    ann, anne = desk.contact(), desk.contact(date_of_birth="1980-02-03")
    merge(desk, ann, anne)
    marc = desk.user("Marc Dubois", Permission.DELETE_RECORDS)
    chief = desk.user("Una Berg", super_admin=True)
    service = desk.workspace.merges

    def undoable(actor: Actor) -> list[bool]:
        return [each.undoable for each in service.of_record(actor, "contacts", ann.id)]

    assert (undoable(desk.admin), undoable(chief), undoable(marc)) == ([True], [True], [False])
    bo, bob = desk.contact(), desk.contact()
    mine = service.apply(marc, "contacts", bo.id, bob.id)
    assert service.of_record(marc, "contacts", bo.id)[0].undoable
    with desk.workspace.database.write() as tx:
        tx.sql("DELETE FROM user_permissions WHERE user_id = ?", (marc.user_id,))
    assert not service.of_record(marc, "contacts", bo.id)[0].undoable
    with pytest.raises(PermissionDenied):
        service.undo(marc, mine.change_id)


def test_a_merge_that_something_was_built_upon_is_taken_back_last(desk: Desk):
    first, second, third = desk.contact(), desk.contact(), desk.contact()
    early = merge(desk, second, first)
    later = merge(desk, third, second)

    assert refusal(lambda: undo(desk, early.change_id)) == "merge_undo_gone"
    undo(desk, later.change_id)
    undo(desk, early.change_id)
    assert desk.read(first).archived_at is None


def test_a_merged_record_does_not_come_back_from_the_bin_by_itself(desk: Desk):
    ann, anne = desk.contact(), desk.contact()
    merge(desk, ann, anne)

    assert (
        refusal(lambda: desk.workspace.editor.unarchive(desk.admin, "contacts", [anne.id]))
        == "record_merged"
    )


def test_deleting_the_winner_for_good_takes_what_was_merged_into_it_along(desk: Desk):
    ann, anne = desk.contact(email="ann@example.org"), desk.contact(email="anne@example.org")
    merged = merge(desk, ann, anne)

    desk.purge(ann)

    assert refusal(lambda: desk.read(anne)) == "record_unknown"
    assert desk.sql("SELECT count(*) FROM record_aliases") == [(0,)]
    assert refusal(lambda: undo(desk, merged.change_id)) == "merge_undo_gone"
    assert refusal(lambda: desk.contact(email="anne@example.org")) == "email_purged"


def test_the_address_of_the_loser_may_be_used_again_and_then_keeps_the_merge(desk: Desk):
    ann, anne = desk.contact(), desk.contact(email="anne@example.org")
    merged = merge(desk, ann, anne)
    desk.contact(email="ANNE@example.org")

    assert refusal(lambda: undo(desk, merged.change_id)) == "value_not_unique"
    assert desk.read(anne).archived_at is not None


def test_what_cannot_be_merged_is_refused(desk: Desk):
    ann, gone = desk.contact(), desk.contact()
    desk.delete(gone)

    assert refusal(lambda: merge(desk, ann, ann)) == "merge_self"
    assert refusal(lambda: merge(desk, ann, gone)) == "record_in_recycle_bin"
    assert (
        refusal(lambda: merge(desk, ann, desk.contact(), num_associated_deals=Side.LOSER))
        == "property_calculated"
    )
    edited = desk.edit(ann, city="Oslo")
    anne = desk.contact()
    with pytest.raises(UserError, match="changed since"):
        desk.workspace.merges.apply(
            desk.admin, "contacts", ann.id, anne.id, versions=(edited.version - 1, anne.version)
        )
    assert refusal(lambda: undo(desk, 1)) in ("not_a_merge", "change_unknown")


def test_sensitive_values_are_masked_and_chosen_by_those_who_may(desk: Desk):
    ann = desk.contact(date_of_birth="1980-01-01")
    anne = desk.contact(date_of_birth="1981-01-01")
    marc = desk.user("Marc Dubois", Permission.DELETE_RECORDS)
    desk.workspace.definitions.set_property(
        desk.admin, "contacts", "date_of_birth", {"sensitive": True}
    )

    plan = desk.workspace.merges.plan(marc, "contacts", ann.id, anne.id)
    value = next(each for each in plan.values if each.column.name == "date_of_birth")
    assert (value.winner, value.loser) == (MASKED, MASKED)
    with pytest.raises(PermissionDenied):
        desk.workspace.merges.apply(
            marc, "contacts", ann.id, anne.id, {"date_of_birth": Side.LOSER}
        )


def hidden(desk: Desk, name: str) -> None:
    desk.workspace.definitions.set_property(desk.admin, "contacts", name, {"sensitive": True})


def test_a_sensitive_value_fills_no_blank_without_the_right_and_the_plan_says_so(desk: Desk):
    ann, anne = desk.contact(), desk.contact(date_of_birth="1981-01-01", phone="555")
    hidden(desk, "date_of_birth")
    marc = desk.user("Marc Dubois", Permission.DELETE_RECORDS)
    merges = desk.workspace.merges

    plan = merges.plan(marc, "contacts", ann.id, anne.id)
    merged = merges.apply(marc, "contacts", ann.id, anne.id)

    assert plan.held == ["date_of_birth"]
    assert [cell.property.name for cell in plan.cells] == ["phone"]
    assert merges.plan(desk.admin, "contacts", *two_more(desk)).held == []
    assert (desk.value(ann, "date_of_birth"), desk.value(ann, "phone")) == (None, "555")
    merges.undo(marc, merged.change_id)
    assert desk.value(anne, "date_of_birth") == MASKED
    assert desk.value(ann, "phone") is None


def two_more(desk: Desk) -> tuple[int, int]:
    return desk.contact().id, desk.contact(date_of_birth="1982-01-01").id


def test_who_may_not_edit_sensitive_values_takes_no_merge_back_that_moved_some(desk: Desk):
    rights = (Permission.DELETE_RECORDS, Permission.EDIT_SENSITIVE)
    ann, anne = desk.contact(), desk.contact(date_of_birth="1981-01-01")
    hidden(desk, "date_of_birth")
    marc = desk.user("Marc Dubois", *rights)
    merged = desk.workspace.merges.apply(marc, "contacts", ann.id, anne.id)
    assert desk.value(ann, "date_of_birth") == MASKED
    with desk.workspace.database.write() as tx:
        tx.sql("DELETE FROM user_permissions WHERE permission = ?", ("edit_sensitive",))

    for undoing in (desk.workspace.merges.undo, desk.workspace.undoing.undo):
        with pytest.raises(PermissionDenied):
            undoing(marc, merged.change_id)
    assert desk.read(anne).archived_at is not None


def test_only_a_super_admin_takes_the_merge_of_another_back(desk: Desk):
    ann, anne = desk.contact(), desk.contact()
    marc, eva = (desk.user(name, Permission.DELETE_RECORDS) for name in ("Marc D", "Eva K"))
    merges = desk.workspace.merges
    merged = merges.apply(marc, "contacts", ann.id, anne.id)

    for undoing in (merges.undo, desk.workspace.undoing.undo):
        with pytest.raises(PermissionDenied):
            undoing(eva, merged.change_id)
    merges.undo(desk.admin, merged.change_id)
    again = merges.apply(marc, "contacts", ann.id, anne.id)
    merges.undo(marc, again.change_id)
    assert desk.read(anne).archived_at is None


def test_unmerging_puts_back_no_option_that_was_removed_since(desk: Desk):
    first = desk.deal(dealtype="newbusiness")
    second = desk.deal(dealtype="existingbusiness", amount="5")
    merged = merge(desk, first, second, dealtype=Side.LOSER)
    with desk.workspace.database.write() as tx:
        tx.sql(
            "UPDATE property_options SET archived_at = ? WHERE value = ?",
            (tx.now_text, "newbusiness"),
        )

    undone = undo(desk, merged.change_id)

    assert desk.value(first, "dealtype") == "existingbusiness"
    assert desk.value(first, "amount") is None
    assert (undone.values, undone.skipped) == (1, 1)
    assert desk.read(second).archived_at is None


def test_unmerging_leaves_no_blank_where_a_value_is_required_by_now(desk: Desk):
    ann, anne = desk.contact(), desk.contact(phone="555", city="Oslo")
    merged = merge(desk, ann, anne)
    desk.workspace.definitions.set_property(desk.admin, "contacts", "phone", {"required": True})

    undone = undo(desk, merged.change_id)

    assert (desk.value(ann, "phone"), desk.value(ann, "city")) == ("555", None)
    assert (undone.values, undone.skipped) == (1, 1)


def test_a_merge_and_its_undo_have_entries_and_history(desk: Desk):
    ann, anne = desk.contact(), desk.contact(phone="555")
    merged = merge(desk, ann, anne)
    undo(desk, merged.change_id)

    rows = desk.sql(
        "SELECT action, object_id FROM audit_events WHERE subcategory = 'CONTACTS' "
        "AND action IN ('merge', 'undo') ORDER BY id"
    )
    assert rows == [("merge", str(ann.id)), ("undo", str(ann.id))]
    history = desk.workspace.records.history(desk.admin, "contacts", anne.id)
    assert [each.kind for each in history] == ["unarchive", "merge", "create"]
    sources = desk.workspace.records.history(desk.admin, "contacts", ann.id, "phone")
    assert [each.source for each in sources[:2]] == ["MERGE_REVERT_OBJECTS", "MERGE_OBJECTS"]


def test_the_winner_is_in_the_losers_segments_until_the_merge_is_taken_back(desk: Desk):
    ann, anne, bo = desk.contact(), desk.contact(), desk.contact()
    segments = desk.workspace.segments
    hers, both, others_own = (
        segments.add(desk.admin, "contacts", name, members=Picked([each.id for each in picked]))
        for name, picked in (("Hers", [anne]), ("Both", [ann, anne]), ("Other", [bo]))
    )

    merged = merge(desk, ann, anne)

    assert members(desk, hers) == members(desk, both) == {ann.id}
    assert members(desk, others_own) == {bo.id}
    undo(desk, merged.change_id)
    assert members(desk, hers) == {anne.id}
    assert members(desk, both) == {ann.id, anne.id}


def test_a_place_in_a_segment_that_the_winner_got_by_hand_since_stays(desk: Desk):
    ann, anne = desk.contact(), desk.contact()
    segments = desk.workspace.segments
    hers = segments.add(desk.admin, "contacts", "Hers", members=Picked([anne.id]))
    merged = merge(desk, ann, anne)
    segments.remove_members(desk.admin, hers, Picked([ann.id]))
    segments.add_members(desk.admin, hers, Picked([ann.id]))

    undo(desk, merged.change_id)

    assert members(desk, hers) == {ann.id, anne.id}


def test_a_restore_never_writes_a_merged_records_values_into_the_one_that_is_left(desk: Desk):
    ann, anne = desk.contact(phone="1"), desk.contact(phone="2")
    backup = desk.backup_file()
    desk.edit(ann, phone="3")
    merge(desk, ann, anne)

    plan = desk.plan(backup, "contacts", ["phone"])
    done = desk.apply(plan)

    assert plan.skipped == {"merged": 1}
    assert done.records_changed == 1
    assert desk.value(ann, "phone") == "1"
    assert desk.value(anne, "phone") == "2"
