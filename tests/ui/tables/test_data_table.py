"""Loading keeps the old rows and the place; failures and emptiness are said."""

from __future__ import annotations

from threading import Event

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QLabel

from crmdesk.ui.tables.busy_bar import BusyBar
from crmdesk.ui.tables.cells import Lead, RowHeight, RowKind, Sort
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.widgets.banner import Banner
from crmdesk.ui.window_state import TableState, WindowState
from tests.ui.tables.conftest import People


def test_a_filter_shows_other_rows_from_the_first_on_and_gives_up_the_ticks(qtbot, table):
    table.ticks.put([4], ticked=True)
    table.view.verticalScrollBar().setValue(300)

    with qtbot.waitSignal(table.counted):
        table.load(2)
    assert table.view.verticalScrollBar().value() == 0
    table.view.go_to(200)
    with qtbot.waitSignal(table.counted):
        table.load(4)
    assert table.view.row_rect(table.view.position_of(200)).isValid()
    assert table.view.verticalScrollBar().value() == 49

    with qtbot.waitSignal(table.counted) as counted:
        table.load(100)

    assert counted.args == [5]
    assert list(table.ids) == [100, 200, 300, 400, 500]
    assert len(table.ticks) == 0


def test_the_top_of_a_list_stands_before_the_list_is_found(qtbot, table, people):
    found = Event()
    everything = people.ids
    people.first_ids = lambda query: list(everything(query))[:3]
    people.ids = lambda query: found.wait(60) and everything(query)
    counts = []
    table.counted.connect(counts.append)

    table.load(100)
    qtbot.waitUntil(lambda: list(table.ids) == [100, 200, 300])
    assert counts == []
    found.set()
    qtbot.waitUntil(lambda: counts == [5])
    assert list(table.ids) == [100, 200, 300, 400, 500]


def test_a_refresh_keeps_place_current_row_open_row_and_ticks(qtbot, table, people):
    table.ticks.put([4, 480], ticked=True)
    table.view.show_open(200)
    table.view.go_to(300)
    first = table.view.verticalScrollBar().value()
    people.count = 470

    with qtbot.waitSignal(table.counted):
        table.refresh()

    assert table.view.verticalScrollBar().value() == first
    assert table.view.current_id == 300
    assert table.view.open_id == 200
    assert list(table.ticks.ids()) == [4]


def test_what_is_ticked_while_the_rows_are_read_again_stays_ticked(qtbot, table):
    table.ticks.put([4, 8], ticked=True)

    with qtbot.waitSignal(table.counted):
        table.refresh()
        table.ticks.toggle(8)
        table.ticks.toggle(15)

    assert list(table.ticks.ids()) == [4, 15]


def test_a_new_order_finds_the_ticks_again(qtbot, table):
    table.ticks.tick_all(table.ids)
    table.ticks.toggle(7)

    with qtbot.waitSignal(table.counted):
        table.sort_by(Sort("name", descending=True))

    assert len(table.ticks) == 499
    assert 7 not in table.ticks


def test_what_went_wrong_with_a_deed_outlasts_reading_and_goes_with_the_next_deed(qtbot, table):
    def close() -> None:
        table.findChild(Banner, "deed_error").button.click()

    for forget in (close, lambda: table.view.opened.emit(100), lambda: table.load(100)):
        table.show_error("This export is none of yours.", "Ask a Super Admin.")
        banner = table.findChildren(Banner, "deed_error")[-1]
        with qtbot.waitSignal(table.counted):
            table.refresh()
        assert banner.isVisible()

        forget()

        assert banner.isHidden()
        banner.setParent(None)


def test_a_failed_load_leaves_the_rows_and_offers_another_try(qtbot, table, people):
    people.broken = True
    table.refresh()
    qtbot.waitUntil(lambda: table.findChild(Banner, "table_error") is not None)
    banner = table.findChild(Banner, "table_error")

    assert table.count == 500
    assert "A restore holds the database" in banner.accessibleName()
    people.broken = False
    with qtbot.waitSignal(table.counted):
        banner.button.click()
    assert banner.isHidden()


def test_an_error_that_is_no_users_does_not_show_its_inside(qtbot, table, people):
    people.rows = lambda _ids: 1 / 0
    table.refresh()

    qtbot.waitUntil(lambda: table.findChild(Banner, "table_error") is not None)
    assert "division" not in table.findChild(Banner, "table_error").accessibleName()


def test_a_row_that_went_away_meanwhile_is_shown_as_gone(qtbot, table, people):
    people.gone.add(2)

    with qtbot.waitSignal(table.counted):
        table.refresh()

    assert table.row(2).kind is RowKind.GONE
    assert table.row(99_999) is None


def test_the_empty_face_stands_in_place_of_an_empty_table(qtbot, table, people):
    empty = QLabel("No contact yet")
    table.show_empty(empty)
    assert not empty.isVisible()

    people.count = 0
    with qtbot.waitSignal(table.counted):
        table.refresh()

    assert empty.isVisible()
    assert not table.view.isVisible()


def test_the_busy_bar_stays_away_from_quick_loads(qtbot, table):
    with qtbot.waitSignal(table.counted):
        table.refresh()

    assert table.view.findChild(BusyBar).isHidden()


@pytest.fixture
def state(tmp_path):
    return WindowState(QSettings(str(tmp_path / "state.ini"), QSettings.Format.IniFormat))


def remembered(qtbot, queries, state) -> DataTable:
    table = DataTable("Contacts", People(9), queries, lead=Lead.CHECK, state=state, key="contacts")
    qtbot.addWidget(table)
    return table


def test_columns_order_and_height_are_remembered(qtbot, queries, state):
    table = remembered(qtbot, queries, state)
    table.set_columns(["value", "name"])
    table.set_row_height(RowHeight.COMPACT)
    table.sort_by(Sort("value", descending=True))

    again = remembered(qtbot, queries, state)

    assert [column.key for column in again.columns] == ["value", "name"]
    assert again.view.row_height is RowHeight.COMPACT
    assert again.query.sort == Sort("value", descending=True)


def test_a_column_that_no_longer_exists_is_left_out(qtbot, queries, state):
    state.set_table("contacts", TableState(("name", "gone")))

    assert [column.key for column in remembered(qtbot, queries, state).columns] == ["name"]


def test_the_source_hears_of_new_columns_before_its_rows_are_read(qtbot, table):
    table.columns_changed.connect(lambda keys: heard.append(list(keys)))
    heard = []

    table.set_columns(["value"])

    assert heard == [["value"]]


def test_another_source_takes_the_place_of_the_first(qtbot, table):
    table.set_source(People(3), key="companies")
    assert table.count == 0

    with qtbot.waitSignal(table.counted):
        table.load()

    assert table.count == 3
