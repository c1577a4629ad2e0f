"""The dialog that gives a property another type, with what becomes of its values in numbers."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.type_changes import TypeChangePlan
from crmdesk.core.records.types import PropertyType
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.settings.objects.words import say, type_choices, type_words
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph

_SAMPLES = 5


class TypeDialog(DecisionDialog):
    """Each choice of a type is tried on every value before anything can be pressed.

    Signals:
        type_changed: it was changed.
    """

    type_changed = Signal()

    def __init__(
        self, desk: Desk, object_type: ObjectType, found: Property, parent: QWidget
    ) -> None:
        old = say("The old property is put away with all its values and can be brought back.")
        super().__init__(
            Decision(
                title=say("Type"),
                heading=say("Change the type of %1").replace("%1", found.label),
                sentence=say("It is %1 now.").replace("%1", type_words(found.type)),
                safe=say("Keep the type"),
                deed=say("Change type"),
                icon="type",
                effects=(Effect("archive", old),),
            ),
            parent,
            closes=False,
        )
        self.setObjectName("type_dialog")
        self._desk, self._object, self._property = desk, object_type, found
        self.plan: TypeChangePlan | None = None
        self.kind = QComboBox()
        self.kind.setObjectName("new_type")
        for kind, text in type_choices():
            if kind is not found.type:
                self.kind.addItem(text, kind.value)
        self.numbers = Paragraph("", TextStyle.BODY, "text")
        self.samples = Paragraph("", TextStyle.CAPTION, "text2")
        self.save = Link(say("Save those values as a CSV file"), "download")
        self.accept_losses = CheckRow("")
        self.body.addWidget(FormField(say("New type"), self.kind))
        for widget in (self.numbers, self.samples, self.save, self.accept_losses):
            self.body.addWidget(widget)
        self.kind.currentIndexChanged.connect(self._try)
        self.save.clicked.connect(self._ask_where)
        self.accept_losses.toggled.connect(lambda _on: self._allow())
        self.decided.connect(self._send)
        self._try()

    @property
    def chosen_type(self) -> PropertyType:
        """The chosen type."""
        return PropertyType(str(self.kind.currentData()))

    def _try(self) -> None:
        desk, kind = self._desk, self.chosen_type
        self.plan = None
        self.numbers.set_text(say("Trying every value..."))
        self.accept_losses.set_checked(False)
        for widget in (self.samples, self.save, self.accept_losses):
            widget.hide()
        self.set_reason(say("The values are still being tried"))
        read = partial(
            desk.workspace.type_changes.plan,
            desk.actor,
            self._object.name,
            self._property.name,
            kind,
        )
        desk.run_query(self, "plan", read, self._show, self._cannot)
        self.fit_soon()

    def _show(self, plan: TypeChangePlan) -> None:
        self.plan = plan
        text = self.tr("%Ln value{|s} {is|are} carried over exactly.", "", plan.converted)
        left = plan.unconverted
        if left:
            text += " " + self.tr("%Ln value{|s} cannot be, and stay{s|} behind.", "", left)
        self.numbers.set_text(text)
        line = say("Record %1: %2")
        shown = [
            line.replace("%1", str(each.record_id)).replace("%2", each.value)
            for each in plan.samples[:_SAMPLES]
        ]
        self.samples.set_text("\n".join(shown))
        self.accept_losses.set_text(self.tr("Leave %Ln value{|s} behind", "", left))
        for widget in (self.samples, self.save, self.accept_losses):
            widget.setVisible(bool(left))
        self._allow()
        self.fit_soon()

    def _cannot(self, error: Exception) -> None:
        self.numbers.set_text(sentence(error))
        self.set_reason(sentence(error))
        self.fit_soon()

    def _allow(self) -> None:
        plan = self.plan
        if plan is None:
            return
        open_ = plan.unconverted and not self.accept_losses.is_checked()
        self.set_reason(say("Tick the box to go on") if open_ else "")

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, say("Save the values"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"{self._object.name}-{self._property.name}.csv")
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    def save_to(self, path: str) -> None:
        """Write the values that stay behind into a file."""
        desk = self._desk
        write = partial(
            desk.workspace.type_changes.save_unconverted,
            desk.actor,
            self._object.name,
            self._property.name,
            self.chosen_type,
            (),
            Path(path),
        )
        desk.run_write(
            self,
            write,
            lambda count: desk.toast(self.tr("%Ln value{|s} saved", "", count), path),
            self._failed,
        )

    def _send(self) -> None:
        plan, desk = self.plan, self._desk
        if plan is None:
            return
        self.set_busy(say("Changing..."))
        write = partial(
            desk.workspace.type_changes.apply,
            desk.actor,
            self._object.name,
            self._property.name,
            plan.type,
            plan.options,
            accept_unconverted=plan.unconverted,
        )
        desk.run_write(self, write, self._finish, self._failed)

    def _finish(self, _plan: object) -> None:
        self.type_changed.emit()
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.show_error(sentence(error))
