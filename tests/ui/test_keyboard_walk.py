"""The whole window by keyboard alone: every tab, list, panel, palette, section and wizard page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.records.filters import RecordQuery
from crmdesk.ui.frame.values import WorkspaceChoice
from crmdesk.ui.language import install_language
from crmdesk.ui.look import Look
from crmdesk.ui.signed_in import SignedInWindow
from crmdesk.ui.transfer.assistant import CHECK, COLUMNS, FILE, RUN
from crmdesk.ui.transfer.tab import IMPORTS
from crmdesk.ui.window_state import WindowState
from tests.builders import Desk
from tests.ui.keyboard import CTRL, Keys, unreached

TABS = ("records", "backup", "restore", "transfer", "audit")


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
    yield Keys(made.window, qtbot)
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


# The offscreen platform cannot raise a tooltip, nor give a menu the whole keyboard.
@pytest.mark.qt_log_ignore("does not support raise|grabbing the keyboard", extend=True)
def test_the_list_of_exports_its_overview_panel_and_dialogs_go_by_keys(keys: Keys, desk: Desk):
    marc = desk.user("Marc Dubois", Permission.EXPORT)
    desk.workspace.settings.set(desk.admin, "exports.approval", value=True)
    desk.workspace.settings.set(desk.admin, "exports.approval_records", 1)
    exports = desk.workspace.exports
    for actor, name in ((desk.admin, "Everybody"), (marc, "VIP list")):
        asked = ExportRequest(RecordQuery("contacts"), name=name, columns=("firstname",))
        job_id = exports.show(actor, exports.create(actor, asked)).job_id
        if job_id is not None:
            desk.workspace.run_job(job_id)
    keys.press(Qt.Key.Key_4, CTRL)
    page = keys.window.page.exports
    keys.wait(lambda: page.table.count >= 2 and page.overview.isVisible())
    assert not unreached(keys.window, keys.round())

    keys.to(page.filters.state)
    keys.press(Qt.Key.Key_Space)
    assert page.filters.state.popover.isVisible()
    keys.press(Qt.Key.Key_Escape)
    keys.to(page.filters.columns)
    keys.press(Qt.Key.Key_Space)
    keys.wait(lambda: keys.window.findChild(QWidget, "search_columns") is not None)
    keys.press(Qt.Key.Key_Escape)
    assert keys.here is page.filters.columns

    keys.to(page.table.view)
    keys.press(Qt.Key.Key_Home)
    keys.press(Qt.Key.Key_Return)
    assert page.panel.isVisible()
    for shown in ("details", "history"):
        page.panel.show_page(shown)
        assert not unreached(page.panel, keys.round()), shown
    keys.to(page.panel.findChild(QWidget, "panel_reject"))
    keys.press(Qt.Key.Key_Space)
    keys.wait(lambda: page.deeds.reason is not None and page.deeds.reason.isVisible())
    page.deeds.dialog.activateWindow()
    keys.wait(page.deeds.reason.hasFocus)
    keys.type("Ask first")
    keys.press(Qt.Key.Key_Return)
    keys.wait(lambda: exports.list(marc)[0].reason == "Ask first")
    keys.wait(lambda: keys.here.window() is keys.window)
    keys.press(Qt.Key.Key_Escape)
    assert not page.panel.isVisible()
    assert keys.here is page.table.view
    keys.press(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    keys.wait(lambda: QApplication.activePopupWidget() is not None)
    keys.qtbot.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Escape)


def test_every_page_of_an_import_is_walked_up_to_its_end(keys: Keys, tmp_path: Path):
    table = tmp_path / "people.csv"
    table.write_text("First Name,Email\nAnn,ann@example.org\n", encoding="utf-8")
    keys.window.go_to("transfer")
    keys.window.page.show_list(IMPORTS)
    page = keys.window.page.imports
    page.begin_import(path=str(table))
    keys.wait(lambda: page.assistant.draft is not None)
    for step in (FILE, COLUMNS, CHECK, RUN):
        keys.wait(lambda step=step: page.assistant.step == step)
        assert not unreached(keys.window, keys.round()), step
        if step != RUN:
            keys.press(Qt.Key.Key_Return, CTRL)
            keys.wait(lambda: not page.assistant.check.checking)
