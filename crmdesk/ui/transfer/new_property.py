"""The dialog that makes a property for a column, in place."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from crmdesk.core.records.names import name_from_label
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.suggestion import suggest_property
from crmdesk.core.records.types import PropertyType
from crmdesk.core.transfer.model import ColumnSuggestion
from crmdesk.ui.transfer.choices import Choices
from crmdesk.ui.transfer.wording import filled, say
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField


class NewPropertyDialog(DecisionDialog):
    """Label, type and sensitivity of a property that the import is going to make.

    Signals:
        made: the ``PropertyDefinition``.
    """

    made = Signal(object)

    def __init__(
        self,
        column: ColumnSuggestion,
        object_type: ObjectType,
        taken: AbstractSet[str],
        parent: QWidget,
    ) -> None:
        super().__init__(
            Decision(
                title=say("Create property"),
                heading=filled(say("Create a property for “%1”"), column.header),
                sentence=filled(
                    say("It is made for all %1 when the import runs, before the rows are read."),
                    object_type.plural_label.lower(),
                ),
                safe=say("Cancel"),
                deed=say("Create property"),
                icon="plus",
            ),
            parent,
        )
        self._taken = set(taken)
        self._proposed = column.suggestion or suggest_property(
            column.header, column.samples, self._taken
        )
        self.label_edit = QLineEdit(self._proposed.label)
        self.label_edit.setObjectName("new_property_label")
        self.type_choice = Choices()
        self.type_choice.offer(
            _types(with_options=bool(self._proposed.options)), self._proposed.type
        )
        self.sensitive = CheckRow(
            say("Sensitive: masked everywhere, and each look at a value is logged")
        )
        self._label_field = FormField(say("Label"), self.label_edit, check=self._label_error)
        for widget in (
            self._label_field,
            FormField(say("Type"), self.type_choice),
            self.sensitive,
        ):
            self.body.addWidget(widget)
        self.label_edit.textChanged.connect(lambda _text: self.set_reason(self._label_error()))
        self.decided.connect(self._make)

    def _label_error(self) -> str:
        return "" if self.label_edit.text().strip() else say("Enter a label")

    @Slot()
    def _make(self) -> None:
        text = self.label_edit.text().strip()
        kind = PropertyType(self.type_choice.value)
        same = text == self._proposed.label and self._proposed.name not in self._taken
        name = self._proposed.name if same else name_from_label(text, self._taken)
        self.made.emit(
            replace(
                self._proposed,
                name=name,
                label=text,
                type=kind,
                options=self._proposed.options if kind.has_options else (),
                sensitive=self.sensitive.is_checked(),
            )
        )


def _types(*, with_options: bool) -> list[tuple[str, str]]:
    """Types to choose from; choices only where the values that were read name the options."""
    labels = {
        PropertyType.STRING: say("Text"),
        PropertyType.NUMBER: say("Number"),
        PropertyType.DATE: say("Date"),
        PropertyType.DATETIME: say("Date and time"),
        PropertyType.BOOL: say("Yes or no"),
        PropertyType.ENUMERATION: say("One of several options"),
        PropertyType.MULTI_ENUMERATION: say("Several options"),
        PropertyType.PHONE: say("Phone number"),
    }
    return [
        (kind.value, text) for kind, text in labels.items() if with_options or not kind.has_options
    ]
