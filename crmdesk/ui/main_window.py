"""The window: two rows, the pages below them, and what floats above."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.ui.actions import Actions
from crmdesk.ui.frame.command_palette import CommandPalette
from crmdesk.ui.frame.frame_actions import FrameCommands, page_specs, register_frame_actions
from crmdesk.ui.frame.key_list import KeyList
from crmdesk.ui.frame.notices_popover import NoticesPopover
from crmdesk.ui.frame.page import Page
from crmdesk.ui.frame.places import Visited, walk
from crmdesk.ui.frame.popovers import AccountPopover, JobsPopover
from crmdesk.ui.frame.tab_row import TabRow
from crmdesk.ui.frame.title_row import TitleRow
from crmdesk.ui.frame.toasts import ToastHost
from crmdesk.ui.frame.values import FrameContent, Health, JobLine, Notice
from crmdesk.ui.queries import Queries
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.window_state import WindowState, first_size

SMALLEST = (960, 640)
NARROW_BELOW = 1180
SETTINGS = "settings"
BACKUP = "backup"
_CLOSE_WAITS_S = 5.0


class MainWindow(QMainWindow):
    """The window of one signed-in person in one workspace.

    Args:
        content: everything it is made of and what it calls.
        actions: the registry; the window adds its own to it.
        queries: runs searches and writes; shut down when the window closes.
        state: what is remembered.

    Signals:
        place_changed: key of the tab (or "settings") now in sight.
        page_built: a page was made, since it is looked at for the first time.
        closed: the window closed and its threads ended.
    """

    place_changed = Signal(str)
    page_built = Signal()
    closed = Signal()

    def __init__(
        self, content: FrameContent, actions: Actions, queries: Queries, state: WindowState
    ) -> None:
        super().__init__()
        self._content, self._actions = content, actions
        self._queries, self._state = queries, state
        self._workspace = next((item.key for item in content.workspaces if item.current), "")
        self._pages: dict[str, Page] = {}
        self._place = ""
        self._visited = Visited()
        self._narrow = False
        self.setObjectName("main_window")
        self.setWindowTitle(self._title())
        self.setMinimumSize(*SMALLEST)
        actions.attach(self)
        register_frame_actions(actions, content.tabs, self._commands(), self._run_on_page)
        self._build()
        self._connect()
        self._restore()

    def _title(self) -> str:
        name = next((item.name for item in self._content.workspaces if item.current), "")
        return self.tr("%1 - CRM Desk").replace("%1", name) if name else self.tr("CRM Desk")

    def _commands(self) -> FrameCommands:
        hooks = self._content.hooks
        return FrameCommands(
            go_to=self.go_to,
            palette=self.open_palette,
            settings=self.open_settings if self._content.settings is not None else None,
            jobs=self.open_jobs,
            notices=self.open_notices,
            menus=self.open_menus,
            next_region=lambda: self.walk_regions(1),
            previous_region=lambda: self.walk_regions(-1),
            back=lambda: self._walk_history(-1),
            forward=lambda: self._walk_history(1),
            refresh=self.refresh,
            help=lambda: hooks.help(self._place),
            keys=self.open_keys,
            close=self.close,
            sign_out=hooks.sign_out,
        )

    def _build(self) -> None:
        content = self._content
        middle = QWidget(self)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.title_row = TitleRow(
            self._actions,
            content.workspaces,
            content.account,
            with_settings=content.settings is not None,
            parent=middle,
        )
        self.tab_row = TabRow(content.tabs, middle)
        self.pages = QStackedWidget(middle)
        self.pages.setObjectName("pages")
        self.pages.setProperty("role", "page")
        column.addWidget(self.title_row)
        column.addWidget(self.tab_row)
        column.addWidget(self.pages, 1)
        self._column = column
        self.setCentralWidget(middle)
        self.palette_popover = CommandPalette(
            self._actions, content.palette, self._queries, self._state, self
        )
        self.jobs_popover = JobsPopover(self)
        self.notices_popover = NoticesPopover(self)
        self.account_popover = AccountPopover(content.account, content.theme, self)
        self.toasts = ToastHost(middle)

    def _connect(self) -> None:
        row, hooks = self.title_row, self._content.hooks
        row.search_pressed.connect(self.open_palette)
        self.palette_popover.left.connect(lambda: self.page and self.page.begin())
        row.jobs_pressed.connect(self.open_jobs)
        row.bell_pressed.connect(self.open_notices)
        row.account_pressed.connect(self.open_account)
        row.settings_pressed.connect(self._press_gear)
        row.workspace_chosen.connect(self._choose_workspace)
        self.tab_row.chosen.connect(self.go_to)
        self.tab_row.health_pressed.connect(lambda: self.go_to(BACKUP))
        self.jobs_popover.cancelled.connect(hooks.cancel_job)
        self.notices_popover.opened.connect(self._open_notice)
        self.notices_popover.acted.connect(hooks.act_on_notice)
        self.notices_popover.all_read.connect(hooks.read_all_notices)
        self.account_popover.theme_chosen.connect(hooks.set_theme)
        self.account_popover.signed_out.connect(self._sign_out)

    def _restore(self) -> None:
        self.resize(first_size(self))
        if not self._state.geometry.isEmpty():
            self.restoreGeometry(self._state.geometry)
        keys = [tab.key for tab in self._content.tabs]
        if keys:
            last = self._state.tab(self._workspace)
            self.go_to(last if last in keys else keys[0])

    # Places

    @property
    def place(self) -> str:
        """Key of the tab in sight, or "settings"."""
        return self._place

    @property
    def page(self) -> Page | None:
        """The page in sight."""
        return self._pages.get(self._place)

    def built_page(self, key: str) -> Page | None:
        """The page of a tab if it was shown before."""
        return self._pages.get(key)

    def go_to(self, key: str) -> None:
        """Show a tab, or settings; a key nobody knows is passed over."""
        if key == self._place or self._page_of(key) is None:
            self.tab_row.tabs.show_key(self._place)
            return
        self._visited.add(key)
        self._show(key)

    @Slot()
    def open_settings(self) -> None:
        """Show the settings page in place of the tab."""
        self.go_to(SETTINGS)

    def _page_of(self, key: str) -> Page | None:
        if key not in self._pages:
            make = self._maker(key)
            if make is None:
                return None
            page = make()
            page.set_narrow(self._narrow)
            self._pages[key] = page
            self.pages.addWidget(page)
            self.page_built.emit()
        return self._pages[key]

    def _maker(self, key: str) -> Callable[[], Page] | None:
        if key == SETTINGS:
            return self._content.settings
        return next((tab.make for tab in self._content.tabs if tab.key == key), None)

    def _show(self, key: str) -> None:
        page = self._page_of(key)
        if page is None:
            return
        focus_in_tabs = self.tab_row.tabs.hasFocus()
        self._place = key
        self.pages.setCurrentWidget(page)
        self.tab_row.tabs.show_key(key)
        self.title_row.gear.setChecked(key == SETTINGS)
        if key != SETTINGS:
            self._state.set_tab(self._workspace, key)
        self.follow_page()
        # Whoever walks the tabs by arrow keys stays in them.
        if not focus_in_tabs:
            page.begin()
        self.place_changed.emit(key)

    def _walk_history(self, by: int) -> None:
        key = self._visited.step(by)
        if key is not None:
            self._show(key)

    @Slot()
    def follow_page(self) -> None:
        """Offer the page actions the page in sight has now; pages call it when that changes."""
        commands = self.page.commands() if self.page is not None else {}
        for spec in page_specs():
            offered = spec.key in commands
            reason = "" if offered else self.tr("Not on this page")
            self._actions.set_reason(spec.key, reason)
        before, after = self._visited.has(-1), self._visited.has(1)
        self._actions.set_reason("back", "" if before else self.tr("Nothing before"))
        self._actions.set_reason("forward", "" if after else self.tr("Nothing after"))

    def _run_on_page(self, key: str) -> None:
        run = self.page.commands().get(key) if self.page is not None else None
        if run is not None:
            run()

    @Slot()
    def refresh(self) -> None:
        """Read the page in sight again."""
        if self.page is not None:
            self.page.refresh()

    def take_change(self, change: object) -> None:
        """Tell every page what changed: the one in sight refreshes, the others when looked at."""
        for page in self._pages.values():
            page.take_change(change)

    # What is pushed into the frame

    def set_health(self, health: Health | None) -> None:
        """Show how fresh the last backup is; None when this person may not know."""
        self.tab_row.set_health(health)

    def show_above_pages(self, banner: QWidget) -> None:
        """Give a banner its place between the tabs and every page."""
        self._column.insertWidget(self._column.indexOf(self.pages), banner)

    def set_jobs(self, jobs: Sequence[JobLine]) -> None:
        """Show the running jobs."""
        self.title_row.jobs.set_jobs(list(jobs))
        self.jobs_popover.set_jobs(jobs)
        reason = "" if jobs else self.tr("No job is running")
        self._actions.set_reason("jobs", reason)
        if not jobs:
            self.jobs_popover.dismiss()

    def set_notices(self, notices: Sequence[Notice], unread: int | None = None) -> None:
        """Show the newest notifications; ``unread`` counts those not among them too."""
        here = sum(notice.unread for notice in notices)
        self.title_row.bell.set_unread(here if unread is None else unread)
        self.notices_popover.set_notices(notices)

    def set_draft(self, key: str, unfinished: bool) -> None:
        """Mark a tab that holds an unfinished draft."""
        self.tab_row.tabs.set_dot(key, unfinished)

    def show_toast(
        self,
        title: str,
        text: str = "",
        action: str = "",
        run: Callable[[], object] | None = None,
    ) -> None:
        """Say that an act the person started is finished."""
        self.toasts.show(title, text, action, run)

    # Popovers

    @Slot()
    def open_menus(self) -> None:
        """Open the menus by keyboard."""
        self.title_row.show_menus()

    @Slot()
    def open_palette(self, typed: str = "") -> None:
        """Open the command palette."""
        self._open(self.palette_popover, self.title_row.search, str(typed or ""))

    @Slot()
    def open_jobs(self) -> None:
        """Open the running jobs."""
        if self.title_row.jobs.isVisible():
            self._open(self.jobs_popover, self.title_row.jobs)

    @Slot()
    def open_notices(self) -> None:
        """Open the notifications."""
        self._open(self.notices_popover, self.title_row.bell)

    @Slot()
    def open_account(self) -> None:
        """Open the account."""
        self._open(self.account_popover, self.title_row.account)

    @Slot()
    def open_keys(self) -> None:
        """Open the list of all keys."""
        KeyList(self._actions, self).open()

    def _open(self, popover: Popover, anchor: QWidget, typed: str = "") -> None:
        for other in self._popovers():
            if other is not popover:
                other.dismiss()
        if isinstance(popover, CommandPalette):
            popover.open_over(anchor, typed)
        elif popover.isVisible():
            popover.dismiss()
        else:
            popover.open_under(anchor)

    def _popovers(self) -> tuple[Popover, ...]:
        return (
            self.palette_popover,
            self.jobs_popover,
            self.notices_popover,
            self.account_popover,
        )

    def _press_gear(self) -> None:
        self.title_row.gear.setChecked(True)
        if self._place == SETTINGS:
            self._walk_history(-1)
        else:
            self.open_settings()

    def _choose_workspace(self, key: str) -> object:
        hooks = self._content.hooks
        return hooks.open_workspace(key) if key else hooks.add_workspace()

    def _open_notice(self, notice_id: int) -> None:
        self.notices_popover.dismiss()
        self._content.hooks.open_notice(notice_id)

    def _sign_out(self) -> None:
        self.account_popover.dismiss()
        self._content.hooks.sign_out()

    # Regions

    def walk_regions(self, by: int) -> None:
        """Move the focus to the next or previous region (F6, Shift+F6)."""
        regions = [self.title_row.search, self.tab_row.tabs]
        regions += [part for part in (self.page.regions() if self.page else ()) if part.isVisible()]
        walk(regions, by, head=self.title_row)

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.page is not None and not event.spontaneous():
            self.page.begin()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.page is not None and self.page.escape():
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW_BELOW
        if narrow != self._narrow:
            self._narrow = narrow
            self.title_row.set_narrow(narrow)
            for page in self._pages.values():
                page.set_narrow(narrow)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            QTimer.singleShot(0, self, self.follow_page)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._state.geometry = self.saveGeometry()
        self._content.hooks.closing()
        self._queries.shutdown(_CLOSE_WAITS_S)
        event.accept()
        self.closed.emit()
