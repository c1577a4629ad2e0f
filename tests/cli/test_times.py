from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crmdesk.cli.times import span
from crmdesk.core.errors import WrongUsage

OSLO = ZoneInfo("Europe/Oslo")


def test_two_days_are_both_meant_and_times_to_the_instant():
    at = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

    assert span("2026-11-22", "2026-11-22", OSLO) == (
        datetime(2026, 11, 21, 23, tzinfo=UTC),
        datetime(2026, 11, 22, 22, 59, 59, 999_000, tzinfo=UTC),
    )
    assert span("2026-11-22T10:30", "2026-11-22T09:30Z", OSLO) == (at, at)
    assert span(None, "2026-11-22T10:30+01:00", OSLO) == (None, at)
    # A day on which the clock is put on has 23 hours, and is meant to its end.
    assert span("2026-03-29", "2026-03-29", OSLO) == (
        datetime(2026, 3, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 21, 59, 59, 999_000, tzinfo=UTC),
    )


def test_times_that_end_before_they_begin_are_refused_rather_than_finding_nothing():
    with pytest.raises(WrongUsage, match="the times end before they begin") as refused:
        span("2026-12-01", "2026-11-01", OSLO)
    assert refused.value.code == "range_reversed"
    with pytest.raises(WrongUsage, match="No log reaches"):
        span("0001-01-01", None, OSLO)
