"""What was given up, and the offer to try all of it again."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QCoreApplication, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message
from crmdesk.ui.widgets.banner import Banner, BannerTone


class GivenUp(QWidget):
    """A banner above the server and the outbox; nothing while nothing was given up.

    What only waits needs no offer: saving a server tries it at once.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.banner = Banner(BannerTone.WARN, "")
        self.banner.button.setObjectName("retry_all")
        self.banner.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 0, 24, 0)
        self._column.addWidget(self.banner)
        self.banner.acted.connect(self._retry)
        desk.jobs.ended.connect(lambda _job: self.isVisible() and self.read())

    @Slot()
    def read(self) -> None:
        """Count what was given up."""
        desk = self._desk
        desk.run_query(
            self,
            "given_up",
            lambda: (
                desk.workspace.outbox.given_up(desk.actor)
                if desk.workspace.mail_server.get(desk.actor) is not None
                else 0
            ),
            self._show,
            lambda _error: None,
        )

    def _show(self, count: int) -> None:
        text = QCoreApplication.translate("GivenUp", "%Ln message{|s} given up", "", count)
        self.banner.set_state(
            BannerTone.WARN,
            text,
            self.tr("Their readers were not told. The outbox says why."),
            self.tr("Try all again"),
        )
        self.banner.setVisible(count > 0)
        self._column.setContentsMargins(24, 0, 24, 8 if count else 0)

    @Slot()
    def _retry(self) -> None:
        desk = self._desk

        def retry() -> str | None:
            desk.workspace.outbox.retry_all(desk.actor)
            return desk.workspace.outbox.start_if_due()

        self.banner.button.setEnabled(False)
        desk.run_write(self, retry, self._begun, self._failed)

    def _begun(self, job_id: str | None) -> None:
        self.banner.button.setEnabled(True)
        self.banner.hide()
        if job_id is not None:
            # They stay due: the window's next look starts it.
            with suppress(OSError):
                self._desk.start_job(job_id)

    def _failed(self, error: Exception) -> None:
        self.banner.button.setEnabled(True)
        told = message(error)
        self._desk.toast(told.title, told.advice)
        self.read()

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.read()
