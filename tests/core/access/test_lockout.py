from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.access.lockout import (
    FREE_FAILURES,
    LONGEST_WAIT,
    Counter,
    after_failure,
    wait_left,
)

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
gaps = st.lists(
    st.integers(0, 100_000).map(lambda seconds: timedelta(seconds=seconds)), max_size=60
)


def fail(times: int, counter: Counter | None = None, now: datetime = START) -> Counter:
    counter = counter or Counter()
    for _ in range(times):
        counter = after_failure(counter, now)
    return counter


def test_four_wrong_tries_cost_nothing():
    assert wait_left(fail(4), START) == timedelta(0)


def test_the_fifth_wrong_try_costs_half_a_minute_and_each_further_one_twice_as_much():
    waits = [wait_left(fail(times), START).total_seconds() for times in range(5, 15)]

    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_nothing_is_waited_for_where_nothing_failed():
    assert wait_left(Counter(), START) == timedelta(0)


def test_a_wait_runs_down_and_ends():
    counter = fail(5)

    assert wait_left(counter, START + timedelta(seconds=10)) == timedelta(seconds=20)
    assert wait_left(counter, START + timedelta(seconds=30)) == timedelta(0)


def test_each_quiet_hour_forgives_one_wrong_try():
    tired = fail(9)

    rested = after_failure(tired, START + 6 * HOUR)

    assert rested.failures == 4
    assert rested.blocked_until is None
    assert rested.window_started_at == START


def test_a_long_pause_starts_a_new_window():
    later = START + 30 * HOUR

    counter = after_failure(fail(9), later)

    assert counter == Counter(1, window_started_at=later, last_failure_at=later)


def test_guessing_all_day_gets_few_tries():
    """Three codes of a million are valid at a time: 333 tries a day would be 0.1 per cent."""
    counter, now, tries = Counter(), START, [0, 0, 0]
    while now < START + timedelta(days=3):
        tries[(now - START).days] += 1
        counter = after_failure(counter, now)
        now += wait_left(counter, now) + timedelta(milliseconds=1)

    assert tries[0] <= 36
    assert tries[1] <= 24
    assert tries[2] <= 24


def test_guessing_slowly_enough_never_to_wait_gets_even_fewer():
    """Pauses before the fifth try, so that nothing is ever held up."""
    counter, now, tries = Counter(), START, 0
    while now < START + timedelta(days=1):
        ahead = after_failure(counter, now)
        if ahead.blocked_until is not None:
            now += timedelta(minutes=1)
            continue
        counter, tries = ahead, tries + 1

    assert tries <= 28


@given(gaps)
def test_nobody_ever_waits_longer_than_an_hour_or_is_locked_out_for_good(gaps: list[timedelta]):
    counter, now = Counter(), START
    for gap in gaps:
        now += gap
        counter = after_failure(counter, now)
        left = wait_left(counter, now)
        assert timedelta(0) <= left <= LONGEST_WAIT
        assert wait_left(counter, now + left) == timedelta(0)


@given(gaps)
def test_a_further_wrong_try_never_shortens_the_wait(gaps: list[timedelta]):
    counter, now = Counter(), START
    for gap in gaps:
        now += gap
        before = wait_left(counter, now)
        counter = after_failure(counter, now)
        assert wait_left(counter, now) >= before


@given(gaps, st.integers(0, 59))
def test_any_five_wrong_tries_without_a_quiet_hour_lead_to_a_wait(
    gaps: list[timedelta], minutes: int
):
    counter, now = Counter(), START
    for gap in gaps:
        now += gap
        counter = after_failure(counter, now)
    for _ in range(FREE_FAILURES):
        now += timedelta(minutes=minutes)
        counter = after_failure(counter, now)

    assert wait_left(counter, now) > timedelta(0)


@given(st.integers(1, 10_000_000), st.integers(5, 30))
def test_a_clock_set_back_neither_ends_the_wait_nor_makes_it_last(seconds: int, failures: int):
    counter = fail(failures)
    earlier = START - timedelta(seconds=seconds)

    assert timedelta(0) < wait_left(counter, earlier) <= LONGEST_WAIT
    worse = after_failure(counter, earlier)
    assert worse.last_failure_at == START
    assert worse.failures == failures + 1
