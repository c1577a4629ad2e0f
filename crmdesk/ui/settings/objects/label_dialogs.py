"""Dialogs of labels and limits."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.records.showing import in_sentence
from crmdesk.ui.settings.objects.words import say
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from crmdesk.ui.widgets.form_field import FormField

#: Given in place of a number when there shall be no limit.
NO_LIMIT = -1


class LabelDialog(DecisionDialog):
    """Asks how a label reads from each side.

    Signals:
        given: both readings; the second may be empty.
    """

    given = Signal(str, str)

    def __init__(
        self,
        one: ObjectType,
        other: ObjectType,
        readings: tuple[str, str],
        *,
        new: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            Decision(
                title=say("Labels"),
                heading=say("Add a label") if new else say("Edit the label"),
                sentence=say("It can be given to any association of the two objects."),
                safe=say("Cancel"),
                deed=say("Add label") if new else say("Save label"),
                icon="tag",
            ),
            parent,
            closes=False,
        )
        self.setObjectName("label_dialog")
        self.label, self.inverse = QLineEdit(readings[0]), QLineEdit(readings[1])
        self.label.setObjectName("label_text")
        self.inverse.setObjectName("label_inverse")
        asked = say("What is a %1 to a %2?")
        here, there = in_sentence(one.label), in_sentence(other.label)
        first = asked.replace("%1", there).replace("%2", here)
        second = asked.replace("%1", here).replace("%2", there)
        if one.name == other.name:
            second = say("And the other way round?")
        self.body.addWidget(FormField(first, self.label))
        self.body.addWidget(
            FormField(second, self.inverse, say("Leave it out where it reads the same."))
        )
        self.decided.connect(lambda: self.given.emit(self.label.text(), self.inverse.text()))


class LimitDialog(DecisionDialog):
    """Asks for a number; an empty field is no limit.

    Signals:
        given: the number; -1 for no limit.
    """

    given = Signal(int)

    def __init__(
        self,
        one: ObjectType,
        other: ObjectType,
        maximum: int | None,
        parent: QWidget | None = None,
    ) -> None:
        many = in_sentence(other.plural_label)
        heading = say("How many %2 may one %1 have?").replace("%1", in_sentence(one.label))
        super().__init__(
            Decision(
                title=say("Limits"),
                heading=heading.replace("%2", many),
                sentence=say("Leave it empty for any number."),
                safe=say("Cancel"),
                deed=say("Save limit"),
                icon="list-checks",
                effects=(
                    Effect(
                        "info", say("Records that have more keep them, and get no further one.")
                    ),
                ),
            ),
            parent,
            closes=False,
        )
        self.setObjectName("limit_dialog")
        self.number = QLineEdit("" if maximum is None else str(maximum))
        self.number.setObjectName("limit_number")
        self.field = FormField(say("At most"), self.number, unit=many)
        self.field.error_changed.connect(self.fit_soon)
        self.body.addWidget(self.field)
        self.decided.connect(self._tell)

    def _tell(self) -> None:
        text = self.number.text().strip()
        if text and not (text.isascii() and text.isdigit() and 0 < int(text) <= 1_000_000):
            self.field.set_error(say("Enter a number from 1 to 1,000,000, or nothing."))
            return
        self.given.emit(int(text) if text else NO_LIMIT)
