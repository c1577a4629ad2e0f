"""The dialog that adds a record: what it is usually asked for first, everything on request."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import UserError
from crmdesk.core.records.create_forms import FormField
from crmdesk.core.records.record import Record
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.defaults import common_names
from crmdesk.ui.records.showing import Showing, in_sentence
from crmdesk.ui.records.value_form import ValueForm
from crmdesk.ui.records.waiting import tell_wait
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.scrolling import scrolling

_HEIGHT = 340


class NewRecordDialog(DecisionDialog):
    """Asks for values, checks them in the core, and says what is wrong at the field.

    Signals:
        added: the new :class:`Record`.
    """

    added = Signal(object)

    def __init__(self, showing: Showing, parent: QWidget) -> None:
        label = in_sentence(showing.object_type.label)
        decision = Decision(
            title=_say("New %1").replace("%1", label),
            heading=_say("New %1").replace("%1", label),
            sentence=_say("Leave out what you do not know; it can be added later."),
            safe=_say("Discard"),
            deed=_say("Create %1").replace("%1", label),
            icon=showing.object_type.icon,
        )
        super().__init__(decision, parent, closes=False)
        self._showing = showing
        desk = showing.desk
        own = showing.object_type
        fields = form_fields(desk, own)
        self.form = ValueForm(
            showing,
            [own.by_name[field.property] for field in fields],
            {},
            may_edit_sensitive=desk.may(Permission.EDIT_SENSITIVE),
        )
        self._mark([field.property for field in fields if field.required])
        area = scrolling(self.form)
        self.form.setContentsMargins(0, 4, 12, 8)
        area.setFixedHeight(min(px(_HEIGHT), self.form.sizeHint().height() + 8))
        # The fields take the focus; the area scrolls along with them.
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area = area
        self.body.addWidget(area)
        self.everything = Link(self.tr("Show every property"))
        self.everything.setObjectName("show_every_property")
        self.everything.clicked.connect(self._show_everything)
        self.body.addWidget(self.everything)
        self.decided.connect(self._create)

    def _mark(self, required: Sequence[str]) -> None:
        """Say at the label which fields must be filled in here."""
        for name in required:
            field = self.form.fields.get(name)
            if field is not None and not field.found.required:
                marked = _say("%1 (required)").replace("%1", field.found.label)
                field.title.setText(marked)
                field.control.setAccessibleName(marked)

    def _show_everything(self) -> None:
        self.everything.hide()
        self.form.add([p for p in self._showing.object_type.writable if not p.hidden])
        self._area.setFixedHeight(px(_HEIGHT))
        self._fit()

    def _create(self) -> None:
        desk, name, values = self._showing.desk, self._showing.object_type.name, self.form.changes()
        self.set_busy(self.tr("Creating..."))

        def write() -> Record:
            return desk.workspace.editor.add(desk.actor, name, values, by_form=True)

        waiting = desk.run_write(self, write, self._done, self._failed)
        self.rejected.connect(waiting.withdraw)
        tell_wait(desk, self, waiting, self._show_wait)

    def _show_wait(self, reason: str) -> None:
        """Say it on the button; Cancel takes the new record back."""
        self.deed_button.set_busy(reason)
        self.safe_button.setEnabled(True)

    def _done(self, record: Record) -> None:
        self.added.emit(record)
        self.accept()

    def _failed(self, error: Exception) -> None:
        name = str(error.values.get("property", "")) if isinstance(error, UserError) else ""
        known = self._showing.object_type.by_name
        if name in known and name not in self.form.fields:
            self._show_everything()
        if not self.form.show_error(error):
            self.show_error(sentence(error))
            return
        self.deed_button.set_idle()
        self.safe_button.setEnabled(True)
        self._area.ensureWidgetVisible(self.form.fields[name])


def form_fields(desk: Desk, own: ObjectType) -> Sequence[FormField]:
    """The fields that were chosen for this object, else those people usually fill in."""
    chosen = desk.workspace.create_forms.get(desk.actor, own.name)
    return chosen or [FormField(name, own.by_name[name].required) for name in common_names(own)]


def _say(text: str) -> str:
    return QCoreApplication.translate("NewRecordDialog", text)
