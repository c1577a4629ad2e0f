"""The dialog that gives every row of an import one value of a property."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import UserError
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.showing import Showing
from crmdesk.ui.records.value_field import ValueField
from crmdesk.ui.transfer.choices import Choices
from crmdesk.ui.transfer.draft import Draft
from crmdesk.ui.transfer.wording import say
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField


class FixedValueDialog(DecisionDialog):
    """A property and its value; the core reads the value before it is taken.

    Args:
        name: the property whose value is changed; empty to choose one.

    Signals:
        made: internal name of the property, and its canonical value.
    """

    made = Signal(str, str)

    def __init__(
        self, desk: Desk, draft: Draft, object_type: ObjectType, name: str, parent: QWidget
    ) -> None:
        super().__init__(_question(), parent, closes=False)
        self.setObjectName("fixed_value_dialog")
        self._desk, self._draft, self._object_type = desk, draft, object_type
        self._showing = showing(desk, object_type)
        offered = [object_type.property(name)] if name else self._offered()
        self.property_choice = Choices()
        self.property_choice.offer(
            [(each.name, each.label) for each in sorted(offered, key=_by_label)], name
        )
        self.property_choice.setMaxVisibleItems(12)
        self.value: ValueField | None = None
        self.body.addWidget(FormField(say("Property"), self.property_choice))
        self.property_choice.picked.connect(self._show_value)
        self.decided.connect(self._make)
        self._show_value(name)

    def _offered(self) -> list[Property]:
        may_hide = self._desk.may(Permission.EDIT_SENSITIVE)
        return [each for each in self._draft.may_be_fixed if may_hide or not each.sensitive]

    @Slot(str)
    def _show_value(self, name: str) -> None:
        """Show the field that fits the property."""
        if self.value is not None:
            self.body.removeWidget(self.value)
            self.value.hide()
            self.value.deleteLater()
            self.value = None
        if name:
            found = self._object_type.property(name)
            self.value = ValueField(found, self._showing, self._draft.static.get(name))
            self.value.edited.connect(self._check)
            self.body.addWidget(self.value)
            self.value.show()
            if found.format == PropertyFormat.LIFECYCLE:
                self.value.set_help(say("Records that are further keep their stage."))
        self._check()
        self.fit_soon()

    def _check(self) -> None:
        if self.value is None:
            self.set_reason(say("Choose a property"))
        else:
            self.set_reason("" if self.value.text().strip() else say("Enter a value"))

    @Slot()
    def _make(self) -> None:
        name, field = self.property_choice.value, self.value
        if field is None:
            return
        # A stage is read in the pipeline that is fixed beside it.
        beside = {
            p.name: self._draft.static[p.name]
            for p in self._object_type.properties
            if p.format == PropertyFormat.PIPELINE and p.name in self._draft.static
        }
        desk = self._desk
        try:
            read = desk.workspace.imports.fixed_values(
                desk.actor, self._object_type.name, {**beside, name: field.text()}
            )
        except UserError as error:
            field.set_error(sentence(error))
            return
        self.made.emit(name, read[name])
        self.accept()


def showing(desk: Desk, object_type: ObjectType) -> Showing:
    """How values read; names of owners for those who may see records."""
    if desk.may(Permission.USE_RECORDS):
        return Showing.of(desk, object_type)
    return Showing(desk, object_type, {})


def _by_label(found: Property) -> str:
    return found.label.casefold()


def _question() -> Decision:
    return Decision(
        title=say("Fixed value"),
        heading=say("Give every row the same value"),
        sentence=say("It is written to each record that the import makes or updates."),
        safe=say("Cancel"),
        deed=say("Use this value"),
        icon="pencil",
    )
