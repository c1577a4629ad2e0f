from __future__ import annotations

import itertools
import random

import pytest

from crmdesk.core.changes.change_set import Source, open_change_set
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_bulk import associate_many
from crmdesk.core.records.association_rows import End, ordered_pair
from crmdesk.core.records.record import Record
from crmdesk.core.records.schema import load_object_type, load_object_types
from crmdesk.core.records.types import PropertyFormat
from tests.builders import Desk


def associate(desk: Desk, one: Record, other: Record, label: str = ""):
    return desk.workspace.associations.associate(
        desk.admin, one.object_type, one.id, other.object_type, other.id, label
    )


def dissociate(desk: Desk, one: Record, other: Record, label: str = ""):
    return desk.workspace.associations.dissociate(
        desk.admin, one.object_type, one.id, other.object_type, other.id, label
    )


def others(desk: Desk, one: Record, object_name: str) -> list[tuple[int, tuple[str, ...]]]:
    found = desk.workspace.associations.list(desk.admin, one.object_type, one.id, object_name)
    return [(each.id, each.labels) for each in found]


def company(desk: Desk, name: str = "Northwind") -> Record:
    return desk.add("companies", name=name)


def refusal(act) -> str:
    with pytest.raises(UserError) as refused:
        act()
    return refused.value.code


def recounted(desk: Desk) -> None:
    """Every calculated count and last activity, reckoned in Python from the rows."""
    with desk.workspace.database.read() as tx:
        types = {each.id: each for each in load_object_types(tx)}
        by_name = {each.name: each for each in types.values()}
        live = {
            (each.id, row[0])
            for each in types.values()
            for row in tx.sql(f'SELECT id FROM "{each.table}" WHERE archived_at IS NULL')
        }
        near: dict[tuple[int, int], set[tuple[int, int]]] = {}
        for a, b, c, d in tx.sql(
            "SELECT from_type_id, from_id, to_type_id, to_id FROM associations"
        ):
            near.setdefault((a, b), set()).add((c, d))
            near.setdefault((c, d), set()).add((a, b))
        moments = {}
        for name in ("calls", "conversations", "tasks"):
            column = (
                "created_at" if name == "conversations" else "coalesce(hs_timestamp, created_at)"
            )
            each = by_name[name]
            for record_id, at in tx.sql(f'SELECT id, {column} FROM "{each.table}"'):
                moments[each.id, record_id] = at
        for each in types.values():
            for column in each.properties:
                if column.format not in (
                    PropertyFormat.ASSOCIATION_COUNT,
                    PropertyFormat.LAST_ACTIVITY,
                ):
                    continue
                for record_id, value in tx.sql(f'SELECT id, "{column.column}" FROM "{each.table}"'):
                    around = near.get((each.id, record_id), set()) & live
                    if column.format == PropertyFormat.ASSOCIATION_COUNT:
                        counted = by_name[column.name.rpartition("_associated_")[2]].id
                        number = sum(type_id == counted for type_id, _ in around)
                        expected = str(number) if number else None
                    else:
                        expected = max((moments[a] for a in around if a in moments), default=None)
                    assert value == expected, (each.name, record_id, column.name)


def test_an_association_is_seen_from_both_sides(desk: Desk):
    ann, northwind = desk.contact(firstname="Ann"), company(desk)

    associate(desk, ann, northwind)

    assert others(desk, ann, "companies") == [(northwind.id, ())]
    assert others(desk, northwind, "contacts") == [(ann.id, ())]
    found = desk.workspace.associations.list(desk.admin, "companies", northwind.id, "contacts")
    assert found[0].name == "Ann"


def test_whichever_side_it_is_made_from_one_row_is_stored(desk: Desk):
    ann, northwind = desk.contact(), company(desk)

    associate(desk, northwind, ann)
    again = associate(desk, ann, northwind)

    assert again.record_ids == ()
    rows = desk.sql("SELECT from_id, to_id, label_id FROM associations")
    assert rows == [(ann.id, northwind.id, 0)]


def test_the_order_of_a_pair_does_not_depend_on_who_asks():
    ends = [End(kind, number) for kind in (1, 2) for number in (1, 2, 3)]
    for one, other in itertools.permutations(ends, 2):
        assert ordered_pair(one, other) == ordered_pair(other, one)
        first, second = ordered_pair(one, other)
        assert (first.type_id, first.record_id) < (second.type_id, second.record_id)


