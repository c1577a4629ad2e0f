"""Step 2: where each column goes. Columns that stay out stay visible."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.transfer.model import ColumnSuggestion
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.tables.cells import Row, RowAction, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.transfer.bundle import Bundle
from crmdesk.ui.transfer.column_rows import ColumnRows, fault_words_of, table_columns
from crmdesk.ui.transfer.draft import Draft
from crmdesk.ui.transfer.fixed_value import FixedValueDialog, showing
from crmdesk.ui.transfer.link_ways import LinkWay, link_ways, table_ways
from crmdesk.ui.transfer.new_property import NewPropertyDialog
from crmdesk.ui.transfer.shared_part import SharedPart
from crmdesk.ui.transfer.target_panel import TargetPanel
from crmdesk.ui.transfer.template_part import TemplatePart
from crmdesk.ui.transfer.wording import filled, say
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.folding_row import FoldingRow
from crmdesk.ui.widgets.segmented import Segmented
from crmdesk.ui.window_state import TableState


class ColumnsStep(QWidget):
    """A table of the file's columns, and a panel that sends one of them elsewhere.

    Signals:
        changed: the ``Draft`` with another mapping.
        shared_asked: the ``SharedColumn`` by which rows of another table are associated.
    """

    changed = Signal(object)
    shared_asked = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._draft: Draft | None = None
        self._rows: dict[int, ColumnSuggestion] = {}
        self._ways: tuple[LinkWay, ...] = ()
        self.dialog: NewPropertyDialog | None = None
        self.fixed_dialog: FixedValueDialog | None = None
        self.source = ListSource(
            table_columns(),
            matches=lambda row, wanted: wanted != "left" or row.cells["target"].quiet,
        )
        self.table = DataTable(
            say("Columns of the file"),
            self.source,
            desk.queries,
            actions_of=self._actions,
            start=TableState(height=RowHeight.NORMAL),
        )
        self.panel = TargetPanel()
        self.which = Segmented(
            say("Which columns"), [("all", say("All")), ("left", say("Not imported"))]
        )
        self.notice = Banner(BannerTone.WARN, " ")
        self.shared = SharedPart(self)
        self.fixed_button = Button(say("Add fixed value"), icon="plus")
        self.fixed_button.setObjectName("add_fixed_value")
        self.templates = TemplatePart(desk, self)
        self.template, self.save_template = self.templates.banner, self.templates.save_button
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        deeds = (self.fixed_button, self.save_template)
        told = ElidedLabel("", TextStyle.BODY, "text2")
        self._head = FoldingRow(told, (self.which, *deeds), deeds)
        head = QVBoxLayout()
        head.setContentsMargins(24, 16, 24, 8)
        head.addWidget(self._head)
        self.notice.hide()
        notice = QVBoxLayout()
        notice.setContentsMargins(24, 0, 24, 8)
        for banner in (self.notice, self.shared.banner, self.template):
            notice.addWidget(banner)
        main = QVBoxLayout()
        main.setSpacing(0)
        main.addLayout(head)
        main.addLayout(notice)
        main.addWidget(self.table, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(main, 1)
        row.addWidget(self.panel)
        self.panel.hide()

    def _connect(self) -> None:
        self.which.changed.connect(self.table.load)
        self.table.opened.connect(self.open_column)
        self.table.action_chosen.connect(self._act)
        self.fixed_button.clicked.connect(lambda _checked=False: self.ask_fixed_value())
        self.shared.asked.connect(self.shared_asked)
        self.templates.applied.connect(self.changed)
        self.panel.closed.connect(self.close_panel)
        self.panel.stepped.connect(self._step)
        self.panel.picked.connect(self._send)
        self.panel.link_picked.connect(self._link)
        self.panel.label_picked.connect(self._label)
        self.panel.dates_picked.connect(self._date)
        self.panel.create_asked.connect(self.ask_new_property)

    def show_bundle(self, bundle: Bundle) -> None:
        """Show the mapping of the table in sight; its columns may name rows of the others."""
        draft = bundle.draft
        if draft is None:
            return
        before = self._draft
        other = before is None or before.inspection is not draft.inspection
        self._draft = draft
        self._rows = dict(enumerate(draft.inspection.columns, 1))
        objects = self._desk.workspace.definitions.objects(self._desk.actor)
        known = draft.object_type is not None
        self._ways = (*table_ways(bundle.others()), *link_ways(objects)) if known else ()
        self.panel.offer_links(self._ways)
        shown = showing(self._desk, draft.object_type) if draft.object_type else None
        self.source.replace(ColumnRows(draft, self._ways, shown).rows())
        taken, of = len(draft.mapping) + len(draft.links), len(self._rows)
        told = say("%1 of %2 columns are imported")
        self._head.set_sentence(filled(told, words.number(taken), words.number(of)))
        title, text = fault_words_of(draft.inspection.columns)
        self.notice.setVisible(bool(title))
        self.notice.set_state(BannerTone.WARN, title or " ", text)
        self.shared.show_bundle(bundle)
        self.templates.show_draft(draft, anew=other)
        self._show_table(anew=other)

    def _show_table(self, *, anew: bool) -> None:
        if anew:
            self.panel.hide()
            self.table.view.show_open(None)
            self.which.set_current("all")
            self.table.load("all")
        else:
            self.table.refresh()
        if self.panel.isVisible():
            self._fill_panel()

    def _actions(self, row: Row) -> tuple[RowAction, ...]:
        if row.id not in self._rows:
            return (
                RowAction("change", say("Change value"), "pencil", prominent=True),
                RowAction("leave", say("Remove"), "x"),
            )
        return (
            RowAction("change", say("Change property"), "pencil", prominent=True),
            RowAction("create", say("Create property"), "plus", reason=self._no_right()),
            RowAction("leave", say("Do not import"), "x", reason=self._left_out(row)),
        )

    def _no_right(self) -> str:
        if self._desk.may(Permission.EDIT_PROPERTIES):
            return ""
        return say("You may not edit properties")

    @staticmethod
    def _left_out(row: Row) -> str:
        return say("It is not imported") if row.cells["target"].quiet else ""

    @Slot(str, object)
    def _act(self, key: str, number: int) -> None:
        if key == "leave" and number not in self._rows and self._draft is not None:
            self.changed.emit(self._draft.with_fixed(self._fixed_name(number), None))
            return
        self.open_column(number)
        if key == "leave":
            self._send("")
        elif key == "create":
            self.ask_new_property()

    def _fixed_name(self, number: int) -> str:
        names = () if self._draft is None else tuple(self._draft.static)
        return names[number - len(self._rows) - 1]

    @Slot(object)
    def open_column(self, number: int) -> None:
        """Open the panel of one column, or the dialog of a fixed value."""
        if number not in self._rows:
            self.ask_fixed_value(self._fixed_name(number))
            return
        self.panel.number = number
        self.table.view.show_open(number)
        self._fill_panel()
        self.panel.show()
        self.panel.search.setFocus()

    def _fill_panel(self) -> None:
        draft, number = self._draft, self.panel.number
        if draft is None or draft.object_type is None or number not in self._rows:
            return
        column = self._rows[number]
        self.panel.show_column(draft, column, self._no_right())
        self.panel.show_labels(draft, column, self._labels(draft, column.header))
        self.panel.set_steps(number > 1, number < len(self._rows))

    @Slot()
    def close_panel(self) -> None:
        """Close the panel; the focus goes back to the row."""
        self.panel.hide()
        self.table.view.show_open(None)
        self.table.setFocus()

    @Slot(int)
    def _step(self, by: int) -> None:
        number = self.panel.number + by
        if number in self._rows:
            self.table.view.go_to(number)
            self.open_column(number)

    @Slot(str)
    def _send(self, name: str) -> None:
        if self._draft is not None:
            header = self._rows[self.panel.number].header
            self.changed.emit(self._draft.with_target(header, name or None))

    def _labels(self, draft: Draft, header: str) -> list[str]:
        """What the records that a column names can be called."""
        desk, link = self._desk, draft.links.get(header)
        if link is None or draft.object_type is None or not desk.may(Permission.USE_RECORDS):
            return []
        found = desk.workspace.association_definitions.choices(
            desk.actor, draft.object_type.name, link.object_name
        )
        return [each.text for each in found]

    @Slot(object)
    def _link(self, way: LinkWay) -> None:
        if self._draft is None:
            return
        header = self._rows[self.panel.number].header
        if way.shared is None:
            self.changed.emit(self._draft.with_link(header, *way.names))
        else:
            self.shared_asked.emit(replace(way.shared, header=header))

    @Slot(str, str)
    def _label(self, label: str, column: str) -> None:
        if self._draft is not None:
            header = self._rows[self.panel.number].header
            self.changed.emit(self._draft.with_labels(header, label, column or None))

    @Slot(str)
    def _date(self, order: str) -> None:
        if self._draft is not None:
            header = self._rows[self.panel.number].header
            self.changed.emit(self._draft.with_dates(header, DateOrder(order) if order else None))

    @Slot()
    def ask_fixed_value(self, name: str = "") -> None:
        """Open the dialog that gives every row a value, or changes the one of a property."""
        draft = self._draft
        if draft is None or draft.object_type is None:
            return
        self.fixed_dialog = FixedValueDialog(
            self._desk, draft, draft.object_type, name, self.window()
        )
        self.fixed_dialog.made.connect(self._take_fixed)
        self.fixed_dialog.open()

    @Slot(str, str)
    def _take_fixed(self, name: str, value: str) -> None:
        if self._draft is not None:
            self.changed.emit(self._draft.with_fixed(name, value))

    @Slot()
    def ask_new_property(self) -> None:
        """Open the dialog that makes a property for the column in the panel."""
        draft = self._draft
        if draft is None or draft.object_type is None:
            return
        column = self._rows[self.panel.number]
        taken = {*draft.object_type.by_name, *(made.name for made in draft.new.values())}
        self.dialog = NewPropertyDialog(column, draft.object_type, taken, self.window())
        self.dialog.made.connect(self._take_new)
        self.dialog.open()

    @Slot(object)
    def _take_new(self, definition: PropertyDefinition) -> None:
        if self._draft is not None:
            header = self._rows[self.panel.number].header
            self.changed.emit(self._draft.with_new(header, definition))
