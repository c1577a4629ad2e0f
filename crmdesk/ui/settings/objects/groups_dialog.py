"""The dialog of property groups: add, rename, order, delete."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from crmdesk.core.records.property_groups import PropertyGroup
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.settings.objects.move_dialog import MoveDialog
from crmdesk.ui.settings.objects.order_list import OrderItem, OrderList
from crmdesk.ui.settings.objects.words import say
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog


class GroupsDialog(DecisionDialog):
    """Each act is written at once, with its entry in the log.

    Signals:
        changed: groups were written.
    """

    changed = Signal()

    def __init__(self, desk: Desk, object_type: ObjectType, parent: QWidget) -> None:
        super().__init__(
            Decision(
                title=say("Groups"),
                heading=say("Groups of properties"),
                sentence=say("Double-click a group to rename it; drag it to another place."),
                safe="",
                deed=say("Done"),
                icon="group",
            ),
            parent,
        )
        self.setObjectName("groups_dialog")
        self.safe_button.hide()
        self._desk, self._object = desk, object_type.name
        self._groups: list[PropertyGroup] = []
        self.groups = OrderList(say("Groups"), editable=True)
        self.name = QLineEdit()
        self.name.setObjectName("new_group")
        self.name.setPlaceholderText(say("New group"))
        self.name.setAccessibleName(say("New group"))
        self.add = Button(say("Add group"), icon="plus")
        self.add.clicked.connect(self._add)
        self.name.returnPressed.connect(self.add.click)
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.add)
        self.body.addWidget(self.groups)
        self.body.addLayout(row)
        self.groups.removed.connect(self._remove)
        self.groups.changed.connect(self._follow_list)
        # Enter in the field adds a group; it must not end the dialog.
        self.deed_button.setDefault(False)
        self._read()

    def _read(self) -> None:
        service = self._desk.workspace.property_groups
        self._groups = service.list(self._desk.actor, self._object)
        self.groups.show_items(OrderItem(each.name, each.name) for each in self._groups)

    def _add(self) -> None:
        service, text = self._desk.workspace.property_groups, self.name.text()
        if text.strip():
            self._write(lambda: service.add(self._desk.actor, self._object, text))
            self.name.clear()

    def _follow_list(self) -> None:
        """A line was reworded or moved."""
        service, actor = self._desk.workspace.property_groups, self._desk.actor
        items = self.groups.items()
        renamed = next((each for each in items if each.text != each.key), None)
        order = [each.key for each in items]
        known = [each.name for each in self._groups]
        if renamed is not None:
            self._write(lambda: service.rename(actor, self._object, renamed.key, renamed.text))
        elif set(order) == set(known) and order != known:
            self._write(lambda: service.order(actor, self._object, order))

    def _remove(self, name: str) -> None:
        found = next((each for each in self._groups if each.name == name), None)
        if found is None:
            return
        others = [(each.name, each.name) for each in self._groups if each.name != name]
        counted = self.tr("%Ln propert{y stands|ies stand} under it.", "", found.properties)
        decision = Decision(
            title=say("Groups"),
            heading=say("Delete the group %1?").replace("%1", name),
            sentence=counted,
            safe=say("Keep group"),
            deed=say("Delete group"),
            icon="trash-2",
            destructive=True,
        )
        dialog = MoveDialog(decision, others if found.properties else (), self)
        service, actor = self._desk.workspace.property_groups, self._desk.actor
        dialog.confirmed.connect(
            lambda place: self._write(lambda: service.remove(actor, self._object, name, place))
        )
        dialog.rejected.connect(self._read)
        dialog.open()

    def _write(self, function: Callable[[], object]) -> None:
        self._desk.run_write(self, function, self._done, self._failed)

    def _done(self, _answer: object) -> None:
        self._read()
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._read()
        self.show_error(sentence(error))
