"""What happened to a record: who, when, the old value and the new one, and from where."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.changes.change_set import RecordChange, Source
from crmdesk.core.records.association_rows import AssociationChange
from crmdesk.core.records.association_timeline import RELABEL
from crmdesk.core.records.record import AssociationNote, HistoryEntry
from crmdesk.ui import words
from crmdesk.ui.records.showing import Showing, in_sentence
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import empty_layout

AT_ONCE, _SHORTENED = 40, 160
_ICONS = {
    RecordChange.CREATE: "plus",
    RecordChange.ARCHIVE: "trash-2",
    RecordChange.UNARCHIVE: "undo-2",
    RecordChange.MERGE: "merge",
}
_RESTORES = (Source.PROPERTY_RESTORE, Source.RESTORE_OBJECTS)


class HistoryList(QWidget):
    """The entries, newest first; the older ones come when asked for.

    Args:
        name: accessible name.
        at_once: how many are shown before "Show all".

    Signals:
        all_asked: "Show all" was pressed and the page shows them elsewhere.
        property_asked: the history of one property is wanted; carries its internal name.
    """

    all_asked = Signal()
    property_asked = Signal(str)

    def __init__(self, name: str, at_once: int = AT_ONCE, *, grows: bool = True) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._at_once, self._grows = at_once, grows
        self._entries: Sequence[HistoryEntry] = ()
        self._showing: Showing | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)

    @property
    def entries(self) -> Sequence[HistoryEntry]:
        """The whole history it was given."""
        return self._entries

    def show_entries(self, entries: Sequence[HistoryEntry], showing: Showing) -> None:
        """Show a record's history."""
        self._entries, self._showing = entries, showing
        empty_layout(self._column)
        self._add(entries[: self._at_once])

    def _add(self, entries: Sequence[HistoryEntry]) -> None:
        if self._showing is None:
            return
        for entry in entries:
            row = EntryRow(entry, self._showing, asks=self._grows)
            row.property_asked.connect(self.property_asked)
            self._column.addWidget(row)
        shown = self._column.count()
        if shown < len(self._entries):
            self._column.addWidget(self._more(shown), 0, Qt.AlignmentFlag.AlignLeft)
        elif not shown:
            self._column.addWidget(Paragraph(self.tr("No change yet.")))

    def _more(self, shown: int) -> Link:
        count = len(self._entries)
        if self._grows:
            left = min(AT_ONCE, count - shown)
            more = Link(self.tr("Show %Ln older change{|s}", "", left))
        else:
            more = Link(self.tr("Show all %Ln change{|s}", "", count))
        more.setObjectName("more_history")
        more.clicked.connect(self._show_more)
        return more

    def _show_more(self) -> None:
        if not self._grows:
            self.all_asked.emit()
            return
        item = self._column.takeAt(self._column.count() - 1)
        if item is not None and (link := item.widget()) is not None:
            link.hide()
            link.deleteLater()
        shown = self._column.count()
        self._add(self._entries[shown : shown + AT_ONCE])


