"""The whole program in this process, on a private configuration and a real keyring."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from crmdesk.app import Application
from crmdesk.core.access.keyring_store import KeyringStore
from crmdesk.core.access.keys import key_to_text
from crmdesk.core.known_workspaces import KnownWorkspaces
from crmdesk.core.workspace_folder import read_workspace_file
from crmdesk.core.workspace_key import KEY_NAME
from crmdesk.ui.language import install_language
from crmdesk.ui.theme.motion import set_reduced_motion

Program = Callable[[], Application]


@pytest.fixture
def program(qapp, tmp_path: Path, monkeypatch, restored_keyring) -> Iterator[Program]:
    """Starts the program; called again, it is the next start on the same computer."""
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    # The last window of one start closes before the next start, all in one application.
    qapp.setQuitOnLastWindowClosed(False)
    install_language(qapp)
    set_reduced_motion(True)
    begun: list[Application] = []

    def start() -> Application:
        settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        made = Application(qapp, settings, start_job=lambda _job: None)
        made.look.apply()
        begun.append(made)
        made.begin()
        return made

    yield start
    for each in begun:
        close(each)
    set_reduced_motion(None)
    qapp.setQuitOnLastWindowClosed(True)


@pytest.fixture
def known(program: Program, workspace_template: tuple[Path, bytes], tmp_path: Path) -> Path:
    """A workspace this person opened before, its key in the keyring."""
    template, key = workspace_template
    folder = tmp_path / "northwind"
    shutil.copytree(template, folder)
    name = f"{read_workspace_file(folder).id}/{KEY_NAME}"
    KeyringStore.open().set(name, key_to_text(key))
    KnownWorkspaces().remember(folder, "Northwind Traders")
    return folder


def close(application: Application) -> None:
    """Close whatever window is in sight, as a person would."""
    if application.signed_in is not None:
        application.signed_in.window.close()
    application.start.close()


def dialog_named(name: str) -> QDialog | None:
    """The open dialog of a name."""
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.objectName() == name and widget.isVisible():
            return widget
    return None


def page_named(application: Application, name: str) -> QWidget | None:
    """The page in sight, if it is the one of that name."""
    page = application.start.page
    return page if page is not None and page.objectName() == name else None
