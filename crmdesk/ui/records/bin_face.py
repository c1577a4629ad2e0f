"""The recycle bin: what was deleted, when, by whom, and how long it can still come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.records.object_definitions import ObjectCount
from crmdesk.core.records.recycle_bin_model import key_parts
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.footer import Footer
from crmdesk.ui.records.bin_source import BinSource, BinWanted
from crmdesk.ui.records.condition_words import period_words
from crmdesk.ui.records.filter_bar import TYPING_PAUSE_MS
from crmdesk.ui.records.page_parts import PlaceButton, head, in_margins
from crmdesk.ui.records.showing import Showing
from crmdesk.ui.tables.cells import Lead, Row, RowAction
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.choice import Choice
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.search_field import SearchField
from crmdesk.ui.widgets.tabs_small import TabsSmall

RESTORE, PURGE = "restore", "purge"
#: The tab of every object; no object has this name.
ALL = "@all"
_PERIODS = ("today", "yesterday", "last_7_days", "last_30_days", "this_month", "last_month")
_SEARCH_WIDTH = 260


class BinFace(QWidget):
    """Deleted records of every object, or of one; rows go by the bin's keys.

    Signals:
        opened: key of the record to show in the panel.
        restore_asked: keys to bring back.
        purge_asked: keys to delete for good.
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
        self._empty_for: BinWanted | None = None
        self._shown = ALL
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
            BinSource(desk, self._objects),
            desk.queries,
            lead=Lead.CHECK,
            actions_of=self.actions_of,
            state=desk.state,
            key="records/@bin",
        )
        self.search.down_pressed.connect(self.table.view.setFocus)
        self.by = Choice(self.tr("Deleted by"))
        self.within = Choice(self.tr("When it was deleted"))
        self.within.addItem(self.tr("At any time"), "")
        for name in _PERIODS:
            self.within.addItem(period_words(name), name)
        self._show_people([])
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
        column.addWidget(in_margins(self.tabs, 0, 8, left=True, padded=12))
        column.addWidget(in_margins(self._narrowing(), 0, 8))
        column.addWidget(self.table, 1)
        column.addWidget(self.footer)

    def _narrowing(self) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        # All the room there is, up to its own width: the stretch has what is left.
        row.addWidget(self.search, 100)
        row.addWidget(self.by)
        row.addWidget(self.within)
        row.addStretch(1)
        return line

    def _connect(self) -> None:
        self.by.currentIndexChanged.connect(self._narrow)
        self.within.currentIndexChanged.connect(self._narrow)
        self.table.opened.connect(self.opened)
        self.table.action_chosen.connect(self._act)
        self.table.ticks_changed.connect(self._say)
        self.table.counted.connect(self._take_count)
        self.bulk_restore.clicked.connect(self._restore_ticked)
        self.bulk_purge.clicked.connect(self._purge_ticked)

    @property
    def object_type(self) -> ObjectType:
        """The object of the record that was looked at last."""
        return self.showing.object_type

    @property
    def objects(self) -> Mapping[str, ObjectType]:
        """The objects of the workspace by name."""
        return self._objects

    def focus(self, key: int) -> int:
        """Show values as the object of a record has them; returns the record's own id."""
        type_id, record_id = key_parts(key)
        found = next((o for o in self._objects.values() if o.id == type_id), None)
        if found is not None and found.id != self.object_type.id:
            self.showing = Showing.of(self._desk, found)
        return record_id

    def actions_of(self, _row: Row) -> Sequence[RowAction]:
        """What can be done with a deleted record."""
        restore, purge = self.tr("Restore"), self.tr("Delete permanently")
        return (
            RowAction(RESTORE, restore, "undo-2", reason=self._reason),
            RowAction(PURGE, purge, "trash-2", danger=True, reason=self._reason, separated=True),
        )

    def show_counts(self, counts: Sequence[ObjectCount]) -> None:
        """Offer the objects that have deleted records; the one in sight stays."""
        self._counts = {c.object_type.name: c.in_recycle_bin for c in counts}
        self._objects.clear()
        self._objects.update({c.object_type.name: c.object_type for c in counts})
        filled = [name for name, count in self._counts.items() if count]
        wanted = [ALL, *filled]
        total = sum(self._counts.values())
        if self.tabs.keys() != wanted:
            self._make_tabs(wanted)
        self.tabs.set_text(ALL, f"{self.tr('All')} {words.number(total)}")
        for name in filled:
            text = f"{self._objects[name].plural_label} {words.number(self._counts[name])}"
            self.tabs.set_text(name, text)
        kept = self.tr("%Ln deleted record{|s}", "", total)
        each = self.tr("kept for %Ln day{|s}", "", self._days)
        self.header.set_title(self.tr("Recycle bin"), f"{kept}, {each}")
        if self._shown not in wanted:
            self.show_object(ALL)
        self._choose_face()
        self._read_people()

    def show_object(self, name: str) -> None:
        """Show the deleted records of one object, or of all."""
        if name != ALL and name not in self._objects:
            return
        self._shown = name
        if name in self.tabs.keys():  # noqa: SIM118 - a method of a tab bar
            self.tabs.blockSignals(True)
            self.tabs.show_key(name)
            self.tabs.blockSignals(False)
        self._narrow()
        self.object_shown.emit()

    @property
    def wanted(self) -> BinWanted:
        """What the list is narrowed to now."""
        chosen = self.by.currentData()
        return BinWanted(
            self.search.text(),
            None if self._shown == ALL else self._shown,
            None if chosen is None else int(chosen),
            str(self.within.currentData() or ""),
        )

    def clear(self) -> None:
        """Search nothing, narrow by nobody and no time."""
        self.search.setText("")
        self._pause.stop()
        for combo in (self.by, self.within):
            combo.blockSignals(True)
            combo.setCurrentIndex(0)
            combo.blockSignals(False)
        self._narrow()

    def _read_people(self) -> None:
        desk = self._desk
        desk.run_query(
            self,
            "deleters",
            lambda: desk.workspace.recycle_bin.deleters(desk.actor),
            self._show_people,
            lambda _error: None,
        )

    def _show_people(self, people: Sequence[tuple[int, str]]) -> None:
        chosen = self.by.currentData()
        self.by.blockSignals(True)
        self.by.clear()
        self.by.addItem(self.tr("By anyone"), None)
        for user_id, name in people:
            by = self.tr("By %1").replace("%1", name or self.tr("CRM Desk"))
            self.by.addItem(by, user_id)
        self.by.setCurrentIndex(max(0, self.by.findData(chosen)))
        self.by.blockSignals(False)

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
            self.tabs.add(name, "" if name == ALL else self._objects[name].plural_label)
        if self._shown in names:
            self.tabs.show_key(self._shown)
        self.tabs.blockSignals(False)
        self.tabs.setVisible(len(names) > 2)

    def _narrow(self, _index: int = 0) -> None:
        self.table.load(self.wanted)

    def _take_count(self, _count: object) -> None:
        self._say()
        self._choose_face()

    def _choose_face(self) -> None:
        if self.table.count:
            self._empty_for = None
            self.table.show_empty(None)
            return
        wanted = self.wanted
        if self._empty_for == wanted:
            # Counts come with each change of any record, mostly while the bin is out of sight.
            return
        self._empty_for = wanted
        if wanted.narrows:
            clear = Button(self.tr("Clear filters"), ButtonKind.PRIMARY)
            clear.setObjectName("clear_filters")
            clear.clicked.connect(self.clear)
            there = self.tr("%Ln deleted record{|s}", "", sum(self._counts.values()))
            sentence = self.tr("There are %1 in all.").replace("%1", there)
            heading = self.tr("No deleted record matches")
            empty = EmptyState("search", heading, sentence, buttons=[clear])
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
            self.footer.set_words(self.tr("%Ln deleted record{|s}", "", count))
            return
        some = self.tr("%1 of %2 selected").replace("%1", words.number(ticked))
        self.footer.set_words(some.replace("%2", words.number(count)))

    def set_planning(self, planning: bool) -> None:
        """Say that numbers are being worked out, and take no second order meanwhile."""
        for button in (self.bulk_restore, self.bulk_purge):
            button.setEnabled(not planning)
        if not planning:
            self._say()
        elif self.table.ticks:
            self.footer.set_words(self.tr("Counting what this takes along..."))

    def _act(self, key: str, row_id: int) -> None:
        signal = self.restore_asked if key == RESTORE else self.purge_asked
        signal.emit([row_id])

    def _restore_ticked(self) -> None:
        self.restore_asked.emit(list(self.table.ticks.ids()))

    def _purge_ticked(self) -> None:
        self.purge_asked.emit(list(self.table.ticks.ids()))
