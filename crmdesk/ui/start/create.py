"""Creating a workspace: what the first run asks for."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from zoneinfo import available_timezones

from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QFileDialog, QHBoxLayout, QLineEdit, QWidget

from crmdesk.core.access.time_zones import local_time_zone
from crmdesk.core.errors import UserError
from crmdesk.core.files.names import safe_file_name
from crmdesk.core.files.presence import holds_nothing, typed_path
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.platform.files import data_folder
from crmdesk.core.records.addresses import is_email
from crmdesk.core.setting_declarations import SETTINGS, Edition
from crmdesk.core.setting_values import parse_setting
from crmdesk.ui.access.new_password import NewPasswordPair
from crmdesk.ui.messages import message, sentence
from crmdesk.ui.start.form_page import WIDE, FormPage
from crmdesk.ui.start.wish import Wish
from crmdesk.ui.widgets.banner import BannerTone
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.password_field import PasswordField

KEYRING_TROUBLE = frozenset({"keyring_missing", "keyring_locked", "keyring_refused"})


class CreatePage(FormPage):
    """Name, folder, the first Super Admin, and what numbers and dates look like."""

    def __init__(self, *, sample: bool = False) -> None:
        say = QCoreApplication.translate
        title = say("CreatePage", "Create a workspace")
        subtitle = say(
            "CreatePage",
            "A folder with the database and the backups. You become its first Super Admin.",
        )
        if sample:
            title = say("CreatePage", "Look around with sample data")
            subtitle = say(
                "CreatePage",
                "A workspace of its own with invented people and firms. Delete its folder when "
                "you are done.",
            )
        primary = say("CreatePage", "Create workspace")
        super().__init__(title, subtitle, primary, width=WIDE, back=True)
        self.setObjectName("create_page")
        self._sample = sample
        self._folder_touched = False
        self._add_workspace()
        self._add_person()
        self._add_form()
        self._add_passphrase()

    def wish(self) -> Wish:
        """What was filled in."""
        settings: dict[str, object] = {
            "workspace.time_zone": self.zone.currentText().strip(),
            "workspace.currency": self.currency.text().strip().upper(),
            "workspace.edition": str(self.edition.currentData()),
        }
        new = NewWorkspace(
            self.name.text().strip(),
            self.email.text().strip(),
            self.person.text().strip(),
            self.pair.text(),
            settings,
        )
        passphrase = None if self.passphrase_field.isHidden() else self.passphrase.text()
        return Wish(typed_path(self.folder.text()), new, passphrase, self._sample)

    def show_error(self, error: Exception) -> None:
        """Offer the encrypted file where the keyring cannot keep the key."""
        super().show_error(error)
        if isinstance(error, UserError) and error.code in KEYRING_TROUBLE:
            told = message(error)
            offer = self.tr("Or keep the key in an encrypted file: choose a passphrase below.")
            self.show_banner(BannerTone.WARN, told.title, offer)
            self.passphrase_field.show()
            self.reveal(self.passphrase_field)

    def _add_workspace(self) -> None:
        start = self.tr("Northwind Traders") if self._sample else ""
        self.name = QLineEdit(start)
        self.name.setObjectName("workspace_name")
        self.add(FormField(self.tr("Name of the workspace"), self.name, check=self._check_name))
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self.folder = QLineEdit(str(self._folder_for(start)))
        self.folder.setObjectName("workspace_folder")
        self.folder.setAccessibleName(self.tr("Folder"))
        choose = Button(self.tr("Choose..."))
        choose.setAutoDefault(False)
        choose.clicked.connect(self._choose_folder)
        line.addWidget(self.folder, 1)
        line.addWidget(choose)
        row.setFocusProxy(self.folder)
        help_text = self.tr("On a disk of this computer. It is made when it is not there.")
        self.add(FormField(self.tr("Folder"), row, help_text, check=self._check_folder))
        self.name.textEdited.connect(self._follow_name)
        self.folder.textEdited.connect(self._touch_folder)

    def _add_person(self) -> None:
        self.person, self.email = QLineEdit(), QLineEdit()
        self.person.setObjectName("person")
        self.email.setObjectName("email")
        self.add_pair(
            FormField(self.tr("Your name"), self.person, check=self._check_person),
            FormField(self.tr("Your e\u2011mail"), self.email, check=self._check_email),
        )
        self.pair = NewPasswordPair((), has_second_factor=False, parent=self)
        self.add_pair(*self.pair.fields)
        for line in (self.name, self.person, self.email):
            line.textEdited.connect(self._follow_words)

    def _add_form(self) -> None:
        self.zone = QComboBox()
        self.zone.setEditable(True)
        self.zone.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.zone.addItems(sorted(available_timezones()))
        self.zone.setCurrentText(local_time_zone() or "UTC")
        # As wide as its neighbour: the longest zone must not decide.
        self.zone.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.zone.setMinimumContentsLength(8)
        completer = self.zone.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        currency = QLocale().currencySymbol(QLocale.CurrencySymbolFormat.CurrencyIsoCode)
        self.currency = QLineEdit(currency or "EUR")
        self.edition = QComboBox()
        for edition, words in _editions().items():
            self.edition.addItem(words, edition.value)
        self.edition.setCurrentIndex(self.edition.count() - 1)
        self.add_pair(
            self._setting(self.tr("Time zone"), self.zone, "workspace.time_zone"),
            self._setting(self.tr("Currency"), self.currency, "workspace.currency"),
        )
        self.add(
            FormField(
                self.tr("Edition"),
                self.edition,
                self.tr("How often a backup may be made, and which entries the log shows."),
            )
        )

    def _add_passphrase(self) -> None:
        self.passphrase = PasswordField(self.tr("Passphrase of the key file"))
        self.passphrase.setObjectName("passphrase")
        self.passphrase_field = self.add(
            FormField(
                self.tr("Passphrase of the key file"),
                self.passphrase,
                self.tr("Asked for each time the workspace is opened. It is kept nowhere."),
                check=self._check_passphrase,
            )
        )
        self.passphrase_field.hide()

    def _setting(self, title: str, control: QComboBox | QLineEdit, key: str) -> FormField:
        def check() -> str:
            text = control.currentText() if isinstance(control, QComboBox) else control.text()
            try:
                parse_setting(SETTINGS[key], text.strip())
            except UserError as error:
                return sentence(error).replace(key, title)
            return ""

        return FormField(title, control, check=check)

    def _folder_for(self, name: str) -> Path:
        home, taken = data_folder(), list[str]()
        with suppress(OSError):  # before the first workspace there is no such folder
            taken = [path.name for path in home.iterdir()]
        return home / safe_file_name(name.strip() or "workspace", taken)

    def _follow_name(self, name: str) -> None:
        if not self._folder_touched:
            self.folder.setText(str(self._folder_for(name)))

    def _touch_folder(self) -> None:
        self._folder_touched = True

    def _follow_words(self) -> None:
        self.pair.words = (self.person.text(), self.email.text(), self.name.text())

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose an empty folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._take_folder)
        dialog.open()

    def _take_folder(self, path: str) -> None:
        self._folder_touched = True
        chosen = Path(path)
        taken = not holds_nothing(chosen)
        inside = chosen / (self.name.text().strip() or "crmdesk")
        self.folder.setText(str(inside if taken else chosen))

    def _check_name(self) -> str:
        try:
            parse_setting(SETTINGS["workspace.name"], self.name.text().strip())
        except UserError:
            return self.tr("Give it a name of 1 to 100 characters.")
        return ""

    def _check_folder(self) -> str:
        absolute = typed_path(self.folder.text()).is_absolute()
        return "" if absolute else self.tr("Choose a folder on this computer.")

    def _check_person(self) -> str:
        return "" if self.person.text().strip() else self.tr("Enter your name.")

    def _check_email(self) -> str:
        fine = is_email(self.email.text().strip())
        return "" if fine else self.tr("Enter an address such as ann@example.org.")

    def _check_passphrase(self) -> str:
        if self.passphrase_field.isHidden() or self.passphrase.text():
            return ""
        return self.tr("Choose a passphrase.")


def _editions() -> dict[Edition, str]:
    say = QCoreApplication.translate
    return {
        Edition.STARTER: say("CreatePage", "Starter"),
        Edition.PROFESSIONAL: say("CreatePage", "Professional"),
        Edition.ENTERPRISE: say("CreatePage", "Enterprise"),
    }
