"""The button that names the workspace."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetrics, QImage

from crmdesk.ui.frame.row_buttons import WorkspaceButton
from crmdesk.ui.theme.apply import font
from crmdesk.ui.theme.fonts import TextStyle


def shown(button: WorkspaceButton, more_room: int, letters: int) -> QImage:
    wanted = button.sizeHint()
    button.resize(wanted.width() + more_room, wanted.height())
    return button.grab(QRect(8, 0, letters, wanted.height())).toImage()


def test_a_short_name_of_a_workspace_is_written_out(qtbot):
    for name in ("Northwind", "Acme", "Nordic Trading", "Sales Europe GmbH"):
        button = WorkspaceButton(name)
        qtbot.addWidget(button)
        letters = QFontMetrics(font(TextStyle.STRONG)).horizontalAdvance(name)

        assert shown(button, 0, letters) == shown(button, 40, letters), name
