"""A calm line under the tabs while nobody has shown that the recovery key is on paper."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from crmdesk.ui.desk import Desk
from crmdesk.ui.widgets.banner import Banner, BannerTone


class KeyReminder(Banner):
    """Leads to the settings, where a new recovery key is made."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        say = QCoreApplication.translate
        super().__init__(
            BannerTone.INFO,
            say("KeyReminder", "The recovery key was not confirmed"),
            say(
                "KeyReminder",
                "Without it the workspace is lost with this computer or its keyring. If its sheet "
                "is gone, make a new key.",
            ),
            say("KeyReminder", "New recovery key"),
            icon="key-round",
            parent=parent,
        )
        self.setObjectName("key_reminder")
        self.acted.connect(lambda: desk.go("settings/security"))
        self.become_strip()
        self.hide()
