"""The entries of the audit log as a table reads them, newest first."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.query import EVERYTHING
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.tables.cells import Cell, Column, Row, TableQuery


class AuditSource:
    """Numbers of all entries that pass the filters, and entries by number."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.columns: Sequence[Column] = (
            Column("at", _say("Time"), 172, sortable=False),
            Column("user", _say("User"), 156, sortable=False),
            Column("category", _say("Category"), 148, rank=2, sortable=False),
            Column("action", _say("Action"), 128, sortable=False),
            Column("target", _say("Object"), 240, least=150, stretch=True, sortable=False),
            Column("address", _say("Address"), 132, rank=3, sortable=False),
        )

    def ids(self, query: TableQuery) -> array[int]:
        """The numbers, newest first; runs off the GUI thread."""
        desk = self.wording.desk
        wanted = query.filter if isinstance(query.filter, AuditFilters) else EVERYTHING
        return desk.workspace.audit_reader.ids(desk.actor, wanted)

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The entries with these numbers."""
        desk = self.wording.desk
        return [self._row(event) for event in desk.workspace.audit_reader.rows(desk.actor, ids)]

    def _row(self, event: AuditEvent) -> Row:
        wording = self.wording
        action, tone = wording.action(event)
        who = wording.who(event)
        cells = {
            "at": Cell(wording.at(event), quiet=True),
            "user": Cell(who, avatar=who),
            "category": Cell(wording.category(event), quiet=True),
            "action": Cell(action, badge=tone),
            "target": Cell(wording.target(event)),
            "address": Cell(event.address, quiet=True),
        }
        return Row(event.id, cells)


def _say(text: str) -> str:
    return QCoreApplication.translate("Audit", text)
