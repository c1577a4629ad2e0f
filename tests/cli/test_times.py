from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmdesk.cli.times import span
from crmdesk.core.errors import WrongUsage


def test_two_days_are_both_meant_and_times_to_the_instant():
    at = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

    assert span("2026-11-22", "2026-11-22") == (
        datetime(2026, 11, 22, tzinfo=UTC),
        datetime(2026, 11, 22, 23, 59, 59, 999_000, tzinfo=UTC),
    )
    assert span("2026-11-22T09:30", "2026-11-22T09:30Z") == (at, at)
    assert span(None, "2026-11-22T10:30+01:00") == (None, at)


def test_times_that_end_before_they_begin_are_refused_rather_than_finding_nothing():
    with pytest.raises(WrongUsage, match="the times end before they begin") as refused:
        span("2026-12-01", "2026-11-01")
    assert refused.value.code == "range_reversed"
