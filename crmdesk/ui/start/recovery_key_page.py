"""The recovery key, shown once, kept on paper or in a file, and confirmed by typing its end."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from crmdesk.core.workspace import Workspace
from crmdesk.ui.access.recovery_key_sheet import RecoveryKeySheet
from crmdesk.ui.start.form_page import WIDE, FormPage


class RecoveryKeyPage(FormPage):
    """Goes on once the last two groups were typed as they stand on the sheet."""

    def __init__(self, workspace: Workspace, recovery_key: str) -> None:
        say = QCoreApplication.translate
        super().__init__(
            say("RecoveryKeyPage", "Keep the recovery key"),
            say(
                "RecoveryKeyPage",
                "It opens the workspace when this computer or its keyring is lost. It is shown "
                "only now and kept nowhere. Put the sheet where you keep contracts.",
            ),
            say("RecoveryKeyPage", "Continue"),
            width=WIDE,
        )
        self.setObjectName("recovery_key_page")
        self.sheet = RecoveryKeySheet(workspace, recovery_key)
        self.typed = self.sheet.typed
        self.fields.addWidget(self.sheet)
        self.add(self.sheet.field)

    def html(self) -> str:
        """The printable sheet."""
        return self.sheet.html()
