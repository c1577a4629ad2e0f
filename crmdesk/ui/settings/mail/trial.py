"""A test message, and what the server said to it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.core.jobs.job import Job
from crmdesk.core.mail.model import OutboxMessage
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message, sentence
from crmdesk.ui.settings.mail.words import problem_words
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label

_WIDTH = 280


class TrialMessage(QWidget):
    """A recipient, a button, and the outcome below it. A worker sends: nothing here waits.

    Signals:
        told: the outcome stands below.
    """

    told = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._message_id, self._job_id = 0, ""
        self.recipient = QLineEdit(desk.actor.email)
        self.recipient.setObjectName("test_recipient")
        self.recipient.setFixedWidth(px(_WIDTH))
        self.recipient.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.field = FormField(self.tr("To"), self.recipient)
        self.send = Button(self.tr("Send a test message"), ButtonKind.SECONDARY, "send")
        self.send.setObjectName("send_test_message")
        self.banner = Banner(BannerTone.OK, "")
        self.banner.setObjectName("test_outcome")
        self.banner.hide()
        self.reason = label("", TextStyle.CAPTION, "text2")
        self.reason.hide()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.send)
        row.addWidget(self.reason)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.field)
        column.addLayout(row)
        column.addWidget(self.banner)
        self.recipient.returnPressed.connect(self._send)
        self.send.clicked.connect(self._send)
        desk.jobs.ended.connect(self._ended)

    def set_reason(self, reason: str) -> None:
        """Why nothing can be sent now; empty when something can."""
        self.send.set_reason(reason)
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))

    @Slot()
    def _send(self) -> None:
        if self.send.busy or not self.send.isEnabled():
            return
        desk, recipient = self._desk, self.recipient.text()
        self.banner.hide()
        self.send.set_busy(self.tr("Sending..."))
        desk.run_write(
            self,
            lambda: desk.workspace.outbox.send_test(desk.actor, recipient),
            self._queued,
            self._failed,
        )

    def _queued(self, ids: tuple[int, str]) -> None:
        self._message_id, self._job_id = ids
        try:
            self._desk.start_job(self._job_id)
        except OSError as error:
            self._failed(error)

    @Slot(object)
    def _ended(self, job: Job) -> None:
        if job.id != self._job_id:
            return
        desk, message_id = self._desk, self._message_id
        self._job_id = ""
        desk.run_query(
            self,
            "outcome",
            lambda: desk.workspace.outbox.show(desk.actor, message_id),
            self._show,
            self._failed,
        )

    def _show(self, found: OutboxMessage) -> None:
        self.send.set_idle()
        if found.problem is None:
            title = self.tr("The mail server took the message")
            self._tell(BannerTone.OK, title, self._said(found.reply))
        else:
            self._tell(BannerTone.DANGER, problem_words(found.problem), self._said(found.reply))

    def _said(self, reply: str) -> str:
        return self.tr("It said: %1").replace("%1", reply) if reply else ""

    def _failed(self, error: Exception) -> None:
        self.send.set_idle()
        if getattr(error, "code", "") == "email_invalid":
            self.field.set_error(sentence(error))
            self.recipient.setFocus()
            return
        told = message(error)
        self._tell(BannerTone.DANGER, told.title, told.advice)

    def _tell(self, tone: BannerTone, title: str, text: str) -> None:
        self.banner.show()
        self.banner.set_state(tone, title, text)
        self.told.emit()
