"""Step 2: where each column goes. Columns that stay out stay visible."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.transfer.model import ColumnSuggestion, HeaderFault
from crmdesk.ui.desk import Desk
from crmdesk.ui.tables.cells import Cell, Column, Row, RowAction, RowHeight, Tone
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.transfer.draft import Draft
from crmdesk.ui.transfer.link_ways import link_text, link_ways
from crmdesk.ui.transfer.new_property import NewPropertyDialog
from crmdesk.ui.transfer.target_panel import TargetPanel
from crmdesk.ui.transfer.template_part import TemplatePart
from crmdesk.ui.transfer.wording import filled, matched_by, property_label, say
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.segmented import Segmented
from crmdesk.ui.window_state import TableState

_MOST_NAMED = 6


class ColumnsStep(QWidget):
    """A table of the file's columns, and a panel that sends one of them elsewhere.

    Signals:
        changed: the ``Draft`` with another mapping.
    """

    changed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._draft: Draft | None = None
        self._rows: dict[int, ColumnSuggestion] = {}
        self.dialog: NewPropertyDialog | None = None
        self.source = ListSource(
            (
                Column("column", say("Column in the file"), 200, sortable=False, least=140),
                Column("samples", say("First values"), 200, rank=2, stretch=True, sortable=False),
                Column("target", say("Goes to"), 200, sortable=False),
                Column("how", say("How"), 190, rank=1, sortable=False),
            ),
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
        self._told = label("", TextStyle.BODY, "text2")
        self.notice = Banner(BannerTone.WARN, " ")
        self.templates = TemplatePart(desk, self)
        self.template, self.save_template = self.templates.banner, self.templates.save_button
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(24, 16, 24, 8)
        head.addWidget(self._told, 1)
        head.addWidget(self.which)
        self.notice.hide()
        head.addSpacing(8)
        head.addWidget(self.save_template)
        notice = QVBoxLayout()
        notice.setContentsMargins(24, 0, 24, 8)
        notice.addWidget(self.notice)
        notice.addWidget(self.template)
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
        self.panel.closed.connect(self.close_panel)
        self.panel.stepped.connect(self._step)
        self.panel.picked.connect(self._send)
        self.templates.applied.connect(self.changed)
        self.panel.link_picked.connect(self._link)
        self.panel.create_asked.connect(self.ask_new_property)

    def show_draft(self, draft: Draft) -> None:
        """Show the mapping of an import."""
        other = self._draft is None or self._draft.inspection is not draft.inspection
        self._draft = draft
        self._rows = dict(enumerate(draft.inspection.columns, 1))
        objects = self._desk.workspace.definitions.objects(self._desk.actor)
        self._ways = () if draft.object_type is None else link_ways(objects)
        self.panel.offer_links(self._ways)
        self.source.replace(self._row(number, each) for number, each in self._rows.items())
        taken, of = len(draft.mapping) + len(draft.links), len(self._rows)
        told = say("%1 of %2 columns are imported")
        self._told.setText(filled(told, str(taken), str(of)))
        self._show_faults(draft)
        self.templates.show_draft(draft, anew=other)
        if other:
            self.panel.hide()
            self.which.set_current("all")
            self.table.load("all")
        else:
            self.table.refresh()
        if self.panel.isVisible():
            self._fill_panel()

    def _show_faults(self, draft: Draft) -> None:
        """Name the columns whose headings are missing or stand twice."""
        columns = draft.inspection.columns
        blank = [c.header for c in columns if c.fault is HeaderFault.BLANK]
        twice = [c.header for c in columns if c.fault is HeaderFault.REPEATED]
        self.notice.setVisible(bool(blank or twice))
        titles, texts = [], []
        if blank:
            titles.append(say("%Ln column{|s} without a name", len(blank)))
            texts.append(filled(say("Called here: %1."), _listed(blank)))
        if twice:
            titles.append(say("%Ln column{|s} with the name of another", len(twice)))
            texts.append(filled(say("The later one is called: %1."), _listed(twice)))
        if titles:
            advice = say("Look at their first values before you import them.")
            title = say(" and ").join(titles)
            self.notice.set_state(BannerTone.WARN, title, " ".join((*texts, advice)))

    def _row(self, number: int, column: ColumnSuggestion) -> Row:
        draft = self._draft
        target = None if draft is None else draft.target_of(column.header)
        link = None if draft is None else draft.links.get(column.header)
        if link is not None:
            goes = Cell(link_text(self._ways, link), icon="link", tone=Tone.INFO)
            how = say("Chosen by you")
        elif draft is None or target is None:
            goes, how = Cell(say("Not imported"), quiet=True), matched_by(column)
        else:
            made = draft.new.get(column.header)
            name = made.label if made else property_label(draft.object_type, target)
            goes = Cell(name, icon="plus" if made else "", tone=Tone.INFO if made else Tone.PLAIN)
            own = target == column.property
            how = matched_by(column) if own else say("Chosen by you")
            how = say("New property") if made else how
        cells = {
            "column": _heading(column),
            "samples": Cell(" · ".join(column.samples[:3]), quiet=True),
            "target": goes,
            "how": Cell(how, quiet=True),
        }
        return Row(number, cells)

    def _actions(self, row: Row) -> tuple[RowAction, ...]:
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
        self.open_column(number)
        if key == "leave":
            self._send("")
        elif key == "create":
            self.ask_new_property()

    @Slot(object)
    def open_column(self, number: int) -> None:
        """Open the panel of one column."""
        self.panel.number = number
        self.table.view.show_open(number)
        self._fill_panel()
        self.panel.show()
        self.panel.search.setFocus()

    def _fill_panel(self) -> None:
        draft, number = self._draft, self.panel.number
        if draft is None or draft.object_type is None or number not in self._rows:
            return
        self.panel.show_column(draft, self._rows[number], self._no_right())
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

    @Slot(str, str)
    def _link(self, object_name: str, by: str) -> None:
        if self._draft is not None:
            header = self._rows[self.panel.number].header
            self.changed.emit(self._draft.with_link(header, object_name, by))

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


def _heading(column: ColumnSuggestion) -> Cell:
    if column.fault is None:
        return Cell(column.header)
    return Cell(column.header, icon="triangle-alert", tone=Tone.WARN)


def _listed(headers: list[str]) -> str:
    shown = ", ".join(f"“{header}”" for header in headers[:_MOST_NAMED])
    return shown if len(headers) <= _MOST_NAMED else f"{shown}, …"
