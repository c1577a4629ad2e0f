from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from crmdesk.ui.widgets.badge import Badge, BadgeTone
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.segmented import Segmented
from crmdesk.ui.widgets.stepper import Stepper
from crmdesk.ui.widgets.switch import Switch
from crmdesk.ui.widgets.tabs_small import TabsSmall

LEFT = Qt.MouseButton.LeftButton


def test_a_chip_opens_when_pressed_and_clears_by_its_x(show, qtbot):
    chip = Chip("Stage")
    show(chip)
    with qtbot.waitSignal(chip.opened):
        qtbot.mouseClick(chip, LEFT)

    chip.set_value("4 of 5")
    QTest.qWait(0)
    assert (chip.is_on, chip.plain_text()) == (True, "Stage: 4 of 5")
    with qtbot.assertNotEmitted(chip.opened), qtbot.waitSignal(chip.cleared):
        qtbot.mouseClick(chip, LEFT, pos=QPoint(chip.width() - 12, chip.height() // 2))
    with qtbot.waitSignal(chip.opened):
        qtbot.mouseClick(chip, LEFT, pos=QPoint(20, chip.height() // 2))


def test_delete_clears_a_chip_that_is_on_and_leaves_one_that_is_off(show, qtbot):
    chip = Chip("Owner")
    show(chip)
    with qtbot.assertNotEmitted(chip.cleared):
        qtbot.keyClick(chip, Qt.Key.Key_Delete)

    chip.set_value("Last 30 days", joined=False)

    assert chip.plain_text() == "Last 30 days"
    with qtbot.waitSignal(chip.cleared):
        qtbot.keyClick(chip, Qt.Key.Key_Delete)


# The offscreen platform cannot raise the tooltip's window.
@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_an_unusable_chip_takes_the_focus_and_says_why(show, qtbot):
    chip = Chip("Subcategory")
    show(chip)
    chip.set_unusable("Choose a category first")

    assert chip.isEnabled()
    assert chip.accessibleDescription() == "Choose a category first"
    with qtbot.assertNotEmitted(chip.opened), qtbot.waitSignal(chip.refused) as told:
        qtbot.keyClick(chip, Qt.Key.Key_Space)
    assert told.args == ["Choose a category first"]


def test_a_value_with_braces_is_shown_as_it_is(show):
    chip = Chip("Name {x}")
    show(chip)

    chip.set_value("{y} & z")

    assert chip.plain_text() == "Name {x}: {y} & z"


def test_segments_are_walked_by_arrow_keys(show, qtbot):
    modes = Segmented("Mode", [("log", "Log"), ("analyze", "Analyze")])
    show(modes)
    first = modes.findChild(Button, "log")
    first.setFocus(Qt.FocusReason.TabFocusReason)

    with qtbot.waitSignal(modes.changed) as told:
        qtbot.keyClick(first, Qt.Key.Key_Right)

    assert told.args == ["analyze"]
    assert modes.current == "analyze"


def test_choosing_a_segment_from_code_is_silent(show, qtbot):
    modes = Segmented("Mode", [("log", "Log"), ("analyze", "Analyze")])
    show(modes)

    with qtbot.assertNotEmitted(modes.changed):
        modes.set_current("analyze")

    assert modes.height() == 32


def test_a_switch_is_a_check_box_to_a_screen_reader(show, qtbot):
    switch = Switch("Ask for approval above 10,000 records")
    show(switch)
    spoken = QAccessible.queryAccessibleInterface(switch)

    qtbot.mouseClick(switch, LEFT)

    assert switch.isChecked()
    assert spoken.role() == QAccessible.Role.CheckBox
    assert spoken.text(QAccessible.Text.Name) == "Ask for approval above 10,000 records"
    assert min(switch.width(), switch.height()) >= 28


def test_a_check_row_carries_the_whole_sentence_and_ticks_by_it(show, qtbot):
    sentence = "I understand that 33 values will be cleared, and that only undo brings them back."
    row = CheckRow(sentence)
    show(row, width=240)

    with qtbot.waitSignal(row.toggled):
        qtbot.mouseClick(row, LEFT, pos=QPoint(row.width() - 30, 20))

    assert row.is_checked()
    assert row.box.accessibleName() == sentence


@pytest.mark.parametrize(("at", "name"), [(0, "Step 1 of 3: Backup"), (2, "Step 3 of 3: Review")])
def test_the_stepper_is_one_widget_with_one_name(show, at: int, name: str):
    stepper = Stepper(["Backup", "Properties", "Review"])
    show(stepper)

    stepper.set_current(at)

    assert stepper.accessibleName() == name


def test_only_done_steps_can_be_gone_back_to(show, qtbot):
    stepper = Stepper(["Backup", "Properties", "Review"])
    show(stepper)
    stepper.set_current(1)
    middle = stepper.height() // 2

    with qtbot.waitSignal(stepper.step_chosen) as told:
        qtbot.mouseClick(stepper, LEFT, pos=QPoint(12, middle))
    assert told.args == [0]
    with qtbot.assertNotEmitted(stepper.step_chosen):
        qtbot.mouseClick(stepper, LEFT, pos=QPoint(stepper.width() - 12, middle))


def test_steps_are_chosen_by_keys_too(show, qtbot):
    stepper = Stepper(["Backup", "Properties", "Review"])
    show(stepper)
    stepper.set_current(2)
    stepper.setFocus(Qt.FocusReason.TabFocusReason)

    qtbot.keyClick(stepper, Qt.Key.Key_Left)
    with qtbot.waitSignal(stepper.step_chosen) as told:
        qtbot.keyClick(stepper, Qt.Key.Key_Return)

    assert told.args == [0]


def test_a_finished_wizard_lets_nobody_go_back(show):
    stepper = Stepper(["Backup", "Restore"])
    show(stepper)

    stepper.set_current(1, finished=True)

    assert stepper.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_small_tabs_answer_by_key_and_keep_their_ampersand(show, qtbot):
    tabs = TabsSmall("Pages")
    tabs.add("details", "Details")
    tabs.add("comments", "Q & A")
    show(tabs)

    with qtbot.waitSignal(tabs.chosen) as told:
        tabs.show_key("comments")

    assert told.args == ["comments"]
    assert (tabs.current, tabs.keys()) == ("comments", ["details", "comments"])
    assert tabs.tabText(1) == "Q && A"


def test_a_badge_is_20_high_and_as_wide_as_its_word(show):
    short, long = Badge("Lead", BadgeTone.INFO), Badge("Not verified", icon="shield")
    show(short, long)

    assert short.height() == long.height() == 20
    assert long.width() > short.width()
    long.set_state("Verified", BadgeTone.OK, "shield-check")
    assert long.text() == "Verified"
