"""The pages before anybody is signed in, by keyboard alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from crmdesk.ui.start.welcome import WelcomePage
from tests.ui.keyboard import Keys, unreached
from tests.ui.start.conftest import page_named


def test_sign_in_and_the_ways_to_a_workspace_are_walked_there_and_back(program, known, qtbot):
    application = program()
    start = application.start
    keys = Keys(start, qtbot)
    keys.wait(lambda: page_named(application, "sign_in_page") is not None)
    start.activateWindow()
    keys.wait(start.isActiveWindow)
    assert not unreached(start, keys.round())
    keys.to(start.findChild(QWidget, "other_workspace"))
    keys.press(Qt.Key.Key_Space)
    keys.wait(lambda: isinstance(start.page, WelcomePage))
    assert not unreached(start, keys.round())

    # The others ask the system for a folder, or make a workspace at once.
    for way, name in ((0, "create_page"), (4, "restore_page")):
        keys.wait(lambda: isinstance(start.page, WelcomePage))
        keys.to(start.page.ways[way])
        keys.press(Qt.Key.Key_Return)
        keys.wait(lambda name=name: page_named(application, name) is not None)
        assert not unreached(start, keys.round()), name
        keys.to(start.page.findChild(QWidget, "back"))
        keys.press(Qt.Key.Key_Space)
