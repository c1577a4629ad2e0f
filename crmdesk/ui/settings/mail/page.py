"""The page of e-mail: the server with a test message, or the outbox."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.ui.desk import Desk
from crmdesk.ui.settings.card_rows import WIDEST, settings_card
from crmdesk.ui.settings.mail.choices import OwnMailChoices
from crmdesk.ui.settings.mail.given_up import GivenUp
from crmdesk.ui.settings.mail.outbox_list import OutboxList
from crmdesk.ui.settings.mail.server_form import MailServerForm
from crmdesk.ui.settings.mail.trial import TrialMessage
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.scrolling import scrolling
from crmdesk.ui.widgets.segmented import Segmented


class MailPage(QWidget):
    """Two modes: who sends the workspace's mail, and what became of each message."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("mail_page")
        self.setAccessibleName(self.tr("E\u2011mail"))
        line = self.tr("Warnings reach Super Admins who have no window open.")
        self.header = PageHeader(self.tr("E\u2011mail"), line)
        self.mode = Segmented(
            self.tr("Show"), (("server", self.tr("Server")), ("outbox", self.tr("Outbox")))
        )
        self.header.add(self.mode)
        self.server = MailServerForm(desk)
        self.trial = TrialMessage(desk)
        self.choices = OwnMailChoices(desk)
        self.outbox = OutboxList(desk)
        self.given_up = GivenUp(desk)
        self._modes = QStackedWidget()
        self._modes.addWidget(self._cards())
        self._modes.addWidget(self.outbox)
        head = QHBoxLayout()
        head.setContentsMargins(24, 16, 24, 8)
        head.addWidget(self.header)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.given_up)
        column.addWidget(self._modes, 1)
        self.mode.changed.connect(self._show_mode)
        self.server.changed.connect(self._follow)
        self.server.stored.connect(self.given_up.read)
        # Once its new height is laid out.
        self.trial.told.connect(self._show_outcome, Qt.ConnectionType.QueuedConnection)
        self._follow()

    def _cards(self) -> QWidget:
        content = QWidget()
        inside = QWidget(content)
        inside.setMaximumWidth(px(WIDEST))
        cards = QVBoxLayout(inside)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(12)
        cards.addWidget(
            settings_card(
                self.tr("Mail server"),
                self.tr("Takes the messages of this workspace. Each change is written to the log."),
                [self.server],
            )
        )
        cards.addWidget(
            settings_card(
                self.tr("Test message"),
                self.tr("Takes the road of every other message, and is tried once."),
                [self.trial],
            )
        )
        cards.addWidget(
            settings_card(
                self.tr("Write to me about"),
                self.tr("Your own choice. Large exports follow your threshold alone."),
                [self.choices],
            )
        )
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(inside, 100)
        row.addStretch(1)
        column = QVBoxLayout(content)
        column.setContentsMargins(24, 8, 24, 24)
        column.addLayout(row)
        column.addStretch(1)
        self.area = scrolling(content)
        return self.area

    def _show_mode(self, mode: str) -> None:
        self._modes.setCurrentIndex(int(mode == "outbox"))

    @Slot()
    def _show_outcome(self) -> None:
        # Its words wrap, so it has its height only after another turn of the layouts.
        QTimer.singleShot(0, self, self._reveal_outcome)

    @Slot()
    def _reveal_outcome(self) -> None:
        self.area.ensureWidgetVisible(self.trial.banner)

    def _follow(self) -> None:
        """A test message goes to the server that is saved, not to one that is being typed."""
        reason = self.tr("Save the server first.") if self.server.is_dirty else ""
        if self.server.saved is None:
            reason = self.tr("Configure a mail server first.")
        self.trial.set_reason(reason)
