"""The history page of the record panel: every change, or all values of one property."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.changes.change_set import RecordChange
from crmdesk.core.records.record import MASKED, HistoryEntry, Record
from crmdesk.core.records.schema import Property
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.report_part import ReportPart
from crmdesk.ui.records.history import HistoryList, who_and_when
from crmdesk.ui.records.showing import Showing
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.badge import Badge, BadgeTone
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import empty_layout

if TYPE_CHECKING:
    from crmdesk.ui.exports.report_dialog import ReportOffer

_AT_ONCE = 40


class PropertyHistory(QWidget):
    """Shows the list it is given, and on request the values of one property in its place.

    Args:
        desk: the services.
        every: the list of all changes.

    Signals:
        put_back: a property's value shall stand again: its name, the change that wrote it, and
            whether the value before that change is meant.
        failed: a copy of an export could not be saved.
    """

    put_back = Signal(str, int, bool)
    failed = Signal(object)

    def __init__(self, desk: Desk, every: HistoryList) -> None:
        super().__init__()
        self._desk, self._every = desk, every
        self._name = ""
        self._arguments: tuple[Sequence[HistoryEntry], Showing, Record] | None = None
        every.property_asked.connect(self.show_property)
        self.exports = ReportPart(desk, self._offer, self)
        self.exports.failed.connect(self.failed)
        self._one = QWidget()
        self._one.hide()
        self._lines = QVBoxLayout(self._one)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(10)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(every)
        column.addWidget(self._one)

    def show_entries(
        self, entries: Sequence[HistoryEntry], showing: Showing, record: Record
    ) -> None:
        """Show a record's history; the property in sight stays for the same record."""
        same = self._arguments is not None and self._arguments[2].id == record.id
        self._arguments = (entries, showing, record)
        self._every.show_entries(entries, showing)
        if self._name and same:
            self.show_property(self._name)
        else:
            self.show_all()

    def show_all(self) -> None:
        """Show every change."""
        self._name = ""
        self._one.hide()
        self._every.show()

    def show_property(self, name: str) -> None:
        """Show all values of a property, the one of now first."""
        if self._arguments is None:
            return
        _entries, showing, record = self._arguments
        found = showing.object_type.by_name.get(name)
        if found is None:
            self.show_all()
            return
        self._name = name
        empty_layout(self._lines)
        desk = self._desk
        own = desk.workspace.records.history(desk.actor, record.object_type, record.id, name)
        own = own[:_AT_ONCE]
        self._lines.addWidget(self._head(found, exportable=bool(own)))
        may = record.archived_at is None and not found.calculated
        may = may and (not found.sensitive or self._desk.may(Permission.EDIT_SENSITIVE))
        for place, entry in enumerate(own):
            current = place == 0
            said = who_and_when(entry, showing)
            self._lines.addWidget(self._value(found, entry, said, current=current, may=may))
        if own and own[-1].kind != RecordChange.CREATE:
            oldest = own[-1]
            said = self.tr("Before %1").replace("%1", self._desk.exact(oldest.at))
            self._lines.addWidget(
                self._value(found, oldest, said, current=False, may=may, before=True)
            )
        self._every.hide()
        self._one.show()

    def _offer(self) -> ReportOffer:
        """The values of the property in sight."""
        # Imported when it is wanted: the window opens sooner.
        from crmdesk.ui.exports.report_offers import history_offer

        assert self._arguments is not None  # noqa: S101 - for the type checker
        _entries, showing, record = self._arguments
        found = showing.object_type.by_name[self._name]
        return history_offer(found, record, showing.name(record.values))

    def _head(self, found: Property, *, exportable: bool) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(found.label, TextStyle.STRONG), 1)
        may = not found.sensitive or self._desk.may(Permission.VIEW_SENSITIVE)
        if exportable and may and self.exports.allowed:
            export = Link(self.tr("Export"), "file-down")
            export.setObjectName("export_history")
            export.setAccessibleName(self.tr("Export the history of %1").replace("%1", found.label))
            export.clicked.connect(self.exports.ask)
            row.addWidget(export)
        back = Link(self.tr("All changes"))
        back.setObjectName("all_changes")
        back.clicked.connect(self.show_all)
        row.addWidget(back)
        return head

    def _value(
        self,
        found: Property,
        entry: HistoryEntry,
        said: str,
        *,
        current: bool,
        may: bool,
        before: bool = False,
    ) -> QWidget:
        assert self._arguments is not None  # noqa: S101 - for the type checker
        showing = self._arguments[1]
        value = entry.old if before else entry.new
        held = showing.text(found, value)
        text = held or self.tr("No value")
        line = QWidget()
        column = QVBoxLayout(line)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(Paragraph(text, TextStyle.BODY, "text" if held else "text2"), 1)
        if current:
            first.addWidget(Badge(self.tr("Now"), BadgeTone.INFO), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(first)
        column.addWidget(Paragraph(said, TextStyle.CAPTION, "text2"))
        if not current and may and not (found.required and value is None):
            link = Link(self.tr("Put this value back"), "undo-2")
            link.setObjectName("put_back")
            shown = self.tr("a hidden value") if value == MASKED else text
            link.setAccessibleName(self.tr("Put back %1").replace("%1", shown))
            link.clicked.connect(partial(self.put_back.emit, found.name, entry.change_id, before))
            column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        return line
