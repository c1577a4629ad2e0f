"""The composed window of a signed-in person: tabs by rights, bell, health, links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.backup.model import HealthLevel as Level
from crmdesk.core.backup.model import HealthReason
from crmdesk.core.clock import to_text
from crmdesk.core.exports.alerts import tell_started
from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.jobs.job import JobKind
from crmdesk.core.notify.inbox import NotificationKind
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.workspace import Workspace
from crmdesk.ui.frame.values import HealthLevel, WorkspaceChoice
from crmdesk.ui.language import install_language
from crmdesk.ui.look import Look
from crmdesk.ui.signed_in import SignedInWindow
from crmdesk.ui.widgets.dialog import DecisionDialog
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.window_state import WindowState
from tests.builders import Desk
from tests.damaging import flip_value

Enter = Callable[..., SignedInWindow]


@pytest.fixture
def enter(desk: Desk, qapp, tmp_path: Path) -> Iterator[Enter]:
    """Opens the window of somebody."""
    install_language(qapp)
    made = []

    def open_window(actor: Actor | None = None) -> SignedInWindow:
        settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
        window = SignedInWindow(
            desk.workspace,
            actor or desk.admin,
            WindowState(settings),
            Look(qapp, settings),
            (WorkspaceChoice("w", "Northwind Traders", current=True),),
            start_job=lambda _job: None,
        )
        made.append(window)
        window.window.show()
        window.start()
        return window

    yield open_window
    for window in made:
        window.window.close()
        window.window.deleteLater()


def after_writes(entered: SignedInWindow, qtbot) -> None:
    """Wait for all writes that were asked for so far: they are done in order."""
    done: list[object] = []
    entered.desk.run_write(entered, lambda: "done", done.append, done.append)
    qtbot.waitUntil(lambda: bool(done))


def tabs_of(entered: SignedInWindow) -> list[str]:
    return [tab.key for tab in entered.window._content.tabs]


def test_an_unconfirmed_recovery_key_is_recalled_until_it_is_confirmed(enter, desk, qtbot):
    signed_in, keys, actor = enter(), desk.workspace.recovery_keys, desk.admin
    keys.await_confirmation(actor)
    signed_in.feed.read()
    qtbot.waitUntil(signed_in.feed.reminder.isVisible)

    signed_in.feed.reminder.acted.emit()
    assert signed_in.window.page.section == "security"
    keys.confirm(actor)
    signed_in.feed.read()
    qtbot.waitUntil(signed_in.feed.reminder.isHidden)


def test_tabs_one_may_not_use_are_absent(enter, desk):
    assert tabs_of(enter()) == ["records", "backup", "restore", "transfer", "audit"]
    assert tabs_of(enter(desk.user("Marc Dubois"))) == ["records"]
    assert tabs_of(enter(desk.user("Elif Demir", Permission.IMPORT))) == ["records", "transfer"]


def test_a_notification_is_counted_opened_and_read(enter, desk, qtbot):
    with desk.workspace.database.write() as tx:
        desk.workspace.inbox.notify(
            tx,
            [desk.admin.user_id],
            NotificationKind.BACKUP_FAILED,
            {},
            link="settings/security",
        )
    entered = enter()
    qtbot.waitUntil(lambda: entered.window.title_row.bell._unread == 1)
    notice_id = desk.workspace.inbox.list(desk.admin)[0].id
    entered.window.notices_popover.opened.emit(notice_id)
    assert entered.window.place == "settings"
    assert entered.window.page.section == "security"
    qtbot.waitUntil(lambda: desk.workspace.inbox.unread_count(desk.admin) == 0)
    # The desktop's notice leads to the same place.
    entered.window.go_to("records")
    entered.feed._told = notice_id
    entered.feed._open_told()
    assert entered.window.place == "settings"


def test_notifications_are_narrowed_marked_as_read_and_older_ones_shown(enter, desk, qtbot):
    inbox = desk.workspace.inbox
    with desk.workspace.database.write() as tx:
        for number in range(60):
            kind = NotificationKind.EXPORT_FAILED if number % 3 else NotificationKind.BACKUP_DONE
            inbox.notify(tx, [desk.admin.user_id], kind, {"name": f"No {number}"}, "exports")
    entered = enter()
    popover = entered.window.notices_popover
    qtbot.waitUntil(lambda: len(popover._notices) == 50)
    entered.window.open_notices()
    popover.older_asked.emit()
    qtbot.waitUntil(lambda: len(popover._notices) == 60)
    popover.topics.setCurrentIndex(popover.topics.findData("backups"))
    popover.topics.activated.emit(1)
    qtbot.waitUntil(lambda: len(popover._notices) == 20)
    first = popover._notices[0].id
    qtbot.waitUntil(lambda: popover.findChild(QAbstractButton, f"notice_read_{first}") is not None)
    popover.findChild(QAbstractButton, f"notice_read_{first}").click()
    qtbot.waitUntil(lambda: inbox.unread_count(desk.admin) == 59)
    popover.findChild(QAbstractButton, "unread").click()
    qtbot.waitUntil(lambda: len(popover._notices) == 19)
    popover.read_all.click()
    qtbot.waitUntil(lambda: popover._notices == ())
    assert inbox.unread_count(desk.admin) == 0
    assert popover.isVisible()
    assert popover.geometry().bottom() < entered.window.height()


def test_a_large_export_is_told_of_and_cancelled_from_the_bell(enter, desk, qtbot):
    desk.contact(firstname="Ann")
    desk.contact(firstname="Bo")
    desk.workspace.export_thresholds.set(desk.admin, 1)
    exports = desk.workspace.exports
    export_id = exports.create(desk.admin, ExportRequest(RecordQuery("contacts")))
    with desk.workspace.database.write() as tx:
        tell_started(tx, desk.workspace.inbox, export_id, 2)
    entered = enter()
    popover = entered.window.notices_popover
    qtbot.waitUntil(lambda: entered.window.title_row.bell._unread == 1)
    entered.window.open_notices()
    [line] = [link for link in popover.findChildren(Link) if link.text() == "Cancel export"]
    assert line.accessibleName() == "Cancel export: Large export: 2 records"

    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: exports.show(desk.admin, export_id).state == "cancelled")
    entered.feed.read()
    qtbot.waitUntil(lambda: any("was cancelled" in each.text for each in popover._notices))


def test_the_health_of_the_backups_stands_on_every_tab(enter, desk, qtbot):
    entered = enter()
    health = entered.window.tab_row
    qtbot.waitUntil(health.health.isVisible)
    desk.backup()
    entered.feed.read()
    shown = []
    entered.window.set_health = shown.append
    entered.feed.read()
    qtbot.waitUntil(lambda: bool(shown))
    assert shown[0].level is HealthLevel.OK
    assert shown[0].text.startswith("Backed up")


@pytest.mark.parametrize(
    ("reasons", "text"),
    [
        ((HealthReason.VERIFY_FAILED, HealthReason.LATE), "Backup damaged"),
        ((HealthReason.DRILL_FAILED, HealthReason.FAILED), "Restore drill failed"),
        ((HealthReason.NOTHING_KEPT,), "No backup can be restored"),
        ((HealthReason.FAILING, HealthReason.LONG_AGO), "Backups fail"),
        ((HealthReason.LONG_AGO, HealthReason.LITTLE_ROOM), "Last backup 3 h ago"),
        ((HealthReason.DRILL_LATE,), "Restore drill overdue"),
        ((HealthReason.LITTLE_ROOM,), "Disk nearly full"),
    ],
)
def test_the_worst_that_is_known_of_the_backups_stands_on_every_tab(enter, desk, reasons, text):
    desk.backup()
    found = replace(
        desk.workspace.backups.health(desk.admin),
        level=Level.DANGER,
        reasons=reasons,
        last_completed_at=datetime.now(UTC) - timedelta(hours=3, minutes=1),
    )

    shown = enter().feed._health(found)

    assert (shown.level, shown.text) == (HealthLevel.DANGER, text)


def test_the_regular_drill_starts_by_itself_when_its_week_is_over(enter, desk, qtbot):
    backup_id = desk.backup().id
    entered = enter()
    after_writes(entered, qtbot)
    assert not desk.workspace.jobs.jobs(desk.admin, only_open=True)
    then = to_text(datetime.now(UTC) - timedelta(days=7, minutes=1))
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE backups SET completed_at = ? WHERE id = ?", (then, backup_id))

    entered._drills.look()

    qtbot.waitUntil(lambda: bool(desk.workspace.jobs.jobs(desk.admin, only_open=True)))
    (job,) = desk.workspace.jobs.jobs(desk.admin, only_open=True)
    assert (job.kind, job.params["backup_id"]) == (JobKind.DRILL, backup_id)


def test_whoever_may_not_see_backups_starts_no_drill(enter, desk, qtbot):
    desk.backup()
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE backups SET completed_at = '2026-01-05T08:00:00.000Z'")

    entered = enter(desk.user("Marc Dubois"))
    entered._drills.look()

    after_writes(entered, qtbot)
    assert not desk.workspace.jobs.jobs(desk.admin, only_open=True)


def test_a_link_that_leads_nowhere_changes_nothing(enter):
    entered = enter()
    before = entered.window.place
    assert not entered.go("nowhere/12")
    assert not entered.go("")
    assert entered.window.place == before
    assert entered.go("settings/users")


def test_a_job_that_one_may_not_see_any_more_ends_no_watch(enter, desk):
    zoe = desk.user("Zoe Admin", super_admin=True)
    with desk.workspace.database.write() as tx:
        desk.workspace.jobs.enqueue(tx, desk.admin, JobKind.RESTORE, {})
    jobs = enter(zoe).jobs
    jobs.poll()
    assert len(jobs.open_jobs) == 1

    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE users SET super_admin = 0 WHERE id = ?", (zoe.user_id,))
        own = desk.workspace.jobs.enqueue(tx, zoe, JobKind.EXPORT, {})
    jobs.poll()

    assert [each.id for each in jobs.open_jobs] == [own]


def test_a_job_shows_in_the_frame_and_can_be_cancelled_there(enter, desk, qtbot):
    entered = enter()
    backup_id = desk.workspace.backups.create(desk.admin)
    entered.jobs.poll()
    assert entered.window.title_row.jobs.isVisible()
    job_id = desk.workspace.backups.show(desk.admin, backup_id).job_id
    entered.window.jobs_popover.cancelled.emit(job_id)
    qtbot.waitUntil(lambda: not entered.window.title_row.jobs.isVisible())
    assert desk.workspace.backups.show(desk.admin, backup_id).state.value == "cancelled"


def test_several_refused_calls_end_the_session_once(enter, desk, qtbot):
    entered = enter()
    over = []
    entered.session_over.connect(over.append)
    desk.workspace.sign_in.sign_out(desk.admin)
    entered.feed.read()
    entered.desk.run_query(
        entered, "x", lambda: desk.workspace.inbox.list(desk.admin), print, print
    )
    qtbot.waitUntil(lambda: bool(over))
    qtbot.wait(50)
    assert len(over) == 1


def test_each_empty_tab_offers_its_first_button_to_the_enter_key(enter, qtbot):
    window = enter().window
    offers = {
        "records": "New contact",
        "backup": "Create first backup",
        "restore": "Create a backup",
        "transfer": "Go to the records",
    }
    for key, words in offers.items():
        window.go_to(key)
        qtbot.waitUntil(lambda words=words: getattr(window.focusWidget(), "text", str)() == words)


def test_a_damaged_database_is_told_above_every_page_with_the_way_back(enter, desk, qtbot):
    desk.contact(email="flipped@example.org")
    desk.backup()
    desk.workspace.close()
    flip_value(desk.folder / "crm.sqlite3", "flipped@example.org")
    desk.workspace = Workspace(desk.folder, desk.key)
    desk.workspace.start_up()

    banner = enter().window.findChild(QWidget, "damage_banner")

    assert banner.isVisible()
    said = " ".join(label.text() for label in banner.findChildren(QLabel))
    (backup,) = (desk.folder / "vault" / "backups").glob("*.zip")
    assert backup.name in said.replace("\u200b", "")


def test_nobody_leaves_unasked_while_a_save_waits_for_somebody_elses_write(enter, desk, qtbot):
    entered = enter()
    window, queries, saved = entered.window, entered.queries, []
    after_writes(entered, qtbot)

    def save(name: str) -> None:
        entered.desk.run_write(entered, lambda: saved.append(name), saved.append, saved.append)
        qtbot.waitUntil(lambda: queries.keeps_waiting)

    def asked() -> DecisionDialog:
        return window.findChild(DecisionDialog, "leaving_dialog")

    with closing(desk.workspace.database.raw()) as other:
        other.execute("BEGIN IMMEDIATE")
        save("kept")
        window.close()
        assert window.isVisible()
        asked().safe_button.click()
        other.execute("ROLLBACK")
        qtbot.waitUntil(lambda: saved[:1] == ["kept"])
        after_writes(entered, qtbot)

        other.execute("BEGIN IMMEDIATE")
        save("given up")
        entered.window._content.hooks.sign_out()
        with qtbot.waitSignal(entered.signed_out):
            asked().deed_button.click()
        other.execute("ROLLBACK")
    window.close()
    assert not window.isVisible()
    assert "given up" not in saved