class EntryRow(QWidget):
    """One change.

    Args:
        entry: what happened.
        showing: how values read.
        asks: whether the history of its property can be asked for here.

    Signals:
        property_asked: internal name of the property whose history is wanted.
    """

    property_asked = Signal(str)

    def __init__(self, entry: HistoryEntry, showing: Showing, *, asks: bool = False) -> None:
        super().__init__()
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        lines = [
            Paragraph(entry_title(entry, showing), TextStyle.BODY, "text"),
            Paragraph(old_and_new(entry, showing), TextStyle.BODY, "text2"),
            Paragraph(who_and_when(entry, showing), TextStyle.CAPTION, "text2"),
        ]
        for line in lines:
            if line.plain_text():
                column.addWidget(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(IconLabel(_icon(entry)), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        found = showing.object_type.by_name.get(entry.property or "")
        if asks and found is not None:
            button = IconButton("history", self.tr("All values of %1").replace("%1", found.label))
            button.clicked.connect(partial(self.property_asked.emit, found.name))
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        note = entry.association
        if asks and note is not None and note.record_id is not None:
            button = IconButton("arrow-right", self.tr("Open %1").replace("%1", note.name))
            link = f"records/{note.object_name}/{note.record_id}"
            button.clicked.connect(partial(showing.desk.go, link))
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(". ".join(line.plain_text() for line in lines if line.plain_text()))


def entry_title(entry: HistoryEntry, showing: Showing) -> str:
    """What happened, e.g. "Phone changed"."""
    if entry.association is not None:
        return association_title(entry.kind, entry.association)
    if entry.property is None:
        return {
            RecordChange.CREATE.value: _say("Created"),
            RecordChange.ARCHIVE.value: _say("Deleted to the recycle bin"),
            RecordChange.UNARCHIVE.value: _say("Brought back from the recycle bin"),
            RecordChange.MERGE.value: _say("Merged"),
        }.get(entry.kind, entry.kind)
    found = showing.object_type.by_name.get(entry.property)
    label = found.label if found is not None else entry.property
    text = _say("%1 changed")
    if entry.source in _RESTORES:
        text = _say("%1 restored from backup")
    elif entry.old is None:
        text = _say("%1 added")
    elif entry.new is None:
        text = _say("%1 cleared")
    return text.replace("%1", label)


def association_title(kind: str, note: AssociationNote) -> str:
    """What became of an association, e.g. "Associated with Eastern Ltd as Supplier"."""
    other = note.name
    if note.record_id is None:
        other = f"{words.number(note.count)} {in_sentence(note.plural_label)}"
    if kind == RELABEL:
        return _say("Label of the association with %1 changed").replace("%1", other)
    ended = kind == AssociationChange.DISSOCIATE
    if not note.labels:
        text = _say("No longer associated with %1") if ended else _say("Associated with %1")
        return text.replace("%1", other)
    text = _say("No longer associated with %1 as %2") if ended else _say("Associated with %1 as %2")
    return text.replace("%1", other).replace("%2", ", ".join(note.labels))


def old_and_new(entry: HistoryEntry, showing: Showing) -> str:
    """Both values with an arrow; empty for a change of the record as a whole."""
    note = entry.association
    if note is not None and entry.kind == RELABEL:
        either = [", ".join(each) or _say("no label") for each in (note.old_labels, note.labels)]
        return f"{either[0]} \N{RIGHTWARDS ARROW} {either[1]}"
    if entry.property is None:
        return ""
    found = showing.object_type.by_name.get(entry.property)
    sides = []
    for value in (entry.old, entry.new):
        text = (value or "") if found is None else showing.text(found, value)
        text = text if len(text) <= _SHORTENED else text[:_SHORTENED] + "…"
        sides.append(text or _say("no value"))
    return f"{sides[0]} \N{RIGHTWARDS ARROW} {sides[1]}"


def who_and_when(entry: HistoryEntry, showing: Showing) -> str:
    """The person, the time, and where the change came from."""
    who = entry.user_name or _say("CRM Desk")
    parts = [who, words.exact(entry.at, showing.zone)]
    origin = entry.source_label or _source_words(entry.source)
    return ", ".join([*parts, origin] if origin else parts)


def _source_words(source: str) -> str:
    return {
        Source.COMMAND_LINE.value: _say("command line"),
        Source.IMPORT.value: _say("import"),
        Source.PROPERTY_RESTORE.value: _say("restore"),
        Source.CRM_UI_BULK_ACTION.value: _say("bulk edit"),
        Source.RECYCLING_BIN.value: _say("recycle bin"),
        Source.MERGE_OBJECTS.value: _say("merge"),
        Source.MERGE_REVERT_OBJECTS.value: _say("undo of a merge"),
        Source.PIPELINE_SETTINGS.value: _say("pipeline settings"),
        Source.ACTIVITY_LOG_REVERT.value: _say("undo"),
        Source.AUTOMATION_PLATFORM.value: _say("automation"),
    }.get(source, "")


def _icon(entry: HistoryEntry) -> str:
    if entry.association is not None:
        return "unlink" if entry.kind == AssociationChange.DISSOCIATE else "link-2"
    if entry.property is None:
        return _ICONS.get(RecordChange(entry.kind), "history")
    if entry.source in _RESTORES:
        return "archive-restore"
    return "upload" if entry.source == Source.IMPORT else "pencil"


def _say(text: str) -> str:
    return QCoreApplication.translate("History", text)
