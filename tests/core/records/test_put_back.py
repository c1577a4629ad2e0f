"""A value of a record's history, put back."""

from __future__ import annotations

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.records.record import MASKED, HistoryEntry, Record
from tests.builders import Desk


def entries(desk: Desk, record: Record, name: str) -> list[HistoryEntry]:
    found = desk.workspace.records.history(desk.admin, record.object_type, record.id, name)
    return [each for each in found if each.kind == "value"]


def test_the_value_a_record_was_made_with_has_a_line_and_stands_again(desk: Desk):
    ann = desk.contact(phone="1", date_of_birth="1980-02-03")
    desk.edit(ann, phone="2", city="Oslo")
    history = desk.workspace.records.history
    newest, first = history(desk.admin, "contacts", ann.id, "phone")
    assert (newest.kind, newest.old, newest.new) == ("value", "1", "2")
    assert (first.kind, first.property, first.old, first.new) == ("create", "phone", None, "1")
    assert (first.source, first.user_name) == ("CRM_UI", desk.admin.full_name)
    # What was blank has none, what is sensitive stays masked, what never changed has one too.
    assert len(history(desk.admin, "contacts", ann.id, "city")) == 1
    (born,) = history(desk.admin, "contacts", ann.id, "date_of_birth")
    assert (born.kind, born.new) == ("create", MASKED)
    assert history(desk.admin, "contacts", ann.id, "createdate") == []
    put_back = desk.workspace.editor.put_back
    put_back(desk.admin, "contacts", ann.id, "phone", first.change_id)
    assert desk.value(ann, "phone") == "1"
    with pytest.raises(UserError):
        put_back(desk.admin, "contacts", ann.id, "phone", first.change_id, before=True)


def test_a_property_that_came_later_has_no_first_value(timed_desk: Desk):
    desk = timed_desk
    ann = desk.contact(city="Oslo")
    desk.time.forward(minutes=1)
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE properties SET created_at = ? WHERE name = 'city'", (tx.now_text,))
    assert desk.workspace.records.history(desk.admin, "contacts", ann.id, "city") == []


def test_every_value_of_the_history_can_stand_again(desk: Desk):
    ann = desk.contact(phone="1")
    desk.edit(ann, phone="2")
    desk.edit(ann, phone="")
    newest, oldest = entries(desk, ann, "phone")
    editor = desk.workspace.editor
    editor.put_back(desk.admin, "contacts", ann.id, "phone", oldest.change_id)
    assert desk.value(ann, "phone") == "2"
    editor.put_back(desk.admin, "contacts", ann.id, "phone", oldest.change_id, before=True)
    assert desk.value(ann, "phone") == "1"
    editor.put_back(desk.admin, "contacts", ann.id, "phone", newest.change_id)
    assert desk.value(ann, "phone") is None
    assert {e.source for e in entries(desk, ann, "phone")[:3]} == {"ACTIVITY_LOG_REVERT"}


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("createdate_typed", "2026-11-22 09:30", "2026-11-23 10:00"),
        ("hubspot_owner_id", "ingrid@northwind.example", ""),
        ("lifecyclestage", "lead", "customer"),
    ],
)
def test_canonical_values_of_any_kind_come_back_as_they_were(
    desk: Desk, name: str, first: str, second: str
):
    if name == "createdate_typed":
        call = desk.add("calls", hs_call_title="Call", hs_timestamp=first)
        record, name = call, "hs_timestamp"
    else:
        record = desk.contact(**{name: first})
    before = desk.value(record, name)
    desk.edit(record, **{name: second})
    (entry,) = entries(desk, record, name)
    desk.workspace.editor.put_back(
        desk.admin, record.object_type, record.id, name, entry.change_id, before=True
    )
    assert desk.value(record, name) == before


def test_a_value_that_is_taken_by_now_is_refused(desk: Desk):
    ann = desk.contact(email="ann@example.org")
    desk.edit(ann, email="other@example.org")
    (entry,) = entries(desk, ann, "email")
    desk.contact(email="ann@example.org")
    with pytest.raises(UserError, match="Another contact"):
        desk.workspace.editor.put_back(
            desk.admin, "contacts", ann.id, "email", entry.change_id, before=True
        )
    with pytest.raises(UserError, match="no such change"):
        desk.workspace.editor.put_back(desk.admin, "contacts", ann.id, "phone", entry.change_id)


def test_a_sensitive_value_is_put_back_unseen_by_those_who_may_edit_it(desk: Desk):
    ann = desk.contact(date_of_birth="1980-02-03")
    desk.edit(ann, date_of_birth="1981-02-03")
    (entry,) = entries(desk, ann, "date_of_birth")
    marc = desk.user("Marc Dubois", Permission.EDIT_SENSITIVE)
    una = desk.user("Una Berg")
    put_back = desk.workspace.editor.put_back
    with pytest.raises(PermissionDenied):
        put_back(una, "contacts", ann.id, "date_of_birth", entry.change_id, before=True)
    put_back(marc, "contacts", ann.id, "date_of_birth", entry.change_id, before=True)
    shown = desk.workspace.records.reveal(desk.admin, "contacts", ann.id, ["date_of_birth"])
    assert shown["date_of_birth"] == "1980-02-03"
