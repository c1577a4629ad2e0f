"""The Records tab: objects at the left, one object's records, one record's panel beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.changes.change_set import Change
from crmdesk.core.records.object_definitions import ObjectCount
from crmdesk.core.records.record import Record
from crmdesk.core.records.recycle_bin_model import bin_key
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.export_part import ExportPart
from crmdesk.ui.frame.page import Page
from crmdesk.ui.messages import message
from crmdesk.ui.records.bin_face import BinFace
from crmdesk.ui.records.bin_part import BinPart
from crmdesk.ui.records.bulk_part import BulkPart
from crmdesk.ui.records.merge_part import MergePart
from crmdesk.ui.records.new_record import NewRecordDialog
from crmdesk.ui.records.object_list import BIN, ObjectList, segment_of, segment_place
from crmdesk.ui.records.page_parts import PlaceButton
from crmdesk.ui.records.record_panel import RecordPanel
from crmdesk.ui.records.removal import Removal
from crmdesk.ui.records.segment_part import SegmentPart
from crmdesk.ui.records.segments_on_page import SegmentsOnPage
from crmdesk.ui.records.showing import Showing
from crmdesk.ui.records.table_face import TableFace
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.row_cache import find
from crmdesk.ui.tables.view import RowTable
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.chip import Chip


class RecordsPage(Page):
    """What people look at all day."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(self.tr("Records"))
        self._desk = desk
        self._own_change: object = None
        self._counts: Mapping[str, ObjectCount] = {}
        self._objects = desk.workspace.definitions.objects(desk.actor)
        self.places = ObjectList()
        self.places.show_objects(self._objects)
        self.face = TableFace(desk, self._objects[0], PlaceButton(self.places), self)
        self.bin = BinFace(desk, self._objects, PlaceButton(self.places), self)
        self.panel = RecordPanel(desk)
        self.removal = Removal(desk, self)
        self.bulk = BulkPart(desk, self)
        self.bin_part = BinPart(desk, lambda: self.bin.objects, self)
        self._merging = MergePart(desk, lambda: self.showing, self.panel.may_leave, self)
        self.segments = SegmentPart(desk, self)
        self.exports = ExportPart(desk, self.face, self)
        self._segments = SegmentsOnPage(
            self.segments, self.places, self.face, self.show_place, self
        )
        self.dialog: NewRecordDialog | None = None
        self._faces = QStackedWidget()
        self._faces.addWidget(self.face)
        self._faces.addWidget(self.bin)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.places)
        row.addWidget(self._faces, 1)
        row.addWidget(self.panel)
        self._connect()
        self.show_place(self._objects[0].name)

    def _connect(self) -> None:
        self.places.place_chosen.connect(self._choose_place)
        self.face.opened.connect(self.open_record)
        self.face.edit_asked.connect(self._edit)
        self.face.delete_asked.connect(self._delete)
        self.face.merge_asked.connect(self._merging.merge)
        self.face.new_asked.connect(self.add_record)
        self.face.import_asked.connect(
            lambda: self._desk.go(f"imports/new/{self.face.object_type.name}")
        )
        self.face.current_changed.connect(self._desk.ways.follow)
        self.bin.opened.connect(self.open_record)
        self.bin.restore_asked.connect(self.bin_part.restore)
        self.bin.purge_asked.connect(self._purge)
        self.bin.object_shown.connect(self._close_panel)
        self.panel.closed.connect(self.escape)
        self.panel.stepped.connect(self._step)
        self.panel.changed.connect(self._written)
        self.panel.saved.connect(self._saved)
        self.panel.delete_asked.connect(lambda: self._delete(self._panel_ids()))
        self.panel.merge_asked.connect(lambda: self._merging.merge_one(self.panel.record))
        self.panel.unmerge_asked.connect(self._merging.take_back)
        self._merging.merged.connect(self._merged)
        self.panel.restore_asked.connect(lambda: self.bin_part.restore(self._panel_keys()))
        self.panel.purge_asked.connect(lambda: self._purge(self._panel_keys()))
        self.face.bulk_edit_asked.connect(lambda ids: self.bulk.edit(self.face.showing, ids))
        for part in (self.bulk, self.bin_part, self.segments, self.face.views, self.exports):
            part.failed.connect(self._show_failure)
        self.bulk.written.connect(self._written)
        self.bin_part.written.connect(self._written)
        self.bin_part.undo_asked.connect(self.bulk.undo)
        self.bin_part.planning.connect(self.bin.set_planning)
        self.removal.written.connect(self._written)
        self.removal.link_asked.connect(self.open_link)

    # Places

    @property
    def in_bin(self) -> bool:
        """Whether the recycle bin is on show."""
        return self._faces.currentWidget() is self.bin

    @property
    def showing(self) -> Showing:
        """The object on show, live or deleted."""
        return self.bin.showing if self.in_bin else self.face.showing

    def show_place(self, place: str) -> bool:
        """Show an object, a segment, or the recycle bin; False while an edit is in the way."""
        if not self.panel.may_leave():
            return False
        self._close_panel()
        segment = segment_of(place)
        if segment is not None:
            self._faces.setCurrentWidget(self.face)
            self._segments.show(segment)
            self._desk.ways.follow()
            return True
        self.places.set_current(place)
        if place == BIN:
            self._faces.setCurrentWidget(self.bin)
            self.bin.show_counts(list(self._counts.values()) or self._no_counts())
            self.bin.refresh()
        else:
            self._faces.setCurrentWidget(self.face)
            self.face.show_object(self._object(place))
            self.face.load()
            self._segments.read()
        self._read_counts()
        self._desk.ways.follow()
        return True

    def _choose_place(self, place: str) -> None:
        if not self.show_place(place):
            self.places.set_current(self._place)

    @property
    def _place(self) -> str:
        """What is on show, as the left list names it."""
        if self.in_bin:
            return BIN
        segment = self.face.segment
        return self.face.object_type.name if segment is None else segment_place(segment.id)

    def _object(self, name: str) -> ObjectType:
        return next((o for o in self._objects if o.name == name), self._objects[0])

    def _no_counts(self) -> list[ObjectCount]:
        return [ObjectCount(found, 0, 0) for found in self._objects]

    def _read_counts(self) -> None:
        desk = self._desk
        desk.run_query(
            self,
            "counts",
            lambda: desk.workspace.definitions.counts(desk.actor),
            self._show_counts,
            self._show_failure,
        )

    def _show_counts(self, counts: Sequence[ObjectCount]) -> None:
        self._counts = {found.object_type.name: found for found in counts}
        self._objects = [found.object_type for found in counts]
        self.places.show_objects(self._objects)
        self.places.show_counts(counts)
        self.places.set_current(self._place)
        found = self._counts.get(self.face.object_type.name)
        if found is None:
            self.show_place(self._objects[0].name)
            return
        if found.object_type != self.face.object_type:
            self.face.show_object(found.object_type)
            self.face.load()
        self.face.set_total(found.records)
        self.bin.show_counts(counts)

    def _show_failure(self, error: Exception) -> None:
        told = message(error)
        banner = Banner(BannerTone.DANGER, told.title, told.advice, self.tr("Try again"))
        banner.acted.connect(self.refresh)
        self._table().show_banner(banner)

    # The panel

    def open_record(self, row_id: int) -> None:
        """Show a record in the panel; the list keeps its place. In the bin a key is given."""
        if not self.panel.may_leave():
            return
        record_id = self.bin.focus(row_id) if self.in_bin else row_id
        self.panel.show_record(self.showing, record_id)
        self.panel.show()
        view, count = self._view(), self._table().count
        position = find(self._table().ids, row_id)
        self.panel.set_steps(position > 0, 0 <= position < count - 1)
        view.show_open(row_id)
        self._desk.ways.follow()

    def _view(self) -> RowTable:
        return self._table().view

    def _table(self) -> DataTable:
        return (self.bin if self.in_bin else self.face).table

    def _panel_ids(self) -> list[int]:
        return [self.panel.record.id] if self.panel.record is not None else []

    def _panel_keys(self) -> list[int]:
        own = self.bin.object_type.id
        return [bin_key(own, record_id) for record_id in self._panel_ids()]

    def _close_panel(self) -> None:
        self.panel.form = None
        self.panel.record = None
        self.panel.hide()
        self._view().show_open(None)

    def _step(self, by: int) -> None:
        if self.panel.isVisible() and not self.panel.may_leave():
            return
        row_id = self._view().step(by)
        if row_id is not None and self.panel.isVisible():
            self.open_record(row_id)

    def _edit(self, record_id: int) -> None:
        self.open_record(record_id)
        if self._panel_ids() == [record_id]:
            self.panel.edit()

    # Writing

    def add_record(self) -> None:
        """Ask for a new record of the object on show."""
        if self.in_bin:
            return
        dialog = NewRecordDialog(self.face.showing, self.window())
        dialog.added.connect(self._added)
        self.dialog = dialog
        dialog.open()

    def _added(self, record: Record) -> None:
        showing = self.face.showing
        name = showing.name(record.values)
        title = self.tr("%1 created").replace("%1", showing.object_type.label)
        self.bulk.tell(title, name)
        self._written(Change(record.object_type, (record.id,)))
        if not self.panel.editing:
            self.open_record(record.id)

    def _saved(self, record: Record) -> None:
        title = self.tr("%1 saved").replace("%1", self.showing.object_type.label)
        self.bulk.tell(title, self.showing.name(record.values))

    def _delete(self, ids: Sequence[int]) -> None:
        if len(ids) > 1 and self.panel.may_leave():
            self.bulk.delete(self.face.object_type, ids)
        elif ids and self.panel.may_leave():
            self.removal.delete(self.face.object_type, ids, self._name_of(ids))

    def _merged(self, change: Change, winner_id: int) -> None:
        self.face.table.view.clear_ticks()
        self._written(change)
        self.open_record(winner_id)

    def _purge(self, keys: Sequence[int]) -> None:
        self.bin_part.purge(keys, self.bin.name_of(keys[0]) if len(keys) == 1 else "")

    def _name_of(self, ids: Sequence[int]) -> str:
        record = self.panel.record
        if record is not None and list(ids) == [record.id]:
            return self.showing.name(record.values)
        return self.face.name_of(ids[0]) if len(ids) == 1 else ""

    def _written(self, change: Change) -> None:
        """Show what a write of this page changed, and tell the other pages."""
        record = self.panel.record
        left = record is not None and record.id in change.record_ids
        if left and record is not None and not self._still_listed(record):
            self._close_panel()
            self._view().setFocus()
        self.refresh()
        self._own_change = change
        self._desk.changed(change)
        self._own_change = None

    def _still_listed(self, record: Record) -> bool:
        """Whether a record is still where it was: live, or in the recycle bin."""
        desk = self._desk
        found = desk.workspace.records.deletions(desk.actor, record.object_type, [record.id])
        rows = desk.workspace.records.rows(desk.actor, record.object_type, [record.id], ())
        return bool(rows) and (record.id in found) == (record.archived_at is not None)

    # What the window asks

    def commands(self) -> Mapping[str, Callable[[], object]]:
        found: dict[str, Callable[[], object]] = {
            "find": self._find,
            "undo": self.bulk.undo_last,
            "previous": partial(self._step, -1),
            "next": partial(self._step, 1),
        }
        if not self.in_bin:
            found |= {"new": self.add_record, **self.exports.commands()}
            found["columns"] = self.face.filters.columns.click
            if self._desk.may(Permission.DELETE_RECORDS) and self.face.targets():
                found["delete"] = self._delete_key
        if self.panel.form is not None:
            found["save"] = self.panel.save
            found["send"] = self.panel.save
        elif not self.in_bin and self.face.views.save_link.isVisible():
            found["save"] = self.face.views.save
        return found

    def _find(self) -> None:
        field = self.bin.search if self.in_bin else self.face.filters.search
        field.setFocus()
        field.selectAll()

    def _delete_key(self) -> None:
        focus = QApplication.focusWidget()
        if isinstance(focus, Chip) and focus.is_on:
            # On a chip the key takes the filter away, and nothing else.
            focus.cleared.emit()
            return
        inside = focus is not None and self.panel.isAncestorOf(focus)
        self._delete(self._panel_ids() if inside else self.face.targets())

    def regions(self) -> Sequence[QWidget]:
        if self.in_bin:
            return (self.places, self.bin.search, self.bin.table.view, self.panel)
        return (self.places, self.face.filters, self.face.table.view, self.panel)

    def start_focus(self) -> None:
        self._view().setFocus()

    def refresh(self) -> None:
        self._read_counts()
        self._table().refresh()
        self._segments.read()
        if self.panel.isVisible():
            self.panel.refresh()

    def open_link(self, link: str) -> None:
        parts = link.split("/")
        place = parts[1] if len(parts) > 1 else ""
        known = {found.name for found in self._objects}
        if place == "recycle-bin":
            shown = self.show_place(BIN)
            if shown and len(parts) > 2:
                self.bin.show_object(parts[2])
            return
        same = place == self.face.object_type.name and not self.in_bin
        if place not in known or (not same and not self.show_place(place)):
            return
        if len(parts) > 2 and parts[2].isdigit():
            self.open_record(int(parts[2]))
        elif len(parts) > 3 and parts[2] == "import":
            self.segments.make_of_import(place, parts[3])
        elif len(parts) > 3 and parts[3].isdigit():
            if parts[2] == "segment":
                self.show_place(segment_place(int(parts[3])))
            elif parts[2] == "view":
                self.face.views.show_view(int(parts[3]))

    def escape(self) -> bool:
        if self.panel.isVisible():
            if self.panel.may_leave():
                self._close_panel()
                self._view().setFocus()
                self._desk.ways.follow()
            return True
        field = self.bin.search if self.in_bin else self.face.filters.search
        if field.text():
            field.clear_search()
            return True
        return False

    def set_narrow(self, narrow: bool) -> None:
        self.places.setVisible(not narrow)
        for button in self.findChildren(PlaceButton):
            button.setVisible(narrow)
        self.face.set_narrow(narrow)

    def affected_by(self, change: object) -> bool:
        return change is not None and change is not self._own_change
