"""E-mail in the settings: the server, a test message with its outcome, and the outbox."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from crmdesk.core.access.permissions import Permission
from crmdesk.core.mail.model import Letter, MailKind, MailSecurity, MailState
from crmdesk.core.mail.queue import queue_mail
from tests.post_office import HOST, PASSWORD, USER, free_port, post_office
from tests.ui.clipping import clipped
from tests.ui.hands import nameless
from tests.ui.settings.conftest import dialog_named, has_dialog

LEFT = Qt.MouseButton.LeftButton
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def mail(settings_page):
    page = settings_page()
    page.show_section("mail")
    shown = page.shown_page
    shown.settings = page
    return shown


def fill(qtbot, line, text):
    line.selectAll()
    qtbot.keyClicks(line, text)


def choose(form, security):
    form.security.setCurrentIndex(form.security.findData(security))
    form.security.activated.emit(form.security.currentIndex())


def configured(desk):
    return desk.workspace.mail_server.get(desk.admin)


def test_a_server_is_saved_by_keyboard_tried_in_place_and_removed(mail, desk, qtbot):
    form, trial = mail.server, mail.trial
    assert (form.save.isEnabled(), form.remove.isVisible()) == (False, False)
    assert form.save.accessibleDescription() == "Nothing changed yet."
    assert not trial.send.isEnabled()
    assert (clipped(mail), nameless(mail)) == ([], [])
    with post_office(login=True) as office:
        fill(qtbot, form.host, "mail.northwind.example")
        choose(form, MailSecurity.NONE)
        assert form.port.text() == "25"
        assert "can be read on the way" in form.security.accessibleDescription()
        fill(qtbot, form.port, "port")
        fill(qtbot, form.user, USER)
        fill(qtbot, form.password, PASSWORD)
        fill(qtbot, form.from_address, "crm@northwind.example")
        for name, said in (("port", "from 1 to 65535"), ("security", "could read the password")):
            qtbot.keyClick(form.from_address, Qt.Key.Key_Return)
            qtbot.waitUntil(lambda name=name: bool(form.fields[name].error))
            assert said in form.fields[name].error
            fill(qtbot, form.port, str(office.port))
        fill(qtbot, form.host, HOST)
        qtbot.mouseClick(form.save, LEFT)
        qtbot.waitUntil(lambda: mail.settings.stand.told.toasts != [])
        saved = configured(desk)
        assert (saved.host, saved.port, saved.has_password) == (HOST, office.port, True)
        assert form.password.text() == ""

        qtbot.mouseClick(trial.send, LEFT)
        qtbot.waitUntil(trial.banner.isVisible)
        assert "250 OK queued as 4711" in trial.banner.accessibleName()
        assert office.messages[0]["To"] == desk.admin.email
        office.answers["RCPT"] = ["550 no such user"]
        fill(qtbot, trial.recipient, "bo@northwind.example")
        qtbot.keyClick(trial.recipient, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: "550 no such user" in trial.banner.accessibleName())
        assert "refused the recipient" in trial.banner.accessibleName()

    fill(qtbot, trial.recipient, "nobody")
    qtbot.mouseClick(trial.send, LEFT)
    qtbot.waitUntil(lambda: bool(trial.field.error))
    # A test goes to the server that is saved, not to one that is being typed.
    fill(qtbot, form.port, "26")
    assert not trial.send.isEnabled()
    qtbot.mouseClick(form.remove, LEFT)
    qtbot.waitUntil(lambda: has_dialog("remove_mail_server_dialog"))
    dialog_named("remove_mail_server_dialog").deed_button.click()
    qtbot.waitUntil(lambda: configured(desk) is None and not form.remove.isVisible())


def test_what_one_is_written_to_about_is_chosen_by_key_and_by_mouse(mail, desk, qtbot):
    row, own = mail.choices.rows[MailKind.RESTORES], desk.workspace.mail_choices.own
    row.box.setFocus()
    qtbot.keyClick(row.box, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: own(desk.admin) == {MailKind.RESTORES})
    qtbot.mouseClick(row.box, LEFT, pos=row.box.rect().center())
    qtbot.waitUntil(lambda: not own(desk.admin))


def test_the_outbox_tells_what_became_of_each_message_and_tries_again(mail, desk, qtbot):
    table, shown = mail.outbox.table, desk.workspace.outbox.show
    qtbot.mouseClick(mail.mode.findChild(QAbstractButton, "outbox"), LEFT)
    qtbot.waitUntil(table.isVisible)
    assert table.count == 0
    with desk.workspace.database.write() as tx:
        letter = Letter(MailKind.LARGE_EXPORT, desk.admin.email, "Large export: 9 records", "Many")
        message_id = queue_mail(tx, letter)
    mail.outbox.read()
    qtbot.waitUntil(lambda: table.count == 1)
    row = table.row(message_id)
    assert row.cells["state"].text == "Not sent"
    assert row.cells["told"].text == "No mail server configured"
    (retry,) = mail.outbox._actions(row)
    assert retry.reason == "Configure a mail server first."

    with post_office(port=free_port()) as office:
        fill(qtbot, mail.server.host, HOST)
        choose(mail.server, MailSecurity.NONE)
        fill(qtbot, mail.server.port, str(office.port))
        fill(qtbot, mail.server.from_address, "crm@northwind.example")
        mail.server.save.click()
        qtbot.waitUntil(lambda: configured(desk) is not None)
        table.action_chosen.emit("retry", message_id)
        qtbot.waitUntil(lambda: table.row(message_id).cells["state"].text == "Sent")

        # What was given up is offered again once the server is another.
        with desk.workspace.database.write() as tx:
            lost = queue_mail(tx, letter)
            tx.sql("UPDATE outbox SET state = 'failed', problem = 'refused' WHERE id = ?", (lost,))
        fill(qtbot, mail.server.from_address, "desk@northwind.example")
        mail.server.save.click()
        banner = mail.given_up.banner
        qtbot.waitUntil(banner.isVisible)
        assert "1 message given up" in banner.accessibleName()
        qtbot.mouseClick(banner.button, LEFT)
        qtbot.waitUntil(lambda: shown(desk.admin, lost).state is MailState.SENT)
        assert not banner.isVisible()
    assert len(office.messages) == 2
    assert shown(desk.admin, message_id).state is MailState.SENT


def test_who_is_no_super_admin_has_no_such_page(settings_page, desk):
    page = settings_page(desk.user("Marc Dubois", Permission.EXPORT))
    page.show_section("mail")
    assert page.section == "profile"
