"""The recycle bin: what was deleted, when, by whom, and how long it can still come back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.records.object_definitions import ObjectCount
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.footer import Footer
from crmdesk.ui.records.filter_bar import TYPING_PAUSE_MS
from crmdesk.ui.records.page_parts import PlaceButton, head, in_margins
from crmdesk.ui.records.showing import Showing, counted, in_sentence
from crmdesk.ui.records.source import BinSource, Wanted
from crmdesk.ui.tables.cells import Lead, Row, RowAction
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.search_field import SearchField
from crmdesk.ui.widgets.tabs_small import TabsSmall

RESTORE, PURGE = "restore", "purge"
_SEARCH_WIDTH = 260


class BinFace(QWidget):
    """Deleted records, one object at a time.

    Signals:
        opened: id of the record to show in the panel.
        restore_asked: ids to bring back.
        purge_asked: ids to delete for good.
        object_shown: another object's deleted records are shown.
    """

    opened = Signal(object)
    restore_asked = Signal(object)
    purge_asked = Signal(object)
    object_shown = Signal()

    def __init__(
        self, desk: Desk, objects: Sequence[ObjectType], place: PlaceButton, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._objects = {found.name: found for found in objects}
        self._counts: dict[str, int] = {}
        self._empty_for: str | None = None
        self._days = desk.workspace.settings.number(None, "recycle_bin.days")
        self.showing = Showing.of(desk, objects[0])
        self._may = desk.may(Permission.DELETE_RECORDS)
        self._reason = "" if self._may else self.tr("You may not delete or restore records.")
        self.header = PageHeader(self.tr("Recycle bin"))
        self.header.set_reason(self._reason)
        self.tabs = TabsSmall(self.tr("Objects with deleted records"))
        self.tabs.chosen.connect(self.show_object)
        self.search = SearchField(self.tr("Search the recycle bin"))
        self.search.setMaximumWidth(px(_SEARCH_WIDTH))
        self._pause = QTimer(self, singleShot=True, interval=TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._narrow)
        self.search.textChanged.connect(self._pause.start)
        self.table = DataTable(
            self.tr("Recycle bin"),
            BinSource(self.showing, self._days),
            desk.queries,
            lead=Lead.CHECK,
            actions_of=self.actions_of,
            state=desk.state,
            key="records/@bin",
        )
        self.search.down_pressed.connect(self.table.view.setFocus)
        self.footer = Footer()
        self._build(place)
        self._connect()
        self._say()

    def _build(self, place: PlaceButton) -> None:
        self.bulk_restore = Button(self.tr("Restore"), ButtonKind.GHOST, "undo-2")
        self.bulk_purge = Button(self.tr("Delete permanently"), ButtonKind.GHOST, "trash-2")
        for button in (self.bulk_restore, self.bulk_purge):
            self.footer.start.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(in_margins(head(place, self.header), 16, 8))
        column.addWidget(in_margins(self.tabs, 0, 8, left=True))
        column.addWidget(in_margins(self.search, 0, 8, left=True))
        column.addWidget(self.table, 1)
        column.addWidget(self.footer)

    def _connect(self) -> None:
        self.table.opened.connect(self.opened)
        self.table.action_chosen.connect(self._act)
        self.table.ticks_changed.connect(self._say)
        self.table.counted.connect(self._take_count)
        self.bulk_restore.clicked.connect(self._restore_ticked)
        self.bulk_purge.clicked.connect(self._purge_ticked)

    @property
    def object_type(self) -> ObjectType:
        """The object whose deleted records are shown."""
        return self.showing.object_type

    def actions_of(self, _row: Row) -> Sequence[RowAction]:
        """What can be done with a deleted record."""
        label = in_sentence(self.object_type.label)
        restore, purge = self.tr("Restore %1"), self.tr("Delete permanently")
        return (
            RowAction(RESTORE, restore.replace("%1", label), "undo-2", reason=self._reason),
            RowAction(PURGE, purge, "trash-2", danger=True, reason=self._reason, separated=True),
        )

    def show_counts(self, counts: Sequence[ObjectCount]) -> None:
        """Offer the objects that have deleted records; the one in sight stays."""
        self._counts = {c.object_type.name: c.in_recycle_bin for c in counts}
        self._objects = {c.object_type.name: c.object_type for c in counts}
        own = self.object_type.name
        wanted = [name for name, count in self._counts.items() if count or name == own]
        if sum(self._counts.values()) and not self._counts.get(own):
            wanted.remove(own)
        if self.tabs.keys() != wanted:
            self._make_tabs(wanted)
        for name in wanted:
            text = f"{self._objects[name].plural_label} {words.number(self._counts[name])}"
            self.tabs.set_text(name, text)
        total = sum(self._counts.values())
        kept = self.tr("%Ln deleted record{|s}", "", total)
        each = self.tr("each is kept for %Ln day{|s}", "", self._days)
        self.header.set_title(self.tr("Recycle bin"), f"{kept}, {each}")
        if own not in wanted and wanted:
            self.show_object(wanted[0])
        self._choose_face()

    def show_object(self, name: str) -> None:
        """Show the deleted records of an object."""
        if name not in self._objects:
            return
        self.showing = Showing.of(self._desk, self._objects[name])
        if name in self.tabs.keys():  # noqa: SIM118 - a method of a tab bar
            self.tabs.blockSignals(True)
            self.tabs.show_key(name)
            self.tabs.blockSignals(False)
        self.table.set_source(BinSource(self.showing, self._days), key="records/@bin")
        self.table.load(Wanted(self.search.text()))
        self.object_shown.emit()

    def refresh(self) -> None:
        """Read the list again; place and ticks stay."""
        self.table.refresh()

    def name_of(self, row_id: int) -> str:
        """What a listed record is called."""
        row = self.table.row(row_id)
        return next(iter(row.cells.values())).text if row is not None else f"#{row_id}"

    def _make_tabs(self, names: Sequence[str]) -> None:
        self.tabs.blockSignals(True)
        for known in self.tabs.keys():  # noqa: SIM118 - a method of a tab bar
            self.tabs.remove(known)
        for name in names:
            self.tabs.add(name, self._objects[name].plural_label)
        if self.object_type.name in names:
            self.tabs.show_key(self.object_type.name)
        self.tabs.blockSignals(False)
        self.tabs.setVisible(len(names) > 1)

    def _narrow(self) -> None:
        self.table.load(Wanted(self.search.text()))

    def _take_count(self, _count: object) -> None:
        self._say()
        self._choose_face()

    def _choose_face(self) -> None:
        if self.table.count:
            self._empty_for = None
            self.table.show_empty(None)
            return
        words_sought = self.search.text().strip()
        if self._empty_for == words_sought:
            # Counts come with each change of any record, mostly while the bin is out of sight.
            return
        self._empty_for = words_sought
        if words_sought:
            clear = Button(self.tr("Clear search"), ButtonKind.PRIMARY)
            clear.clicked.connect(self.search.clear_search)
            empty = EmptyState(
                "search",
                self.tr("No deleted record matches"),
                self.tr("Nothing in the recycle bin contains “%1”.").replace(
                    "%1", self.search.text()
                ),
                buttons=[clear],
            )
        else:
            keeps = self.tr("Deleted records are kept here for %Ln day{|s}.", "", self._days)
            empty = EmptyState("trash-2", self.tr("The recycle bin is empty"), keeps)
        self.table.show_empty(empty)

    def _say(self, _count: object = 0) -> None:
        ticked, count = len(self.table.ticks), self.table.count
        for button in (self.bulk_restore, self.bulk_purge):
            button.setVisible(ticked > 0)
            button.set_reason(self._reason)
        if not ticked:
            self.footer.set_words(counted(self.object_type, count))
            return
        some = self.tr("%1 of %2 selected").replace("%1", words.number(ticked))
        self.footer.set_words(some.replace("%2", words.number(count)))

    def _act(self, key: str, row_id: int) -> None:
        signal = self.restore_asked if key == RESTORE else self.purge_asked
        signal.emit([row_id])

    def _restore_ticked(self) -> None:
        self.restore_asked.emit(list(self.table.ticks.ids()))

    def _purge_ticked(self) -> None:
        self.purge_asked.emit(list(self.table.ticks.ids()))
