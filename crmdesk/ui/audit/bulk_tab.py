"""The records of an entry that tells of many, with what happened to each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.audit.bulk import BulkRecord, BulkRecords, Standing
from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.files.plain_line import plain_line
from crmdesk.core.records.record import MASKED
from crmdesk.ui.audit.entry_facts import cut
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.exports.words import filled
from crmdesk.ui.tables.cells import MASK, Cell, Column, Lead, Row, RowHeight, TableQuery, Tone
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.window_state import TableState

_FEW, _LONGEST_NAME = 2, 200


class BulkSource:
    """Ids of the records of one entry, and the records by id."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self._found: BulkRecords | None = None
        self.columns: Sequence[Column] = (
            Column("name", say("Record"), 200, least=120, stretch=True, sortable=False),
            Column("now", say("Now"), 92, sortable=False),
        )

    @property
    def object_name(self) -> str:
        """API name of the records' object; empty when nothing is known of them."""
        return "" if self._found is None else self._found.object_type

    def ids(self, query: TableQuery) -> Sequence[int]:
        """The records of the entry whose number is asked for; runs off the GUI thread."""
        desk = self.wording.desk
        if not isinstance(query.filter, int):
            return []
        self._found = found = desk.workspace.audit_reader.bulk(desk.actor, query.filter)
        return found.ids

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The records with these ids."""
        if self._found is None:
            return []
        desk = self.wording.desk
        found = desk.workspace.audit_reader.bulk_rows(desk.actor, self._found, ids)
        return [self._row(each) for each in found]

    def _row(self, found: BulkRecord) -> Row:
        changes = [
            filled(
                say("%1: %2 → %3"),
                self.wording.property(self.object_name, each.property),
                _shown(each.old),
                _shown(each.new),
            )
            for each in found.values[:_FEW]
        ]
        if len(found.values) > _FEW:
            changes.append(say("%n more", len(found.values) - _FEW))
        name, what = plain_line(found.name[:_LONGEST_NAME]), ", ".join(changes)
        cells = {
            "name": Cell(name, second=what, tip="\n".join(filter(None, (name, what)))),
            "now": _standing(found.standing),
        }
        return Row(found.id, cells, dimmed=found.standing is Standing.GONE)


class BulkTab(QWidget):
    """A table beside the log; a record that is there opens where it stands.

    Signals:
        chosen: link of a record.
    """

    chosen = Signal(str)

    def __init__(self, wording: Wording) -> None:
        super().__init__()
        desk = wording.desk
        self.source = BulkSource(wording)
        self.table = DataTable(
            say("Records of this entry"),
            self.source,
            desk.queries,
            lead=Lead.CARD,
            start=TableState(height=RowHeight.ROOMY),
        )
        self.table.counted.connect(self._count)
        self.table.opened.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)

    def show_entry(self, event: AuditEvent) -> None:
        """Show the records of another entry."""
        self.table.load(event.id)

    @Slot(object)
    def _open(self, record_id: int) -> None:
        if self.source.object_name:
            self.chosen.emit(f"records/{self.source.object_name}/{record_id}")

    @Slot(object)
    def _count(self, count: int) -> None:
        if not count:
            sentence = say("Their history was deleted for good, or their object was removed.")
            self.table.show_empty(
                EmptyState("list", say("The records are not known any more"), sentence)
            )


def _standing(standing: Standing) -> Cell:
    text, tone = {
        Standing.LIVE: (say("There"), Tone.OK),
        Standing.DELETED: (say("In the bin"), Tone.WARN),
        Standing.GONE: (say("Gone"), Tone.NEUTRAL),
    }[standing]
    return Cell(text, badge=tone)


def _shown(value: str | None) -> str:
    if value is None:
        return say("nothing")
    return MASK if value == MASKED else cut(value)