def test_counts_follow_every_change(desk: Desk):
    ann, deal, other = desk.contact(), desk.deal(), desk.deal()

    associate(desk, ann, deal)
    associate(desk, other, ann)
    assert desk.value(ann, "num_associated_deals") == "2"
    assert desk.value(deal, "num_associated_contacts") == "1"

    desk.delete(deal)
    assert desk.value(ann, "num_associated_deals") == "1"
    desk.workspace.editor.unarchive(desk.admin, "deals", [deal.id])
    assert desk.value(ann, "num_associated_deals") == "2"
    desk.purge(other)
    assert desk.value(ann, "num_associated_deals") == "1"
    dissociate(desk, ann, deal)
    assert desk.value(ann, "num_associated_deals") is None
    recounted(desk)


def test_a_count_is_no_edit(desk: Desk):
    ann = desk.contact()

    associate(desk, ann, desk.deal())

    assert desk.read(ann).version == ann.version
    assert desk.read(ann).updated_at == ann.updated_at
    kinds = [e.kind for e in desk.workspace.records.history(desk.admin, "contacts", ann.id)]
    assert kinds == ["associate", "create"]


def test_the_last_activity_is_the_latest_live_one(desk: Desk):
    ann = desk.contact()
    early = desk.add("calls", hs_call_title="First", hs_timestamp="2026-03-01T09:00:00Z")
    late = desk.add("tasks", hs_task_subject="Then", hs_timestamp="2026-05-01T09:00:00Z")
    associate(desk, ann, early)
    associate(desk, ann, late)
    assert desk.value(ann, "notes_last_updated") == "2026-05-01T09:00:00.000Z"

    desk.edit(early, hs_timestamp="2026-06-01T09:00:00Z")
    assert desk.value(ann, "notes_last_updated") == "2026-06-01T09:00:00.000Z"
    desk.delete(early)
    assert desk.value(ann, "notes_last_updated") == "2026-05-01T09:00:00.000Z"
    recounted(desk)


def test_an_associated_record_in_the_recycle_bin_is_hidden_until_it_is_back(desk: Desk):
    ann, northwind = desk.contact(), company(desk)
    associate(desk, ann, northwind)

    desk.delete(northwind)
    assert others(desk, ann, "companies") == []
    desk.workspace.editor.unarchive(desk.admin, "companies", [northwind.id])
    assert others(desk, ann, "companies") == [(northwind.id, ())]


def test_purging_leaves_neither_association_nor_its_history(desk: Desk):
    ann, northwind = desk.contact(), company(desk)
    associate(desk, ann, northwind)

    desk.purge(ann)

    assert desk.sql("SELECT count(*) FROM associations") == [(0,)]
    assert desk.sql("SELECT count(*) FROM association_history") == [(0,)]


def test_what_takes_no_part_in_an_association_is_refused(desk: Desk):
    ann, northwind = desk.contact(), company(desk)
    desk.delete(northwind)

    assert refusal(lambda: associate(desk, ann, northwind)) == "record_in_recycle_bin"
    assert refusal(lambda: associate(desk, ann, ann)) == "association_self"
    assert refusal(lambda: dissociate(desk, ann, northwind)) == "not_associated"
    assert refusal(lambda: associate(desk, ann, company(desk), "Boss")) == (
        "association_label_unknown"
    )
    assert desk.sql("SELECT count(*) FROM associations") == [(0,)]


def test_a_label_reads_differently_from_each_side(desk: Desk):
    definitions = desk.workspace.association_definitions
    definitions.add_label(desk.admin, "companies", "contacts", "Founder", "Founded")
    ann, northwind = desk.contact(), company(desk)

    associate(desk, northwind, ann, "Founder")

    assert others(desk, northwind, "contacts") == [(ann.id, ("Founder",))]
    assert others(desk, ann, "companies") == [(northwind.id, ("Founded",))]


def test_a_label_within_one_object_has_a_direction(desk: Desk):
    definitions = desk.workspace.association_definitions
    definitions.add_label(desk.admin, "contacts", "contacts", "Manager", "Report")
    ann, bo = desk.contact(), desk.contact()

    associate(desk, bo, ann, "Report")

    assert others(desk, ann, "contacts") == [(bo.id, ("Manager",))]
    assert others(desk, bo, "contacts") == [(ann.id, ("Report",))]
    assert associate(desk, ann, bo, "Manager").record_ids == ()


