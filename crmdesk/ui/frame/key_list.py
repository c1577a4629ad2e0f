"""The list of all keys (Ctrl+/), made from the registry of actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from crmdesk.ui.actions import Actions, KeyLine, menu_title, shown_keys
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.labels import label


class KeyList(QDialog):
    """Every action with a shortcut, by menu; and the keys of tables, which are no actions."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key_list")
        self.setWindowTitle(self.tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addWidget(label(self.tr("All keys"), TextStyle.TITLE))
        column.addWidget(self._scroller([*actions.key_list(), *self._table_lines()]), 1)
        buttons = QDialogButtonBox(self)
        close = Button(self.tr("Close list"))
        close.setObjectName("close_key_list")
        close.clicked.connect(self.close)
        buttons.addButton(close, QDialogButtonBox.ButtonRole.RejectRole)
        column.addWidget(buttons)
        self.resize(px(560), px(560))
        close.setFocus()

    def _table_lines(self) -> list[KeyLine]:
        lines = (
            (self.tr("Open the row"), "Return"),
            (self.tr("Tick the row"), "Space"),
            (self.tr("Tick up to this row"), "Shift+Space"),
            (self.tr("Select all rows"), "Ctrl+A"),
            (self.tr("Actions for the row"), "Shift+F10"),
            (self.tr("Close popover, panel, then clear search"), "Esc"),
        )
        return [KeyLine(None, text, (shown_keys(keys),)) for text, keys in lines]

    def _scroller(self, lines: list[KeyLine]) -> QScrollArea:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 16, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        titles: list[str] = []
        for line in lines:
            title = menu_title(line.menu) if line.menu is not None else self.tr("Tables")
            if title not in titles:
                titles.append(title)
                grid.setRowMinimumHeight(grid.rowCount(), 8)
                grid.addWidget(label(title, TextStyle.HEADER), grid.rowCount() + 1, 0)
            row = grid.rowCount()
            grid.addWidget(label(line.text), row, 0)
            grid.addLayout(self._caps(line.keys), row, 1)
        grid.setRowStretch(grid.rowCount(), 1)
        scroller = QScrollArea(self)
        scroller.setWidgetResizable(True)
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setAccessibleName(self.tr("All keys"))
        scroller.setWidget(inside)
        # Handing it over made it fill its ground with the window's colour.
        inside.setAutoFillBackground(False)
        scroller.viewport().setAutoFillBackground(False)
        return scroller

    @staticmethod
    def _caps(keys: tuple[str, ...]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addStretch(1)
        for key in keys:
            row.addWidget(label(key, "key"))
        return row
