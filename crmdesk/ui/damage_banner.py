"""The line under the tabs that stays while a workspace is damaged and only read."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from crmdesk.core.errors import UserError
from crmdesk.ui.widgets.banner import Banner, BannerTone


class DamageBanner(Banner):
    """Says what still can be done, and from which file the way back leads."""

    def __init__(self, damage: UserError, parent: QWidget | None = None) -> None:
        title = QCoreApplication.translate(
            "DamageBanner", "The database is damaged: it can be read, and nothing is written to it"
        )
        super().__init__(BannerTone.DANGER, title, _way_back(damage), parent=parent)
        self.setObjectName("damage_banner")


def _way_back(damage: UserError) -> str:
    say = QCoreApplication.translate
    backup = str(damage.values.get("backup", ""))
    if not backup:
        return say(
            "DamageBanner",
            "There is no sound backup in the vault. Look for a copy that you saved elsewhere.",
        )
    if damage.values.get("is_complete"):
        way = say(
            "DamageBanner",
            "Open or create a workspace, there “Restore a workspace from a backup”, and take the "
            "newest sound one: %1",
        )
    else:
        way = say(
            "DamageBanner",
            "Create a new workspace and import the newest sound backup into it: %1",
        )
    return way.replace("%1", backup)
