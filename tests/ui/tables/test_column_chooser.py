"""Columns, their order and the row height are chosen in one popover."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from crmdesk.ui.tables.cells import RowHeight
from crmdesk.ui.tables.column_chooser import ColumnChooser


@pytest.fixture
def chooser(qtbot, table):
    made = ColumnChooser(table)
    qtbot.addWidget(made)
    made.open_under(table.view.header)
    return made


def untick(chooser, row: int) -> None:
    chooser.list.model().item(row).setCheckState(Qt.CheckState.Unchecked)


def keys(table) -> list[str]:
    return [column.key for column in table.columns]


def test_an_unticked_column_goes_at_once(table, chooser):
    untick(chooser, 1)

    assert keys(table) == ["name", "value"]
    assert table.count == 500


def test_alt_and_an_arrow_move_a_column(qtbot, table, chooser):
    chooser.list.setCurrentIndex(chooser.list.model().index(2, 0))

    qtbot.keyClick(chooser.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)

    assert keys(table) == ["name", "value", "stage"]


def test_the_last_column_cannot_be_taken_away(table, chooser):
    untick(chooser, 2)
    untick(chooser, 1)

    assert not chooser.list.model().item(0).isCheckable()
    assert keys(table) == ["name"]


def test_a_search_hides_the_other_columns(qtbot, chooser):
    qtbot.keyClicks(chooser.search, "sta")

    hidden = [chooser.list.isRowHidden(row) for row in range(3)]
    assert hidden == [True, False, True]


def test_the_row_height_is_set_and_reset_brings_all_back(table, chooser):
    untick(chooser, 1)
    chooser.heights.findChild(QAbstractButton, "COMPACT").click()
    assert table.view.row_height is RowHeight.COMPACT

    chooser.findChild(QAbstractButton, "reset_columns").click()

    assert keys(table) == ["name", "stage", "value"]
    assert table.view.row_height is RowHeight.NORMAL
    assert chooser.heights.current == "NORMAL"
