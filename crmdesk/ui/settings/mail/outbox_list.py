"""The outbox: what waits, what was sent, and what the server said."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.mail.model import OutboxMessage
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message
from crmdesk.ui.settings.mail.words import outbox_actions, outbox_columns, outbox_row
from crmdesk.ui.tables.cells import Row, RowAction, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.window_state import TableState

SHOWN = 200
_EVERY_MS = 5_000


class OutboxList(QWidget):
    """The newest messages, read again while they are looked at: workers send them."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._found: dict[int, OutboxMessage] = {}
        self._source = ListSource(outbox_columns())
        self.table = DataTable(
            self.tr("Outbox"),
            self._source,
            desk.queries,
            actions_of=self._actions,
            start=TableState(height=RowHeight.ROOMY),
        )
        self.table.setObjectName("outbox")
        self.table.show_empty(
            EmptyState(
                "mail",
                self.tr("No messages yet"),
                self.tr("Warnings of large exports appear here when they are sent."),
            )
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        self.table.action_chosen.connect(self._act)
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.read)
        desk.jobs.ended.connect(lambda _job: self.isVisible() and self.read())

    @Slot()
    def read(self) -> None:
        """Read the newest messages and show them."""
        desk = self._desk
        desk.run_query(
            self,
            "outbox",
            lambda: desk.workspace.outbox.list(desk.actor, limit=SHOWN),
            self._show,
            lambda _error: None,
        )

    def _show(self, found: Sequence[OutboxMessage]) -> None:
        fresh = {each.id: each for each in found}
        if fresh == self._found and self.table.count:
            return
        self._found = fresh
        self._source.replace([outbox_row(each, self._desk) for each in found])
        self.table.refresh()

    def _actions(self, row: Row) -> Sequence[RowAction]:
        found = self._found.get(row.id)
        return () if found is None else outbox_actions(found)

    def _act(self, key: str, message_id: int) -> None:
        if key != "retry":
            return
        desk = self._desk

        def retry() -> str | None:
            desk.workspace.outbox.retry(desk.actor, message_id)
            return desk.workspace.outbox.start_if_due()

        desk.run_write(self, retry, self._begun, self._failed)

    def _begun(self, job_id: str | None) -> None:
        if job_id is not None:
            # It stays due: the window's next look starts it.
            with suppress(OSError):
                self._desk.start_job(job_id)
        self.read()

    def _failed(self, error: Exception) -> None:
        told = message(error)
        self._desk.toast(told.title, told.advice)
        self.read()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self.read()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
