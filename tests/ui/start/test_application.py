"""One person's way through the program: from the first run to a new computer."""

from __future__ import annotations

from pathlib import Path
from time import time

import pyotp
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from crmdesk.app import _named_folder
from crmdesk.core.access.user import NewUser
from crmdesk.core.errors import UserError
from crmdesk.core.known_workspaces import KnownWorkspaces
from crmdesk.ui.access.enrolment_dialog import EnrolmentDialog
from crmdesk.ui.access.keeping import write_pdf
from crmdesk.ui.start.welcome import WelcomePage
from tests.builders import PASSWORD
from tests.ui.clipping import clipped
from tests.ui.start.conftest import close, dialog_named, page_named

EMAIL = "ingrid@northwind.example"
LEFT = Qt.MouseButton.LeftButton
SLOW = 60_000


def fill_in(page, folder: Path) -> None:
    page.name.setText("Northwind Traders")
    page.folder.setText(str(folder))
    page.person.setText("Ingrid Solberg")
    page.email.setText(EMAIL)
    page.pair.new.field.setText(PASSWORD)
    page.pair.again.setText(PASSWORD)
    page.zone.setCurrentText("Europe/Oslo")


def create(application, folder: Path, qtbot) -> str:
    """Go through the first run; returns the recovery key."""
    start = application.start
    qtbot.waitUntil(lambda: isinstance(start.page, WelcomePage))
    qtbot.mouseClick(start.page.ways[0], LEFT)
    page = page_named(application, "create_page")
    fill_in(page, folder)
    qtbot.keyClick(page.email, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page_named(application, "recovery_key_page") is not None, timeout=SLOW)
    sheet = page_named(application, "recovery_key_page")
    key = sheet.sheet.key
    qtbot.keyClicks(sheet.typed, "-".join(key.split("-")[-2:]).lower())
    qtbot.keyClick(sheet.typed, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: application.signed_in is not None)
    return key


def sign_in(application, password, qtbot):
    qtbot.waitUntil(lambda: page_named(application, "sign_in_page") is not None, timeout=SLOW)
    page = page_named(application, "sign_in_page")
    page.email.setText(EMAIL)
    page.password.setText(password)
    qtbot.keyClick(page.password, Qt.Key.Key_Return)
    return page


def test_from_the_first_run_to_signing_in_again(program, tmp_path, qtbot):
    application = program()
    create(application, tmp_path / "northwind", qtbot)
    # Two-factor is offered, and may wait.
    qtbot.waitUntil(lambda: dialog_named("enrolment_dialog") is not None)
    dialog_named("enrolment_dialog").reject()
    window = application.signed_in.window
    assert window.isVisible()
    assert not application.start.isVisible()
    assert window.windowTitle().startswith("Northwind Traders")
    assert KnownWorkspaces().last() == tmp_path / "northwind"

    application.sign_out()
    page = sign_in(application, "wrong wrong wrong wrong", qtbot)
    # The answer would come to a page that is gone, or to another workspace.
    other = application.start.findChild(QWidget, "other_workspace")
    assert not other.isEnabled()
    qtbot.waitUntil(lambda: bool(page.password_field.error))
    assert other.isEnabled()
    assert not clipped(page)
    page.stay.set_checked(True)
    sign_in(application, PASSWORD, qtbot)
    qtbot.waitUntil(lambda: application.signed_in is not None)
    close(application)

    # The session is remembered in the keyring.
    again = program()
    qtbot.waitUntil(lambda: again.signed_in is not None, timeout=SLOW)
    assert again.signed_in.desk.actor.sign_in_type == "remembered"


def test_a_wiped_keyring_is_cured_with_the_recovery_key(program, tmp_path, qtbot, restored_keyring):
    application = program()
    key = create(application, tmp_path / "northwind", qtbot)
    qtbot.waitUntil(lambda: dialog_named("enrolment_dialog") is not None)
    enrolment = dialog_named("enrolment_dialog")
    qtbot.waitUntil(lambda: bool(enrolment._secret))
    enrolment.reject()
    close(application)
    restored_keyring.wipe()

    again = program()
    qtbot.waitUntil(lambda: page_named(again, "trouble_page") is not None, timeout=SLOW)
    trouble = page_named(again, "trouble_page")
    assert "recovery key" in trouble.banner.accessibleName()
    assert not clipped(trouble)
    qtbot.mouseClick(trouble.ways[0], LEFT)
    page = page_named(again, "recover_page")
    page.key.setPlainText(key[:-1] + ("0" if key[-1] != "0" else "1"))
    page.email.setText(EMAIL)
    page.primary.click()
    assert "slip" in page.key_field.error
    page.key.setPlainText(key.lower().replace("-", " "))
    page.primary.click()

    sign_in(again, PASSWORD, qtbot)
    qtbot.waitUntil(lambda: again.signed_in is not None, timeout=SLOW)


