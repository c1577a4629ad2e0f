"""A short list in memory sorts, filters and changes rows."""

from __future__ import annotations

from array import array
from collections.abc import Callable

from crmdesk.ui.tables.cells import EMPTY, Cell, Column, MadeCells, Row, Sort, TableQuery
from crmdesk.ui.tables.model import PagedModel
from crmdesk.ui.tables.source import ListSource

COLUMNS = [Column("name", "Name")]


def row(row_id: int, name: str) -> Row:
    return Row(row_id, {"name": Cell(name)})


def test_rows_stand_as_given_and_sorted_as_asked():
    source = ListSource(COLUMNS, [row(1, "b"), row(2, "A"), row(3, "c")])

    assert list(source.ids(TableQuery())) == [1, 2, 3]
    assert list(source.ids(TableQuery(sort=Sort("name")))) == [2, 1, 3]
    assert list(source.ids(TableQuery(sort=Sort("name", descending=True)))) == [3, 1, 2]


def test_a_filter_is_the_pages_own():
    def matches(one: Row, what: object) -> bool:
        return str(what) in one.cells["name"].text

    source = ListSource(COLUMNS, [row(1, "ann"), row(2, "bob")], matches=matches)

    assert list(source.ids(TableQuery("nn"))) == [1]


def test_a_row_is_changed_in_place_and_a_new_one_comes_last():
    source = ListSource(COLUMNS, [row(1, "ann"), row(2, "bob")])

    source.put(row(1, "eve"))
    source.put(row(9, "new"))

    assert list(source.ids(TableQuery())) == [1, 2, 9]
    assert source.rows([1])[0].cells["name"].text == "eve"


def test_an_unknown_id_brings_no_row():
    assert ListSource(COLUMNS).rows([4]) == []


def test_a_cell_is_made_when_it_is_first_looked_at_and_only_then():
    made: list[str] = []

    def maker(key: str) -> Callable[[int], Cell]:
        def make(number: int) -> Cell:
            made.append(key)
            return Cell(f"{key} {number}")

        return make

    cells = MadeCells({"name": maker("name"), "city": maker("city")}, 7)

    assert (len(cells), list(cells), made) == (2, ["name", "city"], [])
    assert [cells["city"].text, cells.get("city", EMPTY).text] == ["city 7", "city 7"]
    assert made == ["city"]
    assert cells.get("gone", EMPTY) is EMPTY


def test_a_cell_that_cannot_be_made_is_told_of_once_and_stays_empty():
    def broken(_number: int) -> Cell:
        raise LookupError("no words for it")

    rows = [Row(1, MadeCells({"name": broken, "city": lambda number: Cell(f"{number}")}, 7))]
    model = PagedModel(ListSource(COLUMNS, rows))
    told: list[Exception] = []
    model.reading_failed.connect(told.append)
    model.set_ids(array("q", [1]))

    cells = model.row_at(0).cells

    assert [cells["name"], cells["name"], cells["city"].text] == [EMPTY, EMPTY, "7"]
    assert [str(error) for error in told] == ["no words for it"]
