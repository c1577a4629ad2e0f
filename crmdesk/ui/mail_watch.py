"""Has mail sent when its time has come, whoever is signed in; it troubles nobody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, QTimer, Slot

from crmdesk.core.jobs.job import Job
from crmdesk.ui.desk import Desk

LOOK_MS = 5_000


class MailWatch(QObject):
    """Looks every 5 seconds, and when a job moves on: a warning of an export is for now.

    A message was allowed when it was queued, so that nobody's permission is asked. What could
    not be sent is told by the outbox, and by nothing here.

    Args:
        start: starts a process for a queued job; runs in the thread of writes.
    """

    def __init__(
        self, desk: Desk, start: Callable[[str], object], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._start = desk, start
        self._phases: dict[str, str] = {}
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        desk.jobs.changed.connect(self._follow)

    def start(self) -> None:
        """Look now and from now on."""
        self._timer.start()
        self.look()

    def rest(self) -> None:
        """Stop looking: the window is locked or closing."""
        self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Start sending if something is due."""
        due = self._desk.workspace.mail_is_due
        self._desk.run_query(self, "mail", due, self._send, lambda _error: None)

    def _send(self, due: bool) -> None:
        if due:
            self._desk.run_write(
                self, self._begin, lambda _none: None, lambda _error: None, missed=False
            )

    def _begin(self) -> None:
        with suppress(OSError):
            self._desk.workspace.send_mail(self._start)

    @Slot(object)
    def _follow(self, jobs: list[Job]) -> None:
        phases = {job.id: job.phase for job in jobs}
        if phases != self._phases and self._timer.isActive():
            self._phases = phases
            self.look()
