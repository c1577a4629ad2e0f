from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout

from crmdesk.ui.widgets.buttons import Button, ButtonKind, IconButton
from crmdesk.ui.widgets.link import Link


def test_an_ampersand_is_shown_and_is_no_shortcut(show):
    button = Button("Import & Export")
    show(button)

    assert button.plain_text() == "Import & Export"
    assert button.shortcut().isEmpty()


def test_the_focus_edge_shows_for_keys_and_not_for_the_mouse(show, qtbot):
    first, second = Button("One"), Button("Two")
    show(first, second)

    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert second.property("keyfocus") != "true"

    first.setFocus(Qt.FocusReason.TabFocusReason)
    assert first.property("keyfocus") == "true"
    second.setFocus(Qt.FocusReason.TabFocusReason)
    assert first.property("keyfocus") != "true"


def test_the_focus_edge_stays_with_one_control_when_a_dialog_moves_the_focus(show, qtbot):
    first, second = Button("Add another file"), Button("Continue")
    window = show(first, second)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    dialog = QDialog(window)
    with qtbot.waitActive(dialog):
        dialog.open()
    assert first.property("keyfocus") == "true"

    second.setFocus(Qt.FocusReason.OtherFocusReason)
    with qtbot.waitActive(window):
        dialog.accept()
        window.activateWindow()

    assert second.property("keyfocus") == "true"
    assert first.property("keyfocus") != "true"


def test_a_busy_button_says_what_it_does_and_takes_no_second_press(show, qtbot):
    presses = []
    button = Button("Create backup", ButtonKind.PRIMARY, "plus")
    button.clicked.connect(lambda: presses.append(1))
    show(button)
    width = button.width()

    button.set_busy("Creating...")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(button, Qt.Key.Key_Space)

    assert presses == []
    assert (button.plain_text(), button.width()) == ("Creating...", width)

    button.set_idle()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (button.plain_text(), presses) == ("Create backup", [1])


def test_enter_in_a_dialog_does_not_press_a_busy_button(qtbot):
    dialog, presses = QDialog(), []
    qtbot.addWidget(dialog)
    button, field = Button("Save", ButtonKind.PRIMARY), QLineEdit()
    layout = QVBoxLayout(dialog)
    layout.addWidget(field)
    layout.addWidget(button)
    button.setDefault(True)
    button.clicked.connect(lambda: presses.append(1))
    dialog.show()

    button.set_busy("Saving...")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert presses == []

    button.set_idle()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert presses == [1]


def test_a_reason_disables_a_button_and_is_its_description(show):
    button = Button("Create backup", ButtonKind.PRIMARY)
    show(button)

    button.set_reason("Next possible tomorrow at 05:00.")
    assert not button.isEnabled()
    assert button.accessibleDescription() == "Next possible tomorrow at 05:00."

    button.set_reason("")
    assert button.isEnabled()


def test_an_icon_button_has_a_name_and_the_same_tooltip(show):
    button = IconButton("x", "Close panel (Esc)")
    show(button)

    spoken = QAccessible.queryAccessibleInterface(button).text(QAccessible.Text.Name)

    assert spoken == button.toolTip() == "Close panel (Esc)"
    assert (button.width(), button.height()) == (32, 32)


@pytest.mark.parametrize("kind", [ButtonKind.DANGER, ButtonKind.LINK, ButtonKind.SECONDARY])
def test_a_button_can_become_another_kind(show, kind: ButtonKind):
    button = Button("Undo restore", ButtonKind.GHOST, "undo-2")
    show(button)

    button.set_kind(kind)

    assert button.property("kind") == str(kind)


def test_an_icon_after_the_text_changes_sides_with_the_layout(show):
    button = Button("Review changes", icon="arrow-right", trailing=True)
    show(button)

    assert button.layoutDirection() is Qt.LayoutDirection.RightToLeft


def test_a_link_grows_with_its_words(show):
    short, long = Link("Open"), Link("Open the entry of this change")
    show(short, long)

    assert long.width() > short.width()


def test_words_that_come_later_keep_their_distance_from_the_icon(qtbot):
    later, at_once = (
        Button("", ButtonKind.PRIMARY, "plus"),
        Button("New", ButtonKind.PRIMARY, "plus"),
    )
    qtbot.addWidget(later)
    qtbot.addWidget(at_once)
    later.setText("New")
    assert later.sizeHint() == at_once.sizeHint()
    assert later.iconSize() == at_once.iconSize()
