"""The properties of an object: a table with search and group, and a panel beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout

from crmdesk.core.records.definition_rows import ArchivedDefinition
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyType
from crmdesk.ui.desk import Desk
from crmdesk.ui.settings.objects.groups_dialog import GroupsDialog
from crmdesk.ui.settings.objects.object_tab import ObjectTab
from crmdesk.ui.settings.objects.property_panel import PropertyPanel
from crmdesk.ui.settings.objects.type_dialog import TypeDialog
from crmdesk.ui.settings.objects.words import say, type_words
from crmdesk.ui.tables.cells import Cell, Column, Row, RowAction, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.choice import Choice
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from crmdesk.ui.widgets.search_field import SearchField
from crmdesk.ui.widgets.segmented import Segmented
from crmdesk.ui.window_state import TableState

_SEARCH = 220


class PropertiesTab(ObjectTab):
    """In use or put away; a click opens the panel."""

    def __init__(self, desk: Desk, object_type: ObjectType) -> None:
        super().__init__(desk, object_type)
        self._archived: dict[int, ArchivedDefinition] = {}
        self._groups: list[str] = []
        self.search = SearchField(say("Search properties"))
        self.search.setObjectName("search_properties")
        self.search.setMinimumWidth(_SEARCH)
        self.group = Choice(say("Group"))
        self.group.setObjectName("group_filter")
        self.mode = Segmented(say("Show"), (("used", say("In use")), ("archived", say("Put away"))))
        self.groups = Button(say("Groups"), icon="group")
        self.groups.setObjectName("edit_groups")
        self.add = Button(say("Add property"), ButtonKind.PRIMARY, "plus")
        self.add.setObjectName("add_property")
        for button in (self.groups, self.add):
            button.set_reason(self.reason)
        self._source = ListSource(_columns(), matches=_matches)
        self.table = DataTable(
            say("Properties"),
            self._source,
            desk.queries,
            actions_of=self._actions,
            start=TableState(height=RowHeight.ROOMY),
        )
        self.panel = PropertyPanel(desk, self.reason)
        self._lay_out()
        self._connect()
        self.read()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(24, 12, 24, 8)
        bar.setSpacing(8)
        for widget in (self.search, self.group, self.mode):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self.groups)
        bar.addWidget(self.add)
        self.column.addLayout(bar)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.table, 1)
        row.addWidget(self.panel)
        self.column.addLayout(row, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._filter())
        self.search.down_pressed.connect(self.table.view.setFocus)
        self.group.activated.connect(lambda _index: self._filter())
        self.mode.changed.connect(lambda _mode: self.read())
        self.groups.clicked.connect(self._edit_groups)
        self.add.clicked.connect(self._open_new)
        self.table.opened.connect(self.open_property)
        self.table.action_chosen.connect(self._act)
        self.panel.closed.connect(self._close_panel)
        self.panel.saved.connect(self._saved)
        self.panel.type_asked.connect(self._ask_type)

    # -- reading -------------------------------------------------------------------------
    def read(self) -> None:
        """Show the properties as they are now."""
        desk, name = self._desk, self.object_type.name
        groups = desk.workspace.property_groups.list(desk.actor, name)
        self._groups = [group.name for group in groups]
        chosen = self.group.currentData()
        self.group.clear()
        self.group.addItem(say("All groups"), "")
        for group in self._groups:
            self.group.addItem(group, group)
        self.group.setCurrentIndex(max(0, self.group.findData(chosen)))
        if self.mode.current == "archived":
            found = desk.workspace.definitions.archived_properties(desk.actor, name)
            self._archived = {each.id: each for each in found}
            self._source.replace([self._archived_row(each) for each in found])
        else:
            self._archived = {}
            self._source.replace([_row(each) for each in self.object_type.properties])
        self._filter()

    def _filter(self) -> None:
        self.table.load((self.search.text(), str(self.group.currentData() or "")))

    def show_object(self, object_type: ObjectType) -> None:
        """Show an object; the panel stays open over the same one."""
        if object_type.name != self.object_type.name:
            self._close_panel()
        super().show_object(object_type)

    def _property(self, property_id: int) -> Property | None:
        return next((p for p in self.object_type.properties if p.id == property_id), None)

    # -- the panel -----------------------------------------------------------------------
    def open_property(self, property_id: int) -> None:
        """Show a property in the panel."""
        found = self._property(property_id)
        if found is not None:
            self.panel.show_property(self.object_type, found, self._groups)
            self.table.view.show_open(property_id)

    def open_named(self, name: str) -> None:
        """Show a property in the panel; one that was put away in its list."""
        used = self.object_type.by_name.get(name)
        self.search.clear()
        self.mode.set_current("used" if used is not None else "archived")
        self.group.setCurrentIndex(0)
        self.read()
        if used is not None:
            self.open_property(used.id)
            self.table.bring_into_sight(used.id)
            return
        # Several may bear the name: the one that went last is meant before others.
        away = next((each.id for each in self._archived.values() if each.name == name), None)
        if away is not None:
            self.table.bring_into_sight(away)

    def _open_new(self) -> None:
        self.table.view.show_open(None)
        self.panel.show_property(self.object_type, None, self._groups)
        self.panel.label.setFocus()

    def _close_panel(self) -> None:
        self.panel.hide()
        self.table.view.show_open(None)
        self.table.view.setFocus()

    def _saved(self, name: str) -> None:
        self._desk.toast(say("Property saved"), name)
        self._close_panel()
        self.changed.emit()

    def _ask_type(self) -> None:
        found = self.panel.found
        if found is not None:
            self.open_type(found)

    def open_type(self, found: Property) -> None:
        """Ask for another type."""
        dialog = TypeDialog(self._desk, self.object_type, found, self.window())
        dialog.type_changed.connect(self._close_panel)
        dialog.type_changed.connect(self.changed)
        dialog.open()

    def _edit_groups(self) -> None:
        dialog = GroupsDialog(self._desk, self.object_type, self.window())
        dialog.changed.connect(self.changed)
        dialog.open()

    def _archived_row(self, found: ArchivedDefinition) -> Row:
        since = say("Put away %1").replace("%1", self._desk.moment(found.archived_at, inside=True))
        cells = {
            "label": Cell(found.label, found.name),
            "type": Cell(type_words(PropertyType(found.type))),
            "marks": Cell(since, quiet=True),
        }
        return Row(found.id, cells)

    # -- rows ----------------------------------------------------------------------------
    def _actions(self, row: Row) -> Sequence[RowAction]:
        if row.id in self._archived:
            return (RowAction("restore", say("Bring back"), "undo-2", reason=self.reason),)
        found = self._property(row.id)
        if found is None:
            return ()
        calculated = say("CRM Desk calculates this property") if found.calculated else ""
        reason = self.reason or calculated
        return (
            RowAction("edit", say("Edit property"), "pencil"),
            RowAction("up", say("Move up"), "arrow-up", reason=self.reason),
            RowAction("down", say("Move down"), "arrow-down", reason=self.reason),
            RowAction("type", say("Change type"), "type", reason=reason),
            RowAction(
                "archive", say("Put away"), "archive", danger=True, reason=reason, separated=True
            ),
        )

    def _act(self, key: str, property_id: int) -> None:
        service, actor, name = (
            self._desk.workspace.definitions,
            self._desk.actor,
            self.object_type.name,
        )
        if key == "restore":
            self.write(partial(service.restore_property, actor, name, property_id))
            return
        found = self._property(property_id)
        if found is None:
            return
        if key == "edit":
            self.open_property(property_id)
        elif key == "type":
            self.open_type(found)
        elif key == "archive":
            self._confirm_archive(found)
        else:
            self._move(found, -1 if key == "up" else 1)

    def _move(self, found: Property, by: int) -> None:
        """Change places with the neighbour in the list as it is shown."""
        shown = list(self.table.ids)
        place = shown.index(found.id) + by
        if not 0 <= place < len(shown):
            return
        other = self._property(shown[place])
        if other is None:
            return
        pair = [found.name, other.name] if by < 0 else [other.name, found.name]
        service, actor = self._desk.workspace.definitions, self._desk.actor
        self.write(partial(service.order_properties, actor, self.object_type.name, pair))

    def _confirm_archive(self, found: Property) -> None:
        service, actor = self._desk.workspace.definitions, self._desk.actor
        decision = Decision(
            title=say("Properties"),
            heading=say("Put %1 away?").replace("%1", found.label),
            sentence=say("It goes out of sight, and backups no longer hold it."),
            safe=say("Keep property"),
            deed=say("Put away"),
            icon="archive",
            effects=(
                Effect("database", say("Its values stay in the database.")),
                Effect("undo-2", say("You can bring it back at any time.")),
            ),
            destructive=True,
        )
        dialog = DecisionDialog(decision, self.window())
        dialog.setObjectName("archive_dialog")
        write = partial(service.archive_property, actor, self.object_type.name, found.name)
        dialog.decided.connect(lambda: self.write(write, lambda _done: self._close_panel()))
        dialog.open()


def _columns() -> Sequence[Column]:
    return (
        Column("label", say("Label"), 240, stretch=True, least=180),
        Column("type", say("Type"), 172),
        Column("group", say("Group"), 160, rank=1),
        Column("marks", say("Rules"), 190, rank=2, sortable=False),
    )


def _row(found: Property) -> Row:
    marks = [
        text
        for text, on in (
            (say("Required"), found.required),
            (say("Unique"), found.unique),
            (say("Sensitive"), found.sensitive),
            (say("Calculated"), found.calculated),
        )
        if on
    ]
    cells = {
        "label": Cell(found.label, found.name),
        "type": Cell(type_words(found.type)),
        "group": Cell(found.group, quiet=True),
        "marks": Cell(", ".join(marks), quiet=True),
    }
    return Row(found.id, cells, dimmed=found.calculated)


def _matches(row: Row, wanted: object) -> bool:
    if not isinstance(wanted, tuple):
        return True
    text, group = wanted
    label = row.cells["label"]
    fits = text.strip().casefold() in f"{label.text} {label.second}".casefold()
    return fits and (not group or "group" not in row.cells or row.cells["group"].text == group)
