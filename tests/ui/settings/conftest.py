"""The settings of a real workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog

from crmdesk.core.access.actor import Actor
from crmdesk.ui.look import Look
from crmdesk.ui.settings.page import SettingsPage
from crmdesk.ui.theme.motion import set_reduced_motion
from tests.builders import Desk
from tests.ui.pages import PageStand

OpenSettings = Callable[..., SettingsPage]


@pytest.fixture
def settings_page(desk: Desk, qapp, qtbot, tmp_path: Path) -> Iterator[OpenSettings]:
    """Opens the page as somebody."""
    set_reduced_motion(True)
    stands = []

    def open_page(actor: Actor | None = None) -> SettingsPage:
        stand = PageStand(desk.workspace, actor or desk.admin, tmp_path)
        stands.append(stand)
        kept = QSettings(str(tmp_path / "look.ini"), QSettings.Format.IniFormat)
        look = Look(qapp, kept)
        look.set_theme("light")
        page = SettingsPage(stand.desk, look)
        page.stand = stand
        qtbot.addWidget(page)
        page.resize(1280, 700)
        page.show()
        return page

    yield open_page
    for stand in stands:
        stand.close()
    set_reduced_motion(None)


def dialog_named(name: str) -> QDialog:
    """The open dialog of a name."""
    return next(
        each
        for each in QApplication.topLevelWidgets()
        if isinstance(each, QDialog) and each.objectName() == name and each.isVisible()
    )


def has_dialog(name: str) -> bool:
    """Whether a dialog of that name is open."""
    return any(
        isinstance(each, QDialog) and each.objectName() == name and each.isVisible()
        for each in QApplication.topLevelWidgets()
    )
