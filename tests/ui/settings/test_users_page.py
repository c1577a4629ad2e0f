from __future__ import annotations

from time import time

import pyotp
import pytest
from PySide6.QtCore import Qt

from crmdesk.core.access.permissions import Permission
from crmdesk.ui.widgets.paragraph import Paragraph
from tests.ui.clipping import clipped
from tests.ui.settings.conftest import dialog_named, has_dialog

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def users(settings_page, qtbot):
    page = settings_page()
    page.show_section("users")
    shown = page.shown_page
    shown.settings = page
    qtbot.waitUntil(lambda: shown.users.count > 0)
    return shown


def found(desk, email):
    return next((u for u in desk.workspace.users.list(desk.admin) if u.email == email), None)


def test_an_added_user_gets_the_rights_that_were_ticked_and_a_one_time_code(users, desk, qtbot):
    qtbot.mouseClick(users.add, LEFT)
    dialog = dialog_named("user_dialog")
    qtbot.keyClicks(dialog.email, "marc@northwind.example")
    qtbot.keyClicks(dialog.name, "Marc Dubois")
    dialog.rights[Permission.IMPORT].set_checked(True)
    assert not clipped(dialog)
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: has_dialog("one_time_code_dialog"))
    assert found(desk, "marc@northwind.example").granted == (Permission.IMPORT,)
    code = dialog_named("one_time_code_dialog").code.text()
    assert len(code) > 12
    dialog_named("one_time_code_dialog").accept()


def test_an_address_that_is_taken_is_told_at_the_field(users, desk, qtbot):
    qtbot.mouseClick(users.add, LEFT)
    dialog = dialog_named("user_dialog")
    dialog.email.setText(desk.admin.email)
    dialog.name.setText("Somebody")
    dialog.deed_button.click()
    qtbot.waitUntil(lambda: bool(dialog.email_field.error))
    dialog.reject()


def test_the_last_super_admin_stays_and_the_reason_is_in_sight(users, desk):
    users._edit(1)
    dialog = dialog_named("user_dialog")
    assert not dialog.super_admin.box.isEnabled()
    assert "last active Super Admin" in dialog.admin_note.plain_text()
    dialog.reject()
    actions = {each.key: each for each in users._user_actions(users.users.row(1))}
    assert "last Super Admin" in actions["remove"].reason
    assert "last Super Admin" in actions["deactivate"].reason


def test_making_or_unmaking_a_super_admin_asks_for_a_code(users, desk, qtbot):
    two_factor = desk.workspace.two_factor
    codes = pyotp.TOTP(two_factor.begin_enrolment(desk.admin).secret)
    two_factor.confirm_enrolment(desk.admin, codes.at(int(time()) - 30))
    marc = desk.user("Marc Dubois")
    users.read()
    qtbot.waitUntil(lambda: users.users.count == 2)
    users._edit(marc.user_id)
    dialog = dialog_named("user_dialog")
    dialog.super_admin.set_checked(True)
    dialog.deed_button.click()
    code = dialog_named("two_factor_dialog")
    assert not found(desk, marc.email).super_admin
    code.entry.code.setText(codes.now())
    code.deed_button.click()
    qtbot.waitUntil(lambda: not has_dialog("user_dialog"))
    assert found(desk, marc.email).super_admin

    qtbot.waitUntil(lambda: users._users[marc.user_id].super_admin)
    users._edit(marc.user_id)
    dialog = dialog_named("user_dialog")
    dialog.super_admin.set_checked(False)
    dialog.deed_button.click()
    code = dialog_named("two_factor_dialog")
    said = [each.plain_text() for each in code.findChildren(Paragraph)]
    assert any("taking Super Admin from Marc Dubois" in each for each in said)
    code.reject()
    assert found(desk, marc.email).super_admin
    dialog.reject()


