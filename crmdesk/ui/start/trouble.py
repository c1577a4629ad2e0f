"""Pages for a workspace that does not open: what is wrong, and every way out."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from crmdesk.core.access.recovery_key import parse
from crmdesk.core.errors import SecondFactorRefused, UserError
from crmdesk.ui.access.code_entry import CodeEntry
from crmdesk.ui.messages import message, sentence
from crmdesk.ui.start.form_page import WIDE, FormPage
from crmdesk.ui.widgets.banner import BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.password_field import PasswordField

_RECOVERABLE = frozenset(
    {
        "workspace_key_missing",
        "wrong_key",
        "keyring_file_damaged",
        "keyring_missing",
        "keyring_refused",
    }
)
_AGAIN = frozenset(
    {
        "keyring_locked",
        "keyring_missing",
        "keyring_refused",
        "keyring_file_unreadable",
        "database_busy",
    }
)


class TroublePage(FormPage):
    """Says why a workspace cannot be opened.

    Signals:
        chosen: ``again``, ``recover``, ``open`` or ``welcome``.
    """

    chosen = Signal(str)

    def __init__(self, name: str, error: Exception) -> None:
        say = QCoreApplication.translate
        title = say("TroublePage", "“%1” cannot be opened").replace("%1", name)
        super().__init__(title, "", "", width=WIDE)
        self.setObjectName("trouble_page")
        told = message(error)
        code = error.code if isinstance(error, UserError) else ""
        self.show_banner(BannerTone.DANGER, told.title, told.advice)
        self.ways: list[Button] = []
        if code in _AGAIN or not code:
            self._way("again", self.tr("Try again"), "refresh-cw")
        if code in _RECOVERABLE:
            self._way("recover", self.tr("Use the recovery key"), "key-round")
        self._way("open", self.tr("Open another workspace"), "folder-open")
        self._way("welcome", self.tr("Create a workspace"), "folder-plus")
        self.ways[0].set_kind(ButtonKind.PRIMARY)

    def first_field(self) -> Button:
        """The first way out."""
        return self.ways[0]

    def _way(self, key: str, text: str, icon: str) -> None:
        button = Button(text, ButtonKind.SECONDARY, icon)
        button.setObjectName(key)
        button.clicked.connect(lambda: self.chosen.emit(key))
        self.ways.append(button)
        self.below.addWidget(button)


class PassphrasePage(FormPage):
    """Asks for the passphrase of the encrypted key file."""

    def __init__(self, name: str, error: UserError | None = None) -> None:
        say = QCoreApplication.translate
        super().__init__(
            name,
            say("PassphrasePage", "The key of this workspace is kept in an encrypted file."),
            say("PassphrasePage", "Open workspace"),
        )
        self.setObjectName("passphrase_page")
        self.passphrase = PasswordField(self.tr("Passphrase"))
        self.passphrase.setObjectName("passphrase")
        self.field = self.add(FormField(self.tr("Passphrase"), self.passphrase))
        if error is not None and error.code == "keyring_passphrase_wrong":
            self.field.set_error(sentence(error))


class RecoverPage(FormPage):
    """Takes the recovery key, and who asks for it."""

    def __init__(self, name: str, email: str = "") -> None:
        say = QCoreApplication.translate
        super().__init__(
            say("RecoverPage", "Recover “%1”").replace("%1", name),
            say(
                "RecoverPage",
                "The recovery key stands on the sheet that was printed or saved when the "
                "workspace was made. Its use is written to the audit log.",
            ),
            say("RecoverPage", "Recover workspace"),
            width=WIDE,
            back=True,
        )
        self.setObjectName("recover_page")
        self.key = QPlainTextEdit()
        self.key.setObjectName("recovery_key")
        self.key.setTabChangesFocus(True)
        self.key.setFixedHeight(3 * self.key.fontMetrics().lineSpacing() + 16)
        help_text = self.tr("Nine groups of four. Spaces and hyphens do not matter.")
        self.key_field = self.add(
            FormField(self.tr("Recovery key"), self.key, help_text, check=self._check_key)
        )
        self.key.textChanged.connect(self.key_field.clear_error)
        self.email = QLineEdit(email)
        self.email.setObjectName("email")
        self.add(
            FormField(
                self.tr("Your e\u2011mail"),
                self.email,
                self.tr("Of a Super Admin of this workspace."),
                check=self._check_email,
            )
        )
        self.passphrase = PasswordField(self.tr("Passphrase of the key file"))
        self.passphrase.setObjectName("passphrase")
        self.passphrase_field = self.add(
            FormField(
                self.tr("Passphrase of the key file"),
                self.passphrase,
                self.tr("Asked for each time the workspace is opened. It is kept nowhere."),
            )
        )
        self.passphrase_field.hide()
        self.entry = CodeEntry()
        self.entry.hide()
        self.fields.addWidget(self.entry)
        for line in (self.entry.code, self.entry.recovery):
            line.returnPressed.connect(self.primary.click)

    @property
    def passphrase_given(self) -> str | None:
        """The passphrase of an encrypted key file; None to use the keyring."""
        return None if self.passphrase_field.isHidden() else self.passphrase.text()

    @property
    def code(self) -> str | None:
        """The two-factor code, once it is asked for."""
        return None if self.entry.isHidden() else self.entry.typed()

    def show_error(self, error: Exception) -> None:
        """Below the key, or below the code; the rest above the fields."""
        if isinstance(error, SecondFactorRefused):
            self.set_idle()
            self.entry.show()
            if error.code == "code_missing":
                self.entry.code.setFocus()
            else:
                self.entry.refuse(error)
        elif isinstance(error, UserError) and error.code.startswith("recovery_key"):
            self.set_idle()
            self.key_field.set_error(sentence(error))
            self.key.setFocus()
        else:
            super().show_error(error)
            if isinstance(error, UserError) and error.code.startswith("keyring_"):
                self._offer_file(error)

    def _offer_file(self, error: UserError) -> None:
        offer = self.tr("Or keep the key in an encrypted file: choose a passphrase below.")
        self.show_banner(BannerTone.WARN, error.message, offer)
        self.passphrase_field.show()
        self.reveal(self.passphrase_field)

    def _check_key(self) -> str:
        try:
            parse(self.key.toPlainText())
        except UserError as error:
            return sentence(error)
        return ""

    def _check_email(self) -> str:
        return "" if self.email.text().strip() else self.tr("Enter your e\u2011mail address.")
