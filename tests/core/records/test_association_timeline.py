"""Associations in the history of a record: one line an act, read from the record's own side."""

from __future__ import annotations

from crmdesk.core.changes.change_set import Source, open_change_set
from crmdesk.core.records.association_bulk import associate_many
from crmdesk.core.records.record import HistoryEntry, Record
from crmdesk.core.records.schema import load_object_type
from tests.builders import Desk
from tests.core.records.test_associations import associate, company, dissociate


def told(desk: Desk, record: Record) -> list[HistoryEntry]:
    entries = desk.workspace.records.history(desk.admin, record.object_type, record.id)
    return [entry for entry in entries if entry.association is not None]


def lines(desk: Desk, record: Record) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (entry.kind, entry.association.name, entry.association.labels)
        for entry in told(desk, record)
        if entry.association is not None
    ]


def _labels(desk: Desk) -> None:
    add = desk.workspace.association_definitions.add_label
    add(desk.admin, "contacts", "companies", "Employer", "Employee")
    add(desk.admin, "contacts", "contacts", "Manager", "Report")


def test_both_sides_tell_what_the_other_is_to_them(desk: Desk):
    _labels(desk)
    ann, bo, northwind = desk.contact(firstname="Ann"), desk.contact(firstname="Bo"), company(desk)
    associate(desk, ann, northwind, "Employer")
    associate(desk, ann, bo, "Manager")

    assert lines(desk, ann) == [
        ("associate", "Bo", ("Manager",)),
        ("associate", "Northwind", ("Employer",)),
    ]
    assert lines(desk, northwind) == [("associate", "Ann", ("Employee",))]
    assert lines(desk, bo) == [("associate", "Ann", ("Report",))]
    newest = told(desk, ann)[0]
    assert (newest.user_name, newest.source) == ("Ingrid Solberg", "CRM_UI")


def test_labels_that_are_exchanged_are_one_line_with_both(desk: Desk):
    _labels(desk)
    ann, northwind = desk.contact(), company(desk)
    associate(desk, ann, northwind)
    desk.workspace.associations.relabel(
        desk.admin, "contacts", ann.id, "companies", northwind.id, ["Employer"]
    )
    dissociate(desk, ann, northwind)

    ended, relabelled, added = (entry.association for entry in told(desk, ann))
    assert ended is not None
    assert relabelled is not None
    assert added is not None
    assert [entry.kind for entry in told(desk, ann)] == ["dissociate", "relabel", "associate"]
    assert (relabelled.old_labels, relabelled.labels) == ((), ("Employer",))
    assert (added.labels, ended.labels) == ((), ("Employer",))


def test_however_many_one_act_associated_they_are_one_line(desk: Desk):
    people = [desk.contact() for _ in range(3)]
    northwind = company(desk)
    with desk.workspace.database.write() as tx:
        change_id = open_change_set(tx, desk.admin, Source.IMPORT)
        pair = load_object_type(tx, "companies"), load_object_type(tx, "contacts")
        associate_many(tx, change_id, *pair, [(northwind.id, each.id) for each in people])

    (entry,) = told(desk, northwind)
    assert entry.association is not None
    assert (entry.association.count, entry.association.record_id) == (3, None)
    assert entry.association.plural_label == "Contacts"
    assert lines(desk, people[0]) == [("associate", "Northwind", ())]


def test_a_record_of_the_bin_keeps_its_name_and_a_purged_one_leaves_no_line(desk: Desk):
    ann, northwind = desk.contact(), company(desk)
    associate(desk, ann, northwind)
    desk.delete(northwind)
    assert lines(desk, ann) == [("associate", "Northwind", ())]
    desk.purge(northwind)
    assert lines(desk, ann) == []


def test_a_name_shows_nothing_sensitive(desk: Desk):
    ann, bo = desk.contact(firstname="Ann", lastname="Devon"), desk.contact()
    desk.workspace.definitions.set_property(desk.admin, "contacts", "lastname", {"sensitive": True})
    associate(desk, bo, ann)
    assert lines(desk, bo) == [("associate", "Ann", ())]


def test_the_history_of_a_property_tells_of_no_association(desk: Desk):
    ann = desk.contact(phone="1")
    associate(desk, ann, company(desk))
    (only,) = desk.workspace.records.history(desk.admin, "contacts", ann.id, "phone")
    assert (only.kind, only.association) == ("create", None)
