"""Imported entries stand among own ones: in one order, under the same filters and counts."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.audit.language import parse_search
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import Exclusion
from crmdesk.core.exports.report_model import AuditLogReport, ReportRequest
from crmdesk.core.exports.report_tables import report_table
from crmdesk.core.setting_declarations import Edition
from tests.builders import Desk
from tests.core.audit.test_imported import AUDIT, written

FIRST = datetime(2026, 11, 22, 8, 55, tzinfo=UTC)


@pytest.fixture
def mixed(timed_desk: Desk, tmp_path: Path) -> Desk:
    """Own entries of half an hour, and imported ones before, between and after them."""
    desk = timed_desk
    assert desk.time is not None
    for number in range(12):
        desk.contact(firstname=f"Ann {number}")
        desk.time.forward(minutes=2)
    rows = []
    for number in range(25):
        at = (FIRST + timedelta(seconds=80 * number)).isoformat()
        kind = ("CONTACT", "DELETE") if number % 2 else ("Northern light", "CREATE")
        email = "ingrid@northwind.example" if number % 3 else "hugo@elsewhere.example"
        rows.append([str(number), "CRM_OBJECT", *kind, f"9{number}", at, email])
    desk.time.forward(minutes=4)
    desk.take_log(written(tmp_path / "a.csv", AUDIT, *rows))
    return desk


def test_the_list_is_in_one_order_by_place_and_page_and_position(mixed: Desk):
    reader, admin = mixed.workspace.audit_reader, mixed.admin
    found = reader.ids(admin)
    ids = list(found)
    times = [event.at for event in reader.rows(admin, ids)]

    assert len(found) == len(ids) == len(times) == reader.events(admin).total
    assert sum(number < 0 for number in ids) == 25
    assert times == sorted(times, reverse=True)
    assert [found[place] for place in range(len(ids))] == ids
    assert [found.index(number) for number in ids] == list(range(len(ids)))
    for _ in range(40):
        start, stop = sorted(random.Random(1).sample(range(len(ids) + 3), 2))
        assert list(found[start:stop]) == ids[start:stop]
        assert list(found[stop:start:-1]) == ids[stop:start:-1]
    assert found == reader.ids(admin)
    assert found != reader.ids(admin, AuditFilters(actions=("delete",)))
    with pytest.raises(ValueError, match="999"):
        found.index(999)

    paged, after = [], None
    while True:
        page = reader.events(admin, limit=7, after=after)
        paged += [event.id for event in page.events]
        after = page.next
        if after is None:
            break
    assert paged == ids


def test_filters_find_imported_entries_as_they_find_own_ones(mixed: Desk):
    reader, admin = mixed.workspace.audit_reader, mixed.admin
    every = reader.rows(admin, list(reader.ids(admin)))
    half = FIRST + timedelta(minutes=15)
    wanted = {
        AuditFilters(categories=("CRM_OBJECT",)): lambda e: e.category == "crm_object",
        AuditFilters(subcategories=("northern_light",)): lambda e: (
            e.subcategory == "NORTHERN_LIGHT"
        ),
        AuditFilters(actions=("delete",)): lambda e: e.action == "delete",
        AuditFilters(by=("hugo",)): lambda e: e.user.startswith("hugo"),
        AuditFilters(by=("ing",)): lambda e: e.user.startswith("ing"),
        AuditFilters(user_ids=(1,)): lambda e: e.user.startswith("ing"),
        AuditFilters(object_ids=("94", "1")): lambda e: e.object_id in {"94", "1"},
        AuditFilters(object_types=("contacts",)): lambda e: e.object == "contacts",
        AuditFilters(since=half): lambda e: e.at >= half,
        AuditFilters(until=half): lambda e: e.at <= half,
        AuditFilters(texts=("Northern light",)): lambda e: e.subcategory == "NORTHERN_LIGHT",
        AuditFilters(ids=(-3, 2)): lambda e: e.id in {-3, 2},
        AuditFilters(actor_kinds=("system",)): lambda e: e.actor_kind == "system",
        AuditFilters(imported_only=True): lambda e: e.imported,
        AuditFilters(own_only=True): lambda e: not e.imported,
        AuditFilters(people_only=True): lambda e: e.actor_kind == "user",
        AuditFilters(addresses=("192.*",)): lambda e: e.address.startswith("192."),
        AuditFilters(without=Choices(object_types=("contacts",))): lambda e: e.object != "contacts",
        AuditFilters(categories=("crm_object",), without=Choices(actions=("delete",))): lambda e: (
            e.category == "crm_object" and e.action != "delete"
        ),
    }
    for filters, passes in wanted.items():
        assert [e.id for e in reader.rows(admin, list(reader.ids(admin, filters)))] == [
            event.id for event in every if passes(event)
        ], filters


def test_a_team_finds_what_its_members_did_while_they_were_in_it(
    timed_desk: Desk, tmp_path: Path
) -> None:
    desk = timed_desk
    assert desk.time is not None
    marc, began = desk.user("Marc Dubois"), desk.time.at
    team = desk.workspace.teams.add(desk.admin, "Sales")
    for wanted in (("Sales",), (), ("Sales",)):
        desk.time.forward(minutes=4)
        desk.in_teams(marc.email, *wanted)
    desk.time.forward(minutes=4)
    desk.contact()
    rows = [
        [str(minute), "CRM_OBJECT", "CONTACT", "DELETE", str(minute), at.isoformat(), marc.email]
        for minute in (-700000, 2, 6, 10, 14)
        for at in [began + timedelta(minutes=minute)]
    ]
    rows.append(["1", "CRM_OBJECT", "CONTACT", "DELETE", "1", began.isoformat(), "bo@n.example"])
    desk.take_log(written(tmp_path / "a.csv", AUDIT, *rows))

    for filters in (AuditFilters(team_ids=(team.id,)), AuditFilters(by=("sal",))):
        reader = desk.workspace.audit_reader
        found = [event.object_id for event in reader.events(desk.admin, filters).events]
        # Of the time before the log begins nothing is known: who joins later counts as in it.
        assert found == ["14", "6", "-700000"]


def test_figures_count_both(mixed: Desk):
    reader, admin = mixed.workspace.audit_reader, mixed.admin
    total = len(reader.ids(admin))
    bars = reader.histogram(admin, AuditFilters(), ZoneInfo("Europe/Oslo"))
    facets = reader.facets(admin)

    assert bars.total == total == sum(bar.count for bar in bars.bars)
    within = AuditFilters(since=FIRST, until=FIRST + timedelta(minutes=15))
    of_minutes = reader.histogram(admin, within, ZoneInfo("Europe/Oslo"))
    assert of_minutes.total == len(reader.ids(admin, within)) > 12
    assert facets.categories["crm_object"] == len(
        reader.ids(admin, AuditFilters(categories=("crm_object",)))
    )
    assert facets.subcategories["NORTHERN_LIGHT"] == 13
    assert facets.users[1] == len(reader.ids(admin, AuditFilters(user_ids=(1,))))
    own = reader.ids(admin, AuditFilters(own_only=True))
    assert list(own) == [number for number in reader.ids(admin) if number > 0]
    words = reader.vocabulary(admin).subcategories
    found = parse_search(
        "is:imported by:hugo subcategory:northern_light",
        reader.vocabulary(admin),
        FIRST,
        ZoneInfo("Europe/Oslo"),
    )
    assert not found.problems
    assert 0 < len(reader.ids(admin, found.filters)) < 13
    assert [word.label for word in words if word.code == "NORTHERN_LIGHT"] == ["Northern light"]


def test_an_imported_entry_says_where_it_is_from_and_the_edition_decides_on_it_too(mixed: Desk):
    reader, admin = mixed.workspace.audit_reader, mixed.admin
    event = reader.event(admin, -1)

    assert event.imported
    assert event.detail["imported_from"] == {"file": "a.csv", "line": 2}
    assert not reader.event(admin, 1).imported
    with mixed.workspace.database.write() as tx:
        tx.sql("UPDATE imported_events SET detail = '{', at = 'x' WHERE id = 2")
    assert reader.event(admin, -2).detail["in_the_file"] == {}
    assert -2 in [event.id for event in reader.events(admin).events]
    of_records = {True: AuditFilters(imported_only=True), False: AuditFilters()}
    counted = {only: len(reader.ids(admin, asked)) for only, asked in of_records.items()}
    mixed.workspace.settings.set(admin, "workspace.edition", Edition.STARTER.value)
    for only, asked in of_records.items():
        made = mixed.workspace.reports.estimate(admin, ReportRequest(AuditLogReport(asked)))
        # The entry of the setting is of a category that is not shown either.
        left = len(reader.ids(admin, asked))
        assert made.excluded[Exclusion.EDITION] == counted[only] + (not only) - left
        assert made.excluded.get(Exclusion.DETAILS, 0) == left
    assert not [number for number in reader.ids(admin) if number < 0]
    with pytest.raises(UserError, match="shows no entry"):
        reader.event(admin, -1)


def test_what_is_done_afterwards_stands_above_and_moves_nothing(mixed: Desk):
    reader, admin = mixed.workspace.audit_reader, mixed.admin
    before = list(reader.ids(admin))
    mixed.contact(firstname="Later")

    assert list(reader.ids(admin))[-len(before) :] == before


def test_a_report_ends_where_it_was_asked_for_whatever_imported_ones_stand_among_the_later(
    mixed: Desk, tmp_path: Path
):
    mixed.contact()
    rows = [
        [
            f"b{number}",
            "CRM_OBJECT",
            "CONTACT",
            "DELETE",
            f"{number}",
            at.isoformat(),
            "a@b.example",
        ]
        for number in range(6)
        for at in [FIRST + timedelta(minutes=5 * number)]
    ]
    mixed.take_log(written(tmp_path / "b.csv", AUDIT, *rows))
    mixed.contact()
    ids = list(mixed.workspace.audit_reader.ids(mixed.admin))
    taken = {1: 25, 2: 31}
    logs = "SELECT id FROM audit_events WHERE subcategory = 'AUDIT_LOG_IMPORTED' ORDER BY id"
    first, second = (number for (number,) in mixed.sql(logs))

    for up_to in (5, first - 1, first, second - 1, second, max(ids)):
        known = taken.get((up_to >= first) + (up_to >= second), 0)
        request = ReportRequest(AuditLogReport(up_to=up_to))
        with mixed.workspace.database.read() as tx:
            report = report_table(tx, request)
            numbers = [int(row[6]) for row in report.rows()]
        assert numbers == [each for each in ids if -known <= each <= up_to], up_to
        assert report.total == len(numbers)
