from __future__ import annotations

from PySide6.QtCore import Qt

from crmdesk.ui.access.new_password import ChangePasswordDialog
from tests.builders import PASSWORD

BETTER = "eleven green kayaks below the bridge"


def open_dialog(stand, page):
    dialog = ChangePasswordDialog(stand.desk, page)
    dialog.open()
    return dialog


def fill(dialog, old, new, again):
    dialog.old.setText(old)
    dialog.pair.new.field.setText(new)
    dialog.pair.again.setText(again)


def test_a_changed_password_is_good_at_the_next_sign_in(stand, page, desk, qtbot):
    dialog = open_dialog(stand, page)
    fill(dialog, PASSWORD, BETTER, BETTER)
    with qtbot.waitSignal(dialog.changed):
        qtbot.mouseClick(dialog.deed_button, Qt.MouseButton.LeftButton)
    signed_in = desk.workspace.sign_in.sign_in(desk.admin.email, BETTER, None, desk.admin.place)
    assert signed_in.actor.user_id == desk.admin.user_id


def test_the_wrong_present_password_changes_nothing_and_ends_no_session(stand, page, desk, qtbot):
    dialog = open_dialog(stand, page)
    fill(dialog, "not the password at all", BETTER, BETTER)
    qtbot.keyClick(dialog.pair.again, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(dialog.old_field.error))
    assert stand.told.ended == []
    desk.workspace.sign_in.sign_in(desk.admin.email, PASSWORD, None, desk.admin.place)


def test_a_weak_or_mistyped_password_is_told_before_it_is_sent(stand, page, qtbot):
    dialog = open_dialog(stand, page)
    fill(dialog, PASSWORD, "password", "password")
    dialog.deed_button.click()
    assert "15 characters" in dialog.pair.fields[0].error
    fill(dialog, PASSWORD, BETTER, BETTER + "x")
    dialog.deed_button.click()
    assert dialog.pair.fields[1].error
    dialog.reject()
