"""Templates in the assistant: one is offered when its headings come again, and one can be kept."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.errors import UserError
from crmdesk.core.transfer.templates import ImportTemplate
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.name_dialog import NameDialog
from crmdesk.ui.transfer.draft import Draft
from crmdesk.ui.transfer.wording import filled, say
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.dialog import Decision


class TemplatePart(QObject):
    """The banner that offers a template and the button that saves one.

    Signals:
        applied: the draft as the template has it.
    """

    applied = Signal(object)

    def __init__(self, desk: Desk, over: QWidget) -> None:
        super().__init__(over)
        self._desk, self._over = desk, over
        self._draft: Draft | None = None
        self._fitting: ImportTemplate | None = None
        self.dialog: NameDialog | None = None
        self.banner = Banner(BannerTone.INFO, " ", "", say("Use template"))
        self.banner.hide()
        self.save_button = Button(say("Save as template"), icon="save")
        self.save_button.setObjectName("save_template")
        self.banner.acted.connect(self._apply)
        self.save_button.clicked.connect(self._ask_name)

    def show_draft(self, draft: Draft, *, anew: bool) -> None:
        """Offer the template that was used last for these headings.

        Args:
            anew: another file or object, for which nothing was chosen yet.
        """
        self._draft = draft
        self.save_button.setVisible(draft.object_type is not None)
        if not anew or draft.object_type is None:
            return
        desk = self._desk
        headers = draft.inspection.headers
        found = desk.workspace.import_templates.fitting(desk.actor, draft.object_type.name, headers)
        self._fitting = found[0] if found else None
        self.banner.setVisible(bool(found))
        if self._fitting is not None:
            title = filled(say("“%1” was made for these columns"), self._fitting.name)
            text = say("It brings columns, associations, fixed values, dates and options.")
            self.banner.set_state(BannerTone.INFO, title, text)

    @Slot()
    def _apply(self) -> None:
        draft, fitting, desk = self._draft, self._fitting, self._desk
        if draft is None or fitting is None:
            return
        try:
            chosen = desk.workspace.import_templates.apply(desk.actor, fitting.id, draft.request())
        except UserError as error:
            self.banner.set_state(BannerTone.DANGER, error.message, error.hint)
            return
        self.banner.hide()
        self.applied.emit(draft.with_template(chosen))

    @Slot()
    def _ask_name(self) -> None:
        question = Decision(
            title=say("Save as template"),
            heading=say("Keep these choices as a template?"),
            sentence=say("It is offered when a file with the same headings comes again."),
            safe=say("Cancel"),
            deed=say("Save template"),
            icon="save",
        )
        name = self._fitting.name if self._fitting is not None else ""
        self.dialog = NameDialog(question, self._over.window(), name=name)
        self.dialog.named.connect(self._save)
        self.dialog.open()

    @Slot(str, str)
    def _save(self, name: str, _choice: str) -> None:
        draft, dialog, desk = self._draft, self.dialog, self._desk
        if draft is None or dialog is None:
            return
        try:
            desk.workspace.import_templates.save(
                desk.actor, name, draft.inspection.headers, draft.request()
            )
        except UserError as error:
            dialog.show_error(sentence(error))
            return
        dialog.accept()
        desk.toast(say("Template saved"), name)