def test_a_removed_user_has_to_be_named_and_is_gone(users, desk, qtbot):
    marc = desk.user("Marc Dubois")
    users.read()
    qtbot.waitUntil(lambda: users.users.count == 2)
    users.users.action_chosen.emit("remove", marc.user_id)
    dialog = dialog_named("remove_dialog")
    assert not dialog.deed_button.isEnabled()
    qtbot.keyClicks(dialog.name_edit, "Marc Dubois")
    qtbot.mouseClick(dialog.deed_button, LEFT)
    qtbot.waitUntil(lambda: users.users.count == 1)
    assert found(desk, marc.email) is None


def test_a_deactivated_user_comes_back(users, desk, qtbot):
    marc = desk.user("Marc Dubois")
    users.read()
    qtbot.waitUntil(lambda: users.users.count == 2)
    users.users.action_chosen.emit("deactivate", marc.user_id)
    dialog_named("deactivate_dialog").deed_button.click()
    qtbot.waitUntil(lambda: not found(desk, marc.email).active)
    qtbot.waitUntil(lambda: users.users.row(marc.user_id).dimmed)
    users.users.action_chosen.emit("reactivate", marc.user_id)
    qtbot.waitUntil(lambda: found(desk, marc.email).active)


def test_teams_are_added_joined_and_removed(users, desk, qtbot):
    qtbot.mouseClick(users.mode._buttons["teams"], LEFT)
    qtbot.mouseClick(users.add, LEFT)
    dialog = dialog_named("team_dialog")
    qtbot.keyClicks(dialog.name, "Sales Nordics")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: users.teams.count == 1)
    users._edit(1)
    edit = dialog_named("user_dialog")
    edit.teams["Sales Nordics"].set_checked(True)
    edit.deed_button.click()
    qtbot.waitUntil(lambda: found(desk, desk.admin.email).teams == ("Sales Nordics",))
    users.teams.action_chosen.emit("remove", desk.workspace.teams.list(desk.admin)[0].id)
    dialog_named("remove_team_dialog").deed_button.click()
    qtbot.waitUntil(lambda: not desk.workspace.teams.list(desk.admin))


def test_two_factor_that_somebody_lost_is_reset_with_a_code_of_ones_own(users, desk, qtbot):
    two_factor = desk.workspace.two_factor
    marc = desk.user("Marc Dubois")
    theirs = pyotp.TOTP(two_factor.begin_enrolment(marc).secret)
    two_factor.confirm_enrolment(marc, theirs.now())
    codes = pyotp.TOTP(two_factor.begin_enrolment(desk.admin).secret)
    two_factor.confirm_enrolment(desk.admin, codes.at(int(time()) - 30))
    users.read()
    qtbot.waitUntil(lambda: users.users.count == 2)
    own = {each.key: each for each in users._user_actions(users.users.row(1))}
    users.users.action_chosen.emit("reset_two_factor", marc.user_id)
    dialog_named("reset_two_factor_dialog").deed_button.click()
    code = dialog_named("two_factor_dialog")
    assert found(desk, marc.email).two_factor
    code.entry.code.setText(codes.now())
    code.deed_button.click()
    qtbot.waitUntil(lambda: not found(desk, marc.email).two_factor)
    assert own["reset_two_factor"].reason


def test_the_users_leave_as_a_file(users, desk, qtbot):
    users.settings.commands()["export"]()
    dialog = users.exports.dialog
    qtbot.waitUntil(lambda: dialog.estimate is not None)
    assert dialog.deed_button.plain_text() == "Export 1 user"
    assert not dialog.choices.isVisible()
    assert not clipped(dialog)
    dialog.format.setCurrentIndex(1)
    dialog.deed_button.click()

    told = users.settings.stand.told
    qtbot.waitUntil(lambda: "Export finished" in [each[0] for each in told.toasts])
    [found] = desk.workspace.exports.list(desk.admin)
    assert (found.source_name, found.records, found.format) == ("Users", 1, "xlsx")
    assert users.export_button.isVisible()
    users.mode.changed.emit("teams")
    assert not users.export_button.isVisible()
    assert "export" not in users.settings.commands()
