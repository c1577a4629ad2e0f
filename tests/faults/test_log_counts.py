"""Every count that the log shows is what SQL counts by hand, whatever is asked in between."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from crmdesk.core.audit import counting, index, index_keeping, newest, texts
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.marks import CHUNK
from crmdesk.core.clock import to_text
from tests.builders import Desk
from tests.core.audit.by_hand import BEGINS, any_choices, begin_at, by_hand, write
from tests.faults.conftest import Record, effort

#: Each adds 17 entries, on the average.
TURNS = effort(30, 2_000)
OSLO = ZoneInfo("Europe/Oslo")


def any_filters(chance: random.Random, first: int, last: int) -> AuditFilters:
    """Mostly one or two filters: of more, few entries pass all."""
    seconds = sorted(30 * chance.randrange(first - 9, last + 9) for _ in range(2))
    since, until = (BEGINS + timedelta(seconds=each) for each in seconds)
    return any_choices(
        chance,
        0.15,
        AuditFilters,
        without=any_choices(chance, 0.08),
        people_only=chance.random() < 0.2,
        since=since if chance.random() < 0.2 else None,
        until=until if chance.random() < 0.2 else None,
    )


def check_list(desk: Desk, filters: AuditFilters, expected: list[int], at: list[int]) -> None:
    """The list, its length, and any place in it."""
    ids = desk.workspace.audit_reader.ids(desk.admin, filters)
    assert len(ids) == len(expected)
    assert list(ids) == list(ids[:]) == expected, filters
    page = desk.workspace.audit_reader.first_page(desk.admin, filters, 3)
    assert [event.id for event in page] == expected[:3], filters
    for place in at:
        assert (ids[place], ids.index(expected[place])) == (expected[place], place)
        assert list(ids.after(expected[place], 2)) == expected[place + 1 : place + 3]
        page = desk.workspace.audit_reader.first_page(desk.admin, filters, 2, expected[place])
        assert [event.id for event in page] == expected[place + 1 : place + 3], filters


def check_bars(desk: Desk, filters: AuditFilters, expected: list[int]) -> None:
    """Each bar stands for the entries of its time."""
    bars = desk.workspace.audit_reader.histogram(desk.admin, filters, OSLO).bars
    assert sum(bar.count for bar in bars) == len(expected)
    found = set(expected)
    for bar in bars[:3] + bars[-3:]:
        within = desk.sql(
            "SELECT id FROM audit_events WHERE at >= ? AND at < ?",
            *(to_text(bar.start), to_text(bar.end)),
        )
        assert bar.count == sum(row[0] in found for row in within)


def check_facets(desk: Desk, asked: AuditFilters) -> None:
    """Beside each choice stands how many entries it would show, the other filters holding."""
    found = desk.workspace.audit_reader.facets(desk.admin, asked)
    for column, counts, freed in (
        ("category", found.categories, replace(asked, categories=())),
        ("action", found.actions, replace(asked, actions=())),
        ("object_type", found.object_types, replace(asked, object_types=())),
        ("user_id", found.users, replace(asked, user_ids=())),
    ):
        after = f"AND e.{column} IS NOT NULL GROUP BY 1"
        assert counts == dict(by_hand(desk, freed, f"e.{column}, count(*)", after)), column


def test_every_count_list_bar_and_facet_is_what_sql_counts_by_hand(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, record: Record
) -> None:
    # So that some of it is kept, some is not, and the pieces that are kept end within the log.
    monkeypatch.setattr(index_keeping, "_MARKED_STEP", 40)
    monkeypatch.setattr(index_keeping, "_WORDED_STEP", 25)
    monkeypatch.setattr(index_keeping, "_WORDED_AT_ONCE", 30)
    # And pages are found part by part, words by those that begin so and in pieces.
    monkeypatch.setattr(newest, "_FIRST", 30)
    monkeypatch.setattr(newest, "_MOST_LOOKED_THROUGH", 5)
    monkeypatch.setattr(newest, "_LEAST_LOOKED_THROUGH", 2)
    monkeypatch.setattr(newest, "_GROWTH", 2)
    monkeypatch.setattr(texts, "_FEW", 9)
    monkeypatch.setattr(texts, "_NEWEST", 20)
    monkeypatch.setattr(texts, "MOST_PLACES", 500)
    monkeypatch.setattr(counting, "_FEW", 20)
    monkeypatch.setattr(index, "_MANY", 1)
    monkeypatch.setattr(index, "_FEW", 9)
    chance = random.Random(7)
    first = last = CHUNK - 400
    begin_at(desk, first)
    for turn in range(TURNS):
        many = chance.choice((1, 3, 20, 45))
        write(desk, last + 1, many, chance)
        last += many
        filters = any_filters(chance, first, last)
        expected = [row[0] for row in by_hand(desk, filters, "e.id", "ORDER BY e.id DESC")]
        at = chance.sample(range(len(expected)), min(3, len(expected)))
        check_list(desk, filters, expected, at)
        check_bars(desk, filters, expected)
        if turn % 10 == 9:
            check_facets(desk, filters)
    check_facets(desk, AuditFilters(user_ids=(1, 2), categories=("login",)))
    ((marked, worded),) = desk.sql("SELECT marked_to, worded_to FROM audit_index_state")
    assert last - 90 < marked <= last
    assert CHUNK < worded <= last
    record(TURNS, f"filters over up to {last - first:,} entries, none counted wrongly")