def test_the_window_locks_and_only_its_person_unlocks_it(program, known, qtbot):
    application = program()
    sign_in(application, PASSWORD, qtbot)
    qtbot.waitUntil(lambda: application.signed_in is not None, timeout=SLOW)
    window, desk = application.signed_in.window, application.signed_in.desk
    EnrolmentDialog(desk, window).open()

    una = NewUser("una@northwind.example", "Una User", password=PASSWORD)
    desk.workspace.users.add(desk.actor, una)
    # Whoever asks twice, or locks before the answer, gets one window, or none.
    desk.ways.view_as(una.email)
    application.viewing.stop()
    desk.ways.view_as(una.email)
    desk.ways.view_as(una.email)
    answered = []
    application._run(lambda: None, answered.append, answered.append)
    qtbot.waitUntil(lambda: bool(answered), timeout=SLOW)
    top = [each for each in QApplication.topLevelWidgets() if each.objectName() == "main_window"]
    assert [each.isVisible() for each in top].count(True) == 1
    looked = application.viewing.shown.window
    assert (looked.isVisible(), window.isVisible()) == (True, False)

    # Whoever looks as another user looks no longer.
    application.lock()
    assert not looked.isVisible()
    page = page_named(application, "locked_page")
    # The dialog that was open is covered too.
    assert not window.isVisible()
    assert dialog_named("enrolment_dialog") is None
    page.password.setText("somebody else's guess")
    qtbot.keyClick(page.password, Qt.Key.Key_Return)
    leave = page.findChild(QWidget, "sign_out")
    assert not leave.isEnabled()
    qtbot.waitUntil(lambda: bool(page.password_field.error), timeout=SLOW)
    assert leave.isEnabled()
    assert not window.isVisible()
    page.password.setText(PASSWORD)
    qtbot.mouseClick(page.primary, LEFT)
    qtbot.waitUntil(window.isVisible, timeout=SLOW)
    assert dialog_named("enrolment_dialog") is not None
    dialog_named("enrolment_dialog").reject()

    # A session that was ended elsewhere leads to signing in, with the reason.
    desk.workspace.sign_in.sign_out(desk.actor)
    application.signed_in.feed.read()
    qtbot.waitUntil(lambda: page_named(application, "sign_in_page") is not None, timeout=SLOW)
    assert "ended elsewhere" in page_named(application, "sign_in_page").banner.accessibleName()


def test_a_code_is_asked_for_where_there_is_two_factor(program, known, qtbot):
    application = program()
    sign_in(application, PASSWORD, qtbot)
    qtbot.waitUntil(lambda: application.signed_in is not None, timeout=SLOW)
    desk = application.signed_in.desk
    two_factor = desk.workspace.two_factor
    codes = pyotp.TOTP(two_factor.begin_enrolment(desk.actor).secret)
    # Half a minute ago, so that the code of now is still unused.
    two_factor.confirm_enrolment(desk.actor, codes.at(int(time()) - 30))

    application.sign_out()
    page = sign_in(application, PASSWORD, qtbot)
    qtbot.waitUntil(page.entry.isVisible, timeout=SLOW)
    page.entry.code.setText("000000")
    page.primary.click()
    qtbot.waitUntil(lambda: bool(page.entry._code_field.error), timeout=SLOW)
    page.entry.code.setText(codes.now())
    qtbot.keyClick(page.entry.code, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: application.signed_in is not None, timeout=SLOW)
    assert application.signed_in.desk.actor.sign_in_type == "password_and_code"


def test_a_one_time_code_leads_to_choosing_a_password(program, known, qtbot):
    application = program()
    sign_in(application, PASSWORD, qtbot)
    qtbot.waitUntil(lambda: application.signed_in is not None, timeout=SLOW)
    desk = application.signed_in.desk
    code = str(desk.workspace.password_resets.issue(desk.actor, EMAIL).code)

    application.sign_out()
    sign_in(application, code, qtbot)
    qtbot.waitUntil(lambda: page_named(application, "new_password_page") is not None, timeout=SLOW)
    page = page_named(application, "new_password_page")
    page.pair.new.field.setText("eleven green kayaks below the bridge")
    page.pair.again.setText("eleven green kayaks below the bridge")
    qtbot.keyClick(page.pair.again, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: application.signed_in is not None, timeout=SLOW)


