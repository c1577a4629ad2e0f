"""The dialog that adds a record: which fields it asks for, and in which order."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.records.create_forms import FormField as Field
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.records.defaults import common_names
from crmdesk.ui.settings.objects.object_tab import ObjectTab
from crmdesk.ui.settings.objects.order_list import OrderItem, OrderList
from crmdesk.ui.settings.objects.words import say
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph

_WIDEST, _HEIGHT = 560, 320


class FormTab(ObjectTab):
    """Fields in their order; a tick makes one required in the dialog."""

    def __init__(self, desk: Desk, object_type: ObjectType) -> None:
        super().__init__(desk, object_type)
        self.fields = OrderList(say("Fields of the create dialog"), checkable=True, height=_HEIGHT)
        self.choice = QComboBox()
        self.choice.setObjectName("field_choice")
        self.choice.setAccessibleName(say("Property"))
        self.add = Button(say("Add field"), icon="plus")
        self.add.setObjectName("add_field")
        self.reset = Button(say("Use the usual fields"))
        self.reset.setObjectName("reset_form")
        self.save = Button(say("Save fields"), ButtonKind.PRIMARY)
        self.save.setObjectName("save_form")
        self._saved: tuple[Field, ...] = ()
        self._usual = True
        self._note = Paragraph("", TextStyle.CAPTION, "text2")
        self._lay_out()
        self.add.clicked.connect(self._add)
        self.reset.clicked.connect(lambda: self._write(()))
        self.save.clicked.connect(lambda: self._write(self.chosen()))
        self.fields.changed.connect(self._follow)
        self.read()

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setMaximumWidth(px(_WIDEST))
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        text = say("A tick makes a field required here. Every other property can be shown too.")
        column.addWidget(label(say("Fields"), TextStyle.STRONG))
        column.addWidget(Paragraph(text, TextStyle.BODY, "text2"))
        column.addWidget(self.fields)
        row = QHBoxLayout()
        row.addWidget(self.choice, 1)
        row.addWidget(self.add)
        column.addLayout(row)
        column.addWidget(self._note)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.reset)
        buttons.addWidget(self.save)
        column.addLayout(buttons)
        whole = QHBoxLayout()
        whole.setContentsMargins(24, 16, 24, 16)
        whole.addWidget(inside, 100, Qt.AlignmentFlag.AlignTop)
        whole.addStretch(1)
        self.column.addLayout(whole)
        self.column.addStretch(1)

    def read(self) -> None:
        """Show what is saved; the usual fields where nobody has chosen any."""
        own, desk = self.object_type, self._desk
        kept = desk.workspace.create_forms.get(desk.actor, own.name)
        self._saved = kept or tuple(
            Field(name, own.by_name[name].required) for name in common_names(own)
        )
        self.fields.show_items(
            OrderItem(each.property, own.by_name[each.property].label, each.required)
            for each in self._saved
        )
        self._usual = not kept
        self.reset.set_reason(self.reason or ("" if kept else say("These are the usual fields.")))
        self._follow()

    def chosen(self) -> tuple[Field, ...]:
        """The fields as they are on show."""
        return tuple(Field(each.key, each.checked) for each in self.fields.items())

    def _follow(self) -> None:
        own, there = self.object_type, {each.key for each in self.fields.items()}
        self.choice.clear()
        for found in sorted(own.writable, key=lambda each: each.label.casefold()):
            if found.name not in there and not found.hidden:
                self.choice.addItem(found.label, found.name)
        same = self.chosen() == self._saved
        self.add.set_reason(self.reason or ("" if self.choice.count() else say("All are there")))
        self.save.set_reason(self.reason or (say("Nothing changed yet.") if same else ""))
        usual = say("These are the usual fields.") if self._usual else ""
        unchanged = say("Nothing changed yet.") if same else ""
        self._note.set_text(self.reason or f"{usual} {unchanged}".strip())

    def _add(self) -> None:
        name = str(self.choice.currentData() or "")
        found = self.object_type.by_name.get(name)
        if found is not None:
            self.fields.add(OrderItem(name, found.label, found.required))

    def _write(self, fields: tuple[Field, ...]) -> None:
        service, desk = self._desk.workspace.create_forms, self._desk
        write = partial(service.set, desk.actor, self.object_type.name, fields)
        self.write(write, lambda _saved: desk.toast(say("Create dialog saved")))
