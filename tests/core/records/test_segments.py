"""Segments: active ones follow their filter, static ones hold what was put into them."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.filters import Filter, Operator, RecordQuery, parse_filter
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.segment_rows import SegmentKind
from crmdesk.core.records.types import PropertyType
from tests.builders import Desk

OSLO = ((parse_filter("city:eq:Oslo"),),)


def members(desk: Desk, segment_id: int, object_name: str = "contacts") -> set[int]:
    query = RecordQuery(object_name, segment=segment_id)
    return set(desk.workspace.records.ids(desk.admin, query))


def size(desk: Desk, segment_id: int) -> int | None:
    return desk.workspace.segments.show(desk.admin, segment_id).size


def test_an_active_segment_is_always_current(desk: Desk):
    ann, bo = desk.contact(city="Oslo"), desk.contact(city="Rome")
    oslo = desk.workspace.segments.add(desk.admin, "contacts", "In Oslo", OSLO)
    assert members(desk, oslo) == {ann.id}
    desk.edit(bo, city="Oslo")
    desk.delete(ann)
    assert members(desk, oslo) == {bo.id}
    assert size(desk, oslo) == 1


def test_a_static_segment_keeps_what_was_put_into_it(desk: Desk):
    ann, bo, cy = (desk.contact(city="Oslo") for _ in range(3))
    segments = desk.workspace.segments
    picked = segments.add(desk.admin, "contacts", "Picked", members=Picked([ann.id, 10**9]))
    assert segments.show(desk.admin, picked).kind is SegmentKind.STATIC
    assert segments.add_members(desk.admin, picked, Picked([ann.id, bo.id])) == 1
    desk.edit(ann, city="Rome")
    assert members(desk, picked) == {ann.id, bo.id}
    assert segments.remove_members(desk.admin, picked, Picked([ann.id, cy.id])) == 1
    assert members(desk, picked) == {bo.id}


def test_a_filter_result_of_this_moment_becomes_members(desk: Desk):
    ann = desk.contact(city="Oslo")
    query = RecordQuery("contacts", OSLO[0])
    frozen = desk.workspace.segments.add(
        desk.admin, "contacts", "Oslo today", members=Picked(query=query)
    )
    desk.contact(city="Oslo")
    assert members(desk, frozen) == {ann.id}


def test_the_records_of_an_import_become_members(desk: Desk, tmp_path: Path):
    known = desk.contact(email="known@example.org")
    desk.contact()
    path = tmp_path / "people.csv"
    path.write_text("Email,City\nknown@example.org,Oslo\nnew@example.org,Rome\n", encoding="utf-8")
    imports = desk.workspace.imports
    import_id = imports.start(desk.admin, imports.inspect(desk.admin, path).request())
    desk.workspace.run_job(str(imports.show(desk.admin, import_id).job_id))
    segment = desk.workspace.segments.add(
        desk.admin, "contacts", "From the fair", members=Picked(import_id=import_id)
    )
    assert len(members(desk, segment)) == 2
    assert known.id in members(desk, segment)
    with pytest.raises(UserError, match="no finished import"):
        desk.workspace.segments.add_members(desk.admin, segment, Picked(import_id="none"))


def test_a_deleted_member_is_hidden_and_comes_back_with_the_record(desk: Desk):
    ann = desk.contact()
    picked = desk.workspace.segments.add(desk.admin, "contacts", "Picked", members=Picked([ann.id]))
    desk.delete(ann)
    assert (members(desk, picked), size(desk, picked)) == (set(), 0)
    desk.workspace.editor.unarchive(desk.admin, "contacts", [ann.id])
    assert members(desk, picked) == {ann.id}
    desk.purge(ann)
    assert desk.sql("SELECT count(*) FROM segment_members") == [(0,)]


def test_a_segment_narrows_a_query_together_with_its_filters(desk: Desk):
    ann = desk.contact(city="Oslo", firstname="Ann")
    desk.contact(city="Oslo", firstname="Bo")
    oslo = desk.workspace.segments.add(desk.admin, "contacts", "In Oslo", OSLO)
    only = Filter("firstname", Operator.EQ, ("Ann",))
    query = RecordQuery("contacts", (only,), segment=oslo)
    assert list(desk.workspace.records.ids(desk.admin, query)) == [ann.id]
    with pytest.raises(UserError, match="no segment"):
        desk.workspace.records.ids(desk.admin, RecordQuery("deals", segment=oslo))


def test_names_are_taken_once_per_object_until_the_segment_is_removed(desk: Desk):
    segments = desk.workspace.segments
    oslo = segments.add(desk.admin, "contacts", "In Oslo", OSLO)
    with pytest.raises(UserError, match="already"):
        segments.add(desk.admin, "contacts", "IN OSLO", OSLO)
    segments.add(desk.admin, "companies", "In Oslo", OSLO)
    segments.remove(desk.admin, oslo)
    segments.add(desk.admin, "contacts", "In Oslo", OSLO)
    with pytest.raises(UserError, match="no segment"):
        segments.show(desk.admin, oslo)


def test_an_active_segment_needs_filters_that_can_be_asked(desk: Desk):
    segments = desk.workspace.segments
    with pytest.raises(UserError, match="at least one filter"):
        segments.add(desk.admin, "contacts", "Everybody")
    with pytest.raises(UserError, match="no property"):
        segments.add(desk.admin, "contacts", "Odd", ((parse_filter("shoe:eq:43"),),))
    secret = ((parse_filter("date_of_birth:has_property"),),)
    with pytest.raises(UserError, match="sensitive"):
        segments.add(desk.admin, "contacts", "Secret", secret)
    assert segments.list(desk.admin) == []


def test_a_static_segment_has_no_filter_and_an_active_one_no_members(desk: Desk):
    segments = desk.workspace.segments
    oslo = segments.add(desk.admin, "contacts", "In Oslo", OSLO)
    picked = segments.add(desk.admin, "contacts", "Picked", members=Picked())
    with pytest.raises(UserError, match="active segment"):
        segments.add_members(desk.admin, oslo, Picked([1]))
    with pytest.raises(UserError, match="static segment"):
        segments.set(desk.admin, picked, groups=OSLO)


def test_only_who_made_a_segment_and_super_admins_change_it(desk: Desk):
    una, marc = desk.user("Una Berg"), desk.user("Marc Dubois")
    segments = desk.workspace.segments
    oslo = segments.add(una, "contacts", "In Oslo", OSLO)
    assert not segments.show(marc, oslo).mine
    for act in (
        lambda: segments.set(marc, oslo, name="Mine"),
        lambda: segments.remove(marc, oslo),
    ):
        with pytest.raises(PermissionDenied):
            act()
    segments.set(una, oslo, name="Oslo")
    segments.set(desk.admin, oslo, groups=((parse_filter("city:eq:Bergen"),),))
    assert segments.show(una, oslo).name == "Oslo"


def test_making_changing_and_deleting_a_segment_are_entries(desk: Desk):
    segments = desk.workspace.segments
    oslo = segments.add(desk.admin, "contacts", "In Oslo", OSLO)
    segments.set(desk.admin, oslo, groups=((parse_filter("city:eq:Bergen"),),))
    segments.remove(desk.admin, oslo)
    rows = desk.sql(
        "SELECT category, action, object_id FROM audit_events WHERE subcategory = 'SEGMENT'"
    )
    assert rows == [("list", action, str(oslo)) for action in ("create", "update", "delete")]


def test_a_segment_whose_property_is_gone_has_no_size_and_says_why(desk: Desk):
    definitions = desk.workspace.definitions
    definitions.add_property(
        desk.admin, "contacts", PropertyDefinition("shoe", "Shoe size", PropertyType.NUMBER)
    )
    big = desk.workspace.segments.add(
        desk.admin, "contacts", "Big feet", ((parse_filter("shoe:gt:45"),),)
    )
    assert size(desk, big) == 0
    definitions.archive_property(desk.admin, "contacts", "shoe")
    assert size(desk, big) is None
    with pytest.raises(UserError, match="no property"):
        members(desk, big)
