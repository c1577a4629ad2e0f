"""Makes the pictures: ``python -m tests.shots FOLDER [--only NAME] [--theme dark] [--size WxH]``.

Every module of this folder that has ``shots`` takes part. Set ``QT_SCALE_FACTOR=2`` for 2x.
"""

from __future__ import annotations

import argparse
import os
import pkgutil
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from crmdesk.core.clock import Clock
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.workspace import create_workspace
from crmdesk.ui.language import install_language
from crmdesk.ui.theme.apply import apply_theme
from crmdesk.ui.theme.motion import set_reduced_motion
from tests import shots as folder
from tests.builders import PASSWORD, Desk, KeyBox

DeskFactory = Callable[[], Desk]


class Workspaces:
    """Hands out copies of one workspace."""

    def __init__(self, home: Path) -> None:
        self._home, self._made = home, 0
        self._open: list[Desk] = []
        wanted = NewWorkspace(
            "Northwind Traders",
            "ingrid@northwind.example",
            "Ingrid Solberg",
            PASSWORD,
            {"workspace.time_zone": "Europe/Oslo", "workspace.currency": "EUR"},
        )
        created = create_workspace(home / "template", wanted, KeyBox(), Clock())
        created.workspace.close()
        self._key = created.workspace.key

    def __call__(self) -> Desk:
        """A fresh desk."""
        self._made += 1
        place = self._home / str(self._made) / "workspace"
        shutil.copytree(self._home / "template", place)
        desk = Desk(place, self._key)
        self._open.append(desk)
        return desk

    def close(self) -> None:
        """Close every workspace."""
        for desk in self._open:
            desk.workspace.close()


def settle(milliseconds: int = 150) -> None:
    """Let answers of other threads arrive and layouts come to rest."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def settle_until(condition: Callable[[], bool], milliseconds: int = 60_000) -> None:
    """Let events run until something is so."""
    watch = QElapsedTimer()
    watch.start()
    while not condition() and watch.elapsed() < milliseconds:
        settle(20)


def take(widget: QWidget, path: Path, size: tuple[int, int]) -> None:
    """Show a widget if it is not in sight, and save what it looks like."""
    if not isinstance(widget, QDialog) and widget.isWindow():
        widget.resize(*size)
    if not widget.isVisible():
        widget.show()
    settle()
    # Grabbing lays out what waits, without the areas that scroll: rows would be squeezed.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    widget.grab().save(str(path))


def make(target: Path, only: str, theme: str, size: tuple[int, int]) -> int:
    """Make the pictures; returns how many."""
    app = QApplication.instance() or QApplication([])
    install_language(app)
    apply_theme(app, theme)  # type: ignore[arg-type]
    set_reduced_motion(True)
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    with tempfile.TemporaryDirectory() as home:
        workspaces = Workspaces(Path(home))
        for found in pkgutil.iter_modules(folder.__path__):
            if found.name in ("main", "__main__") or (only and not found.name.startswith(only)):
                continue
            module = import_module(f"tests.shots.{found.name}")
            for name, widget in module.shots(workspaces):
                take(widget, target / f"{found.name}-{name}-{theme}.png", size)
                count += 1
            for widget in app.topLevelWidgets():
                widget.close()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        workspaces.close()
    return count


def main() -> None:
    """Read the command line."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path, nargs="?", default=Path("build/shots"))
    reader.add_argument("--only", default="")
    reader.add_argument("--theme", default="light", choices=("light", "dark"))
    reader.add_argument("--size", default="1280x800")
    asked = reader.parse_args()
    width, height = (int(part) for part in asked.size.split("x"))
    count = make(asked.folder, asked.only, asked.theme, (width, height))
    sys.stdout.write(f"{count} pictures in {asked.folder}\n")
