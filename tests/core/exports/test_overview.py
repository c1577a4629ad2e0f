"""The figures above the list of exports: right by day, person and month, and the list agrees."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import PermissionDenied
from crmdesk.core.exports.model import OF_RECORDS, ExportRequest, ExportState
from crmdesk.core.exports.overview import Amount
from crmdesk.core.records.filters import RecordQuery
from tests.builders import Desk
from tests.left_exports import left


def figures(amount: Amount) -> tuple[int, int]:
    return amount.exports, amount.records


def months_of_exports(desk: Desk) -> Actor:
    """What left in three months of Oslo; returns one of the two who took it."""
    desk.workspace.settings.set(desk.admin, "workspace.time_zone", "Europe/Oslo")
    edda = desk.user("Edda Berg", Permission.EXPORT)
    left(desk, "2026-11-22T08:00:00.000Z", 10)
    left(desk, "2026-11-21T23:30:00.000Z", 5, edda.user_id)  # today in Oslo
    left(desk, "2026-11-21T22:30:00.000Z", 700, edda.user_id)
    left(desk, "2026-10-24T23:00:00.000Z", 3)  # summer time ends in this night
    left(desk, "2026-10-31T23:00:00.000Z", 2)  # November begins in Oslo
    left(desk, "2026-10-01T12:00:00.000Z", 40)
    left(desk, "2026-09-30T12:00:00.000Z", 9_999)
    left(desk, "2026-11-22T08:30:00.000Z", 500, state="cancelled")
    left(desk, "2026-11-22T08:40:00.000Z", 500, source="backup")  # stays here
    left(desk, "2026-11-22T07:40:00.000Z", 1, edda.user_id, source="audit_log")  # of no records
    left(desk, "2026-11-23T08:30:00.000Z", 500)  # the clock was set back
    return edda


def test_what_left_is_counted_by_day_person_and_month_and_the_list_agrees(
    timed_desk: Desk,
) -> None:
    desk, workspace = timed_desk, timed_desk.workspace
    edda = months_of_exports(desk)
    shown = workspace.export_overviews.show(desk.admin)
    assert figures(shown.whole) == (6, 720)
    assert len(shown.days) == 30
    by_day = {each.day: figures(each.amount) for each in shown.days if each.amount.exports}
    assert by_day == {
        date(2026, 10, 25): (1, 3),
        date(2026, 11, 1): (1, 2),
        date(2026, 11, 21): (1, 700),
        date(2026, 11, 22): (3, 15),
    }
    assert [(each.user_name, *figures(each.amount)) for each in shown.exporters] == [
        ("Edda Berg", 3, 705),
        ("Ingrid Solberg", 3, 15),
    ]
    assert (shown.this_month.day, *figures(shown.this_month.amount)) == (date(2026, 11, 1), 5, 717)
    assert (shown.last_month.day, *figures(shown.last_month.amount)) == (date(2026, 10, 1), 2, 43)

    amounts = [shown.whole, shown.this_month.amount, shown.last_month.amount]
    amounts += [each.amount for each in (*shown.days, *shown.exporters)]
    for amount in amounts:
        found = workspace.exports.list(desk.admin, amount.wanted)
        records = sum(each.records or 0 for each in found if each.source in OF_RECORDS)
        assert (len(found), records) == figures(amount)
        assert workspace.exports.count(desk.admin, amount.wanted) == amount.exports

    by_month = workspace.export_overviews.months(desk.admin)
    assert [(each.month.month, each.user_name, *figures(each.amount)) for each in by_month] == [
        (11, "Edda Berg", 3, 705),
        (11, "Ingrid Solberg", 2, 12),
        (10, "Ingrid Solberg", 2, 43),
        (9, "Ingrid Solberg", 1, 9_999),
    ]
    for each in by_month:
        assert workspace.exports.count(desk.admin, each.amount.wanted) == each.amount.exports
    assert len(workspace.export_overviews.months(edda)) == 1

    own = workspace.export_overviews.show(edda)
    assert figures(own.whole) == (2, 705)  # what Super Admins alone may read is left out
    assert workspace.exports.count(edda, own.whole.wanted) == 2


def test_others_see_the_figures_of_their_own_alone(desk: Desk) -> None:
    desk.contact()
    asked = ExportRequest(RecordQuery("contacts"))
    edda = desk.user("Edda Berg", Permission.EXPORT)
    for actor in (desk.admin, edda, edda):
        export_id = desk.workspace.exports.create(actor, asked)
        desk.workspace.run_job(str(desk.workspace.exports.show(actor, export_id).job_id))
        assert desk.workspace.exports.show(actor, export_id).state is ExportState.SUCCEEDED

    overviews = desk.workspace.export_overviews
    assert figures(overviews.show(desk.admin).whole) == (3, 3)
    own = overviews.show(edda)
    assert figures(own.whole) == (2, 2)
    assert [each.user_name for each in own.exporters] == ["Edda Berg"]
    with pytest.raises(PermissionDenied):
        overviews.show(desk.user("Marc Dubois"))


def test_without_exports_every_figure_is_nothing(timed_desk: Desk) -> None:
    shown = timed_desk.workspace.export_overviews.show(timed_desk.admin)
    assert figures(shown.whole) == (0, 0)
    assert shown.exporters == ()
    assert shown.days[-1].day == datetime(2026, 11, 22, tzinfo=UTC).date()
