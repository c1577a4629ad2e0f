"""Keeps the frame of the window fresh: health, bell, running jobs, desktop notices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot
from PySide6.QtWidgets import QSystemTrayIcon

from crmdesk.core.access.permissions import Permission
from crmdesk.core.backup.model import BackupHealth, HealthReason
from crmdesk.core.backup.model import HealthLevel as CoreLevel
from crmdesk.core.jobs.job import Job, JobKind
from crmdesk.core.notify.inbox import Notification, NotificationKind
from crmdesk.core.notify.topics import kinds_about
from crmdesk.ui import words
from crmdesk.ui.access.key_reminder import KeyReminder
from crmdesk.ui.damage_banner import DamageBanner
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.values import Health, HealthLevel
from crmdesk.ui.icons import icon
from crmdesk.ui.job_words import job_line
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.messages import message
from crmdesk.ui.notices import notice, told_by

EVERY_MS = 5_000
SHOWN = 50


@dataclass(frozen=True, slots=True)
class _Fresh:
    notifications: list[Notification]
    shown: list[Notification]
    unread: int
    health: BackupHealth | None
    key_confirmed: bool


class FrameFeed(QObject):
    """Reads inbox and health each 5 seconds and when a job ended; other processes write too.

    Args:
        desk: whose inbox.
        window: whose frame.
    """

    def __init__(self, desk: Desk, window: MainWindow) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self._links: dict[int, str] = {}
        self._newest: int | None = None
        self._exports: dict[str, str] = {}
        self._tray: QSystemTrayIcon | None = None
        self._told: int | None = None
        self.reminder = KeyReminder(desk)
        window.show_above_pages(self.reminder)
        if desk.workspace.damage is not None:
            window.show_above_pages(DamageBanner(desk.workspace.damage))
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.read)
        self._limit = SHOWN
        popover = window.notices_popover
        popover.narrowed.connect(self._narrow)
        popover.older_asked.connect(self._show_older)
        popover.marked.connect(self._mark_read)
        desk.jobs.changed.connect(self._show_jobs)
        desk.jobs.ended.connect(self._job_ended)

    def start(self) -> None:
        """Read now and from now on."""
        self._timer.start()
        self.read()

    def rest(self) -> None:
        """Stop reading: the window is locked or closing."""
        self._timer.stop()

    @Slot()
    def read(self) -> None:
        """Read off the GUI thread and show what came."""
        popover = self._window.notices_popover
        kinds = kinds_about(popover.topic)
        asked = partial(self._read, self._limit, popover.unread_only, kinds)
        self._desk.run_query(self, "frame", asked, self._show, lambda _error: None)

    @Slot()
    def _narrow(self) -> None:
        self._limit = SHOWN
        self.read()

    @Slot()
    def _show_older(self) -> None:
        self._limit += SHOWN
        self.read()

    def open_notice(self, notice_id: int) -> None:
        """Mark a notification as read and go where it leads."""
        self._mark_read(notice_id)
        link = self._links.get(notice_id, "")
        if link:
            self._desk.go(link)

    def act_on_notice(self, notice_id: int) -> None:
        """Cancel the export that a notification tells of; how it ended is told by itself."""
        exports, actor = self._desk.workspace.exports, self._desk.actor
        export_id = self._links.get(notice_id, "").partition("/")[2]
        self._desk.run_write(
            self,
            lambda: exports.cancel(actor, export_id),
            lambda _state: self._desk.jobs.poll(),
            self._tell_refusal,
        )

    def _tell_refusal(self, error: Exception) -> None:
        told = message(error)
        self._desk.toast(told.title, told.advice)
        self.read()

    def read_all(self) -> None:
        """Mark every notification as read."""
        self._mark_read(None)

    def _mark_read(self, notice_id: int | None) -> None:
        inbox, actor = self._desk.workspace.inbox, self._desk.actor
        self._desk.run_write(
            self,
            lambda: inbox.mark_read(actor, notice_id),
            lambda _count: self.read(),
            lambda _error: self.read(),
            missed=False,
        )

    def _read(self, limit: int, unread_only: bool, kinds: tuple[NotificationKind, ...]) -> _Fresh:
        desk = self._desk
        desk.read_again()
        may_know = desk.may(Permission.SUPER_ADMIN)
        inbox = desk.workspace.inbox
        return _Fresh(
            inbox.list(desk.actor, limit=SHOWN),
            inbox.list(desk.actor, limit + 1, unread_only, kinds),
            inbox.unread_count(desk.actor),
            desk.workspace.backups.health(desk.actor) if may_know else None,
            not may_know or desk.workspace.recovery_keys.is_confirmed(desk.actor),
        )

    def _show(self, fresh: _Fresh) -> None:
        zone = self._desk.zone
        self.reminder.setHidden(fresh.key_confirmed)
        every = (*fresh.notifications, *fresh.shown)
        self._links = {found.id: found.link or "" for found in every}
        shown = [notice(found, zone) for found in fresh.shown[: self._limit]]
        self._window.notices_popover.offer_older(offered=len(fresh.shown) > self._limit)
        self._window.set_notices(shown, fresh.unread)
        self._window.set_health(None if fresh.health is None else self._health(fresh.health))
        self._tell_desktop(fresh.notifications)

    def _health(self, found: BackupHealth) -> Health:
        last = found.last_completed_at
        if last is None:
            level = HealthLevel.DANGER if found.level is CoreLevel.DANGER else HealthLevel.WARN
            return Health(level, self.tr("Never backed up"))
        levels = {CoreLevel.OK: HealthLevel.OK, CoreLevel.WARN: HealthLevel.WARN}
        level = levels.get(found.level, HealthLevel.DANGER)
        text = self.tr("Backed up %1") if level is HealthLevel.OK else self.tr("Last backup %1")
        text = self._worst(found) or text.replace("%1", words.ago(last))
        return Health(level, text, self._desk.exact(last))

    def _worst(self, found: BackupHealth) -> str:
        """What is worse than the age of the last backup, the worst first; "" where nothing is."""
        told = {
            HealthReason.VERIFY_FAILED: self.tr("Backup damaged"),
            HealthReason.NOTHING_KEPT: self.tr("No backup can be restored"),
            HealthReason.DRILL_FAILED: self.tr("Restore drill failed"),
            HealthReason.FAILING: self.tr("Backups fail"),
            HealthReason.FAILED: self.tr("Backup failed"),
        }
        alone = {
            HealthReason.LITTLE_ROOM: self.tr("Disk nearly full"),
            HealthReason.DRILL_LATE: self.tr("Restore drill overdue"),
        }
        if found.reasons and set(found.reasons) <= set(alone):
            return alone[found.reasons[-1]]
        return next((text for reason, text in told.items() if reason in found.reasons), "")

    @Slot(object)
    def _show_jobs(self, jobs: list[Job]) -> None:
        may_stop = self._desk.may(Permission.SUPER_ADMIN)
        self._window.set_jobs([job_line(job, may_stop_exports=may_stop) for job in jobs])
        phases = {job.id: job.phase for job in jobs if job.kind is JobKind.EXPORT}
        if phases != self._exports:
            # How many records leave is known from one phase to the next: who wants to be told
            # of many is told now.
            self._exports = phases
            self.read()

    @Slot(object)
    def _job_ended(self, job: Job) -> None:
        self._desk.changed(job)
        self.read()

    def _tell_desktop(self, found: list[Notification]) -> None:
        """Show what is new as a desktop notice, while the window is not looked at."""
        newest = max((item.id for item in found), default=0)
        fresh = [n for n in found if self._newest is not None and n.id > self._newest]
        self._newest = newest
        if not fresh or self._window.isActiveWindow():
            return
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(icon("bell", "accent"), self)
            self._tray.setToolTip(QCoreApplication.translate("FrameFeed", "CRM Desk"))
            self._tray.messageClicked.connect(self._open_told)
        self._tray.show()
        for item in reversed(fresh):
            told = told_by(item)
            self._tray.showMessage(told.title, told.text)
            self._told = item.id

    @Slot()
    def _open_told(self) -> None:
        """The desktop's notice was pressed: show what the last one told of."""
        self._window.show()
        self._window.activateWindow()
        if self._told is not None:
            self.open_notice(self._told)
