"""Filters of the window in the core's words, and the records they find."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crmdesk.core.records.filters import RecordQuery
from crmdesk.ui.records.conditions import Ask, Condition, asks_of, filters_of
from crmdesk.ui.records.palette import find_by_id, find_records
from tests.ui.pages import PageStand

OSLO = ZoneInfo("Europe/Oslo")
# 23:30 UTC is the next day in Oslo.
LATE = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)


def test_today_is_the_day_of_the_workspace_zone(desk):
    contacts = desk.workspace.definitions.object(desk.admin, "contacts")

    (found,) = filters_of(Condition("createdate", Ask.TODAY), contacts, OSLO, now=LATE)

    assert found.values == ("2026-11-22T23:00:00.000Z", "2026-11-23T22:59:59.999Z")


@pytest.mark.parametrize(
    ("ask", "first", "last"),
    [
        (Ask.YESTERDAY, "2026-11-22", "2026-11-22"),
        (Ask.LAST_7_DAYS, "2026-11-17", "2026-11-23"),
        (Ask.LAST_30_DAYS, "2026-10-25", "2026-11-23"),
        (Ask.THIS_MONTH, "2026-11-01", "2026-11-30"),
    ],
)
def test_the_presets_of_a_date_hold_both_ends(desk, ask, first, last):
    products = desk.workspace.definitions.object(desk.admin, "products")
    condition = Condition("hs_recurring_billing_start_date", ask)

    (found,) = filters_of(condition, products, OSLO, now=LATE)

    assert found.values == (first, last)


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
        (Condition("createdate", Ask.TODAY), 3),
        (Condition("createdate", Ask.YESTERDAY), 0),
    ],
)
def test_each_condition_finds_what_it_says(desk, condition, found):
    desk.contact(city="Bergen", hubspotscore="9", lifecyclestage="lead", hs_email_optout="yes")
    desk.contact(city="Oslo", hubspotscore="100", lifecyclestage="customer", hs_email_optout="no")
    desk.contact()
    contacts = desk.workspace.definitions.object(desk.admin, "contacts")
    assert condition.ask in asks_of(contacts.by_name[condition.property])

    query = RecordQuery("contacts", filters_of(condition, contacts, OSLO))

    assert desk.workspace.records.count(desk.admin, query) == found


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
