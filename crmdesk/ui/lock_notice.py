"""A strip that says who keeps the database, while a save or a job has to wait for it."""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.jobs.lock_holder import HolderKind, LockHolder
from crmdesk.ui.desk import Desk
from crmdesk.ui.job_words import job_name
from crmdesk.ui.widgets.banner import Banner, BannerTone

#: A save of a second or two is what people expect; longer needs a reason.
TELL_AFTER_S = 2.0
LOOK_MS = 500


class LockNotice(Banner):
    """Shown above the pages; it comes and goes by itself."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(BannerTone.WARN, "", icon="lock", parent=parent)
        self._desk = desk
        self.setObjectName("lock_notice")
        self.become_strip()
        self.hide()

    def show_holder(self, holder: LockHolder) -> None:
        """Say who it is and what becomes of the save; said once, however often it is looked up."""
        title, text = holder_words(holder, self._desk), _goes_on(holder)
        if self.isHidden() or self.accessibleName() != f"{title}. {text}":
            self.show()
            self.set_state(BannerTone.WARN, title, text, icon="lock")


class LockWatch(QObject):
    """Looks twice a second whether somebody else's lock is waited for.

    A save of this window waits when its turn does not come. A job waits when its own process is
    not the one that holds the lock, as long as it is the same other one all the time.

    Args:
        desk: what waits.
        notice: where it is said.
        tell_after: seconds.
    """

    def __init__(
        self,
        desk: Desk,
        notice: LockNotice,
        parent: QObject | None = None,
        *,
        tell_after: float = TELL_AFTER_S,
    ) -> None:
        super().__init__(parent)
        self._desk, self._notice, self._tell_after = desk, notice, tell_after
        self._held_by: int | None = None
        self._held_since = 0.0
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Look from now on."""
        self._timer.start()

    def rest(self) -> None:
        """Stop looking: the window is locked or closing."""
        self._timer.stop()
        self._notice.hide()

    @Slot()
    def look(self) -> None:
        """Ask who holds the lock, where anything may wait for it."""
        desk = self._desk
        if not desk.queries.write_waits and not desk.jobs.open_jobs:
            self._show(None)
            return
        jobs, actor = desk.workspace.jobs, desk.actor
        desk.run_query(
            self, "lock", lambda: jobs.lock_holder(actor), self._show, lambda _error: None
        )

    def _show(self, holder: LockHolder | None) -> None:
        if holder is None:
            self._held_by = None
        if self._timer.isActive() and holder is not None and self._is_waited_for(holder):
            self._notice.show_holder(holder)
        else:
            self._notice.hide()

    def _is_waited_for(self, holder: LockHolder) -> bool:
        if self._desk.queries.write_waits >= self._tell_after:
            return True
        foreign = holder.kind in (HolderKind.PROGRAM, HolderKind.CRM_DESK)
        now = time.monotonic()
        if not foreign or holder.pid != self._held_by:
            self._held_by, self._held_since = (holder.pid if foreign else None), now
        return foreign and now - self._held_since >= self._tell_after


def holder_words(holder: LockHolder, desk: Desk) -> str:
    """Who it is, in one line."""
    job = holder.job
    if job is not None:
        text = _say("Saving waits for “%1” of %2, running since %3")
        since = job.started_at or job.created_at
        who = job.user_name or _say("the program itself")
        return (
            text.replace("%1", job_name(job.kind))
            .replace("%2", who)
            .replace("%3", desk.moment(since))
        )
    if holder.kind is HolderKind.THIS_PROCESS:
        return _say("Saving waits for an earlier save of this window")
    if holder.kind is HolderKind.CRM_DESK:
        text = _say("Saving waits for another CRM Desk (process %1)")
        return text.replace("%1", str(holder.pid))
    if holder.kind is HolderKind.PROGRAM:
        name = holder.program or _say("a program without a name")
        text = _say("Saving waits: %1 (process %2) holds the database")
        return text.replace("%1", name).replace("%2", str(holder.pid))
    return _say("Saving waits: another program holds the database")


def _goes_on(holder: LockHolder) -> str:
    if holder.kind in (HolderKind.PROGRAM, HolderKind.UNKNOWN):
        return _say(
            "Nothing is lost: it is saved as soon as that program lets go. If it does not, close "
            "that program."
        )
    return _say("Nothing is lost: it is saved as soon as that is done.")


def _say(text: str) -> str:
    return QCoreApplication.translate("LockNotice", text)
