"""Step 2: one object, and the properties whose values go back."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from crmdesk.core.records.schema import ObjectType
from crmdesk.core.restore.model import RestorableObject
from crmdesk.core.restore.wizard import WizardState
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.restore.property_table import Narrowing, PropertyTable
from crmdesk.ui.restore.selection_panel import SelectionPanel
from crmdesk.ui.restore.words import object_reason, say
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.left_list import LeftList
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.search_field import SearchField

_TYPING_MS = 120
_ROOMY_FROM = 1100
_LIST = 248


class ChoosePage(QWidget):
    """Objects at the left, properties in the middle, the running sum at the right.

    Signals:
        object_chosen: name of an object.
        properties_chosen: names of all chosen properties.
        skip_clears_changed: whether values stay where the backup has none.
        only_unchanged_changed: whether values stay that a person edited since.
        records_changed: ids of the only records wanted, or None for all.
    """

    object_chosen = Signal(str)
    properties_chosen = Signal(object)
    skip_clears_changed = Signal(bool)
    only_unchanged_changed = Signal(bool)
    records_changed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._listed: tuple[RestorableObject, ...] = ()
        self._shown: object = None
        self._shown_object: str | None = None
        self._narrowing = Narrowing()
        self._object_type: ObjectType | None = None
        self.header = PageHeader(self.tr("Choose what to restore"), " ")
        self.search = SearchField(self.tr("Search properties"))
        self.only_changed = Chip(self.tr("Only with changes"))
        self.group = Chip(self.tr("Group"))
        self._count = label("", TextStyle.BODY, "text2")
        self.properties = PropertyTable(desk)
        self.panel = SelectionPanel()
        self._pause = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._objects_slot = QVBoxLayout()
        self.objects = LeftList(self.tr("Objects"), _LIST)
        self._build()
        self._connect()

    def _build(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(24, 0, 24, 8)
        tools.setSpacing(8)
        self.search.setMinimumWidth(px(104))
        self.search.setMaximumWidth(260)
        tools.addWidget(self.search, 1)
        tools.addWidget(self.only_changed)
        tools.addWidget(self.group)
        tools.addStretch(1)
        tools.addWidget(self._count)
        head = QVBoxLayout()
        head.setContentsMargins(24, 16, 24, 12)
        head.addWidget(self.header)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addLayout(head)
        middle.addLayout(tools)
        middle.addWidget(self.properties, 1)
        self._objects_slot.addWidget(self.objects)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(self._objects_slot)
        row.addLayout(middle, 1)
        row.addWidget(self.panel)
        self._show_chips()

    def _connect(self) -> None:
        self.search.textChanged.connect(self._pause.start)
        self._pause.timeout.connect(self._search)
        self.search.down_pressed.connect(self.properties.setFocus)
        self.only_changed.opened.connect(self._toggle_changed)
        self.only_changed.cleared.connect(self._toggle_changed)
        self.group.opened.connect(self._offer_groups)
        self.group.cleared.connect(self._any_group)
        self.properties.chosen.connect(self.properties_chosen)
        self.properties.counted.connect(self._counted)
        self.panel.skip_clears_changed.connect(self.skip_clears_changed)
        self.panel.only_unchanged_changed.connect(self.only_unchanged_changed)
        self.panel.records_changed.connect(self.records_changed)

    # -- what is shown ---------------------------------------------------------------------
    def show_state(self, state: WizardState, object_type: ObjectType | None) -> None:
        """Show the wizard's second step."""
        self._object_type = object_type
        self._show_objects(state)
        if state.backup is not None:
            self._show_subtitle(state)
        if state.survey is not self._shown:
            self._shown = state.survey
            if state.survey is not None:
                if state.object_name != self._shown_object:
                    # The same object counted anew stays narrowed as it was.
                    self._shown_object = state.object_name
                    self._narrowing = Narrowing()
                    self._show_chips()
                    self.search.clear()
                self._offer_empty(state)
                self.properties.show_survey(state.survey, object_type, self._narrowing)
        self.properties.set_chosen(state.chosen)
        self.panel.show_state(state, object_type)
        self._say_count(state)

    def _show_subtitle(self, state: WizardState) -> None:
        if state.backup is None:
            return
        text = self.tr("From the backup of {time}.").format(
            time=self._desk.exact(state.backup.snapshot_at)
        )
        self.header.set_title(self.tr("Choose what to restore"), text)

    def _show_objects(self, state: WizardState) -> None:
        if state.objects != self._listed:
            self._list_objects(state.objects)
        for item in state.objects:
            survey = state.surveys.get(item.name)
            if survey is not None:
                changed = sum(found.counts.changing for found in survey.properties)
                self.objects.set_count(item.name, _counted(changed, survey.records_changing))
            else:
                self.objects.set_count(item.name, "")
        if state.object_name is not None:
            self.objects.set_current(state.object_name)

    def _list_objects(self, items: tuple[RestorableObject, ...]) -> None:
        self._listed = items
        old, self.objects = self.objects, LeftList(self.tr("Objects"), _LIST)
        self._objects_slot.replaceWidget(old, self.objects)
        old.hide()
        old.deleteLater()
        self.objects.chosen.connect(self.object_chosen)
        counted = label(self.tr("Changes"), TextStyle.HEADER)
        counted.setContentsMargins(0, 0, 9, 0)
        self.objects.add_group(self.tr("Object"), counted)
        for item in items:
            self.objects.add(item.name, item.plural_label, item.icon)
            if not item.restorable:
                self.objects.set_reason(item.name, object_reason(item.reason))

    def _offer_empty(self, state: WizardState) -> None:
        everything = Button(self.tr("Show all properties"))
        everything.clicked.connect(self._clear_narrowing)
        any_change = state.survey is not None and any(
            item.counts.changing for item in state.survey.properties
        )
        heading = self.tr("No property matches") if any_change else self.tr("Nothing has changed")
        sentence = (
            self.tr("Other words or another group may.")
            if any_change
            else self.tr("Every value of this object is as it was in the backup.")
        )
        self.properties.table.show_empty(
            EmptyState("list-checks", heading, sentence, buttons=(everything,))
        )

    def _say_count(self, state: WizardState) -> None:
        if state.survey is None:
            self._count.setText("")
            return
        text = self.tr("%Ln chosen", "", len(state.chosen))
        self._count.setText(text)

    # -- narrowing -------------------------------------------------------------------------
    def _narrow(self, **parts: object) -> None:
        now = self._narrowing
        self._narrowing = Narrowing(
            str(parts.get("text", now.text)),
            bool(parts.get("only_changed", now.only_changed)),
            str(parts.get("group", now.group)),
        )
        self._show_chips()
        self.properties.narrow(self._narrowing)

    def _show_chips(self) -> None:
        on = self.tr("Only with changes") if self._narrowing.only_changed else ""
        self.only_changed.set_value(on, joined=False)
        self.group.set_value(self._narrowing.group)

    @Slot()
    def _search(self) -> None:
        self._narrow(text=self.search.text().strip())

    @Slot()
    def _toggle_changed(self) -> None:
        self._narrow(only_changed=not self._narrowing.only_changed)

    @Slot()
    def _any_group(self) -> None:
        self._narrow(group="")

    @Slot()
    def _clear_narrowing(self) -> None:
        self.search.clear()
        self._narrow(text="", only_changed=False, group="")

    @Slot()
    def _offer_groups(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("groups")
        menu.setAccessibleName(self.tr("Groups of properties"))
        survey = self._shown
        items = getattr(survey, "properties", ())
        for name in sorted({item.group for item in items if item.group}):
            action = menu.addAction(name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(name == self._narrowing.group)
            action.triggered.connect(lambda _=False, name=name: self._narrow(group=name))
        menu.popup(self.group.mapToGlobal(QPoint(0, self.group.height())))

    @Slot(int)
    def _counted(self, _count: int) -> None:
        self.properties.table.view.viewport().update()

    def _share_room(self) -> None:
        """In a small window the search needs room more than the panel does."""
        roomy = self.width() >= px(_ROOMY_FROM)
        self._count.setVisible(roomy)
        self.panel.set_narrow(not roomy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()


def _counted(values: int, records: int) -> str:
    """What an object would change: values, and the records they are in."""
    if not values:
        return words.number(0)
    text = say("%1 in %2")
    return text.replace("%1", words.number(values)).replace("%2", words.number(records))
