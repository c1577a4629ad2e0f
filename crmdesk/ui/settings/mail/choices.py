"""What one is also written to about: one's own ticks, saved as they are set."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.mail.model import MailKind
from crmdesk.core.notify.mail_choices import TOPICS
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message
from crmdesk.ui.settings.mail.words import topic_words
from crmdesk.ui.widgets.check_row import CheckRow


class OwnMailChoices(QWidget):
    """A tick for each topic."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.rows: dict[MailKind, CheckRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for topic in TOPICS:
            row = CheckRow(*topic_words(topic))
            row.box.setObjectName(f"mail_{topic.value}")
            self.rows[topic] = row
            column.addWidget(row)
        self._show()
        for row in self.rows.values():
            row.toggled.connect(self._save)

    def _show(self) -> None:
        chosen = self._desk.workspace.mail_choices.own(self._desk.actor)
        for topic, row in self.rows.items():
            row.box.blockSignals(True)
            row.set_checked(topic in chosen)
            row.box.blockSignals(False)

    @Slot()
    def _save(self) -> None:
        desk = self._desk
        wanted = [topic for topic, row in self.rows.items() if row.is_checked()]
        desk.run_write(
            self,
            lambda: desk.workspace.mail_choices.set(desk.actor, wanted),
            lambda _none: None,
            self._failed,
        )

    def _failed(self, error: Exception) -> None:
        told = message(error)
        self._desk.toast(told.title, told.advice)
        self._show()
