"""The records of an entry that tells of many, with what happened to each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.bulk import BulkRecord, BulkRecords, Standing
from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.revealing import RevealedChange
from crmdesk.core.files.plain_line import plain_line
from crmdesk.core.records.record import MASKED
from crmdesk.ui.audit.entry_facts import cut
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.exports.words import filled
from crmdesk.ui.tables.cells import (
    MASK,
    Cell,
    Column,
    Lead,
    Row,
    RowAction,
    RowHeight,
    TableQuery,
    Tone,
)
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.window_state import TableState

_FEW, _LONGEST_NAME = 2, 200


class BulkSource:
    """Ids of the records of one entry, and the records by id."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self._found: BulkRecords | None = None
        self.hiding: set[int] = set()
        self.revealed: dict[int, Sequence[RevealedChange]] = {}
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
        known = {each.property: each for each in self.revealed.get(found.id, ())}
        values = [known.get(each.property, each) for each in found.values]
        if any(MASKED in (each.old, each.new) for each in values):
            self.hiding.add(found.id)
        else:
            self.hiding.discard(found.id)
        # Somebody asked for what was revealed: it stands before the rest.
        values.sort(key=lambda each: each.property not in known)
        changes = [
            filled(
                say("%1: %2 → %3"),
                self.wording.property(self.object_name, each.property),
                _shown(each.old),
                _shown(each.new),
            )
            for each in values[: max(_FEW, len(known))]
        ]
        if len(values) > len(changes):
            changes.append(say("%n more", len(values) - len(changes)))
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
        failed: an error that the page has to show.
    """

    chosen = Signal(str)
    failed = Signal(object)

    def __init__(self, wording: Wording) -> None:
        super().__init__()
        self._desk = desk = wording.desk
        self._event_id = 0
        self.source = BulkSource(wording)
        self.table = DataTable(
            say("Records of this entry"),
            self.source,
            desk.queries,
            lead=Lead.CARD,
            actions_of=self._actions,
            start=TableState(height=RowHeight.ROOMY),
        )
        self.table.counted.connect(self._count)
        self.table.opened.connect(self._open)
        self.table.action_chosen.connect(self._act)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)

    def show_entry(self, event: AuditEvent) -> None:
        """Show the records of another entry; what was revealed is hidden again."""
        self._event_id = event.id
        self.source.hiding.clear()
        self.source.revealed.clear()
        self.table.load(event.id)

    def _actions(self, row: Row) -> Sequence[RowAction]:
        gone = say("It does not exist any more.") if row.dimmed else ""
        found = [RowAction("open", say("Open record"), "arrow-up-right", reason=gone)]
        if row.id in self.source.hiding:
            may = self._desk.may(Permission.VIEW_SENSITIVE)
            reason = "" if may else say("They are shown to those who may view sensitive values.")
            text = say("Reveal sensitive values")
            found.append(RowAction("reveal", text, "eye", reason=reason))
        return found

    @Slot(str, object)
    def _act(self, key: str, record_id: int) -> None:
        if key == "open":
            self._open(record_id)
        else:
            self._reveal(record_id)

    def _reveal(self, record_id: int) -> None:
        """Show what one record held; who saw it is an entry of its own."""
        desk, event_id = self._desk, self._event_id

        def done(found: Sequence[RevealedChange]) -> None:
            if event_id == self._event_id:
                self.source.revealed[record_id] = found
                self.table.refresh()

        desk.run_write(
            self,
            lambda: desk.workspace.sensitive_values.reveal(desk.actor, event_id, record_id),
            done,
            self.failed.emit,
        )

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