def test_a_folder_without_a_workspace_says_so_and_offers_ways_out(program, tmp_path, qtbot):
    application = program()
    qtbot.waitUntil(lambda: isinstance(application.start.page, WelcomePage))
    application._ways.open_folder(tmp_path / "nothing")
    qtbot.waitUntil(lambda: page_named(application, "trouble_page") is not None, timeout=SLOW)
    page = page_named(application, "trouble_page")
    assert "no CRM Desk workspace" in page.banner.accessibleName()
    assert [each.objectName() for each in page.ways] == ["open", "welcome"]
    qtbot.keyClick(page.ways[1], Qt.Key.Key_Space)
    assert isinstance(application.start.page, WelcomePage)


def test_without_a_keyring_the_key_goes_into_an_encrypted_file(
    program, tmp_path, qtbot, no_keyring
):
    application = program()
    qtbot.waitUntil(lambda: isinstance(application.start.page, WelcomePage))
    qtbot.keyClick(application.start.page.ways[0], Qt.Key.Key_Space)
    page = page_named(application, "create_page")
    fill_in(page, tmp_path / "northwind")
    page.primary.click()
    qtbot.waitUntil(lambda: not page.passphrase_field.isHidden(), timeout=SLOW)
    assert not (tmp_path / "northwind" / "workspace.toml").exists()
    page.passphrase.setText("wool and paper")
    page.primary.click()
    qtbot.waitUntil(lambda: page_named(application, "recovery_key_page") is not None, timeout=SLOW)
    close(application)

    again = program()
    qtbot.waitUntil(lambda: page_named(again, "passphrase_page") is not None, timeout=SLOW)
    asking = page_named(again, "passphrase_page")
    asking.passphrase.setText("wool")
    asking.primary.click()
    qtbot.waitUntil(
        lambda: page_named(again, "passphrase_page") not in (None, asking), timeout=SLOW
    )
    asking = page_named(again, "passphrase_page")
    assert "wrong" in asking.field.error
    asking.passphrase.setText("wool and paper")
    asking.primary.click()
    qtbot.waitUntil(lambda: page_named(again, "sign_in_page") is not None, timeout=SLOW)


@pytest.mark.parametrize("by_key", [False, True])
def test_the_way_to_another_workspace_leads_back(program, known, qtbot, by_key: bool):
    application = program()
    qtbot.waitUntil(lambda: page_named(application, "sign_in_page") is not None, timeout=SLOW)
    application.start.other_wanted.emit()
    qtbot.waitUntil(lambda: isinstance(application.start.page, WelcomePage))
    page = application.start.page

    if by_key:
        application.start.activateWindow()
        qtbot.waitUntil(page.ways[0].hasFocus)
        qtbot.keyClick(page.ways[0], Qt.Key.Key_Escape)
    else:
        page.back.click()

    qtbot.waitUntil(lambda: page_named(application, "sign_in_page") is not None, timeout=SLOW)
    assert application._ways.choices()


def test_a_form_that_is_not_complete_is_not_sent(program, tmp_path, qtbot):
    application = program()
    qtbot.waitUntil(lambda: isinstance(application.start.page, WelcomePage))
    assert not clipped(application.start.page)
    qtbot.mouseClick(application.start.page.ways[0], LEFT)
    page = page_named(application, "create_page")
    qtbot.mouseClick(page.primary, LEFT)
    wrong = [field for field in page._form_fields if field.error]
    assert len(wrong) == 4
    assert not page.primary.busy
    assert not clipped(page)
    # A name may have more bytes than a folder, and a path may begin with nobody's name.
    page.name.textEdited.emit("北" * 100)
    assert Path(page.folder.text()).name == "北" * 85
    page.folder.setText("~nobody-here/crm")
    qtbot.mouseClick(page.primary, LEFT)
    assert len([field for field in page._form_fields if field.error]) == 5
    qtbot.mouseClick(page.back, LEFT)
    assert isinstance(application.start.page, WelcomePage)


def test_the_recovery_sheet_is_saved_for_its_owner_alone(qapp, tmp_path):
    target = tmp_path / "sheet.pdf"
    write_pdf(target, "<h1>Recovery key</h1><p>AAAA-BBBB</p>")
    assert target.read_bytes().startswith(b"%PDF")
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        ([], None),
        (["--workspace", "/data/crm"], Path("/data/crm")),
        (["-w", "/data/crm"], Path("/data/crm")),
        (["--workspace=/data/crm"], Path("/data/crm")),
    ],
)
def test_the_command_line_may_name_a_workspace(arguments, folder):
    assert _named_folder(arguments) == folder


def test_what_goes_wrong_before_anybody_signed_in_is_said_too(program, qtbot):
    application = program()
    qtbot.waitUntil(lambda: isinstance(application.start.page, WelcomePage))

    application.handle(UserError("disk_full", "The disk is full.", "Make room, then try again."))

    told = dialog_named("trouble_dialog")
    assert "The disk is full." in [label.text() for label in told.findChildren(QLabel)]
    told.reject()
