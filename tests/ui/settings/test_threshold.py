"""From how many records on a Super Admin is told of an export: one's own number."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from crmdesk.core.access.permissions import Permission
from crmdesk.ui.settings.own_threshold import OwnThreshold

LEFT = Qt.MouseButton.LeftButton


def opened(settings_page, actor=None) -> tuple[object, OwnThreshold]:
    page = settings_page(actor)
    page.show_section("transfer")
    return page, page.findChild(OwnThreshold)


def test_a_number_is_saved_by_mouse_shown_grouped_and_taken_away_by_key(settings_page, desk, qtbot):
    page, own = opened(settings_page)
    thresholds = desk.workspace.export_thresholds
    assert own.edit.text() == ""
    assert not own.save.isEnabled()
    qtbot.keyClicks(own.edit, "275000")
    qtbot.mouseClick(own.save, LEFT)
    qtbot.waitUntil(lambda: thresholds.own(desk.admin) == 275_000)
    qtbot.waitUntil(lambda: own.edit.text() == "275,000")
    assert not own.save.isEnabled()
    said = "You are told of exports of more than 275,000 records."
    qtbot.waitUntil(lambda: page.stand.told.toasts[-1][:2] == ("Threshold saved", said))

    own.edit.selectAll()
    qtbot.keyClick(own.edit, Qt.Key.Key_Delete)
    qtbot.keyClick(own.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: thresholds.own(desk.admin) is None)
    toasts = page.stand.told.toasts
    qtbot.waitUntil(lambda: toasts[-1][1] == "You are told of no export.")


@pytest.mark.parametrize("typed", ["0", "275001", "-5", "many", "1.5"])
def test_what_cannot_be_is_refused_in_place_with_the_bounds(settings_page, desk, qtbot, typed):
    _page, own = opened(settings_page)
    qtbot.keyClicks(own.edit, typed)
    qtbot.mouseClick(own.save, LEFT)
    assert own.field.error == "Enter a number from 1 to 275,000, or leave it empty for no notice."
    assert desk.workspace.export_thresholds.own(desk.admin) is None


def test_the_card_leads_to_the_list_and_is_for_super_admins_alone(settings_page, desk, qtbot):
    page, own = opened(settings_page)
    qtbot.mouseClick(own.findChild(QAbstractButton, "show_exports"), LEFT)
    assert page.stand.told.links == ["exports"]
    _other, none = opened(settings_page, desk.user("Marc Dubois", Permission.EXPORT))
    assert none is None
