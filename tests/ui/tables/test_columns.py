"""Columns of low rank give way, the rest fills the room exactly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crmdesk.ui.tables.cells import Column
from crmdesk.ui.tables.columns import fit

NAME = Column("name", "Name", 200, least=120, stretch=True)
STATE = Column("state", "State", 100)
OWNER = Column("owner", "Owner", 100, rank=1)
SIZE = Column("size", "Size", 100, rank=2)


def keys(room: int) -> list[str]:
    return [column.key for column, _ in fit([NAME, STATE, OWNER, SIZE], room)]


def test_nothing_gives_way_where_there_is_room():
    assert keys(500) == ["name", "state", "owner", "size"]


def test_the_stretching_column_shrinks_before_another_gives_way():
    placed = {column.key: width for column, width in fit([NAME, STATE, OWNER, SIZE], 430)}

    assert placed == {"name": 130, "state": 100, "owner": 100, "size": 100}


def test_a_column_that_may_shrink_does_so_when_nothing_gives_way_any_more():
    time = Column("time", "Time", 180, least=150, shrinks=True)
    for room, widths in (
        (700, [420, 100, 180]),
        (399, [219, 180]),
        (280, [120, 160]),
        (200, [120, 150]),
    ):
        assert [width for _, width in fit([NAME, OWNER, time], room)] == widths


def test_the_highest_rank_gives_way_first():
    assert keys(410) == ["name", "state", "owner"]
    assert keys(310) == ["name", "state"]


def test_a_thousand_columns_are_fitted_with_one_look_at_each():
    class Looked(int):
        looks = 0

        def __neg__(self) -> int:
            Looked.looks += 1
            return -int(self)

    wide = [Column(str(number), "", 148, rank=Looked(1)) for number in range(1_000)]

    placed = fit(wide, 148 * 3)

    assert [column.key for column, _ in placed] == ["0", "1", "2"]
    assert Looked.looks == len(wide)


def test_rank_0_never_gives_way():
    assert keys(10) == ["name", "state"]


def test_what_is_left_goes_to_the_stretching_column():
    assert fit([NAME, STATE], 900)[0][1] == 800


columns = st.lists(
    st.builds(
        Column,
        key=st.uuids().map(str),
        title=st.just(""),
        width=st.integers(40, 400),
        rank=st.integers(0, 3),
        stretch=st.booleans(),
        least=st.integers(40, 200),
    ),
    min_size=1,
    max_size=12,
)


@given(columns, st.integers(0, 3000))
def test_widths_never_exceed_the_room_unless_only_rank_0_is_left(chosen, room):
    placed = fit(chosen, room)
    total = sum(width for _, width in placed)

    assert total <= room or all(column.rank == 0 for column, _ in placed)
    kept = [column for column, _ in placed]
    assert [column for column in chosen if column in kept] == kept
    if any(column.stretch for column, _ in placed):
        assert total >= room
