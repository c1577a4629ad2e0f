"""The frame: places, shortcuts, what floats above, what is pushed into it."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget

from crmdesk.ui.actions import Actions, ActionSpec, MenuName
from crmdesk.ui.frame.key_list import KeyList
from crmdesk.ui.frame.page import Page
from crmdesk.ui.frame.values import (
    Account,
    FrameContent,
    FrameHooks,
    Health,
    HealthLevel,
    JobLine,
    Notice,
    PaletteGroup,
    PaletteLine,
    PaletteSource,
    Tab,
    WorkspaceChoice,
)
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.queries import Queries
from crmdesk.ui.theme.apply import apply_theme
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.window_state import WindowState
from tests.ui.clipping import PseudoTranslator, clipped, stretched

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class NotePage(Page):
    """Two fields; says what was asked of it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.asked: list[str] = []
        self.open_panel = False
        self.search, self.body = QLineEdit(self), QLineEdit(self)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.body)

    def commands(self):
        return {"find": lambda: self.asked.append("find")}

    def regions(self):
        return (self.search, self.body)

    def start_focus(self) -> None:
        self.body.setFocus()

    def refresh(self) -> None:
        self.asked.append("refresh")

    def escape(self) -> bool:
        was, self.open_panel = self.open_panel, False
        return was

    def set_narrow(self, narrow: bool) -> None:
        self.asked.append(f"narrow {narrow}")


class Calls:
    """What the frame called."""

    def __init__(self) -> None:
        self.seen: list[tuple[object, ...]] = []

    def __getattr__(self, name: str):
        return lambda *given: self.seen.append((name, *given))


@pytest.fixture
def calls():
    return Calls()


