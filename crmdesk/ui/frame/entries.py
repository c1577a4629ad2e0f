"""The column of entries that the popovers of row 1 show, and their heads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.popover import Popover

WIDTH = 360
_TALLEST = 440
_A_TURN = 3


def head(popover: Popover, title: str) -> QHBoxLayout:
    """The title row of a popover; links are added to it."""
    row = QHBoxLayout()
    row.setContentsMargins(16, 10, 16, 10)
    row.addWidget(label(title, TextStyle.HEADING, parent=popover))
    row.addStretch(1)
    popover.body.addLayout(row)
    popover.body.addWidget(rule(popover))
    return row


class Entries(QScrollArea):
    """A column of entries with lines between them, as tall as they are up to a limit.

    Entries out of sight are built a few at a time: fifty notifications are 700 widgets.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._waiting: deque[Callable[[], QWidget]] = deque()
        self._column = QVBoxLayout()
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._go_on)

    def show_entries(self, entries: Sequence[Callable[[], QWidget]]) -> None:
        """Show other entries, given as functions that build them."""
        self._waiting = deque(entries)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(inside)
        inside.setAutoFillBackground(False)
        tall = 0
        while self._waiting and tall < px(_TALLEST):
            tall += self._add()
        self.setFixedHeight(min(tall, px(_TALLEST)))
        if self._waiting:
            self._turn.start()

    def _add(self) -> int:
        """Add the next entry; returns how tall it is, its line included."""
        inside = self.widget()
        at = self._column.count() - 1
        if at:
            self._column.insertWidget(at, rule(inside))
            at += 1
        entry = self._waiting.popleft()()
        self._column.insertWidget(at, entry)
        # Fonts come with the style sheet; without them the height would be too small.
        for part in [entry, *entry.findChildren(QWidget)]:
            part.ensurePolished()
        layout = entry.layout()
        if layout is not None and layout.hasHeightForWidth():
            tall = layout.totalHeightForWidth(px(WIDTH) - 2)
        elif entry.hasHeightForWidth():
            tall = entry.heightForWidth(px(WIDTH) - 2)
        else:
            tall = entry.sizeHint().height()
        return tall + (1 if at > 1 else 0)

    @Slot()
    def _go_on(self) -> None:
        for _ in range(min(_A_TURN, len(self._waiting))):
            self._add()
        if not self._waiting:
            self._turn.stop()
