"""A part of a page shown before it has its place opens a window of its own for a moment."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.keyboard import CTRL, Keys, said
from tests.ui.test_keyboard_walk import TABS, keys

__all__ = ["keys"]


class Strays(QObject):
    """Widgets that were shown as windows and are none: they flash and take the focus away."""

    def __init__(self, own: QWidget) -> None:
        super().__init__()
        self._own, self.found = own, set[str]()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget):
            is_plain = watched.windowType() in (Qt.WindowType.Widget, Qt.WindowType.Window)
            if watched.isWindow() and is_plain and watched is not self._own:
                self.found.add(said(watched))
        return False


def test_nothing_is_shown_as_a_window_before_it_has_its_place(keys: Keys, qapp: QApplication):
    strays = Strays(keys.window)
    qapp.installEventFilter(strays)
    for place in range(len(TABS)):
        keys.press(Qt.Key(Qt.Key.Key_1 + place), CTRL)
        keys.wait(lambda place=place: keys.window.place == TABS[place])
    keys.press(Qt.Key.Key_Comma, CTRL)
    for section in [each.key for each in keys.window.page._sections]:
        keys.window.page.show_section(section)
        assert keys.window.page.section == section
    keys.press(Qt.Key.Key_3, CTRL)
    keys.window.page.open_link("restore/new")
    keys.wait(lambda: keys.window.page.wizard.picker.table.count)
    qapp.removeEventFilter(strays)
    assert strays.found == set()
