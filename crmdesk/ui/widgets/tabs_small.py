"""Small underlined tabs without icons: saved views, and the pages of a panel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QTabBar, QWidget

from crmdesk.ui.widgets.properties import mark_focus_in, mark_focus_out


class TabsSmall(QTabBar):
    """A row of words, one underlined; arrow keys walk them. No tab jumps when chosen.

    Signals:
        chosen: the key of the tab now shown.
    """

    chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "small")
        self.setAccessibleName(name)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.currentChanged.connect(self._choose)

    def add(self, key: str, text: str) -> None:
        """Add a tab at the end; an ampersand in its text is shown."""
        index = self.addTab(text.replace("&", "&&"))
        # The first tab became current before its key was known.
        self.setTabData(index, key)

    def set_text(self, key: str, text: str) -> None:
        """Change a word, e.g. "Comments 4"."""
        self.setTabText(self._index(key), text.replace("&", "&&"))

    def show_key(self, key: str) -> None:
        """Choose a tab from code."""
        self.setCurrentIndex(self._index(key))

    def offer(self, key: str, *, offered: bool) -> None:
        """Show a tab or leave it out, its place kept."""
        self.setTabVisible(self._index(key), offered)

    @property
    def offered(self) -> int:
        """How many tabs are not left out."""
        return sum(self.isTabVisible(index) for index in range(self.count()))

    def remove(self, key: str) -> None:
        """Take a tab away."""
        self.removeTab(self._index(key))

    def keys(self) -> list[str]:
        """Keys of the tabs, in order."""
        return [str(self.tabData(index)) for index in range(self.count())]

    @property
    def current(self) -> str:
        """Key of the tab now shown; empty when there is none."""
        return str(self.tabData(self.currentIndex()) or "")

    def _index(self, key: str) -> int:
        return self.keys().index(key)

    def _choose(self, index: int) -> None:
        key = self.tabData(index)
        if key is not None:
            self.chosen.emit(str(key))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        mark_focus_in(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        mark_focus_out(self, event)