def test_a_label_that_reads_the_same_both_ways_is_one_row(desk: Desk):
    desk.workspace.association_definitions.add_label(desk.admin, "contacts", "contacts", "Sibling")
    ann, bo = desk.contact(), desk.contact()

    associate(desk, bo, ann, "Sibling")

    assert associate(desk, ann, bo, "sibling").record_ids == ()
    assert others(desk, ann, "contacts") == [(bo.id, ("Sibling",))]


def test_labels_of_a_pair_are_changed_in_one_act(desk: Desk):
    definitions = desk.workspace.association_definitions
    for label in ("Buyer", "Adviser"):
        definitions.add_label(desk.admin, "deals", "contacts", label)
    deal, ann = desk.deal(), desk.contact()
    associate(desk, deal, ann, "Buyer")
    relabel = desk.workspace.associations.relabel

    change = relabel(desk.admin, "deals", deal.id, "contacts", ann.id, ["Adviser"])
    assert others(desk, deal, "contacts") == [(ann.id, ("Adviser",))]
    assert desk.value(deal, "num_associated_contacts") == "1"

    desk.workspace.associations.undo(desk.admin, change.change_id)
    assert others(desk, deal, "contacts") == [(ann.id, ("Buyer",))]
    relabel(desk.admin, "deals", deal.id, "contacts", ann.id, [])
    assert others(desk, deal, "contacts") == [(ann.id, ())]


def test_one_label_is_removed_and_the_other_stays(desk: Desk):
    definitions = desk.workspace.association_definitions
    for label in ("Buyer", "Adviser"):
        definitions.add_label(desk.admin, "deals", "contacts", label)
    deal, ann = desk.deal(), desk.contact()
    associate(desk, deal, ann, "Buyer")
    associate(desk, deal, ann, "Adviser")

    dissociate(desk, deal, ann, "Buyer")

    assert others(desk, deal, "contacts") == [(ann.id, ("Adviser",))]


def test_undoing_brings_back_what_was_dissociated_and_takes_away_what_was_added(desk: Desk):
    ann, northwind = desk.contact(), company(desk)
    service = desk.workspace.associations
    added = associate(desk, ann, northwind)

    undone = service.undo(desk.admin, added.change_id)
    assert (undone.undone, undone.skipped) == (1, 0)
    assert others(desk, ann, "companies") == []
    assert refusal(lambda: service.undo(desk.admin, added.change_id)) == "undone_already"

    again = service.undo(desk.admin, undone.change_id)
    assert again.undone == 1
    assert others(desk, ann, "companies") == [(northwind.id, ())]
    recounted(desk)


def test_taking_many_associations_back_is_one_entry(desk: Desk):
    northwind = company(desk)
    people = [desk.contact() for _ in range(3)]
    with desk.workspace.database.write() as tx:
        contacts, companies = load_object_type(tx, "contacts"), load_object_type(tx, "companies")
        change_id = open_change_set(tx, desk.admin, Source.IMPORT)
        associate_many(tx, change_id, contacts, companies, [(p.id, northwind.id) for p in people])

    desk.workspace.associations.undo(desk.admin, change_id)

    rows = desk.sql(
        "SELECT action, subjects FROM audit_events WHERE category = 'association' ORDER BY id"
    )
    assert rows == [("delete", 3)]
    recounted(desk)


def test_undoing_what_changed_since_is_refused_and_writes_nothing(desk: Desk):
    ann, northwind = desk.contact(), company(desk)
    added = associate(desk, ann, northwind)
    dissociate(desk, ann, northwind)
    before = desk.sql("SELECT count(*) FROM change_sets")

    with pytest.raises(UserError, match="changed since"):
        desk.workspace.associations.undo(desk.admin, added.change_id)

    assert desk.sql("SELECT count(*) FROM change_sets") == before


def test_a_limit_keeps_the_next_one_out_and_says_so(desk: Desk):
    desk.workspace.association_definitions.set_limit(desk.admin, "contacts", "companies", 1)
    ann, first, second = desk.contact(), company(desk), company(desk)
    associate(desk, ann, first)

    with pytest.raises(UserError) as refused:
        associate(desk, second, ann)

    assert refused.value.code == "association_limit_reached"
    assert refused.value.message == (f"Contact {ann.id} has 1 company, the most it may have.")
    desk.delete(first)
    associate(desk, ann, second)


