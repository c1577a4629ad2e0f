"""Signing in, and unlocking: the pages with the workspaces at their left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.clock import system_time
from crmdesk.core.errors import SecondFactorRefused, UserError
from crmdesk.ui import words
from crmdesk.ui.access.code_entry import CodeEntry
from crmdesk.ui.frame.mark import Mark
from crmdesk.ui.frame.values import WorkspaceChoice
from crmdesk.ui.messages import sentence
from crmdesk.ui.start.form_page import FormPage
from crmdesk.ui.start.workspace_row import WorkspaceRow
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.banner import BannerTone
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.password_field import PasswordField
from crmdesk.ui.widgets.scrolling import scrolling

_LEFT, _INSET = 256, 8


class WorkspaceList(QFrame):
    """The workspaces this person opened on this computer.

    Signals:
        chosen: folder of the workspace.
        other: another one is wanted.
    """

    chosen = Signal(str)
    other = Signal()

    def __init__(self, choices: Sequence[WorkspaceChoice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "left_list")
        self.setAccessibleName(self.tr("Workspaces"))
        self.setFixedWidth(px(_LEFT))
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(Mark(28))
        head.addWidget(label(self.tr("CRM Desk"), TextStyle.HEADING), 1)
        listing = QWidget()
        rows = QVBoxLayout(listing)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        for choice in choices:
            row = WorkspaceRow(choice)
            row.clicked.connect(lambda key=choice.key: self.chosen.emit(key))
            rows.addWidget(row)
        rows.addStretch(1)
        other = Link(self.tr("Open or create a workspace"), "plus")
        other.setObjectName("other_workspace")
        other.clicked.connect(self.other)
        heading = label(self.tr("Workspaces"), TextStyle.HEADER)
        # The rows' own padding brings their pictures to 24, where everything else begins.
        head.setContentsMargins(_INSET, 0, 0, 0)
        heading.setContentsMargins(_INSET, 0, 0, 0)
        last = QHBoxLayout()
        last.setContentsMargins(_INSET, 0, 0, 0)
        last.addWidget(other, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 32, 15, 24)
        column.setSpacing(8)
        column.addLayout(head)
        column.addSpacing(8)
        column.addWidget(heading)
        column.addWidget(scrolling(listing), 1)
        column.addLayout(last)


class SignInPage(FormPage):
    """E-mail, password, and then the code where the person has two-factor authentication.

    Args:
        name: of the workspace.
        place: where it is.
        email: who signed in last.
        hours: how long a session lasts at most.
        reason: why a session that was there is over.

    Signals:
        forgotten: somebody does not know the password.
    """

    forgotten = Signal()

    def __init__(self, name: str, place: str, email: str, hours: int, reason: str = "") -> None:
        say = QCoreApplication.translate
        super().__init__(name, "", say("SignInPage", "Sign in"))
        self.setObjectName("sign_in_page")
        # A path is one long word: it is shortened in its middle.
        middle = Qt.TextElideMode.ElideMiddle
        self.head.addWidget(ElidedLabel(place, TextStyle.BODY, "text2", mode=middle))
        self.email = QLineEdit(email)
        self.email.setObjectName("email")
        self.password = PasswordField(self.tr("Password"))
        self.password.setObjectName("password")
        self.email_field = self.add(
            FormField(self.tr("E\u2011mail"), self.email, check=self._check_email)
        )
        self.password_field = self.add(FormField(self.tr("Password"), self.password))
        self.entry = CodeEntry()
        self.entry.hide()
        self.fields.addWidget(self.entry)
        for line in (self.entry.code, self.entry.recovery):
            line.returnPressed.connect(self.primary.click)
        self.stay = CheckRow(self.tr("Stay signed in for up to %Ln hour{|s}", "", hours))
        self.stay.setObjectName("stay_signed_in")
        self.fields.addWidget(self.stay)
        forgot = Link(self.tr("Forgot password?"))
        forgot.setObjectName("forgot_password")
        forgot.clicked.connect(self._say_way)
        self.below.addWidget(forgot)
        if reason:
            self.show_banner(BannerTone.INFO, reason)
        self._until: datetime | None = None
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self._count_down)

    @property
    def code(self) -> str | None:
        """The code, once it is asked for."""
        return None if self.entry.isHidden() else self.entry.typed()

    def first_field(self) -> QWidget:
        """The code where it is asked for; else the first empty line."""
        if not self.entry.isHidden():
            return self.entry.code
        return self.password if self.email.text() else self.email

    def show_error(self, error: Exception) -> None:
        """Put each refusal where it belongs: below the password, or below the code."""
        if isinstance(error, SecondFactorRefused):
            self._ask_for_code(error)
        elif isinstance(error, UserError) and error.code in ("credentials_wrong", "wait"):
            self.set_idle()
            self._refuse_password(error)
        else:
            super().show_error(error)

    def _ask_for_code(self, error: SecondFactorRefused) -> None:
        self.set_idle()
        if self.entry.isHidden():
            self.entry.show()
            self.password_field.setEnabled(False)
            self.email_field.setEnabled(False)
            self.entry.code.setFocus()
        if error.code != "code_missing":
            self.entry.refuse(error)

    def _refuse_password(self, error: UserError) -> None:
        until = error.values.get("until")
        if isinstance(until, datetime):
            self._until = until
            self._timer.start()
            self._count_down()
            return
        self.password.selectAll()
        self.password.setFocus()
        self.password_field.set_error(sentence(error))

    def _count_down(self) -> None:
        left = 0 if self._until is None else int((self._until - system_time()).total_seconds())
        if left <= 0:
            self._until = None
            self._timer.stop()
            self.password_field.set_reason("")
            self.primary.set_reason("")
            self.password.setFocus()
            return
        text = self.tr("Too many wrong passwords. The next one is taken in %1.")
        reason = text.replace("%1", words.duration(left))
        self.password_field.set_reason(reason)
        self.primary.set_reason(reason)

    def _say_way(self) -> None:
        self.show_banner(
            BannerTone.INFO,
            self.tr("A Super Admin can give you a one-time code."),
            self.tr("Type it here in place of the password; then you choose a new one."),
        )
        self.forgotten.emit()

    def _check_email(self) -> str:
        return "" if self.email.text().strip() else self.tr("Enter your e\u2011mail address.")


class LockedPage(FormPage):
    """The window is covered until its person gives the password.

    Signals:
        signed_out: somebody else wants to sign in.
    """

    signed_out = Signal()

    def __init__(self, name: str, person: str, email: str) -> None:
        say = QCoreApplication.translate
        title = say("LockedPage", "%1 is locked").replace("%1", name)
        who = say("LockedPage", "%1 (%2) is signed in. Drafts and running jobs are kept.")
        subtitle = who.replace("%1", person).replace("%2", email)
        super().__init__(title, subtitle, say("LockedPage", "Unlock"))
        self.setObjectName("locked_page")
        self.password = PasswordField(self.tr("Password"))
        self.password.setObjectName("password")
        self.password_field = self.add(FormField(self.tr("Password"), self.password))
        other = Link(self.tr("Sign out and sign in as somebody else"))
        other.setObjectName("sign_out")
        other.clicked.connect(self.signed_out)
        self.below.addWidget(other)

    def show_error(self, error: Exception) -> None:
        """Below the password."""
        self.set_idle()
        self.password.selectAll()
        self.password.setFocus()
        wrong = isinstance(error, UserError) and error.code == "credentials_wrong"
        text = self.tr("That is not the password. Capital letters count.")
        self.password_field.set_error(text if wrong else sentence(error))


class NewPasswordPage(FormPage):
    """A one-time code was right; now the person chooses a password of their own."""

    def __init__(self, name: str, email: str) -> None:
        from crmdesk.ui.access.new_password import NewPasswordPair

        say = QCoreApplication.translate
        subtitle = say("NewPasswordPage", "The one-time code of %1 is good for this one time.")
        super().__init__(
            say("NewPasswordPage", "Choose a password"),
            subtitle.replace("%1", email),
            say("NewPasswordPage", "Set password and sign in"),
            back=True,
        )
        self.setObjectName("new_password_page")
        self.pair = NewPasswordPair((email, name), has_second_factor=False)
        for field in self.pair.fields:
            self.add(field)
