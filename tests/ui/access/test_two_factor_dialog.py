from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog

from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.ui.access.enrolment_dialog import EnrolmentDialog
from crmdesk.ui.access.recovery_codes_dialog import RecoveryCodesDialog
from crmdesk.ui.access.two_factor_dialog import CodeRequest, TwoFactorDialog, prove
from tests.ui.clipping import clipped
from tests.ui.pages import PageStand

REQUEST = CodeRequest(
    "Restore deals",
    "The code allows this one restore of 853 values in 412 deals.",
    "Restore data",
)


def ask(stand, page):
    allowed = []
    dialog = prove(stand.desk, StepUpPurpose.RESTORE, "plan-hash", REQUEST, page, allowed.append)
    return dialog, allowed


def dialogs(kind):
    return [
        each
        for each in QApplication.topLevelWidgets()
        if isinstance(each, kind) and isinstance(each, QDialog) and each.isVisible()
    ]


def test_a_right_code_gives_the_proof_for_exactly_this_act(stand, page, phone, desk, qtbot):
    dialog, allowed = ask(stand, page)
    qtbot.keyClicks(dialog.entry.code, phone.code())
    qtbot.keyClick(dialog.entry.code, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: bool(allowed))
    assert desk.sql("SELECT purpose, binding, method FROM step_ups WHERE id = ?", *allowed) == [
        ("restore", "plan-hash", "code")
    ]
    assert not dialogs(TwoFactorDialog)


def test_a_wrong_code_says_how_many_tries_are_left_and_keeps_the_focus(
    stand, page, phone, desk, qtbot
):
    dialog, allowed = ask(stand, page)
    with qtbot.waitActive(dialog):
        dialog.activateWindow()
    before = desk.workspace.two_factor.attempts(desk.admin).left
    qtbot.keyClicks(dialog.entry.code, "000000")
    qtbot.mouseClick(dialog.deed_button, Qt.MouseButton.LeftButton)

    field = dialog.entry._code_field
    qtbot.waitUntil(lambda: bool(field.error))
    assert f"{before - 1} tries left" in field.error
    assert dialog.entry.code.text() == ""
    assert dialog.entry.code.hasFocus()
    assert not allowed
    assert not dialog.deed_button.isEnabled()
    assert any(result == "refused" for _, result in desk.audit_actions())
    assert not clipped(dialog)


def test_after_too_many_wrong_codes_the_field_says_when_it_opens_again(
    stand, page, phone, desk, qtbot
):
    dialog, _ = ask(stand, page)
    while not dialog.entry.is_locked:
        dialog.entry._code_field.clear_error()
        dialog.entry.code.setText("000000")
        dialog.deed_button.click()
        qtbot.waitUntil(lambda: bool(dialog.entry._code_field.error) or dialog.entry.is_locked)
    assert not dialog.entry.code.isEnabled()
    assert re.search(r"taken in \d+", dialog.entry.code.accessibleDescription())

    dialog.reject()
    again, _ = ask(stand, page)
    assert again.entry.is_locked


def test_a_recovery_code_takes_the_place_of_the_app(stand, page, phone, desk, qtbot):
    codes = desk.workspace.two_factor.renew_recovery_codes(desk.admin, phone.code())
    dialog, allowed = ask(stand, page)
    qtbot.mouseClick(dialog.entry.switch, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(dialog.entry.recovery, codes[0].lower())
    qtbot.keyClick(dialog.entry.recovery, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: bool(allowed))
    assert desk.sql("SELECT method FROM step_ups WHERE id = ?", *allowed) == [("recovery_code",)]


def test_a_pasted_code_may_be_grouped(stand, page, phone, qtbot):
    dialog, _ = ask(stand, page)
    QApplication.clipboard().setText("123 456")
    dialog.entry.code.setFocus()
    qtbot.keyClick(dialog.entry.code, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert dialog.entry.code.text() == "123456"
    assert dialog.deed_button.isEnabled()


def test_a_session_begun_by_single_sign_on_is_asked_for_no_code(desk, page, tmp_path, qtbot):
    stand = PageStand(desk.workspace, desk.by_sso(desk.admin), tmp_path)
    dialog, allowed = ask(stand, page)
    qtbot.waitUntil(lambda: bool(allowed))
    assert dialog is None
    assert not dialogs(TwoFactorDialog)
    stand.close()


def test_who_has_no_second_factor_sets_it_up_first(stand, page, desk, qtbot):
    dialog, _ = ask(stand, page)
    assert isinstance(dialog, EnrolmentDialog)
    qtbot.waitUntil(lambda: bool(dialog._secret))
    assert not clipped(dialog)
    assert dialog.picture.pixmap().width() > 100
    assert dialog._secret in dialog.secret_text.text().replace(" ", "").replace("\n", "")

    import pyotp

    qtbot.keyClicks(dialog.entry.code, pyotp.TOTP(dialog._secret).now())
    qtbot.keyClick(dialog.entry.code, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(dialogs(RecoveryCodesDialog)))
    sheet = dialogs(RecoveryCodesDialog)[0]
    assert not sheet.deed_button.isEnabled()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isVisible()
    sheet.kept.set_checked(True)
    qtbot.mouseClick(sheet.deed_button, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: bool(dialogs(TwoFactorDialog)))
    assert desk.workspace.two_factor.status(desk.admin).enrolled
    dialogs(TwoFactorDialog)[0].reject()


@pytest.mark.parametrize("way", ["mouse", "keys"])
def test_cancelling_gives_no_proof(stand, page, phone, desk, qtbot, way):
    dialog, allowed = ask(stand, page)
    if way == "mouse":
        qtbot.mouseClick(dialog.safe_button, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not allowed
    assert desk.sql("SELECT count(*) FROM step_ups") == [(0,)]
