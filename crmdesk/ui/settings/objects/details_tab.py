"""What an object is called, what its records are called by, and putting it away."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.settings.objects.object_tab import ObjectTab
from crmdesk.ui.settings.objects.order_list import OrderItem, OrderList
from crmdesk.ui.settings.objects.words import say
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph

_WIDEST, _HEIGHT = 560, 110


class DetailsTab(ObjectTab):
    """Labels, display properties, and the end of a custom object.

    Signals:
        put_away: the object on show is gone out of sight.
    """

    put_away = Signal()

    def __init__(self, desk: Desk, object_type: ObjectType) -> None:
        super().__init__(desk, object_type)
        self.label, self.plural = QLineEdit(), QLineEdit()
        self.label.setObjectName("object_label")
        self.plural.setObjectName("object_plural")
        self.display = OrderList(say("Properties that name a record"), height=_HEIGHT)
        self.choice = QComboBox()
        self.choice.setObjectName("display_choice")
        self.choice.setAccessibleName(say("Property"))
        self.add = Button(say("Add"), icon="plus")
        self.save = Button(say("Save object"), ButtonKind.PRIMARY)
        self.save.setObjectName("save_object")
        self.remove = Button(say("Put object away"), ButtonKind.DANGER_OUTLINE)
        self.remove.setObjectName("remove_object")
        self._why_not = Paragraph("", TextStyle.CAPTION, "text2")
        self._lay_out()
        self.add.clicked.connect(self._add)
        self.display.changed.connect(self._follow)
        self.save.clicked.connect(self._save)
        self.remove.clicked.connect(self._confirm_removal)
        self.read()

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setMaximumWidth(px(_WIDEST))
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(FormField(say("Name of one record"), self.label))
        column.addWidget(FormField(say("Name of several"), self.plural))
        column.addWidget(label(say("A record is called by"), TextStyle.STRONG))
        column.addWidget(self.display)
        row = QHBoxLayout()
        row.addWidget(self.choice, 1)
        row.addWidget(self.add)
        column.addLayout(row)
        column.addWidget(self._why_not)
        buttons = QHBoxLayout()
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        buttons.addWidget(self.save)
        column.addLayout(buttons)
        whole = QHBoxLayout()
        whole.setContentsMargins(24, 16, 24, 16)
        whole.addWidget(inside, 100, Qt.AlignmentFlag.AlignTop)
        whole.addStretch(1)
        self.column.addLayout(whole)
        self.column.addStretch(1)

    def read(self) -> None:
        """Show what is saved."""
        own = self.object_type
        self.label.setText(own.label)
        self.plural.setText(own.plural_label)
        self.display.show_items(
            OrderItem(name, own.by_name[name].label)
            for name in own.display_properties
            if name in own.by_name
        )
        may = self._desk.may(Permission.SUPER_ADMIN)
        standard = say("A standard object stays; only custom ones can be put away.")
        right = "" if may else say("Only a Super Admin puts an object away.")
        reason = right if own.custom else standard
        self.remove.set_reason(reason)
        self.save.set_reason(self.reason)
        self._why_not.set_text(" ".join(each for each in (self.reason, reason) if each))
        self._follow()

    def _follow(self) -> None:
        there = {each.key for each in self.display.items()}
        self.choice.clear()
        for found in sorted(self.object_type.properties, key=lambda each: each.label.casefold()):
            if found.name not in there and not found.sensitive:
                self.choice.addItem(found.label, found.name)

    def _add(self) -> None:
        found = self.object_type.by_name.get(str(self.choice.currentData() or ""))
        if found is not None:
            self.display.add(OrderItem(found.name, found.label))

    def _save(self) -> None:
        own = self.object_type
        now = {
            "label": self.label.text().strip(),
            "plural_label": self.plural.text().strip(),
            "display_properties": tuple(each.key for each in self.display.items()),
        }
        changes = {key: value for key, value in now.items() if value != getattr(own, key)}
        if changes:
            service, desk = self._desk.workspace.definitions, self._desk
            write = partial(service.set_object, desk.actor, own.name, changes)
            self.write(write, lambda _new: desk.toast(say("Object saved")))

    def _confirm_removal(self) -> None:
        own, desk = self.object_type, self._desk
        decision = Decision(
            title=say("Objects"),
            heading=say("Put %1 away?").replace("%1", own.plural_label),
            sentence=say("Every record of it goes out of sight."),
            safe=say("Keep object"),
            deed=say("Put away"),
            icon="archive",
            effects=(
                Effect("database", say("Records and values stay in the database.")),
                Effect("undo-2", say("You can bring it back at any time.")),
            ),
            destructive=True,
            typed_name=own.name,
        )
        dialog = DecisionDialog(decision, self.window())
        dialog.setObjectName("remove_object_dialog")
        write = partial(desk.workspace.definitions.remove_object, desk.actor, own.name)
        dialog.decided.connect(lambda: self.write(write, lambda _done: self.put_away.emit()))
        dialog.open()
