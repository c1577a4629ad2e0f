"""The list of imports as a window reads it: sorted, narrowed, and one's own alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from crmdesk.core.access.permissions import Permission
from crmdesk.core.db.tables import imports
from crmdesk.core.errors import PermissionDenied
from crmdesk.core.jobs.job import JobState
from crmdesk.core.transfer.listing import ImportFilter, ImportKind, ImportOrder
from tests.builders import Desk

ALL = ImportFilter()


def past(desk: Desk, name: str, at: str, **others: object) -> None:
    """An import of a day gone by, as its row would be."""
    row = {"kind": "import", "object_name": "contacts", "state": "succeeded", "user_id": 1}
    with desk.workspace.database.write() as tx:
        tx.execute(insert(imports).values(id=name, name=name, created_at=at, **row | others))


@pytest.fixture
def listed(desk: Desk) -> Desk:
    """Four lines of two people."""
    edda = desk.user("Edda Berg", Permission.IMPORT)
    past(desk, "Åses people", "2026-11-01T08:00:00.000Z", file_name="people.csv", row_count=9)
    restored = {"kind": "restore", "object_name": "deals", "file_name": "b.zip", "row_count": 3}
    past(desk, "Data Restore - Deal", "2026-11-02T08:00:00.000Z", **restored)
    past(desk, "beta", "2026-11-03T08:00:00.000Z", user_id=edda.user_id, state="failed")
    past(desk, "Undo of beta", "2026-11-04T08:00:00.000Z", kind="undo", row_count=1)
    return desk


def names(desk: Desk, wanted: ImportFilter = ALL, actor=None, **order) -> list[str]:
    listing, actor = desk.workspace.import_listing, actor or desk.admin
    numbers = listing.numbers(actor, wanted, **order)
    found = listing.numbered(actor, numbers)
    return [found[number].name for number in numbers]


def test_the_newest_comes_first_and_every_column_sorts_both_ways(listed: Desk) -> None:
    newest = ["Undo of beta", "beta", "Data Restore - Deal", "Åses people"]
    assert names(listed) == newest
    up = names(listed, order=ImportOrder.RECORDS, descending=False)
    assert up == ["beta", "Undo of beta", "Data Restore - Deal", "Åses people"]
    assert names(listed, order=ImportOrder.USER)[-1] == "beta"
    for order in ImportOrder:
        up = names(listed, order=order, descending=False)
        assert names(listed, order=order) == up[::-1]


def test_each_filter_narrows_it(listed: Desk) -> None:
    listing = listed.workspace.import_listing
    (found,) = listing.numbered(listed.admin, listing.numbers(listed.admin)[1:2]).values()
    day = datetime(2026, 11, 2, tzinfo=UTC)
    for wanted, expected in (
        (ImportFilter(name="åSES"), ["Åses people"]),
        (ImportFilter(name="people.CSV"), ["Åses people"]),
        (ImportFilter(kinds=(ImportKind.RESTORE,)), ["Data Restore - Deal"]),
        (ImportFilter(objects=("deals",)), ["Data Restore - Deal"]),
        (ImportFilter(states=(JobState.FAILED,)), ["beta"]),
        (ImportFilter(users=(found.user_id,)), ["beta"]),
        (ImportFilter(since=day.replace(day=4)), ["Undo of beta"]),
        (ImportFilter(since=day, until=day.replace(day=3)), ["Data Restore - Deal"]),
    ):
        assert names(listed, wanted) == expected, wanted


def test_others_see_their_own_alone_whatever_number_they_ask_for(listed: Desk) -> None:
    listing = listed.workspace.import_listing
    marc = listed.user("Marc Dubois", Permission.IMPORT)
    past(listed, "Mine", "2026-10-01T08:00:00.000Z", user_id=marc.user_id)
    everything = listing.numbers(listed.admin)
    assert names(listed, actor=marc) == ["Mine"]
    assert [each.name for each in listing.numbered(marc, everything).values()] == ["Mine"]
    assert listing.number_of(marc, "beta") is None
    assert listing.number_of(listed.admin, "beta") in everything
    with pytest.raises(PermissionDenied):
        listing.numbers(listed.user("Nobody Important"))
