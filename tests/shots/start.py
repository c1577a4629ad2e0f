"""Everything before the workspace, and the two-factor dialogs over the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

from crmdesk.core.backup.left_behind import LeftBehind
from crmdesk.core.backup.rebuild import Rebuilt
from crmdesk.core.errors import NotSignedIn, SecondFactorRefused, UserError
from crmdesk.ui.access.enrolment_dialog import EnrolmentDialog
from crmdesk.ui.access.new_password import ChangePasswordDialog
from crmdesk.ui.access.recovery_codes_dialog import RecoveryCodesDialog
from crmdesk.ui.access.two_factor_dialog import CodeRequest, TwoFactorDialog
from crmdesk.ui.frame.values import WorkspaceChoice
from crmdesk.ui.start.create import CreatePage
from crmdesk.ui.start.recovery_key_page import RecoveryKeyPage
from crmdesk.ui.start.restore import RestoredPage, RestorePage
from crmdesk.ui.start.sign_in import LockedPage, SignInPage
from crmdesk.ui.start.trouble import PassphrasePage, RecoverPage, TroublePage
from crmdesk.ui.start.welcome import WelcomePage
from crmdesk.ui.start.window import StartWindow
from crmdesk.ui.window_state import WindowState
from tests.builders import Desk
from tests.shots.main import settle
from tests.shots.settings import window_of

EMAIL = "ingrid.solberg@northwind.example"
NAME = "Northwind Traders"
CHOICES = (
    WorkspaceChoice("a", NAME, "/home/ingrid/crm/northwind", current=True),
    WorkspaceChoice("b", "Sandbox, 14 Nov", "/home/ingrid/crm/sandbox"),
)


def sign_in_page() -> SignInPage:
    """With the last address filled in."""
    return SignInPage(NAME, "/home/ingrid/crm/northwind", EMAIL, 12)


def _rebuilt() -> Rebuilt:
    return Rebuilt(
        Path("/home/ingrid/crm/restored"),
        "0" * 32,
        NAME,
        datetime(2026, 11, 21, 5, 0, tzinfo=UTC),
        12_480,
        98_114,
        EMAIL,
        "4KTR-W0XC-9M2P",
        "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ",
        files=3,
        left_behind=LeftBehind(backups=4, imported=1),
    )


def pages(desk: Desk) -> Iterator[tuple[str, QWidget, bool]]:
    """Name, page, and whether the workspaces stand at its left."""
    yield "welcome", WelcomePage(), False
    yield "create", CreatePage(), False
    yield "restore", RestorePage(), False
    yield "restored", RestoredPage(_rebuilt()), False
    wrong = CreatePage()
    wrong.primary.click()
    yield "create-errors", wrong, False
    key = "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ-0123"
    yield "recovery-key", RecoveryKeyPage(desk.workspace, key), False
    yield "sign-in", sign_in_page(), True
    page = sign_in_page()
    page.show_error(NotSignedIn("credentials_wrong", "Wrong e-mail or password."))
    yield "sign-in-wrong", page, True
    page = sign_in_page()
    page.show_error(SecondFactorRefused("code_missing", "A code is needed."))
    yield "sign-in-code", page, True
    yield "locked", LockedPage(NAME, "Ingrid Solberg", EMAIL), False
    missing = UserError("workspace_key_missing", f"The keyring does not hold the key of “{NAME}”.")
    yield "trouble", TroublePage(NAME, missing), True
    newer = UserError(
        "database_newer",
        "This workspace was written by a newer CRM Desk and was left untouched.",
        "Update CRM Desk on this computer and open it again.",
    )
    yield "newer", TroublePage(NAME, newer), True
    yield "passphrase", PassphrasePage(NAME), True
    yield "recover", RecoverPage(NAME), False


def dialogs(desk: Desk) -> Iterator[tuple[str, QWidget]]:
    """Over the window of a signed-in person."""
    made = window_of(desk)
    over = made.window
    request = CodeRequest(
        "Restore deals",
        "The code allows this one restore of 853 values in 412 deals.",
        "Restore data",
    )

    def ask() -> TwoFactorDialog:
        dialog = TwoFactorDialog(made.desk, request, lambda _code: "", over)
        dialog.open()
        return dialog

    yield "two-factor", ask()
    dialog = ask()
    dialog.entry.refuse(SecondFactorRefused("code_wrong", "The code is wrong.", left=4))
    yield "two-factor-wrong", dialog
    dialog = ask()
    dialog.entry._swap()
    yield "two-factor-recovery", dialog
    enrolment = EnrolmentDialog(made.desk, over)
    enrolment.open()
    settle(300)
    yield "enrolment", enrolment
    sheet = RecoveryCodesDialog([f"7NBJ-V5XR-Y3W7-EB{n:02}" for n in range(10)], over)
    sheet.open()
    yield "recovery-codes", sheet
    password = ChangePasswordDialog(made.desk, over)
    password.open()
    yield "change-password", password
    over.close()


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Pages in the start window, then dialogs."""
    desk = desk_factory()
    settings = QSettings(str(desk.folder.parent / "start.ini"), QSettings.Format.IniFormat)
    window = StartWindow(WindowState(settings))
    for name, page, beside in pages(desk):
        window.show_page(page, CHOICES if beside else ())
        yield name, window
    window.close()
    yield from dialogs(desk)
