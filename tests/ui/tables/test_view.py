"""The table by mouse and by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from crmdesk.ui.tables.cells import RowHeight
from tests.ui.tables.conftest import COLUMNS

# The offscreen platform can neither raise a window nor grab the keyboard for a menu.
offscreen_menu = pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)
CHECK = 32
NAME = 120


def click(qtbot, table, row: int, x: int = NAME, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    point = QPoint(x, table.view.row_rect(row).center().y())
    qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, modifiers, point)


def press(qtbot, table, key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(table.view, key, modifiers)


def test_a_click_opens_the_row_and_a_click_on_its_box_ticks_it(qtbot, table):
    opened = []
    table.opened.connect(opened.append)

    click(qtbot, table, 2)
    click(qtbot, table, 4, CHECK)

    assert opened == [3]
    assert list(table.ticks.ids()) == [5]


def test_enter_opens_the_current_row(qtbot, table):
    opened = []
    table.opened.connect(opened.append)
    table.view.go_to(1)

    press(qtbot, table, Qt.Key.Key_Down)
    press(qtbot, table, Qt.Key.Key_Return)

    assert opened == [2]


def test_space_ticks_and_shift_space_ticks_up_to_the_row(qtbot, table):
    table.view.go_to(2)
    press(qtbot, table, Qt.Key.Key_Space)
    for _ in range(3):
        press(qtbot, table, Qt.Key.Key_Down)

    press(qtbot, table, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)

    assert list(table.ticks.ids()) == [2, 3, 4, 5]


def test_select_all_counts_every_row_and_the_box_above_shows_it(qtbot, table):
    counts = []
    table.ticks_changed.connect(counts.append)

    QTest.keySequence(table.view, QKeySequence(QKeySequence.StandardKey.SelectAll))
    assert table.view.header.all_state is Qt.CheckState.Checked
    click(qtbot, table, 0, CHECK)

    assert counts == [500, 499]
    assert table.view.header.all_state is Qt.CheckState.PartiallyChecked


def test_the_box_above_ticks_all_and_then_none(qtbot, table):
    header = table.view.header
    point = header.check_rect().center()

    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert len(table.ticks) == 500
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=point)

    assert len(table.ticks) == 0


def test_a_row_that_cannot_be_used_cannot_be_ticked(qtbot, table, people):
    people.unusable.add(3)
    table.refresh()
    qtbot.waitUntil(lambda: not table.row(3).usable)

    click(qtbot, table, 2, CHECK)

    assert len(table.ticks) == 0


def test_home_and_end_go_to_the_ends(qtbot, table):
    press(qtbot, table, Qt.Key.Key_End)
    assert table.view.current_id == 500
    assert table.view.row_rect(499).bottom() <= table.view.viewport().height()

    press(qtbot, table, Qt.Key.Key_Home)
    assert table.view.current_id == 1


def test_a_letter_does_not_search_the_whole_table(qtbot, table):
    table.view.go_to(1)

    press(qtbot, table, Qt.Key.Key_P)

    assert table.view.current_id == 1


def test_stepping_ends_at_the_ends(table):
    table.view.go_to(499)

    assert table.view.step(1) == 500
    assert table.view.step(1) is None
    assert table.view.current_id == 500


def test_a_title_sorts_and_a_second_press_turns_the_order_round(qtbot, table):
    header = table.view.header
    place = QPoint(header.sectionViewportPosition(0) + 80, 10)

    with qtbot.waitSignal(table.counted):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (header.sort.key, header.sort.descending) == ("name", False)
    with qtbot.waitSignal(table.counted):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert header.sort.descending
    assert table.ids[0] == 500


def test_a_column_that_cannot_be_sorted_says_nothing(qtbot, table):
    header, pressed = table.view.header, []
    header.sort_pressed.connect(pressed.append)
    place = QPoint(header.sectionViewportPosition(1) + 40, 10)

    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert not pressed


def menus(table) -> list[QMenu]:
    return [menu for menu in table.view.findChildren(QMenu, "row_menu") if menu.isVisible()]


@offscreen_menu
def test_the_dots_at_the_end_open_the_rows_menu(qtbot, table):
    chosen = []
    table.action_chosen.connect(lambda key, row_id: chosen.append((key, row_id)))

    click(qtbot, table, 3, table.view.viewport().width() - 30)
    qtbot.waitUntil(lambda: bool(menus(table)))
    menu = menus(table)[0]
    entries = {entry.objectName(): entry for entry in menu.actions()}
    entries["row_menu_delete"].trigger()

    assert chosen == [("delete", 4)]
    assert entries["row_menu_pin"].text() == "Pin (Only verified backups)"
    assert not entries["row_menu_pin"].isEnabled()
    menu.close()


@offscreen_menu
def test_the_menu_key_opens_the_current_rows_menu(qtbot, table):
    table.view.go_to(2)

    press(qtbot, table, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)

    qtbot.waitUntil(lambda: bool(menus(table)))
    assert menus(table)[0].actions()[0].text() == "Restore"
    menus(table)[0].close()


def test_the_current_rows_buttons_are_real_and_reached_by_tab(qtbot, table):
    chosen = []
    table.action_chosen.connect(lambda key, row_id: chosen.append((key, row_id)))
    table.view.go_to(2)
    press(qtbot, table, Qt.Key.Key_Down)
    button = lambda: table.view.findChild(QPushButton, "row_action_restore")  # noqa: E731
    qtbot.waitUntil(lambda: button() is not None and button().isVisible())

    bar = button().parentWidget()
    assert bar.rect().contains(button().geometry())
    frame = table.view.viewport().rect().adjusted(0, 0, -2, 0)
    assert bar.geometry().right() == frame.right()
    qtbot.keyClick(table.view, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is button()
    qtbot.keyClick(button(), Qt.Key.Key_Space)

    assert chosen == [("restore", 3)]


def test_columns_give_way_when_the_table_gets_narrow(qtbot, table):
    table.resize(380, 400)
    header = table.view.header

    qtbot.waitUntil(lambda: header.isSectionHidden(2))
    assert not header.isSectionHidden(0)
    table.resize(800, 400)
    qtbot.waitUntil(lambda: not header.isSectionHidden(2))


def test_a_width_set_by_hand_stays_and_is_told(qtbot, table):
    told = []
    table.view.column_resized.connect(lambda key, width: told.append((key, width)))

    table.view.header.resizeSection(1, 177)
    table.resize(900, 400)

    assert told == [("stage", 177)]
    assert table.view.header.sectionSize(1) == 177


def test_row_heights_are_a_choice(table):
    for height in RowHeight:
        table.set_row_height(height)
        assert table.view.row_rect(0).height() == height


def test_a_screen_reader_finds_a_table_with_names_and_boxes(table):
    face = QAccessible.queryAccessibleInterface(table.view)

    assert face.role() is QAccessible.Role.Table
    assert face.text(QAccessible.Text.Name) == "Contacts"
    first = table.view.model().index(0, 0)
    assert first.data(Qt.ItemDataRole.AccessibleTextRole) == "Person 1"
    assert first.data(Qt.ItemDataRole.CheckStateRole) is Qt.CheckState.Unchecked
    assert first.data(Qt.ItemDataRole.DecorationRole) is None
    titles = [
        table.view.model().headerData(n, Qt.Orientation.Horizontal) for n in range(len(COLUMNS))
    ]
    assert titles == ["Name", "Stage", "Value"]


def test_every_row_is_painted_in_right_to_left_too(qtbot, table):
    table.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    table.view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)

    click(qtbot, table, 1, table.view.viewport().width() - CHECK)

    assert list(table.ticks.ids()) == [2]
    assert not table.view.grab().isNull()
