"""Settings, Privacy: a person is looked up, handed their data, and deleted for good."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from crmdesk.core.records.filters import RecordQuery
from crmdesk.ui.records.privacy_request import add_privacy_request
from crmdesk.ui.settings.privacy.page import PrivacyPage
from tests.ui.clipping import clipped
from tests.ui.settings.conftest import dialog_named, has_dialog

ANN = "ann.lee@example.org"


def test_a_person_is_looked_up_exported_and_deleted_with_the_address_typed(
    settings_page, desk, qtbot
):
    desk.contact(email=ANN)
    desk.backup()
    settings = settings_page()
    settings.open_link("settings/privacy")
    page = settings.shown_page
    assert isinstance(page, PrivacyPage)

    qtbot.keyClicks(page.address, "nobody")
    qtbot.keyClick(page.address, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.field.error))
    settings.open_link("settings/privacy/nobody@example.org")
    qtbot.waitUntil(page.banner.isVisible)
    assert (page.field.error, "Nothing is kept" in page.banner.accessibleName()) == ("", True)

    settings.open_link(f"settings/privacy/{ANN.upper()}")
    qtbot.waitUntil(lambda: page.findChild(object, "delete_person") is not None)
    assert not clipped(page)
    page.hand_out.setFocus()
    qtbot.keyClick(page.hand_out, Qt.Key.Key_Space)
    told = settings.stand.told
    qtbot.waitUntil(lambda: [each[0] for each in told.toasts][-1:] == ["Export finished"])

    page.search()
    qtbot.waitUntil(lambda: not page.look.busy)
    qtbot.waitUntil(page.delete.isVisible)
    qtbot.mouseClick(page.delete, Qt.MouseButton.LeftButton)
    dialog = dialog_named("delete_person_dialog")
    assert not clipped(dialog)
    assert not dialog.deed_button.isEnabled()
    qtbot.keyClicks(dialog.name_edit, ANN)
    qtbot.mouseClick(dialog.deed_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not has_dialog("delete_person_dialog"))
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.accessibleName().startswith("Deleted for good. 1 backup still holds them")
    assert len(desk.workspace.records.ids(desk.admin, RecordQuery("contacts"))) == 0


def test_a_record_leads_to_the_request_and_others_have_no_such_page(settings_page, desk):
    ann = desk.contact(email=ANN)
    menu, stand = QMenu(), settings_page().stand
    add_privacy_request(menu, stand.desk, ann)
    menu.actions()[0].trigger()
    assert stand.told.links == [f"settings/privacy/{ANN}"]

    page = settings_page(desk.user("Una User"))
    page.open_link("settings/privacy")
    assert page.section == "profile"
    add_privacy_request(menu, page.stand.desk, ann)
    add_privacy_request(menu, stand.desk, desk.add("companies", name="Lee AS"))
    assert len(menu.actions()) == 1
