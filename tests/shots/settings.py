"""The settings and their dialogs, in the frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.mail.model import (
    Letter,
    MailKind,
    MailProblem,
    MailSecurity,
    MailServerChange,
)
from crmdesk.core.mail.queue import queue_mail
from crmdesk.ui.access.recovery_key_sheet import RecoveryKeyDialog
from crmdesk.ui.frame.values import WorkspaceChoice
from crmdesk.ui.look import Look
from crmdesk.ui.settings.mail.page import MailPage
from crmdesk.ui.settings.mail.words import problem_words
from crmdesk.ui.settings.page import SettingsPage
from crmdesk.ui.settings.section_page import SectionPage
from crmdesk.ui.settings.users_page import UsersPage
from crmdesk.ui.signed_in import SignedInWindow
from crmdesk.ui.widgets.banner import BannerTone
from crmdesk.ui.window_state import WindowState
from tests.builders import Desk
from tests.shots.main import settle


def window_of(desk: Desk) -> SignedInWindow:
    """The whole window on a workspace."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    settings = QSettings(str(Path(desk.folder).parent / "w.ini"), QSettings.Format.IniFormat)
    here = WorkspaceChoice(str(desk.folder), "Northwind Traders", "This computer", current=True)
    made = SignedInWindow(
        desk.workspace, desk.admin, WindowState(settings), Look(app, settings), (here,)
    )
    made.window.show()
    made.start()
    settle(300)
    return made


def dialog_of(name: str) -> QDialog:
    """The open dialog of a name."""
    return next(
        each
        for each in QApplication.topLevelWidgets()
        if isinstance(each, QDialog) and each.objectName() == name and each.isVisible()
    )


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Each section, errors, the users and their dialogs."""
    desk = desk_factory()
    rights = (Permission.IMPORT, Permission.EXPORT, Permission.VIEW_SENSITIVE)
    desk.user("Marc Dubois", *rights, email="marc@northwind.example")
    desk.user("Elif Demir", email="elif@northwind.example")
    desk.workspace.teams.add(desk.admin, "Sales Nordics")
    made = window_of(desk)
    made.go("settings/profile")
    page = made.window.page
    assert isinstance(page, SettingsPage)
    yield "profile", made.window
    for section in ("appearance", "workspace", "users", "security", "backup", "data", "transfer"):
        page.show_section(section)
        settle(200)
        yield section, made.window
    yield from _mail(made, page)
    page.show_section("security")
    form = page.shown_page
    assert isinstance(form, SectionPage)
    field = form.fields["session.idle_minutes"]
    field.control.setText("5000")
    form.changed.emit()
    field.check()
    yield "error", made.window
    yield from _recovery_key(made)
    page.show_section("users")
    users = page.shown_page
    assert isinstance(users, UsersPage)
    users.add.click()
    yield "add-user", dialog_of("user_dialog")
    dialog_of("user_dialog").reject()
    users._edit(1)
    yield "edit-last-admin", dialog_of("user_dialog")
    dialog_of("user_dialog").reject()
    made.window.resize(960, 640)
    made.window.close()


def _mail(made: SignedInWindow, page: SettingsPage) -> Iterator[tuple[str, QWidget]]:
    """The mail server, a refused test message, and an outbox with a message of each state."""
    page.show_section("mail")
    settle(200)
    yield "mail-empty", made.window
    shown = page.shown_page
    assert isinstance(shown, MailPage)
    server = MailServerChange(
        "smtp.northwind.example", 587, MailSecurity.STARTTLS, "crm@northwind.example", "crm", "x"
    )
    made.desk.workspace.mail_server.set(made.desk.actor, server)
    with made.desk.workspace.database.write() as tx:
        for number, (state, problem, reply) in enumerate(_MESSAGES):
            letter = Letter(
                MailKind.LARGE_EXPORT,
                "sanne.de.vries@northwind.example",
                f"Large export: {12_480 + number:,} records",
                "Many.",
            )
            message_id = queue_mail(tx, letter, wait=timedelta(minutes=7))
            tx.sql(
                "UPDATE outbox SET state = ?, problem = ?, reply = ?, attempts = ? WHERE id = ?",
                (state, problem, reply, number, message_id),
            )
    shown.server.read()
    shown.given_up.read()
    shown.trial._tell(
        BannerTone.DANGER,
        problem_words(MailProblem.LOGIN_REFUSED),
        "It said: 535 5.7.8 Authentication credentials invalid",
    )
    settle(200)
    yield "mail", made.window
    shown.mode.findChild(QAbstractButton, "outbox").click()
    settle(400)
    yield "mail-outbox", made.window


_MESSAGES = (
    ("sent", None, "250 2.0.0 OK queued as 4711"),
    ("queued", None, ""),
    ("failed", "recipient_refused", "550 5.1.1 no such user"),
    ("queued", "no_answer", ""),
)


def _recovery_key(made: SignedInWindow) -> Iterator[tuple[str, QWidget]]:
    sheet = "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ-0123"
    RecoveryKeyDialog(made.desk.workspace, sheet, made.window).open()
    settle()
    yield "new-key", dialog_of("recovery_key_dialog")
    dialog_of("recovery_key_dialog").done(0)
