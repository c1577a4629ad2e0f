"""The settings and their dialogs, in the frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.ui.access.recovery_key_sheet import RecoveryKeyDialog
from crmdesk.ui.frame.values import WorkspaceChoice
from crmdesk.ui.look import Look
from crmdesk.ui.settings.page import SettingsPage
from crmdesk.ui.settings.section_page import SectionPage
from crmdesk.ui.settings.users_page import UsersPage
from crmdesk.ui.signed_in import SignedInWindow
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
    for section in ("appearance", "workspace", "users", "security", "backup", "data"):
        page.show_section(section)
        settle(200)
        yield section, made.window
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


def _recovery_key(made: SignedInWindow) -> Iterator[tuple[str, QWidget]]:
    sheet = "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ-0123"
    RecoveryKeyDialog(made.desk.workspace, sheet, made.window).open()
    settle()
    yield "new-key", dialog_of("recovery_key_dialog")
    dialog_of("recovery_key_dialog").done(0)
