"""Filters: groups, days reckoned from today, and what texts and JSON make of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.errors import UserError
from crmdesk.core.records.filters import (
    Filter,
    Operator,
    RecordQuery,
    from_json,
    parse_filter,
    parse_groups,
    to_json,
)
from crmdesk.core.records.periods import Moment, Period, bounds, days_of, is_period
from tests.builders import Desk

OSLO = ZoneInfo("Europe/Oslo")
SUNDAY = date(2026, 11, 22)


def found(desk: Desk, *texts: str, object_name: str = "contacts") -> set[int]:
    groups = parse_groups(texts, "--or")
    query = RecordQuery(object_name, groups[0], alternatives=groups[1:])
    ids = desk.workspace.records.ids(desk.admin, query)
    assert len(ids) == desk.workspace.records.count(desk.admin, query)
    return set(ids)


def test_all_filters_of_a_group_must_hold_and_one_group_is_enough(desk: Desk):
    ann = desk.contact(firstname="Ann", city="Oslo")
    bo = desk.contact(firstname="Bo", city="Oslo")
    cy = desk.contact(firstname="Cy", city="Rome")
    assert found(desk, "city:eq:Oslo", "firstname:eq:Ann") == {ann.id}
    assert found(desk, "city:eq:Oslo", "firstname:eq:Ann", "--or", "city:eq:Rome") == {
        ann.id,
        cy.id,
    }
    assert found(desk, "firstname:eq:Bo", "--or", "city:eq:Rome", "firstname:eq:Cy") == {
        bo.id,
        cy.id,
    }


def test_texts_are_found_by_how_they_begin_and_end_with_wildcards_taken_literally(desk: Desk):
    percent = desk.contact(city="100% Oslo")
    desk.contact(city="100 Oslo")
    assert found(desk, "city:starts_with:100%") == {percent.id}
    assert len(found(desk, "city:ends_with:OSLO")) == 2


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-11-22", "2026-11-22"),
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("tomorrow", "2026-11-23", "2026-11-23"),
        ("this_week", "2026-11-16", "2026-11-22"),
        ("last_week", "2026-11-09", "2026-11-15"),
        ("next_week", "2026-11-23", "2026-11-29"),
        ("this_month", "2026-11-01", "2026-11-30"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("next_month", "2026-12-01", "2026-12-31"),
        ("this_quarter", "2026-10-01", "2026-12-31"),
        ("last_quarter", "2026-07-01", "2026-09-30"),
        ("this_year", "2026-01-01", "2026-12-31"),
        ("last_year", "2025-01-01", "2025-12-31"),
        ("last_30_days", "2026-10-24", "2026-11-22"),
        ("next_7_days", "2026-11-22", "2026-11-28"),
    ],
)
def test_a_period_is_reckoned_from_today(name: str, first: str, last: str):
    assert days_of(name, SUNDAY) == (date.fromisoformat(first), date.fromisoformat(last))


@given(day=st.dates(date(1950, 1, 1), date(2199, 12, 31)), name=st.sampled_from(list(Period)))
def test_periods_follow_one_another_without_a_gap(day: date, name: Period):
    first, last = days_of(name, day)
    assert first <= last
    word = name.partition("_")[2]
    if word and f"last_{word}" in set(Period):
        assert (days_of(f"this_{word}", day)[0] - days_of(f"last_{word}", day)[1]).days == 1


def test_a_day_of_the_zone_is_not_a_day_in_utc(timed_desk: Desk):
    timed_desk.time.at = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    timed_desk.admin = timed_desk.signed_in(1, "ingrid@northwind.example", "Ingrid Solberg")
    late = timed_desk.contact()
    # In Oslo it is the 23rd already.
    assert found(timed_desk, "createdate:within:today") == {late.id}
    assert found(timed_desk, "createdate:within:2026-11-22,2026-11-22") == set()
    assert found(timed_desk, "createdate:eq:2026-11-23") == {late.id}
    assert found(timed_desk, "createdate:gt:2026-11-22") == {late.id}
    assert found(timed_desk, "createdate:gt:2026-11-23") == set()
    assert found(timed_desk, "createdate:lte:2026-11-23") == {late.id}
    assert found(timed_desk, "createdate:lt:2026-11-23") == set()
    assert found(timed_desk, "createdate:neq:2026-11-23") == set()


def test_the_ends_of_a_day_on_which_the_clock_changes_are_its_own():
    first, last = bounds(date(2026, 10, 25), date(2026, 10, 25), OSLO)
    assert (first, last) == ("2026-10-24T22:00:00.000Z", "2026-10-25T22:59:59.999Z")
    assert Moment(datetime(2026, 10, 24, 22, 0, tzinfo=UTC), OSLO).today == date(2026, 10, 25)


@pytest.mark.parametrize("text", ["soon", "last_0_days", "last_99999_days", "2026-1-1", ""])
def test_what_is_no_period_is_refused(text: str):
    assert not is_period(text)
    with pytest.raises(UserError, match="names no days"):
        parse_filter(f"createdate:within:{text}")


def test_days_are_asked_of_dates_alone(desk: Desk):
    with pytest.raises(UserError, match="holds no date"):
        found(desk, "city:within:today")
    with pytest.raises(UserError, match="is not a day"):
        found(desk, "createdate:within:2026-02-30,2026-03-01")


def test_a_group_without_a_filter_is_refused():
    for texts in (["--or", "city:eq:Oslo"], ["city:eq:Oslo", "--or"]):
        with pytest.raises(UserError, match="no filter beside"):
            parse_groups(texts, "--or")


_FILTERS = st.builds(
    Filter,
    st.text(min_size=1),
    st.sampled_from(Operator),
    st.lists(st.text()).map(tuple),
)


@given(groups=st.lists(st.lists(_FILTERS).map(tuple)).map(tuple))
def test_groups_come_back_from_json_as_they_were(groups: tuple[tuple[Filter, ...], ...]):
    assert from_json(to_json(groups)) == groups


def test_many_filters_are_no_deeper_than_the_database_allows(desk: Desk):
    desk.contact(city="Oslo")
    texts = [part for i in range(400) for part in (f"city:eq:{i}", "--or")]
    assert len(found(desk, *texts, "city:eq:Oslo")) == 1
