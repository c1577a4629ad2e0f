"""One registry behind menus, shortcuts, palette and key list."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from crmdesk.ui.actions import Actions, ActionSpec, MenuName, shown_keys


@pytest.fixture
def window(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@pytest.fixture
def actions(window):
    return Actions(window)


def test_a_shortcut_runs_its_action(qtbot, window, actions):
    ran = []
    actions.register(
        ActionSpec("backup", "Create backup", MenuName.FILE, ("Ctrl+Shift+B",)),
        lambda: ran.append("backup"),
    )

    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_B, modifiers)

    assert ran == ["backup"]


def test_a_disabled_action_keeps_its_reason_and_does_not_run(actions):
    ran = []
    actions.register(ActionSpec("backup", "Create backup"), lambda: ran.append(1))

    actions.set_reason("backup", "Next possible tomorrow at 05:00")

    assert not actions.trigger("backup")
    assert actions.reason("backup") == "Next possible tomorrow at 05:00"
    assert not ran
    actions.set_reason("backup", "")
    assert actions.trigger("backup")
    assert ran == [1]


def test_a_key_or_shortcut_is_registered_once(actions):
    actions.register(ActionSpec("a", "A", keys=("Ctrl+1",)), list)

    with pytest.raises(ValueError, match="twice"):
        actions.register(ActionSpec("a", "B"), list)
    with pytest.raises(ValueError, match="belongs to"):
        actions.register(ActionSpec("b", "B", keys=("Ctrl+1",)), list)


def test_a_menu_has_its_actions_with_a_line_between_groups(qtbot, actions):
    actions.register(ActionSpec("quit", "Quit", MenuName.FILE, group=9), list)
    actions.register(ActionSpec("new", "Import & export", MenuName.FILE), list)
    actions.register(ActionSpec("go", "Elsewhere", MenuName.GO), list)
    menu = QMenu()
    qtbot.addWidget(menu)

    actions.fill(menu, MenuName.FILE)

    texts = ["-" if entry.isSeparator() else entry.text() for entry in menu.actions()]
    assert texts == ["Import && export", "-", "Quit"]


def test_delete_stays_with_the_field_that_has_the_focus(qtbot, window, actions):
    ran = []
    actions.register(ActionSpec("delete", "Delete", keys=("Del",)), lambda: ran.append(1))
    field = QLineEdit("ab", window)
    field.show()
    field.setFocus()
    field.setCursorPosition(0)

    qtbot.keyClick(field, Qt.Key.Key_Delete)

    assert field.text() == "b"
    assert not ran


def test_keys_are_shown_as_on_the_caps():
    assert shown_keys("Ctrl+Shift+B") == "Ctrl Shift B"
    assert shown_keys("Ctrl++") == "Ctrl +"


def test_the_key_list_follows_the_menus(actions):
    actions.register(ActionSpec("help", "Help", MenuName.HELP, ("F1",)), list)
    actions.register(ActionSpec("new", "New", MenuName.FILE, ("Ctrl+N",)), list)
    actions.register(ActionSpec("mute", "No key", MenuName.FILE), list)

    assert [line.text for line in actions.key_list()] == ["New", "Help"]


def test_a_removed_action_frees_its_shortcut(actions):
    actions.register(ActionSpec("a", "A", keys=("Ctrl+1",)), list)

    actions.remove("a")
    actions.register(ActionSpec("b", "B", keys=("Ctrl+1",)), list)

    assert not actions.has("a")
    assert [spec.key for spec in actions.specs()] == ["b"]
