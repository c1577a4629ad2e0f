"""The Records tab inside the window: its shortcuts are the window's."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog

from crmdesk.ui.records.page import RecordsPage
from crmdesk.ui.theme.apply import apply_theme
from tests.shots.settings import window_of

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def test_the_windows_keys_reach_the_page(filled, qtbot, qapp):
    apply_theme(qapp, "light")
    made = window_of(filled)
    window = made.window
    with qtbot.waitActive(window):
        window.activateWindow()
    window.go_to("records")
    page = window.page
    assert isinstance(page, RecordsPage)
    qtbot.waitUntil(lambda: page.face.table.count == 16)

    def press(key, modifiers=Qt.KeyboardModifier.NoModifier):
        qtbot.keyClick(QApplication.focusWidget() or window, key, modifiers)

    press(Qt.Key.Key_F, CTRL)
    assert page.face.filters.search.hasFocus()
    page.start_focus()
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Return)
    first = page.panel.record.id
    press(Qt.Key.Key_Down, ALT)
    assert page.panel.record.id != first
    press(Qt.Key.Key_Escape)
    assert not page.panel.isVisible()
    press(Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), QDialog))
    assert QApplication.activeWindow().accessibleName().startswith("Delete ")
    press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not [d for d in window.findChildren(QDialog) if d.isVisible()])
    with qtbot.waitActive(window):
        window.activateWindow()
    press(Qt.Key.Key_N, CTRL)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), QDialog))
    assert QApplication.activeWindow().accessibleName() == "New contact"
    press(Qt.Key.Key_Escape)
    window.close()
