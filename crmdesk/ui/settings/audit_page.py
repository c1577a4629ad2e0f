"""Settings of the audit log: the ways into it, logs of HubSpot, and what is recorded."""

from __future__ import annotations

from crmdesk.ui.audit.imported_logs import ImportedLogsCard
from crmdesk.ui.audit.recorded import RecordedList
from crmdesk.ui.audit.say import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.settings.card_rows import CardPage, settings_card
from crmdesk.ui.settings.log_links import LogLinks


class AuditSettingsPage(CardPage):
    """For Super Admins, as the log itself."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(say("Audit Logs"), say("Who did what, when and from where."))
        self.setObjectName("audit_settings")
        self.imported = ImportedLogsCard(desk)
        self.recorded = RecordedList(desk)
        self.imported.changed.connect(self.recorded.count)
        cards = (
            (
                say("The log"),
                say("Every entry is kept for good and chained to the one before it."),
                LogLinks(desk, of_security=False),
            ),
            (
                say("Logs of HubSpot"),
                say(
                    "Its audit, login and security histories, as it exports them. Their entries "
                    "stand among your own, marked as imported: nothing here proves them."
                ),
                self.imported,
            ),
            (
                say("What is recorded"),
                say("Every kind of entry, which edition shows it, and how many there are here."),
                self.recorded,
            ),
        )
        for title, text, content in cards:
            self.cards.addWidget(settings_card(title, text, [content]))
