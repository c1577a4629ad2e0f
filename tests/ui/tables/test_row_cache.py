"""Pages of rows are read once, and only a few are kept."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import pytest

from crmdesk.ui.tables.cells import Cell, Row, RowKind
from crmdesk.ui.tables.row_cache import PAGE_ROWS, PAGES_KEPT, RowCache, find


class Reader:
    def __init__(self) -> None:
        self.reads = 0
        self.missing = set()

    def __call__(self, ids):
        self.reads += 1
        return [Row(n, {"name": Cell(str(n))}) for n in reversed(ids) if n not in self.missing]


def filled(count: int):
    reader = Reader()
    cache = RowCache(reader)
    cache.reset(array("q", range(1000, 1000 + count)))
    return cache, reader


def test_rows_stand_in_the_order_of_the_ids_whatever_order_they_are_read_in():
    cache, _ = filled(100)

    assert [cache.row(n).id for n in (0, 63, 64, 99)] == [1000, 1063, 1064, 1099]


def test_a_page_is_read_once():
    cache, reader = filled(PAGE_ROWS * 2)

    for position in range(PAGE_ROWS * 2):
        cache.row(position)

    assert reader.reads == 2


def test_the_page_used_longest_ago_is_given_up():
    cache, reader = filled(PAGE_ROWS * (PAGES_KEPT + 1))
    for page in range(PAGES_KEPT):
        cache.row(page * PAGE_ROWS)
    cache.row(0)
    cache.row(PAGES_KEPT * PAGE_ROWS)
    reader.reads = 0

    cache.row(0)
    assert reader.reads == 0
    cache.row(PAGE_ROWS)
    assert reader.reads == 1


def test_a_row_that_is_gone_keeps_its_place():
    cache, reader = filled(10)
    reader.missing.add(1004)

    assert cache.row(4).kind is RowKind.GONE
    assert not cache.row(4).usable
    assert cache.row(5).id == 1005


def test_forgotten_rows_are_read_again():
    cache, reader = filled(10)
    cache.row(0)

    cache.forget()
    cache.row(0)

    assert reader.reads == 2


def test_an_id_is_found_by_its_position():
    ids = array("q", range(200_000))

    assert find(ids, 150_000) == 150_000
    assert find(ids, -1) == -1
    assert find(ids, None) == -1


@pytest.mark.parametrize(
    "ids",
    [range(1, 200_001), range(200_000, 0, -1), [*range(2, 200_001), 1], [], [7]],
    ids=["rising", "falling", "in no order", "empty", "one"],
)
def test_an_id_is_found_in_a_list_of_any_order(ids: Sequence[int]):
    held = array("q", ids)

    for wanted in (1, 7, 150_000, 200_000):
        assert find(held, wanted) == (held.index(wanted) if wanted in held else -1)
    assert find(held, 300_000) == -1
    assert find(held, None) == -1
