"""The whole window by keyboard alone: every tab, list, panel, palette, section and wizard page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QWidget,
)

from crmdesk.ui.frame.values import WorkspaceChoice
from crmdesk.ui.language import install_language
from crmdesk.ui.look import Look
from crmdesk.ui.signed_in import SignedInWindow
from crmdesk.ui.transfer.tab import IMPORTS
from crmdesk.ui.window_state import WindowState
from tests.builders import Desk

CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractItemView)
CTRL = Qt.KeyboardModifier.ControlModifier
TABS = ("records", "backup", "restore", "transfer", "audit")


class Keys:
    """A window and a keyboard; there is no mouse."""

    def __init__(self, made: SignedInWindow, qtbot) -> None:
        self.made, self.window, self.qtbot = made, made.window, qtbot

    @property
    def here(self) -> QWidget:
        """Where the focus is, or would be if this window were the active one."""
        return QApplication.focusWidget() or self.window.focusWidget() or self.window

    def press(self, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.here, key, modifiers)

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(self.here, text)

    def wait(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=15_000)

    def round(self) -> set[QWidget]:
        """What Tab brings the focus to, until it is where it began."""
        # Where the focus was may have gone out of sight; the first Tab leaves it.
        self.press(Qt.Key.Key_Tab)
        start, met = self.here, set()
        for _ in range(200):
            self.press(Qt.Key.Key_Tab)
            met.add(self.here)
            if self.here is start:
                return met
        raise AssertionError("Tab never comes back to where it began")

    def to(self, wanted: QWidget) -> None:
        for _ in range(200):
            if self.here is wanted:
                return
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not reach {said(wanted)}")


def said(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.accessibleName() or widget.objectName()!r}"


def unreached(root: QWidget, met: set[QWidget]) -> list[str]:
    """Controls in sight that Tab does not bring the focus to, nor arrows within their group."""
    missing = []
    for control in root.findChildren(QWidget):
        if not isinstance(control, CONTROLS) or not control.isVisibleTo(root.window()):
            continue
        if not control.isEnabled() or control in met or control.focusProxy() in met:
            continue
        if any(control in (each.focusProxy(), each.parentWidget()) for each in met):
            continue
        if control.parentWidget() in met or control.visibleRegion().isEmpty():
            continue
        group = control.group() if isinstance(control, QAbstractButton) else None
        if group is not None and met.intersection(group.buttons()):
            continue
        missing.append(said(control))
    return missing


@pytest.fixture
def keys(desk: Desk, qapp, qtbot, tmp_path: Path) -> Iterator[Keys]:
    install_language(qapp)
    for number in range(3):
        desk.contact(firstname="Ann", lastname=f"Devon {number}", city="London")
    desk.backup()
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    made = SignedInWindow(
        desk.workspace,
        desk.admin,
        WindowState(settings),
        Look(qapp, settings),
        (WorkspaceChoice("w", "Northwind Traders", current=True),),
        start_job=lambda _job: None,
    )
    made.window.resize(1280, 800)
    made.window.show()
    made.start()
    made.window.activateWindow()
    yield Keys(made, qtbot)
    made.window.close()
    made.window.deleteLater()


@pytest.mark.parametrize("place", range(len(TABS)))
def test_tab_reaches_every_control_of_every_tab_and_of_the_frame(keys: Keys, place: int):
    keys.press(Qt.Key(Qt.Key.Key_1 + place), CTRL)
    keys.wait(lambda: keys.window.place == TABS[place])
    met = keys.round()
    assert not unreached(keys.window, met)


def test_a_record_opens_beside_its_list_and_every_page_of_its_panel_is_reached(keys: Keys):
    keys.press(Qt.Key.Key_1, CTRL)
    page = keys.window.page
    keys.wait(lambda: page.face.table.count == 3)
    keys.to(page.face.table.view)
    keys.press(Qt.Key.Key_Home)
    keys.press(Qt.Key.Key_Return)
    keys.wait(page.panel.isVisible)
    for name in ("properties", "associations", "history"):
        page.panel.show_page(name)
        met = keys.round()
        assert not unreached(page.panel, met), name
    keys.press(Qt.Key.Key_Escape)
    assert not page.panel.isVisible()
    assert keys.here is page.face.table.view


def test_the_palette_leads_to_a_record_and_to_a_section_and_esc_closes_it(keys: Keys):
    palette = keys.window.palette_popover
    keys.press(Qt.Key.Key_K, CTRL)
    assert keys.here is palette.field
    keys.type("Devon 1")
    keys.wait(lambda: [each for each in palette.list.lines() if "Devon 1" in each.text])
    while "Devon 1" not in palette.list.current.text:
        keys.press(Qt.Key.Key_Down)
    keys.press(Qt.Key.Key_Return)
    keys.wait(lambda: keys.window.place == "records" and keys.window.page.panel.isVisible())
    keys.press(Qt.Key.Key_K, CTRL)
    keys.type("Security")
    keys.wait(lambda: [each for each in palette.list.lines() if each.text == "Security"])
    while palette.list.current.text != "Security":
        keys.press(Qt.Key.Key_Down)
    keys.press(Qt.Key.Key_Return)
    keys.wait(lambda: keys.window.place == "settings")
    assert keys.window.page.section == "security"
    keys.press(Qt.Key.Key_K, CTRL)
    keys.press(Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_every_section_of_the_settings_is_reached_and_walked(keys: Keys):
    keys.press(Qt.Key.Key_Comma, CTRL)
    page = keys.window.page
    items = [page.listing.findChild(QWidget, each.key) for each in page._sections]
    keys.to(items[0])
    for place, item in enumerate(items):
        if place:
            keys.to(items[place - 1])
            keys.press(Qt.Key.Key_Down)
        keys.press(Qt.Key.Key_Space)
        assert page.section == item.objectName()
        met = keys.round()
        assert not unreached(page, met), page.section


def test_each_page_of_the_restore_wizard_is_walked_up_to_its_last_button(keys: Keys):
    keys.press(Qt.Key.Key_3, CTRL)
    page = keys.window.page
    keys.wait(lambda: page.start.picker.table.count)
    keys.to(page.start.picker.table.view)
    keys.press(Qt.Key.Key_Home)
    keys.press(Qt.Key.Key_Return)
    keys.wait(lambda: page.flow.state.survey is not None)
    assert not unreached(keys.window, keys.round())
    keys.to(page.wizard.back)
    keys.press(Qt.Key.Key_Space)
    assert not unreached(keys.window, keys.round())


def test_the_first_pages_of_an_import_are_walked(keys: Keys, tmp_path: Path):
    table = tmp_path / "people.csv"
    table.write_text("First Name,Email\nAnn,ann@example.org\n", encoding="utf-8")
    keys.window.go_to("transfer")
    keys.window.page.show_list(IMPORTS)
    page = keys.window.page.imports
    page.begin_import(path=str(table))
    keys.wait(lambda: page.assistant.draft is not None)
    for _step in range(3):
        assert not unreached(keys.window, keys.round())
        keys.press(Qt.Key.Key_Return, CTRL)
        keys.wait(lambda: not page.assistant.check.checking)
