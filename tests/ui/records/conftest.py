"""A Records page in a window of its own, over a real workspace."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from crmdesk.core.access.actor import Actor
from crmdesk.ui.records.page import RecordsPage
from crmdesk.ui.theme.apply import apply_theme
from tests.builders import Desk
from tests.ui.pages import PageStand, Told
from tests.ui.records.data import fill


@dataclass
class Records:
    """The page, what it stands on, and short words for what people do with it."""

    page: RecordsPage
    desk: Desk
    stand: PageStand
    qtbot: object

    @property
    def told(self) -> Told:
        """What the page asked of its window."""
        return self.stand.told

    def wait(self, condition: Callable[[], object]) -> None:
        """Let events happen until something holds."""
        self.qtbot.waitUntil(lambda: bool(condition()))

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier):
        """A key, wherever the focus is."""
        self.qtbot.keyClick(QApplication.focusWidget() or self.page, key, modifiers)

    def click(self, widget: QWidget) -> None:
        """The left button in the middle of a widget, once it is in sight."""
        self.wait(widget.isVisible)
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)

    def write(self, widget: QWidget, text: str) -> None:
        """Replace what a field holds by typing."""
        widget.setFocus()
        widget.selectAll()
        self.qtbot.keyClick(widget, Qt.Key.Key_Delete)
        self.qtbot.keyClicks(widget, text)

    def dialog(self) -> QDialog:
        """The dialog that is open."""
        self.wait(lambda: QApplication.activeWindow() in self.dialogs())
        return self.dialogs()[-1]

    def dialogs(self) -> list[QDialog]:
        """Every dialog in sight."""
        return [one for one in self.page.window().findChildren(QDialog) if one.isVisible()]

    def names(self) -> list[str]:
        """The first column as it is shown."""
        face = self.page.bin if self.page.in_bin else self.page.face
        return [face.name_of(row_id) for row_id in face.table.ids]


@pytest.fixture(scope="session")
def filled_template(workspace_template, tmp_path_factory) -> tuple[Path, bytes]:
    """A workspace with people and deals, made once."""
    template, key = workspace_template
    folder = tmp_path_factory.mktemp("filled") / "workspace"
    shutil.copytree(template, folder)
    made = Desk(folder, key)
    fill(made)
    made.workspace.close()
    return folder, key


@pytest.fixture
def filled(filled_template, tmp_path) -> Iterator[Desk]:
    """A filled workspace of one's own."""
    template, key = filled_template
    folder = tmp_path / "filled"
    shutil.copytree(template, folder)
    made = Desk(folder, key)
    yield made
    made.workspace.close()


@pytest.fixture
def open_page(qtbot, tmp_path) -> Iterator[Callable[..., Records]]:
    """Builds the page over what the test has put into a workspace before."""
    apply_theme(QApplication.instance(), "light")
    stands: list[PageStand] = []

    def build(desk: Desk, actor: Actor | None = None) -> Records:
        stand = PageStand(desk.workspace, actor or desk.admin, tmp_path)
        stands.append(stand)
        page = RecordsPage(stand.desk)
        page.resize(1280, 700)
        qtbot.addWidget(page)
        with qtbot.waitActive(page):
            page.show()
            page.activateWindow()
        records = Records(page, desk, stand, qtbot)
        records.wait(lambda: ", " in page.places.bin.accessibleName())
        records.wait(lambda: not page.face.table._waits)
        return records

    yield build
    for stand in stands:
        stand.close()
