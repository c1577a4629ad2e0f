"""A workspace brought back from one complete backup: what is asked for, and what comes of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from crmdesk.core.access.recovery_key import parse
from crmdesk.core.errors import UserError
from crmdesk.core.files.presence import is_file, typed_path
from crmdesk.core.platform.files import data_folder
from crmdesk.ui import words
from crmdesk.ui.messages import message, sentence
from crmdesk.ui.start.create import KEYRING_TROUBLE
from crmdesk.ui.start.form_page import WIDE, FormPage
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.banner import BannerTone
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.password_field import PasswordField

if TYPE_CHECKING:
    from crmdesk.core.backup.left_behind import LeftBehind
    from crmdesk.core.backup.rebuild import Rebuilt

_LOOK_MS = 250


@dataclass(slots=True)
class RestoreWish:
    """A workspace to be brought back, and how far that is.

    Attributes:
        passphrase: of the encrypted key file; None to use the keyring.
        stop: set to stop it.
        phase, done, total: written by the thread that works, read by the page.
    """

    file: Path
    folder: Path
    key: str
    passphrase: str | None
    stop: threading.Event = field(default_factory=threading.Event)
    phase: str = ""
    done: int = 0
    total: int = 0


class RestorePage(FormPage):
    """File, folder and recovery key."""

    def __init__(self) -> None:
        say = QCoreApplication.translate
        super().__init__(
            say("RestorePage", "Restore a workspace"),
            say(
                "RestorePage",
                "From a complete backup, into an empty folder. Everything comes back but "
                "passwords and two-factor codes.",
            ),
            say("RestorePage", "Restore workspace"),
            width=WIDE,
            back=True,
        )
        self.setObjectName("restore_page")
        self._wish: RestoreWish | None = None
        self._looks = QTimer(self, interval=_LOOK_MS)
        self._looks.timeout.connect(self._show_progress)
        self.file, self.folder = QLineEdit(), QLineEdit(str(_free_folder()))
        self.file.setObjectName("backup_file")
        self.folder.setObjectName("workspace_folder")
        self._add_line(
            self.tr("Backup file"),
            self.file,
            self.tr("One that was made with “Complete backup”."),
            self._choose_file,
            self._check_file,
        )
        self._add_line(
            self.tr("Folder"),
            self.folder,
            self.tr("A new or an empty folder on a disk of this computer."),
            self._choose_folder,
            self._check_folder,
        )
        self._add_key()
        self._add_passphrase()
        self.back.clicked.disconnect(self.left)
        self.back.clicked.connect(self.go_back)

    def wish(self) -> RestoreWish:
        """What was filled in; the page shows how far it is from now on."""
        passphrase = None if self.passphrase_field.isHidden() else self.passphrase.text()
        self._wish = RestoreWish(
            typed_path(self.file.text()),
            typed_path(self.folder.text()),
            self.key.toPlainText(),
            passphrase,
        )
        self._looks.start()
        return self._wish

    def go_back(self) -> None:
        """Leave; what runs is stopped first, and nothing of it stays."""
        if self._wish is not None and self.primary.busy:
            self._wish.stop.set()
        else:
            self.left.emit()

    def ways_out(self) -> list[QWidget]:
        """None waits: the way back stops what runs."""
        return []

    def show_error(self, error: Exception) -> None:
        """Below the key, or above the fields; the encrypted file where there is no keyring."""
        self._looks.stop()
        self.set_idle()
        code = error.code if isinstance(error, UserError) else ""
        if code == "cancelled":
            self.left.emit()
            return
        if isinstance(error, UserError) and code.startswith("recovery_key"):
            self.key_field.set_error(sentence(error))
            self.key.setFocus()
            return
        super().show_error(error)
        if isinstance(error, UserError) and code in KEYRING_TROUBLE:
            offer = self.tr("Or keep the key in an encrypted file: choose a passphrase below.")
            self.show_banner(BannerTone.WARN, message(error).title, offer)
            self.passphrase_field.show()
            self.reveal(self.passphrase_field)

    def _add_line(
        self, title: str, line: QLineEdit, help_text: str, choose: object, check: object
    ) -> None:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        line.setAccessibleName(title)
        button = Button(self.tr("Choose..."))
        button.setAccessibleName(f"{self.tr('Choose...')} {title}")
        button.setAutoDefault(False)
        button.clicked.connect(choose)
        layout.addWidget(line, 1)
        layout.addWidget(button)
        row.setFocusProxy(line)
        self.add(FormField(title, row, help_text, check=check))  # type: ignore[arg-type]

    def _add_key(self) -> None:
        self.key = QPlainTextEdit()
        self.key.setObjectName("recovery_key")
        self.key.setTabChangesFocus(True)
        self.key.setFixedHeight(3 * self.key.fontMetrics().lineSpacing() + 16)
        help_text = self.tr("Nine groups of four, as they stand on the printed sheet.")
        self.key_field = self.add(
            FormField(self.tr("Recovery key"), self.key, help_text, check=self._check_key)
        )
        self.key.textChanged.connect(self.key_field.clear_error)

    def _add_passphrase(self) -> None:
        self.passphrase = PasswordField(self.tr("Passphrase of the key file"))
        self.passphrase.setObjectName("passphrase")
        help_text = self.tr("Asked for each time the workspace is opened. It is kept nowhere.")
        self.passphrase_field = self.add(
            FormField(self.tr("Passphrase of the key file"), self.passphrase, help_text)
        )
        self.passphrase_field.hide()

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose a complete backup"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Backups (*.zip)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self.file.setText)
        dialog.open()

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose an empty folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()

    def _check_file(self) -> str:
        there = is_file(typed_path(self.file.text()))
        return "" if there else self.tr("Choose a backup file.")

    def _check_folder(self) -> str:
        absolute = typed_path(self.folder.text()).is_absolute()
        return "" if absolute else self.tr("Choose a folder on this computer.")

    def _check_key(self) -> str:
        try:
            parse(self.key.toPlainText())
        except UserError as error:
            return sentence(error)
        return ""

    def _show_progress(self) -> None:
        wish = self._wish
        if wish is None or not wish.phase:
            return
        doing = {
            "verifying": self.tr("Checking the file..."),
            "loading": self.tr("Restoring... %1"),
            "proving": self.tr("Comparing... %1"),
        }.get(wish.phase, "%1")
        share = wish.done / wish.total if wish.total else 0.0
        self.primary.set_busy(doing.replace("%1", words.percent(min(share, 1.0))))


class RestoredPage(FormPage):
    """Says what is back, and shows the one-time code until a password was chosen with it."""

    def __init__(self, rebuilt: Rebuilt) -> None:
        say = QCoreApplication.translate
        text = say("RestoredPage", "%Ln record{|s} as they were on %1.", "", rebuilt.records)
        super().__init__(
            say("RestoredPage", "“%1” is back").replace("%1", rebuilt.name),
            text.replace("%1", words.day(rebuilt.snapshot_at.date())),
            say("RestoredPage", "Choose a new password"),
            width=WIDE,
        )
        self.setObjectName("restored_page")
        code = label(rebuilt.one_time_code, TextStyle.HEADING)
        code.setObjectName("one_time_code")
        code.setTextInteractionFlags(code.textInteractionFlags().TextSelectableByMouse)
        code.setAccessibleName(self.tr("One-time code"))
        about = self.tr(
            "No password is in a backup. This code lets %1 choose a new one. It is shown only "
            "now; all others get theirs under Settings, Users, and set two-factor up anew."
        )
        self.fields.addWidget(Paragraph(about.replace("%1", rebuilt.email), TextStyle.BODY))
        self.fields.addWidget(code)
        mark = self.tr("Fingerprint of the signing key, as on the sheet: %1")
        self.fields.addWidget(
            Paragraph(mark.replace("%1", rebuilt.fingerprint), TextStyle.CAPTION, "text2")
        )
        left = rebuilt.left_behind
        if left.backups or left.imported:
            self.fields.addWidget(Paragraph(_left_behind(left), TextStyle.CAPTION, "text2"))


def _left_behind(left: LeftBehind) -> str:
    """What the workspace had and the backup did not hold."""
    say = QCoreApplication.translate
    parts = []
    if left.backups:
        parts.append(say("RestoredPage", "%Ln earlier backup{|s}", "", left.backups))
    if left.imported:
        parts.append(say("RestoredPage", "%Ln import{|s}", "", left.imported))
    both = say("RestoredPage", "%1 and %2").replace("%1", parts[0]).replace("%2", parts[-1])
    text = say("RestoredPage", "Not in this backup: the files of %1.")
    return text.replace("%1", both if len(parts) > 1 else parts[0])


def _free_folder() -> Path:
    home, number = data_folder(), 1
    wanted = home / "restored"
    while wanted.exists():
        number += 1
        wanted = home / f"restored {number}"
    return wanted
