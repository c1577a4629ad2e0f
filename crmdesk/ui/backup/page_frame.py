"""The parts of the Backup tab, and how they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.backup.health_banner import HealthBanner
from crmdesk.ui.backup.notice_slot import NoticeSlot
from crmdesk.ui.backup.panel import BackupPanel
from crmdesk.ui.backup.rows import columns
from crmdesk.ui.backup.words import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.footer import Footer
from crmdesk.ui.frame.page import Page
from crmdesk.ui.tables.cells import Lead, Row, RowAction, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.window_state import TableState


class BackupFrame(Page):
    """Header, health, list, panel and foot; what they do is the page's affair.

    Args:
        actions_of: what can be done with the backup of a row.
    """

    def __init__(
        self,
        desk: Desk,
        actions_of: Callable[[Row], Sequence[RowAction]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(say("Backup"), parent)
        self._desk = desk
        self.create_button = Button(say("Create backup"), ButtonKind.PRIMARY, "plus")
        self.open_button = Button(say("Open a backup file"), ButtonKind.SECONDARY, "folder-open")
        self.health = HealthBanner(desk)
        self.notices = NoticeSlot()
        self._source = ListSource(columns())
        self.table = DataTable(
            say("Backups"),
            self._source,
            desk.queries,
            lead=Lead.ICON,
            actions_of=actions_of,
            state=desk.state,
            key="backups",
            start=TableState(height=RowHeight.ROOMY),
        )
        self.panel = BackupPanel(desk)
        self._build()

    def _build(self) -> None:
        self._header = PageHeader(say("Backup"), " ")
        self._header.add(self.open_button)
        self._header.add(self.create_button)
        top = QVBoxLayout()
        top.setContentsMargins(24, 16, 24, 12)
        top.setSpacing(12)
        top.addWidget(self._header)
        top.addWidget(self.health)
        top.addWidget(self.notices)
        self.footer = Footer("info")
        self.footer.set_words(
            "",
            say(
                "Every backup holds all records and values. A complete one also holds "
                "associations, definitions, history and the log: the whole workspace."
            ),
        )
        main = QVBoxLayout()
        main.setSpacing(0)
        main.addLayout(top)
        main.addWidget(self.table, 1)
        main.addWidget(self.footer)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(main, 1)
        row.addWidget(self.panel)
        self.health.hide()
        self.panel.hide()
