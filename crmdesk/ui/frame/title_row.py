"""Row 1 of the window: mark, workspace, menus; search; jobs, bell, settings, account."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QMenuBar, QWidget

from crmdesk.ui.actions import Actions, MenuName, menu_title, shown_keys
from crmdesk.ui.frame.mark import Mark
from crmdesk.ui.frame.row_buttons import (
    AccountButton,
    BellButton,
    JobsButton,
    SearchBox,
    WorkspaceButton,
)
from crmdesk.ui.frame.values import Account, WorkspaceChoice
from crmdesk.ui.theme.apply import px, theme_signals
from crmdesk.ui.widgets.buttons import IconButton

ROW_HEIGHT = 48
PALETTE_KEYS = "Ctrl+K"


class TitleRow(QFrame):
    """Everything of row 1.

    Signals:
        workspace_chosen: key of the workspace to switch to; empty means another one.
        search_pressed: the search box was pressed.
        jobs_pressed: the running jobs were pressed.
        bell_pressed: the bell was pressed.
        settings_pressed: the gear was pressed.
        account_pressed: the avatar was pressed.
    """

    workspace_chosen = Signal(str)
    search_pressed = Signal()
    jobs_pressed = Signal()
    bell_pressed = Signal()
    settings_pressed = Signal()
    account_pressed = Signal()

    def __init__(
        self,
        actions: Actions,
        workspaces: Sequence[WorkspaceChoice],
        account: Account,
        *,
        with_settings: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("title_row")
        self.setProperty("role", "top_row")
        self._actions = actions
        self._workspaces = list(workspaces)
        self._menus: dict[MenuName, QMenu] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(24, 0, 24, 0)
        self._row.setSpacing(0)
        self._build_start()
        self.search = SearchBox(shown_keys(PALETTE_KEYS), self)
        self.search.clicked.connect(self.search_pressed)
        self._row.addWidget(self.search, 0, Qt.AlignmentFlag.AlignVCenter)
        self._build_end(account, with_settings=with_settings)
        theme_signals().changed.connect(self._resize)
        # Pages register several actions in one go: the menus are filled once after the last.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._fill_menus)
        actions.listed.connect(self._soon.start)
        self._fill_menus()
        self._resize()

    def _build_start(self) -> None:
        start = QWidget(self)
        row = QHBoxLayout(start)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(0)
        row.addWidget(Mark(parent=start))
        row.addSpacing(8)
        current = next((item.name for item in self._workspaces if item.current), "")
        self.workspace = WorkspaceButton(current, start)
        self.workspace.clicked.connect(self.show_workspaces)
        row.addWidget(self.workspace)
        self._build_menus(start, row)
        row.addStretch(1)
        self._row.addWidget(start, 1)

    def _build_menus(self, start: QWidget, row: QHBoxLayout) -> None:
        # macOS shows a bar without a parent at the top of the screen, and row 1 has none.
        self.bar = QMenuBar(None if sys.platform == "darwin" else start)
        self.bar.setObjectName("menu_bar")
        self.bar.setAccessibleName(self.tr("Menus"))
        self.menu_button = IconButton("menu", self.tr("Menus"), parent=start)
        self.menu_button.setObjectName("menu_button")
        self.menu_button.clicked.connect(self.show_menus)
        self.folded = QMenu(self.menu_button)
        self.folded.setObjectName("menus_folded")
        for name in MenuName:
            # Alt and the first letter open it.
            menu = QMenu(f"&{menu_title(name)}", self)
            menu.setObjectName(f"menu_{name}")
            self._menus[name] = menu
            self.bar.addMenu(menu)
            self.folded.addMenu(menu)
        if sys.platform != "darwin":
            row.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(4)
        row.addWidget(self.menu_button)
        self.menu_button.hide()

    def _build_end(self, account: Account, *, with_settings: bool) -> None:
        end = QWidget(self)
        row = QHBoxLayout(end)
        row.setContentsMargins(8, 0, 0, 0)
        row.setSpacing(8)
        row.addStretch(1)
        self.jobs = JobsButton(end)
        self.jobs.clicked.connect(self.jobs_pressed)
        row.addWidget(self.jobs)
        self.bell = BellButton(end)
        self.bell.clicked.connect(self.bell_pressed)
        row.addWidget(self.bell)
        self.gear = IconButton("settings", self.tr("Settings"), checkable=True, parent=end)
        self.gear.setObjectName("settings_button")
        self.gear.clicked.connect(self.settings_pressed)
        self.gear.setVisible(with_settings)
        row.addWidget(self.gear)
        self.account = AccountButton(account, end)
        self.account.clicked.connect(self.account_pressed)
        row.addWidget(self.account)
        self._row.addWidget(end, 1)

    def set_narrow(self, narrow: bool) -> None:
        """Fold the menus into one button and shorten the search box, or unfold them."""
        self.search.set_narrow(narrow)
        if sys.platform != "darwin":
            self.bar.setVisible(not narrow)
            self.menu_button.setVisible(narrow)

    @Slot()
    def show_menus(self) -> None:
        """Open the menu button's menu, or the first menu of the bar."""
        if self._soon.isActive():
            self._fill_menus()
        if self.menu_button.isVisible():
            self.folded.popup(self.menu_button.mapToGlobal(QPoint(0, self.menu_button.height())))
        elif self.bar.actions():
            self.bar.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.bar.setActiveAction(self.bar.actions()[0])

    @Slot()
    def show_workspaces(self) -> None:
        """Open the list of workspaces under their button."""
        menu = QMenu(self.workspace)
        menu.setObjectName("workspaces_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for item in self._workspaces:
            text = f"{item.name}, {item.place}" if item.place else item.name
            entry = menu.addAction(text.replace("&", "&&"))
            entry.setCheckable(True)
            entry.setChecked(item.current)
            entry.triggered.connect(lambda _=False, key=item.key: self.workspace_chosen.emit(key))
        menu.addSeparator()
        other = menu.addAction(self.tr("Open or create a workspace"))
        other.triggered.connect(lambda: self.workspace_chosen.emit(""))
        menu.popup(self.workspace.mapToGlobal(QPoint(0, self.workspace.height())))

    @Slot()
    def _fill_menus(self) -> None:
        self._soon.stop()
        for name, menu in self._menus.items():
            self._actions.fill(menu, name)
            menu.menuAction().setVisible(not menu.isEmpty())

    @Slot()
    def _resize(self) -> None:
        self.setFixedHeight(px(ROW_HEIGHT))
