"""Starts the regular restore drill when its time has come; it troubles nobody."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from crmdesk.core.access.permissions import Permission
from crmdesk.ui.desk import Desk

#: A window may stay open for weeks; a drill that is due waits no longer than this.
LOOK_MS = 3_600_000


class DrillWatch(QObject):
    """Looks when the window opens and each hour, where a Super Admin is signed in.

    Two windows may look at the same moment: the service queues one drill. That a drill could not
    be started is told by the health of the backups once it is late, and by nothing else here.
    """

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Look now and from now on."""
        self._timer.start()
        self.look()

    def rest(self) -> None:
        """Stop looking: the window is locked or closing."""
        self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Start the drill if it is due."""
        desk = self._desk
        if not desk.may(Permission.SUPER_ADMIN):
            return
        drills, actor = desk.workspace.drills, desk.actor
        start = partial(drills.start_if_due, actor)
        desk.run_write(self, start, self._queued, lambda _error: None, missed=False)

    def _queued(self, job_id: str | None) -> None:
        if job_id is not None:
            with suppress(OSError):
                self._desk.start_job(job_id)
