"""Row 2 of the window: the tabs, and backup health at the end on every one of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTabBar, QWidget

from crmdesk.ui.frame.values import Health, HealthLevel, Tab
from crmdesk.ui.icons import icon
from crmdesk.ui.theme.apply import current_tokens, px, theme_signals
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.properties import mark_focus_in, mark_focus_out, restyle

ROW_HEIGHT = 41
_ICON, _GAP = 16, 0

_HEALTH_LOOKS = {
    HealthLevel.OK: ("shield-check", "ok_icon"),
    HealthLevel.WARN: ("shield-alert", "warn_icon"),
    HealthLevel.DANGER: ("shield-x", "danger"),
}


class MainTabs(QTabBar):
    """The tabs of the window; none of them is current while settings are open.

    Signals:
        chosen: key of the tab a person pressed or walked to.
    """

    chosen = Signal(str)

    def __init__(self, tabs: Sequence[Tab], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("main_tabs")
        self.setProperty("role", "main")
        self.setAccessibleName(self.tr("Tabs"))
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(_ICON + _GAP, _ICON))
        self._tabs = list(tabs)
        self._dots: set[str] = set()
        for tab in tabs:
            index = self.addTab(tab.title.replace("&", "&&"))
            self.setTabData(index, tab.key)
            self.setAccessibleTabName(index, tab.title)
        self.currentChanged.connect(self._walked)
        self.tabBarClicked.connect(self._pressed)
        theme_signals().changed.connect(self._dress)
        self._dress()

    @property
    def current(self) -> str:
        """Key of the current tab, or empty while there is none."""
        index = self.currentIndex()
        return "" if self.property("none") == "true" or index < 0 else str(self.tabData(index))

    def show_key(self, key: str) -> None:
        """Make a tab the current one without saying so; an empty key means none."""
        keys = [tab.key for tab in self._tabs]
        self.blockSignals(True)
        if key in keys:
            self.setCurrentIndex(keys.index(key))
        self.blockSignals(False)
        restyle(self, "none", key not in keys)
        self._dress()

    def set_dot(self, key: str, shown: bool) -> None:
        """Mark a tab that holds an unfinished draft."""
        (self._dots.add if shown else self._dots.discard)(key)
        for index, tab in enumerate(self._tabs):
            said = self.tr("%1, unfinished draft").replace("%1", tab.title)
            self.setAccessibleTabName(index, said if tab.key in self._dots else tab.title)
        self.update()

    @Slot()
    def _dress(self) -> None:
        for index, tab in enumerate(self._tabs):
            role = "accent" if tab.key == self.current else "text2"
            self.setTabIcon(index, icon(tab.icon, role, _ICON, _GAP))

    @Slot(int)
    def _walked(self, index: int) -> None:
        if index >= 0:
            self._choose(index)

    @Slot(int)
    def _pressed(self, index: int) -> None:
        # The tab under settings is still Qt's current one, so pressing it changes nothing there.
        if index == self.currentIndex() and not self.current:
            self._choose(index)

    def _choose(self, index: int) -> None:
        restyle(self, "none", value=False)
        self._dress()
        self.chosen.emit(str(self.tabData(index)))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_tokens().color("accent"))
        for index, tab in enumerate(self._tabs):
            if tab.key in self._dots:
                area = self.tabRect(index)
                mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
                at = area.left() + 6 if mirrored else area.right() - 6
                painter.drawEllipse(QPointF(at, area.top() + 12), 3, 3)
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        mark_focus_in(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        mark_focus_out(self, event)


class TabRow(QFrame):
    """Tabs at the start, backup health at the end.

    Signals:
        chosen: key of the tab a person went to.
        health_pressed: the backup health was pressed.
    """

    chosen = Signal(str)
    health_pressed = Signal()

    def __init__(self, tabs: Sequence[Tab], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tab_row")
        self.setProperty("role", "tab_row")
        self.setFixedHeight(px(ROW_HEIGHT))
        row = QHBoxLayout(self)
        # The tab's own padding of 12 brings the first icon to 24.
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        self.tabs = MainTabs(tabs, self)
        self.tabs.chosen.connect(self.chosen)
        row.addWidget(self.tabs, 1, Qt.AlignmentFlag.AlignBottom)
        self.health = Button("", ButtonKind.GHOST, parent=self)
        self.health.setObjectName("backup_health")
        self.health.clicked.connect(self.health_pressed)
        self.health.hide()
        row.addWidget(self.health, 0, Qt.AlignmentFlag.AlignVCenter)
        theme_signals().changed.connect(self._resize)

    def set_health(self, health: Health | None) -> None:
        """Say how fresh the last backup is; None hides it (nobody may know)."""
        self.health.setVisible(health is not None)
        if health is None:
            return
        name, role = _HEALTH_LOOKS[health.level]
        self.health.setText(health.text)
        self.health.set_icon(name, role)
        restyle(self.health, "tone", str(health.level))
        self.health.setToolTip(health.exact)
        said = self.tr("Backup health: %1").replace("%1", health.text)
        self.health.setAccessibleName(said)
        self.health.setAccessibleDescription(health.exact)

    @Slot()
    def _resize(self) -> None:
        self.setFixedHeight(px(ROW_HEIGHT))
