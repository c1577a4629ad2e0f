"""Hands for a page under test: mouse, keys, and waiting for what they cause."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QPushButton, QScrollArea, QWidget

from crmdesk.core.access.actor import Actor
from crmdesk.ui.desk import Desk as PageDesk
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.theme.apply import apply_theme
from crmdesk.ui.theme.motion import set_reduced_motion
from tests.builders import Desk
from tests.ui.pages import PageStand, Told

NO_KEYS = Qt.KeyboardModifier.NoModifier
SIZE, SMALLEST = (1280, 711), (960, 551)


@dataclass
class AtWork:
    """A page in sight, what it stands on, and short words for what people do with it."""

    page: Any
    desk: Desk
    stand: PageStand
    qtbot: Any

    @property
    def told(self) -> Told:
        """What the page asked of its window."""
        return self.stand.told

    def wait(self, condition: Callable[[], object], seconds: float = 30) -> None:
        """Let events happen until something holds."""
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=int(seconds * 1000))

    def click(self, widget: QWidget) -> None:
        """The left button in the middle of a widget."""
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        """A key, wherever the focus is."""
        self.qtbot.keyClick(QApplication.focusWidget() or self.page, key, modifiers)

    def tab_to(self, wanted: QWidget) -> None:
        """Press Tab until the focus is on a widget."""
        for _ in range(120):
            if QApplication.focusWidget() is wanted:
                return
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not reach {wanted.accessibleName() or wanted}")

    def click_row(self, table: DataTable, position: int, x: int = 160) -> None:
        """The left button on a row, away from its check box and its buttons."""
        place = table.view.row_rect(position)
        self.qtbot.mouseClick(
            table.view.viewport(),
            Qt.MouseButton.LeftButton,
            pos=QPoint(x, place.center().y()),
        )

    def hover(self, table: DataTable, position: int) -> None:
        """The pointer over a row; it needs no real pointer, which other tests may move."""
        viewport = table.view.viewport()
        at = QPoint(160, table.view.row_rect(position).center().y())
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            at.toPointF(),
            viewport.mapToGlobal(at).toPointF(),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            NO_KEYS,
        )
        QApplication.sendEvent(viewport, move)

    def row_button(self, table: DataTable, key: str) -> QPushButton:
        """A button over a row, once it is there."""
        found: list[QPushButton] = []

        def there() -> bool:
            name = f"row_action_{key}"
            found[:] = [b for b in table.findChildren(QPushButton, name) if b.isVisible()]
            return bool(found)

        self.wait(there)
        return found[0]

    def menu(self) -> QMenu:
        """The menu that is open."""
        self.wait(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return menu

    def dialog(self) -> QDialog:
        """The dialog that is open."""
        self.wait(self._dialogs)
        return self._dialogs()[-1]

    def no_dialog(self) -> bool:
        """Whether none is open."""
        return not self._dialogs()

    def _dialogs(self) -> list[QDialog]:
        return [one for one in self.page.window().findChildren(QDialog) if one.isVisible()]

    def texts(self, table: DataTable, key: str = "") -> list[str]:
        """One column of a table as it is shown; the first by default."""
        column = key or table.columns[0].key
        rows = [table.row(row_id) for row_id in table.ids]
        return [row.cells[column].text for row in rows if row is not None and column in row.cells]


def nameless(page: QWidget) -> list[str]:
    """Controls in sight that take the focus and have no name a screen reader could say."""
    found = []
    for child in page.findChildren(QWidget):
        takes = child.focusPolicy() & Qt.FocusPolicy.TabFocus
        if not takes or not child.isVisibleTo(page) or isinstance(child, QScrollArea):
            continue
        face = QAccessible.queryAccessibleInterface(child)
        if face is not None and not face.text(QAccessible.Text.Name):
            found.append(f"{type(child).__name__} {child.objectName()}")
    return found


@contextmanager
def at_work(
    make: Callable[[PageDesk], QWidget],
    desk: Desk,
    folder: Path,
    qtbot: Any,
    actor: Actor | None = None,
) -> Iterator[AtWork]:
    """Show a page over a real workspace, and take everything down at the end."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, "light")
    set_reduced_motion(True)
    stand = PageStand(desk.workspace, actor or desk.admin, folder)
    page = make(stand.desk)
    page.resize(*SIZE)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    try:
        yield AtWork(page, desk, stand, qtbot)
    finally:
        for dialog in page.window().findChildren(QDialog):
            dialog.close()
        stand.close()
        page.close()
        page.deleteLater()
        set_reduced_motion(None)


class Authenticator:
    """A phone with the workspace's code on it; its time is the test's."""

    def __init__(self, desk: Desk) -> None:
        assert desk.time is not None
        self._desk, self._time = desk, desk.time
        two_factor = desk.workspace.two_factor
        self._codes = pyotp.TOTP(two_factor.begin_enrolment(desk.admin).secret)
        two_factor.confirm_enrolment(desk.admin, self.code())

    def code(self) -> str:
        """A code that was never used: each is of a new step."""
        self._time.forward(seconds=31)
        return self._codes.at(self._time.at)