@pytest.fixture
def build(qtbot, tmp_path, calls):
    apply_theme(QApplication.instance(), "light")

    def make(
        keys=("records", "backup", "audit"), with_settings: bool = True, palette=()
    ) -> MainWindow:
        ini = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        hooks = FrameHooks(
            *(
                getattr(calls, name)
                for name in (
                    "open_workspace",
                    "add_workspace",
                    "cancel_job",
                    "open_notice",
                    "act_on_notice",
                    "read_all_notices",
                    "set_theme",
                    "sign_out",
                    "help",
                    "closing",
                )
            )
        )
        content = FrameContent(
            (WorkspaceChoice("n", "Northwind", current=True), WorkspaceChoice("s", "Sandbox")),
            Account("Ingrid Solberg", role="Super Admin"),
            [Tab(key, key.title(), "archive", lambda key=key: NotePage(key)) for key in keys],
            settings=(lambda: NotePage("settings")) if with_settings else None,
            theme="light",
            hooks=hooks,
            palette=palette,
        )
        window = MainWindow(content, Actions(), Queries(), WindowState(ini))
        qtbot.addWidget(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return window

    return make


def press(qtbot, window, key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(QApplication.focusWidget() or window, key, modifiers)


def test_a_page_is_built_when_it_is_seen_first(build):
    window = build()

    assert window.place == "records"
    assert window.built_page("backup") is None
    window.go_to("backup")
    assert window.built_page("backup") is window.page


def test_ctrl_and_a_number_go_to_a_tab_and_the_focus_goes_to_the_work(qtbot, build):
    window = build()

    press(qtbot, window, Qt.Key.Key_2, CTRL)

    assert window.place == "backup"
    assert QApplication.focusWidget() is window.page.body


def test_the_focus_begins_at_the_work_of_the_first_page(build):
    window = build()
    assert window.focusWidget() is window.page.body


def test_the_focus_stays_on_the_page_when_its_control_is_disabled_or_hidden(qtbot, build):
    page = build().page
    page.search.setFocus()
    page.search.setEnabled(False)
    assert page.window().focusWidget() is page.body
    page.body.hide()
    assert page.window().focusWidget() is page


def test_an_empty_page_offers_its_first_button_to_the_enter_key(qtbot, build):
    window = build()
    page, pressed = window.page, []
    page.search.hide()
    page.body.hide()
    add = Button("Add")
    add.clicked.connect(lambda: pressed.append("add"))
    page.layout().addWidget(EmptyState("archive", "Nothing yet", "It is empty.", buttons=[add]))
    qtbot.waitUntil(lambda: window.focusWidget() is add)
    qtbot.keyClick(add, Qt.Key.Key_Return)
    assert pressed == ["add"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_what_is_painted_in_row_one_is_pressed_by_enter_too(qtbot, build, key):
    window = build()
    window.title_row.account.setFocus()
    qtbot.keyClick(window.title_row.account, key)
    qtbot.waitUntil(window.account_popover.isVisible)


def test_a_tab_nobody_gave_is_not_there(qtbot, build):
    window = build(keys=("records",))

    press(qtbot, window, Qt.Key.Key_2, CTRL)

    assert window.place == "records"
    assert window.tab_row.tabs.count() == 1


def test_settings_show_no_tab_as_current_and_the_tab_leads_back(qtbot, build):
    window = build()

    press(qtbot, window, Qt.Key.Key_Comma, CTRL)
    assert window.place == "settings"
    assert window.title_row.gear.isChecked()
    assert window.tab_row.tabs.current == ""
    tabs = window.tab_row.tabs
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(0).center())

    assert window.place == "records"
    assert not window.title_row.gear.isChecked()


def test_without_settings_there_is_no_gear(build):
    assert not build(with_settings=False).title_row.gear.isVisible()


def test_back_and_forward_walk_the_places(qtbot, build):
    window = build()
    window.go_to("backup")
    window.go_to("audit")

    press(qtbot, window, Qt.Key.Key_Left, ALT)
    assert window.place == "backup"
    press(qtbot, window, Qt.Key.Key_Right, ALT)
    assert window.place == "audit"


def test_page_commands_run_on_the_page_in_sight_and_others_say_why_not(qtbot, build):
    window = build()

    press(qtbot, window, Qt.Key.Key_F, CTRL)
    press(qtbot, window, Qt.Key.Key_F5)

    assert window.page.asked[-2:] == ["find", "refresh"]
    assert window._actions.reason("save") == "Not on this page"


def test_f6_walks_the_regions_and_shift_f6_walks_back(qtbot, build):
    window = build()
    page = window.page
    seen = []

    for _ in range(4):
        press(qtbot, window, Qt.Key.Key_F6)
        seen.append(QApplication.focusWidget())
    press(qtbot, window, Qt.Key.Key_F6, SHIFT)

    assert seen == [window.title_row.search, window.tab_row.tabs, page.search, page.body]
    assert QApplication.focusWidget() is page.search


def test_esc_closes_the_panel_of_the_page(qtbot, build):
    window = build()
    window.page.open_panel = True

    press(qtbot, window, Qt.Key.Key_Escape)

    assert not window.page.open_panel


def test_a_narrow_window_folds_its_menus_and_tells_its_pages(qtbot, build):
    window = build()

    window.resize(960, 640)
    qtbot.waitUntil(window.title_row.menu_button.isVisible)

    assert not window.title_row.bar.isVisible()
    assert "narrow True" in window.page.asked
    assert window.minimumWidth() == 960
    window.resize(1280, 800)
    qtbot.waitUntil(window.title_row.bar.isVisible)


def test_the_palette_runs_a_command(qtbot, build):
    window, ran = build(), []
    spec = ActionSpec("restore", "Restore from a backup", MenuName.FILE)
    window._actions.register(spec, partial(ran.append, 1))

    press(qtbot, window, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(window.palette_popover.field, "restore f")
    qtbot.keyClick(window.palette_popover.field, Qt.Key.Key_Return)

    assert ran == [1]
    assert not window.palette_popover.isVisible()


def test_the_palette_shows_a_reason_and_does_not_run_what_is_disabled(qtbot, build):
    window, ran = build(), []
    window._actions.register(ActionSpec("create", "Create backup"), partial(ran.append, 1))
    window._actions.set_reason("create", "Next possible tomorrow at 05:00")

    window.open_palette("create")
    line = window.palette_popover.list.lines()[0]
    qtbot.keyClick(window.palette_popover.field, Qt.Key.Key_Return)

    assert (line.detail, line.enabled) == ("Next possible tomorrow at 05:00", False)
    assert not ran


def test_the_palette_finds_records_off_the_thread_and_ids_by_their_sign(qtbot, build):
    def source(key: str, prefix: str) -> PaletteSource:
        return PaletteSource(
            key,
            lambda words: words,
            lambda found: PaletteGroup(key, [PaletteLine(f"{key} {found}", list)]),
            prefix,
        )

    window = build(palette=[source("records", ""), source("ids", "#")])
    found = lambda: [line.text for line in window.palette_popover.list.lines()]  # noqa: E731

    window.open_palette("zzz")
    qtbot.waitUntil(lambda: found() == ["records zzz"])
    window.palette_popover.field.setText("#42")
    qtbot.waitUntil(lambda: found() == ["ids 42"])
    window.palette_popover.field.setText(">zzz")

    assert found() == []
    assert window.palette_popover.nothing.isVisible()


def test_esc_in_the_palette_gives_the_focus_back(qtbot, build):
    window = build()

    press(qtbot, window, Qt.Key.Key_K, CTRL)
    assert QApplication.focusWidget() is window.palette_popover.field
    qtbot.keyClick(window.palette_popover.field, Qt.Key.Key_Escape)

    assert not window.palette_popover.isVisible()
    assert QApplication.focusWidget() is not None


def test_jobs_are_seen_while_they_run_and_can_be_cancelled(qtbot, build, calls):
    window = build()
    assert not window.title_row.jobs.isVisible()

    window.set_jobs([JobLine("7", "Backup", "Writing deals", 0.62, "62 %")])
    assert window.title_row.jobs.isVisible()
    assert "Backup 62 %" in window.title_row.jobs.accessibleName()
    window.open_jobs()
    window.jobs_popover.findChild(QAbstractButton, "cancel_job_7").click()
    assert calls.seen == [("cancel_job", "7")]

    window.set_jobs([])
    assert not window.title_row.jobs.isVisible()
    assert not window.jobs_popover.isVisible()


def test_the_progress_of_the_same_job_moves_without_building_it_anew(build):
    window = build()
    window.set_jobs([JobLine("7", "Backup", "5 of 9", 0.5)])
    button = window.jobs_popover.findChild(QAbstractButton, "cancel_job_7")

    window.set_jobs([JobLine("7", "Backup", "6 of 9", 0.6)])

    assert window.jobs_popover.findChild(QAbstractButton, "cancel_job_7") is button


def test_notices_are_counted_read_and_opened(qtbot, build, calls):
    window = build()
    large = Notice(1, "Large export", link="Open export", act="Cancel export")
    notices = [large, Notice(2, "Done", unread=False)]

    window.set_notices(notices, unread=12)
    assert "12" in window.title_row.bell.accessibleName()
    window.open_notices()
    window.notices_popover.findChild(QAbstractButton, "notice_1").click()
    window.open_notices()
    window.notices_popover.findChild(QAbstractButton, "notice_act_1").click()
    window.notices_popover.read_all.click()

    assert calls.seen == [("open_notice", 1), ("act_on_notice", 1), ("read_all_notices",)]


def test_the_account_popover_sets_the_theme_and_signs_out(qtbot, build, calls):
    window = build()
    window.open_account()

    window.account_popover.theme.findChild(QAbstractButton, "dark").click()
    window.account_popover.findChild(QAbstractButton, "sign_out").click()

    assert calls.seen == [("set_theme", "dark"), ("sign_out",)]
    assert not window.account_popover.isVisible()


def test_backup_health_leads_to_the_backups_from_every_tab(qtbot, build):
    window = build()
    window.set_health(Health(HealthLevel.WARN, "Last backup 9 days ago", "13 Nov 2026, 05:00"))

    window.tab_row.health.click()

    assert window.place == "backup"
    assert window.tab_row.health.toolTip() == "13 Nov 2026, 05:00"
    window.set_health(None)
    assert not window.tab_row.health.isVisible()


def test_a_draft_is_said_on_its_tab(build):
    window = build()

    window.set_draft("backup", unfinished=True)

    assert window.tab_row.tabs.accessibleTabName(1) == "Backup, unfinished draft"


def test_at_most_two_toasts_stand_and_their_action_runs(qtbot, build):
    window, undone = build(), []
    for number in range(3):
        window.show_toast(f"{number} deleted", "In the bin", "Undo", lambda: undone.append(1))
    qtbot.waitUntil(lambda: len(window.toasts.toasts) == 2)

    newest = window.toasts.toasts[-1]
    next(b for b in newest.findChildren(QAbstractButton) if "Undo" in b.text()).click()

    assert undone == [1]
    assert newest not in window.toasts.toasts


def test_a_change_refreshes_the_page_in_sight_now_and_the_others_at_their_next_look(build):
    window = build()
    window.go_to("backup")
    window.go_to("records")

    window.take_change("contacts")

    assert window.page.asked[-1] == "refresh"
    assert "refresh" not in window.built_page("backup").asked
    window.go_to("backup")
    assert window.page.asked[-1] == "refresh"


def test_the_key_list_names_every_shortcut(qtbot, build):
    window = build()

    window.open_keys()

    dialog = window.findChild(KeyList)
    shown = {part.text() for part in dialog.findChildren(QLabel)}
    assert {"Ctrl K", "F6", "Ctrl 1", "List of all keys", "Tick the row"} <= shown
    dialog.close()


def test_tab_and_size_are_found_again(qtbot, build, calls):
    window = build()
    window.go_to("audit")
    window.resize(1000, 690)
    window.close()

    assert ("closing",) in calls.seen
    again = build()
    assert again.place == "audit"
    # The offscreen screen is narrower than the smallest window, so only the height is free.
    assert again.height() == 690


def test_everything_that_can_be_pressed_has_a_name(build):
    window = build()
    window.set_jobs([JobLine("7", "Backup", "Writing deals")])
    window.set_notices([Notice(1, "Large export", link="Open entry")])
    window.show_toast("3 deleted", action="Undo")

    for part in window.findChildren(QAbstractButton):
        if part.isVisibleTo(window):
            name = QAccessible.queryAccessibleInterface(part).text(QAccessible.Text.Name)
            assert name, part.objectName() or type(part).__name__


def test_focus_walks_row_one_then_tabs_then_the_page(qtbot, build):
    window = build()
    order, part = [], window.title_row.workspace
    part.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(12):
        order.append(QApplication.focusWidget())
        qtbot.keyClick(order[-1], Qt.Key.Key_Tab)

    row = window.title_row
    wanted: list[QWidget] = [row.workspace, row.search, row.bell, row.gear, row.account]
    wanted += [window.tab_row.tabs, window.page.search, window.page.body]
    assert [part for part in order if part in wanted][: len(wanted)] == wanted


@pytest.fixture
def longer_words(qapp):
    translator = PseudoTranslator()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.mark.parametrize("size", [(1280, 800), (960, 640)])
def test_no_word_of_the_frame_is_cut_when_words_are_longer(qtbot, build, longer_words, size):
    window = build()
    window.resize(*size)
    window.set_health(Health(HealthLevel.WARN, stretched("Last backup 9 days ago")))
    window.set_jobs([JobLine("7", stretched("Backup"), stretched("Writing deals, 5 of 9 objects"))])
    window.set_notices([Notice(1, "Large export", stretched("Marc is exporting"), link="Open")])

    assert clipped(window) == []
    for popover, show in (
        (window.palette_popover, window.open_palette),
        (window.notices_popover, window.open_notices),
        (window.jobs_popover, window.open_jobs),
        (window.account_popover, window.open_account),
    ):
        show()
        assert popover.isVisible()
        qtbot.waitUntil(lambda popover=popover: clipped(popover) == [])
