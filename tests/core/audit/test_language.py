from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from crmdesk.core.audit.filters import (
    AuditFilters,
    Choices,
)
from crmdesk.core.audit.filters_json import filters_from_json, filters_to_json
from crmdesk.core.audit.language import parse_search
from crmdesk.core.audit.language_render import complete, render_search
from crmdesk.core.audit.vocabulary import Group, Person, Vocabulary, Word

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")
WORDS = Vocabulary(
    (Word("login", "Login"), Word("security", "Security activity"), Word("crm_object", "Records")),
    (Word("LOGIN_FAILED", "Login failed", ("login",)), Word("DEALS", "Deals", ("crm_object",))),
    (Word("delete", "Delete"), Word("create", "Create")),
    (Word("ok", "ok"), Word("refused", "refused")),
    (Word("user", "user"), Word("system", "system")),
    (Word("contacts", "Contacts"), Word("deals", "Deals")),
    (
        Person(1, "ann@example.org", "Ann Dahl", False),
        Person(2, "twice@example.org", "Old Namesake", True),
        Person(3, "Twice@example.org", 'Liv "Lille" Å', False),
        Person(4, "#7", "", False),
    ),
    (Group(1, "Sales Nordic", False), Group(2, "Sales Nordic", True), Group(3, "Ops", False)),
)


def read(text):
    found = parse_search(text, WORDS, NOW, OSLO)
    assert found.problems == ()
    return found.filters


def problems(text):
    return [
        (each.code, text[each.start : each.end])
        for each in parse_search(text, WORDS, NOW, OSLO).problems
    ]


def test_one_text_means_what_the_filters_say():
    text = (
        "action:delete by:ann after:2026-11-01 -category:login subcategory:deals object:deals "
        "id:17 result:refused address:192.0.2.* comment:refund "
        'category:"security ACTIVITY" team:ops user:ANN@example.org '
        'is:people kind:system entry:5 "Acme Ltd" wo-rd -"not \\"this\\""'
    )

    assert read(text) == AuditFilters(
        categories=("security",),
        subcategories=("DEALS",),
        actions=("delete",),
        by=("ann",),
        user_ids=(1,),
        team_ids=(3,),
        actor_kinds=("system",),
        results=("refused",),
        object_types=("deals",),
        object_ids=("17",),
        addresses=("192.0.2.*",),
        comments=("refund",),
        ids=(5,),
        texts=("Acme Ltd", "wo-rd"),
        without=Choices(categories=("login",), texts=('not "this"',)),
        people_only=True,
        since=datetime(2026, 10, 31, 23, tzinfo=UTC),
    )
    assert read("") == read("  \t ") == read('""') == AuditFilters()
    assert read("action:delete ACTION:Delete action:create").actions == ("delete", "create")


def test_dates_are_days_of_the_zone_with_both_ends_in_them():
    midnight = datetime(2026, 11, 1, 23, tzinfo=UTC)
    day = timedelta(days=1)
    one = timedelta(milliseconds=1)

    assert (read("on:2026-11-02").since, read("on:2026-11-02").until) == (
        midnight,
        midnight + day - one,
    )
    assert read("until:2026-11-02").until == midnight + day - one
    assert read("before:2026-11-02").until == midnight - one
    # The day on which the clocks of Oslo went back has 25 hours.
    changed = read("on:2026-10-25")
    assert changed.until - changed.since == timedelta(hours=25) - one
    month = read("on:2026-02")
    assert (month.until + one - month.since) == timedelta(days=28)
    assert read("since:2026-11-02T00:00").since == midnight
    assert read("until:2026-11-02T00:00Z").until == midnight + timedelta(hours=1, minutes=1) - one
    assert read("after:2026-11-02T00:00:00.500+01:00").since == midnight + 500 * one
    assert read("on:today").since == midnight + 20 * day
    assert read("on:Yesterday after:2026-11-01 after:2026-11-02").since == midnight + 19 * day
    assert read("last:30d") == AuditFilters(last_days=30)


def test_imported_logs_are_asked_for_or_left_out():
    assert read("is:imported") == AuditFilters(imported_only=True)
    assert read("-is:imported") == AuditFilters(own_only=True)
    assert problems("-is:people") == [("cannot_exclude", "-is:people")]


def test_an_entry_of_an_imported_log_is_found_by_its_number_below_zero():
    assert read("entry:-3") == AuditFilters(ids=(-3,))


