"""The records of one object: header, filters, table and footer."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.segment_rows import SegmentKind
from crmdesk.core.records.segments import Segment
from crmdesk.core.records.types import PropertyType
from crmdesk.core.records.views import ViewDefinition
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.footer import Footer
from crmdesk.ui.records.defaults import NAME, column_names, modified
from crmdesk.ui.records.filter_bar import FilterBar
from crmdesk.ui.records.filter_strip import FilterStrip
from crmdesk.ui.records.page_parts import PlaceButton, head, in_margins
from crmdesk.ui.records.showing import Showing, counted, in_sentence
from crmdesk.ui.records.source import RecordSource, Wanted
from crmdesk.ui.records.view_state import definition_of, sort_of, wanted_of
from crmdesk.ui.records.views_bar import ViewsBar
from crmdesk.ui.tables.cells import Lead, Row, RowAction, Sort
from crmdesk.ui.tables.column_chooser import ColumnChooser
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.widgets.buttons import Button, ButtonKind, IconButton
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.window_state import TableState

OPEN, EDIT, DELETE = "open", "edit", "delete"


class TableFace(QWidget):
    """Live records of one object.

    Signals:
        opened: id of the record to show in the panel.
        edit_asked: id of the record to edit in the panel.
        delete_asked: ids to delete.
        merge_asked: the two ids to merge.
        bulk_edit_asked: ids to change together.
        segment_asked: ids for a segment, and the button to open its menu under.
        segment_menu_asked: the button to open the menu of the segment on show under.
        filter_saved: the filters are those of the segment that was being edited; empty gives up.
        new_asked: add a record.
        import_asked: go to the import assistant.
        export_asked: save records as a file.
        current_changed: the current row or the number of rows is another one.
    """

    opened = Signal(object)
    edit_asked = Signal(object)
    delete_asked = Signal(object)
    merge_asked = Signal(object)
    bulk_edit_asked = Signal(object)
    segment_asked = Signal(object, object)
    segment_menu_asked = Signal(object)
    filter_saved = Signal(bool)
    new_asked = Signal()
    import_asked = Signal()
    export_asked = Signal()
    current_changed = Signal()

    def __init__(
        self, desk: Desk, object_type: ObjectType, place: PlaceButton, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._desk, self._total = desk, 0
        self.segment: Segment | None = None
        self.showing = Showing.of(desk, object_type)
        self._source = RecordSource(self.showing)
        may_delete = desk.may(Permission.DELETE_RECORDS)
        self._no_delete = "" if may_delete else self.tr("You may not delete records.")
        self.header = PageHeader(object_type.plural_label)
        self._may_export = desk.may(Permission.EXPORT)
        self.import_button = Button(self.tr("Import"), ButtonKind.SECONDARY, "upload")
        self.export_button = Button(self.tr("Export"), ButtonKind.SECONDARY, "file-down")
        self.new_button = Button("", ButtonKind.PRIMARY, "plus")
        self.filters = FilterBar()
        self.views = ViewsBar(desk, self.definition_now, self)
        self.strip = FilterStrip()
        self.segment_button = IconButton("ellipsis", self.tr("Segment actions"))
        self.segment_button.hide()
        self.footer = Footer()
        self.bulk_edit = Button(self.tr("Edit"), ButtonKind.GHOST, "pencil")
        self.bulk_segment = Button(self.tr("Segment"), ButtonKind.GHOST, "list-filter")
        self.bulk_segment.setAccessibleName(self.tr("Add to a segment"))
        self.bulk_export = Button(self.tr("Export"), ButtonKind.GHOST, "file-down")
        self.bulk_delete = Button(self.tr("Delete"), ButtonKind.GHOST, "trash-2")
        self.bulk_merge = Button(self.tr("Merge the two"), ButtonKind.GHOST, "merge")
        self.bulk_merge.hide()
        bulk = (self.bulk_edit, self.bulk_segment, self.bulk_export, self.bulk_merge)
        for button in (*bulk, self.bulk_delete):
            self.footer.start.addWidget(button)
        self.table = DataTable(
            object_type.plural_label,
            self._source,
            desk.queries,
            lead=Lead.CHECK,
            actions_of=self.actions_of,
            state=desk.state,
            key=f"records/{object_type.name}",
            start=_start(object_type),
        )
        self._source.show([column.key for column in self.table.columns])
        self._build(place)
        self._connect()
        self._dress()

    def _build(self, place: PlaceButton) -> None:
        self.header.add(self.segment_button)
        self.header.add(self.import_button)
        self.header.add(self.export_button)
        self.header.add(self.new_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(in_margins(head(place, self.header), 16, 12))
        column.addWidget(self.views)
        column.addWidget(self.filters)
        column.addWidget(self.strip)
        column.addWidget(self.table, 1)
        column.addWidget(self.footer)

    def _connect(self) -> None:
        self.import_button.clicked.connect(self.import_asked)
        self.export_button.clicked.connect(self.export_asked)
        self.bulk_export.clicked.connect(self.export_asked)
        self.new_button.clicked.connect(self.new_asked)
        self.bulk_delete.clicked.connect(self._delete_ticked)
        self.bulk_merge.clicked.connect(lambda: self.merge_asked.emit(list(self.table.ticks.ids())))
        self.bulk_edit.clicked.connect(lambda: self.bulk_edit_asked.emit(self.table.ticks.ids()))
        self.bulk_segment.clicked.connect(
            lambda: self.segment_asked.emit(self.table.ticks.ids(), self.bulk_segment)
        )
        self.segment_button.clicked.connect(
            lambda: self.segment_menu_asked.emit(self.segment_button)
        )
        self.strip.answered.connect(self.filter_saved)
        self.filters.add_tool(self.views.button)
        QWidget.setTabOrder(self.filters.columns, self.views.button)
        self.filters.changed.connect(self._narrow)
        self.views.chosen.connect(self.show_definition)
        self.filters.columns_pressed.connect(self._open_columns)
        self.filters.down_pressed.connect(self.table.view.setFocus)
        self.table.columns_changed.connect(self._show_columns)
        self.table.opened.connect(self.opened)
        self.table.current_moved.connect(lambda _row_id: self.current_changed.emit())
        self.table.ticks_changed.connect(self._say)
        self.table.sort_changed.connect(self._say)
        self.table.sort_changed.connect(self._follow_view)
        self.table.columns_changed.connect(self._follow_view)
        self.table.counted.connect(self._take_count)
        self.table.action_chosen.connect(self._act)

    @property
    def object_type(self) -> ObjectType:
        """The object on show."""
        return self.showing.object_type

    def show_object(self, object_type: ObjectType) -> None:
        """Show another object, or this one with other properties."""
        self.showing = Showing.of(self._desk, object_type)
        self._source = RecordSource(self.showing)
        key, start = f"records/{object_type.name}", _start(object_type)
        self.table.set_source(self._source, key=key, start=start)
        self.table.view.setAccessibleName(object_type.plural_label)
        self._dress()

    def definition_now(self) -> ViewDefinition:
        """What the table shows at this moment, as a saved view keeps it."""
        return definition_of(self.table, self.filters.wanted, self.object_type)

    def query_now(self) -> RecordQuery:
        """The records that the table is narrowed to."""
        return self._source.record_query(replace(self.table.query, filter=self.filters.wanted))

    def show_definition(self, definition: ViewDefinition) -> None:
        """Show what a saved view keeps; all records stand as the person left them."""
        own, view = self.object_type, self.views.current
        key, start = f"records/{own.name}", _start(own)
        if view is not None:
            # Nothing of it is remembered: what is not saved is gone with the next look.
            columns = (NAME, *definition.columns) if definition.columns else start.columns
            key, start = "", TableState(columns=columns, sort=sort_of(definition, own))
        self.table.set_source(self._source, key=key, start=start)
        self.filters.show_wanted(wanted_of(definition, own))
        self.show_segment(None)
        self.load()
        self._follow_view()

    def show_segment(self, segment: Segment | None) -> None:
        """Say which segment the table is narrowed to; the filters know its id."""
        self.segment = segment
        self.segment_button.setVisible(segment is not None)
        self.views.set_wanted(wanted=segment is None)
        self._say_how_many()

    def _narrow(self, wanted: Wanted) -> None:
        self.table.load(wanted)
        self._follow_view()

    def _follow_view(self, _what: object = None) -> None:
        self.views.follow()

    def load(self) -> None:
        """Read the list for the filters now set."""
        self.table.load(self.filters.wanted)

    def set_total(self, count: int) -> None:
        """Say how many records there are in all."""
        self._total = count
        self._say_how_many()

    def _say_how_many(self) -> None:
        """Under the title: of a narrowed list first how many of all it shows."""
        wanted = self.table.query.filter
        records = self.tr("%Ln record{|s}", "", self._total)
        if isinstance(wanted, Wanted) and wanted.narrows:
            some = self.tr("%1 of %2").replace("%1", words.number(self.table.count))
            records = some.replace("%2", records)
        own = self.tr("%Ln propert{y|ies}", "", len(self.object_type.properties))
        title = self.object_type.plural_label
        if self.segment is not None:
            title = self.segment.name
            active = self.segment.kind is SegmentKind.ACTIVE
            own = self.tr("active segment") if active else self.tr("static segment")
        self.header.set_title(title, f"{records}, {own}")

    def set_narrow(self, narrow: bool) -> None:
        """Fold away what gives way in a narrow window."""
        self.filters.set_narrow(narrow)

    def actions_of(self, _row: Row) -> Sequence[RowAction]:
        """What can be done with a record."""
        label = in_sentence(self.object_type.label)
        edit, delete = self.tr("Edit %1"), self.tr("Delete %1")
        return (
            RowAction(OPEN, self.tr("Open %1").replace("%1", label), "panel-right"),
            RowAction(EDIT, edit.replace("%1", label), "pencil"),
            RowAction(
                DELETE,
                delete.replace("%1", label),
                "trash-2",
                danger=True,
                reason=self._no_delete,
                separated=True,
            ),
        )

    def name_of(self, row_id: int) -> str:
        """What a listed record is called."""
        row = self.table.row(row_id)
        return row.cells[NAME].text if row is not None and NAME in row.cells else f"#{row_id}"

    def targets(self) -> array[int]:
        """What Delete is about: the ticked records, else the current one."""
        ticked, current = self.table.ticks.ids(), self.table.view.current_id
        # An array and no list: a million ids are copied in a millisecond.
        return ticked if ticked or current is None else array("q", [current])

    def _dress(self) -> None:
        label = in_sentence(self.object_type.label)
        self.new_button.setText(self.tr("New %1").replace("%1", label))
        self.header.set_title(self.object_type.plural_label, " ")
        self.segment = None
        self.views.set_wanted(wanted=True)
        self.segment_button.hide()
        self.strip.hide()
        self.filters.show_object(self.showing)
        self.views.show_object(self.object_type.name, in_sentence(self.object_type.plural_label))
        self.table.show_empty(None)
        self._show_controls(shown=True)
        self._say()

    @property
    def exportable(self) -> bool:
        """Whether the person may export, and the table has a record."""
        return self._may_export and self.table.count > 0

    def _show_columns(self, keys: Sequence[str]) -> None:
        self._source.show(keys)

    def _open_columns(self, anchor: QWidget) -> None:
        chooser = ColumnChooser(self.table, self.window())
        chooser.closed.connect(chooser.deleteLater)
        chooser.open_under(anchor)

    def _take_count(self, count: int) -> None:
        wanted = self.table.query.filter
        narrowed = isinstance(wanted, Wanted) and wanted.narrows
        if count:
            self.table.show_empty(None)
        else:
            self.table.show_empty(self._no_match() if narrowed else self._no_records())
        self._show_controls(shown=bool(count) or narrowed)
        self._say_how_many()
        self._say()
        self.current_changed.emit()

    def _show_controls(self, *, shown: bool) -> None:
        """In an empty list the one primary stands in the page."""
        self.filters.setVisible(shown)
        self.new_button.setVisible(shown)
        self.import_button.setVisible(shown and self._desk.may(Permission.IMPORT))
        self.export_button.setVisible(shown and self._may_export)
        self.footer.setVisible(shown)

    def _no_match(self) -> EmptyState:
        wanted = self.filters.wanted
        label = in_sentence(self.object_type.label)
        heading = self.tr("No %1 matches the search").replace("%1", label)
        if wanted.count:
            count = wanted.count + bool(wanted.search.strip())
            heading = self.tr("No %1 matches %Ln filter{|s}", "", count).replace("%1", label)
        clear = Button(self.tr("Clear filters"), ButtonKind.PRIMARY)
        clear.setObjectName("clear_filters")
        clear.clicked.connect(self.filters.clear)
        there = self.tr("There are %1 in all.")
        count_words = self.tr("%Ln record{|s}", "", self._total)
        return EmptyState("search", heading, there.replace("%1", count_words), buttons=[clear])

    def _no_records(self) -> EmptyState:
        label, plural = self.object_type.label, self.object_type.plural_label
        new = Button(
            self.tr("New %1").replace("%1", in_sentence(label)), ButtonKind.PRIMARY, "plus"
        )
        new.setObjectName("first_record")
        new.clicked.connect(self.new_asked)
        buttons = [new]
        if self._desk.may(Permission.IMPORT):
            bring = Button(self.tr("Import a file"), ButtonKind.SECONDARY, "upload")
            bring.clicked.connect(self.import_asked)
            buttons.append(bring)
        sentence = self.tr("Add one here, or import a CSV file, a workbook or a backup.")
        heading = self.tr("No %1 yet").replace("%1", in_sentence(plural))
        return EmptyState(self.object_type.icon, heading, sentence, buttons=buttons)

    def _say(self, _what: object = None) -> None:
        ticked, count = len(self.table.ticks), self.table.count
        for button in (self.bulk_edit, self.bulk_segment, self.bulk_delete):
            button.setVisible(ticked > 0)
        self.bulk_export.setVisible(ticked > 0 and self._may_export)
        self.bulk_edit.setText(self.tr("Edit %1").replace("%1", words.number(ticked)))
        self.bulk_merge.setVisible(ticked == 2 and not self._no_delete)
        self.bulk_delete.setText(self.tr("Delete %1").replace("%1", words.number(ticked)))
        self.bulk_delete.setAccessibleName(
            self.tr("Delete %1").replace("%1", counted(self.object_type, ticked))
        )
        self.bulk_delete.set_reason(self._no_delete)
        if not ticked:
            self.footer.set_words(counted(self.object_type, count), "", self._order())
            return
        some = self.tr("%1 of %2 selected").replace("%1", words.number(ticked))
        some = some.replace("%2", words.number(count))
        self.footer.set_words(some, self._no_delete, self._order())

    def _order(self) -> str:
        sort = self.table.query.sort
        if sort is None:
            return self.tr("Newest first")
        titles = {column.key: column.title for column in self.table.every_column}
        found = self.object_type.by_name.get(sort.key)
        kind = found.type if found is not None else PropertyType.STRING
        up, down = self.tr("A to Z"), self.tr("Z to A")
        if kind in (PropertyType.DATE, PropertyType.DATETIME):
            up, down = self.tr("oldest first"), self.tr("newest first")
        elif kind is PropertyType.NUMBER:
            up, down = self.tr("smallest first"), self.tr("largest first")
        text = self.tr("Sorted by %1, %2").replace("%2", down if sort.descending else up)
        return text.replace("%1", in_sentence(titles.get(sort.key, sort.key)))

    def _act(self, key: str, row_id: int) -> None:
        if key == DELETE:
            self.delete_asked.emit([row_id])
        elif key == EDIT:
            self.edit_asked.emit(row_id)
        else:
            self.opened.emit(row_id)

    def _delete_ticked(self) -> None:
        self.delete_asked.emit(self.table.ticks.ids())


def _start(object_type: ObjectType) -> TableState:
    last = modified(object_type)
    sort = Sort(last.name, descending=True) if last is not None else None
    return TableState(columns=column_names(object_type), sort=sort)