def test_a_limit_of_one_label_says_nothing_about_its_other_reading(desk: Desk):
    definitions = desk.workspace.association_definitions
    manager = definitions.add_label(desk.admin, "contacts", "contacts", "Manager", "Report")
    definitions.set_limit(desk.admin, "contacts", "contacts", 1, manager.name)
    ann, bo, cy = desk.contact(), desk.contact(), desk.contact()

    associate(desk, ann, bo, "Manager")
    associate(desk, cy, bo, "Manager")

    assert refusal(lambda: associate(desk, ann, cy, "Manager")) == "association_limit_reached"


def test_many_are_associated_in_one_go(desk: Desk):
    people = [desk.contact() for _ in range(3)]
    northwind = company(desk)
    associate(desk, people[0], northwind)
    with desk.workspace.database.write() as tx:
        contacts, companies = load_object_type(tx, "contacts"), load_object_type(tx, "companies")
        change_id = open_change_set(tx, desk.admin, Source.IMPORT)
        pairs = [(each.id, northwind.id) for each in people]
        done = associate_many(tx, change_id, contacts, companies, pairs)

    assert (done.added, done.existing, done.over_limit) == (2, 1, ())
    assert desk.value(northwind, "num_associated_contacts") == "3"
    desk.workspace.associations.undo(desk.admin, change_id)
    assert desk.value(northwind, "num_associated_contacts") == "1"


def test_many_are_associated_within_the_limit_and_the_rest_are_told(desk: Desk):
    desk.workspace.association_definitions.set_limit(desk.admin, "companies", "contacts", 2)
    people = [desk.contact() for _ in range(3)]
    northwind = company(desk)
    with desk.workspace.database.write() as tx:
        contacts, companies = load_object_type(tx, "contacts"), load_object_type(tx, "companies")
        change_id = open_change_set(tx, desk.admin, Source.IMPORT)
        pairs = [(each.id, northwind.id) for each in people]
        done = associate_many(tx, change_id, contacts, companies, pairs)

    assert (done.added, done.over_limit) == (2, (2,))


def test_a_page_of_associations_is_a_page(desk: Desk):
    northwind = company(desk)
    people = [desk.contact() for _ in range(5)]
    for each in people:
        associate(desk, northwind, each)
    service = desk.workspace.associations

    pages = [
        [
            e.id
            for e in service.list(
                desk.admin, "companies", northwind.id, "contacts", limit=2, offset=start
            )
        ]
        for start in (0, 2, 4)
    ]

    assert sorted(each for page in pages for each in page) == sorted(each.id for each in people)
    assert [len(page) for page in pages] == [2, 2, 1]
    groups = service.groups(desk.admin, "companies", northwind.id)
    assert {g.object_name: g.count for g in groups if g.count} == {"contacts": 5}


def test_each_change_has_its_entry(desk: Desk):
    ann, northwind = desk.contact(), company(desk)
    associate(desk, ann, northwind)
    dissociate(desk, ann, northwind)

    rows = desk.sql(
        "SELECT subcategory, action, object_id FROM audit_events WHERE category = 'association' "
        "ORDER BY id"
    )
    assert rows == [("CONTACTS", "create", str(ann.id)), ("CONTACTS", "delete", str(ann.id))]


def test_counts_stand_whatever_was_done(desk: Desk):
    chance = random.Random(7)
    records = [
        *(desk.contact() for _ in range(3)),
        *(desk.deal() for _ in range(3)),
        *(company(desk) for _ in range(2)),
        *(desk.add("tasks", hs_task_subject="Call back") for _ in range(2)),
        *(desk.add("tickets", subject="Broken") for _ in range(2)),
    ]
    for _ in range(80):
        one, other = chance.sample(records, 2)
        act = chance.choice(("link", "link", "link", "cut", "delete", "back", "undo"))
        try:
            if act == "link":
                associate(desk, one, other)
            elif act == "cut":
                dissociate(desk, one, other)
            elif act == "delete" and chance.random() < 0.3:
                desk.delete(one)
            elif act == "back":
                desk.workspace.editor.unarchive(
                    desk.admin,
                    one.object_type,
                    [r.id for r in records if r.object_type == one.object_type],
                )
            elif act == "undo":
                newest = desk.sql("SELECT max(change_id) FROM association_history")[0][0]
                if newest:
                    desk.workspace.associations.undo(desk.admin, int(str(newest)))
        except UserError:
            continue
    recounted(desk)
