"""Ticks are kept by id, and "all" is all that was seen."""

from __future__ import annotations

from array import array

from crmdesk.ui.tables.ticks import Ticks

SEEN = array("q", [5, 3, 9, 1])


def test_a_row_is_ticked_and_unticked():
    ticks = Ticks()

    ticks.toggle(3)
    ticks.toggle(9)
    ticks.toggle(3)

    assert 9 in ticks
    assert 3 not in ticks
    assert list(ticks.ids()) == [9]


def test_all_but_one_are_told_in_the_order_of_the_list():
    ticks = Ticks()
    ticks.tick_all(SEEN)

    ticks.toggle(3)

    assert len(ticks) == 3
    assert list(ticks.ids()) == [5, 9, 1]
    assert 3 not in ticks


def test_all_does_not_reach_rows_that_came_later():
    ticks = Ticks()
    ticks.tick_all(SEEN)

    kept = ticks.within(array("q", [5, 3, 9, 1, 77]))

    assert len(kept) == 4
    assert 77 not in kept


def test_all_of_the_same_list_stays_all():
    ticks = Ticks()
    ticks.tick_all(SEEN)
    ticks.put([3], ticked=False)

    kept = ticks.within(array("q", SEEN))

    assert list(kept.ids()) == [5, 9, 1]


def test_ticks_of_rows_that_left_the_list_are_given_up():
    ticks = Ticks()
    ticks.put([5, 9, 1000], ticked=True)

    assert list(ticks.within(array("q", [9, 1])).ids()) == [9]


def test_a_copy_does_not_follow():
    ticks = Ticks()
    ticks.put([5], ticked=True)
    twin = ticks.copy()

    ticks.clear()

    assert len(twin) == 1
    assert len(ticks) == 0


def test_a_range_is_ticked_after_all_with_exceptions():
    ticks = Ticks()
    ticks.tick_all(SEEN)
    ticks.put([5, 3, 9], ticked=False)

    ticks.put([3], ticked=True)

    assert list(ticks.ids()) == [3, 1]
