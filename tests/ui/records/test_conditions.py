"""Filters of the window in the core's words, and the records they find."""

from __future__ import annotations

import pytest

from crmdesk.core.records.filters import RecordQuery, parse_filter
from crmdesk.ui.records.conditions import (
    Ask,
    Condition,
    asks_of,
    condition_of,
    filter_of,
    filters_of,
)
from crmdesk.ui.records.palette import find_by_id, find_records
from tests.ui.pages import PageStand


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Condition("city", Ask.CONTAINS, ("berg",)), 1),
        (Condition("city", Ask.CONTAINS_NOT, ("berg",)), 2),
        (Condition("city", Ask.IS, ("Bergen",)), 1),
        (Condition("city", Ask.HAS), 2),
        (Condition("city", Ask.HAS_NOT), 1),
        (Condition("hubspotscore", Ask.BETWEEN, ("2", "10")), 1),
        (Condition("hubspotscore", Ask.AT_LEAST, ("9",)), 2),
        (Condition("hubspotscore", Ask.AT_MOST, ("9",)), 1),
        (Condition("hs_email_optout", Ask.YES), 1),
        (Condition("hs_email_optout", Ask.NO), 1),
        (Condition("lifecyclestage", Ask.ANY_OF, ("lead", "customer")), 2),
        (Condition("lifecyclestage", Ask.NONE_OF, ("lead", "customer")), 1),
        (Condition("city", Ask.STARTS_WITH, ("ber",)), 1),
        (Condition("city", Ask.ENDS_WITH, ("lo",)), 1),
        (Condition("city", Ask.IS_NOT, ("Oslo",)), 2),
        (Condition("hubspotscore", Ask.MORE_THAN, ("9",)), 1),
        (Condition("hubspotscore", Ask.LESS_THAN, ("9",)), 0),
        (Condition("createdate", Ask.PERIOD, ("today",)), 3),
        (Condition("createdate", Ask.PERIOD, ("yesterday",)), 0),
        (Condition("createdate", Ask.AFTER, ("2020-01-01",)), 3),
        (Condition("createdate", Ask.BEFORE, ("2020-01-01",)), 0),
        (Condition("createdate", Ask.DAYS, ("2020-01-01", "2199-01-01")), 3),
    ],
)
def test_each_condition_finds_what_it_says(desk, condition, found):
    desk.contact(city="Bergen", hubspotscore="9", lifecyclestage="lead", hs_email_optout="yes")
    desk.contact(city="Oslo", hubspotscore="100", lifecyclestage="customer", hs_email_optout="no")
    desk.contact()
    contacts = desk.workspace.definitions.object(desk.admin, "contacts")
    assert condition.ask in asks_of(contacts.by_name[condition.property])

    query = RecordQuery("contacts", filters_of([condition], contacts))

    assert desk.workspace.records.count(desk.admin, query) == found
    assert condition_of(query.filters[0], contacts.by_name[condition.property]) == condition


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("lifecyclestage:eq:lead", Ask.ANY_OF),
        ("lifecyclestage:neq:lead", Ask.NONE_OF),
        ("city:in:Oslo,Rome", Ask.AS_WRITTEN),
        ("createdate:gt:2026-01-01T00:00:00.000Z", Ask.AS_WRITTEN),
        ("createdate:within:last_45_days", Ask.PERIOD),
        ("hs_email_optout:eq:false", Ask.NO),
    ],
)
def test_a_filter_made_elsewhere_is_shown_and_asks_the_same(desk, text, ask):
    contacts = desk.workspace.definitions.object(desk.admin, "contacts")
    made = parse_filter(text)

    condition = condition_of(made, contacts.by_name[made.property])

    assert condition.ask is ask
    assert filter_of(condition).property == made.property


def test_the_palette_finds_records_by_name_and_by_record_id(desk, qapp, tmp_path):
    ann = desk.contact(firstname="Ann", lastname="Devon", email="ann@eastern.example")
    deal = desk.deal(dealname="Devon moorland order")
    stand = PageStand(desk.workspace, desk.admin, tmp_path)

    by_name = find_records(stand.desk, "devon")
    assert [(one.object_type.name, one.id) for one in by_name] == [
        ("contacts", ann.id),
        ("deals", deal.id),
    ]
    assert by_name[0].detail == "ann@eastern.example"
    assert {one.object_type.name for one in find_by_id(stand.desk, "#1")} == {"contacts", "deals"}
    assert find_by_id(stand.desk, "no number") == []
    stand.close()
