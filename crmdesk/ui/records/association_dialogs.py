"""The dialogs of associations: choose a record to associate, and choose labels."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QWidget

from crmdesk.core.records.association_listing import AssociatedRecord
from crmdesk.core.records.record import Record
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.record_search import RecordSearch
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField


class AssociateDialog(DecisionDialog):
    """Search for a record of any object, and associate it.

    Signals:
        associated: the :class:`Change` that was written.
    """

    associated = Signal(object)

    def __init__(self, desk: Desk, record: Record, name: str, parent: QWidget) -> None:
        super().__init__(
            Decision(
                title=_say("Associate"),
                heading=_say("Associate %1 with").replace("%1", name),
                sentence=_say("Both records then show each other."),
                safe=_say("Cancel"),
                deed=_say("Associate"),
                icon="link-2",
            ),
            parent,
            closes=False,
        )
        self.setObjectName("associate_dialog")
        self._desk, self._record = desk, record
        self._objects = desk.workspace.definitions.objects(desk.actor)
        self.kind = QComboBox()
        self.kind.setObjectName("associate_object")
        for each in self._objects:
            self.kind.addItem(each.plural_label, each.name)
        self.kind.setCurrentIndex(self._first_other())
        self.records = RecordSearch(desk, self.other, self._without)
        self.label = QComboBox()
        self.label.setObjectName("associate_label")
        self.label_field = FormField(self.tr("What the other record is to this one"), self.label)
        self.body.addWidget(FormField(self.tr("Object"), self.kind))
        self.body.addWidget(self.records)
        self.body.addWidget(self.label_field)
        self.kind.currentIndexChanged.connect(self._change_object)
        self.records.changed.connect(self._follow_choice)
        self.records.activated.connect(self.deed_button.click)
        self.decided.connect(self._send)
        self._offer_labels()
        self._follow_choice()

    def _first_other(self) -> int:
        """Contacts are associated with companies first of all, everything else with contacts."""
        wanted = "companies" if self._record.object_type == "contacts" else "contacts"
        return max(0, self.kind.findData(wanted))

    @property
    def other(self) -> ObjectType:
        """The object that is searched."""
        return self._objects[self.kind.currentIndex()]

    @property
    def _without(self) -> int:
        return self._record.id if self.other.name == self._record.object_type else 0

    def _change_object(self) -> None:
        self._offer_labels()
        self.records.show_object(self.other, self._without)

    def _offer_labels(self) -> None:
        desk, record = self._desk, self._record
        choices = desk.workspace.association_definitions.choices(
            desk.actor, record.object_type, self.other.name
        )
        self.label.clear()
        self.label.addItem(self.tr("No label"), "")
        for each in choices:
            self.label.addItem(each.text, each.text)
        self.label_field.setVisible(bool(choices))
        self.fit_soon()

    def _follow_choice(self) -> None:
        chosen = self.records.chosen is not None
        self.set_reason("" if chosen else self.tr("Choose a record first"))

    def _send(self) -> None:
        other_id, desk, record = self.records.chosen, self._desk, self._record
        if other_id is None:
            return
        other_name = self.other.name
        text = str(self.label.currentData() or "")
        self.set_busy(self.tr("Associating..."))
        write = partial(
            desk.workspace.associations.associate,
            desk.actor,
            record.object_type,
            record.id,
            other_name,
            other_id,
            text,
        )
        desk.run_write(self, write, self._done, self._fail)

    def _done(self, change: object) -> None:
        self.associated.emit(change)
        self.accept()

    def _fail(self, error: Exception) -> None:
        self.show_error(sentence(error))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # What people come for is typing a name.
        self.records.search.setFocus(Qt.FocusReason.TabFocusReason)


class LabelsDialog(DecisionDialog):
    """Tick the labels that an association bears.

    Signals:
        saved: the :class:`Change` that was written.
    """

    saved = Signal(object)

    def __init__(
        self, desk: Desk, record: Record, other: AssociatedRecord, parent: QWidget
    ) -> None:
        choices = desk.workspace.association_definitions.choices(
            desk.actor, record.object_type, other.object_name
        )
        nothing = _say("There are no labels between these objects yet. Add one in the settings.")
        super().__init__(
            Decision(
                title=_say("Labels"),
                heading=_say("What is %1 to this record?").replace("%1", other.name),
                sentence=_say("An association without a label stays one.") if choices else nothing,
                safe=_say("Cancel"),
                deed=_say("Save labels"),
                icon="tag",
            ),
            parent,
            closes=False,
        )
        self.setObjectName("labels_dialog")
        self._desk, self._record, self._other = desk, record, other
        self.rows = {each.text: CheckRow(each.text) for each in choices}
        for text, row in self.rows.items():
            row.set_checked(text in other.labels)
            self.body.addWidget(row)
        if not choices:
            self.set_reason(nothing)
        self.decided.connect(self._send)

    def _send(self) -> None:
        desk, record, other = self._desk, self._record, self._other
        chosen = [text for text, row in self.rows.items() if row.is_checked()]
        self.set_busy(self.tr("Saving..."))
        write = partial(
            desk.workspace.associations.relabel,
            desk.actor,
            record.object_type,
            record.id,
            other.object_name,
            other.id,
            chosen,
        )
        desk.run_write(self, write, self._done, lambda error: self.show_error(sentence(error)))

    def _done(self, change: object) -> None:
        self.saved.emit(change)
        self.accept()


def _say(text: str) -> str:
    return QCoreApplication.translate("Associations", text)