def test_what_means_nothing_is_pointed_at_and_the_rest_still_counts():
    assert problems("action:delte action:delete colour:red x") == [
        ("value_unknown", "action:delte"),
        ("key_unknown", "colour:red"),
    ]
    found = parse_search("action:delte catgory:login by: x", WORDS, NOW, OSLO)
    assert [each.nearest for each in found.problems] == ["delete", "category", None]
    assert found.filters == AuditFilters(texts=("x",))
    for text, code in {
        "by:nobody": "value_unknown",
        "user:ann": "value_unknown",
        "user:twice@example.org": "value_unknown",
        "team:#x": "value_unknown",
        "is:odd": "value_unknown",
        "entry:x1": "number_invalid",
        "entry:-": "number_invalid",
        "entry:" + "9" * 40: "number_invalid",
        "last:0d": "days_invalid",
        "last:99999999999": "days_invalid",
        "after:": "value_missing",
        'by:""': "value_missing",
        'action:"delete': "quote_open",
        '"Acme': "quote_open",
        "after:2026-13-01": "date_invalid",
        "until:9999-12-31": "date_invalid",
        "after:0001-01-01": "date_invalid",
        "after:2026-02-30T10:00": "date_invalid",
        "after:soon": "date_invalid",
        "-last:3d": "cannot_exclude",
        "-on:today": "cannot_exclude",
    }.items():
        assert problems(text) == [(code, text)], text
    assert problems("after:2026-11-05 before:2026-11-05") == [
        ("range_reversed", "before:2026-11-05")
    ]


TEXT = st.text(min_size=1, max_size=12).filter(lambda text: text.strip())


def some(values):
    return st.lists(values, max_size=3, unique=True).map(tuple)


CHOICES = {
    "categories": some(st.sampled_from(["login", "security"])),
    "subcategories": some(st.sampled_from(["LOGIN_FAILED", "DEALS"])),
    "actions": some(st.sampled_from(["delete", "create"])),
    "by": some(st.sampled_from(["ann", "Sales N", 'liv "l', "TWICE"])),
    "user_ids": some(st.sampled_from([1, 2, 3, 4, 99])),
    "team_ids": some(st.sampled_from([1, 2, 3, 99])),
    "actor_kinds": some(st.sampled_from(["user", "system"])),
    "results": some(st.sampled_from(["ok", "refused"])),
    "object_types": some(st.sampled_from(["deals", "contacts"])),
    "object_ids": some(TEXT),
    "addresses": some(TEXT),
    "ids": some(st.integers(0, 10**17)),
    "texts": some(TEXT),
}
# Whole milliseconds, as the log keeps them; a zone's offsets had seconds long ago.
TIMES = st.none() | st.one_of(
    st.integers(0, 4 * 10**12).map(
        lambda ms: datetime.fromtimestamp(0, UTC) + timedelta(0, 0, 0, ms)
    ),
    st.sampled_from([datetime(2026, 11, 1, 23, tzinfo=UTC), datetime(2026, 3, 28, 23, tzinfo=UTC)]),
)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        AuditFilters,
        **CHOICES,
        without=st.builds(Choices, **CHOICES),
        people_only=st.booleans(),
        imported_only=st.booleans(),
        own_only=st.booleans(),
        since=TIMES,
        until=TIMES.map(lambda at: at and at - timedelta(milliseconds=1)),
        last_days=st.none() | st.integers(1, 36_500),
    ).filter(lambda each: not (each.since and each.until and each.since > each.until))
)
def test_filters_written_as_text_and_as_json_are_read_back_as_they_were(filters):
    text = render_search(filters, WORDS, OSLO)

    assert read(text) == filters
    assert filters_from_json(filters_to_json(filters)) == (filters, ())


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from('ab:"\\- \nafteronid2026-11T.Z#*é\u202e'), max_size=40))
def test_any_text_is_read_and_its_problems_lie_within_it(text):
    found = parse_search(text, WORDS, NOW, OSLO)

    assert all(0 <= each.start < each.end <= len(text) for each in found.problems)
    assert read(render_search(found.filters, WORDS, OSLO)) == found.filters
    for cursor in (0, len(text) // 2, len(text)):
        assert all(0 <= c.start <= c.end <= len(text) for c in complete(text, cursor, WORDS))


def test_keys_and_values_are_completed_where_the_cursor_stands():
    def offered(text, cursor=None):
        found = complete(text, len(text) if cursor is None else cursor, WORDS)
        return [text[: each.start] + each.text + text[each.end :] for each in found]

    assert offered("ac") == ["action:"]
    assert offered("x -sub") == ["x -subcategory:"]
    assert offered("category:sec") == ["category:security"]
    assert offered("category:activity x", 12) == ["category:security x"]
    assert offered("by:liv") == ['by:"Liv \\"Lille\\" Å"']
    assert offered("user:ol") == ["user:#2"]
    assert offered("colour:r") == []
    assert len(offered("")) == 12
