"""Taking an import back: what that would do and what it leaves alone, then the job."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from crmdesk.core.access.permissions import Permission
from crmdesk.core.transfer.model import Import
from crmdesk.core.transfer.undo_model import LeftAlone, UndoPlan
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.transfer.wording import filled, left_alone, property_label, say
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from crmdesk.ui.widgets.facts import breakable
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.scrolling import scrolling

_LIST_HEIGHT = 152


class ImportUndoing(QObject):
    """Asks about the undo of an import and starts it.

    Signals:
        started: id of the undo, queued.
        failed: why it could not be worked out.
        asked: the dialog with the numbers is open.
    """

    started = Signal(str)
    failed = Signal(object)
    asked = Signal(object)

    def __init__(self, desk: Desk, over: QWidget) -> None:
        super().__init__(over)
        self._desk, self._over = desk, over

    def ask(self, import_id: str) -> None:
        """Work out what the undo would do, then ask whether to do it."""
        work = partial(self._desk.workspace.import_undos.plan, self._desk.actor, import_id)
        self._desk.run_query(self, "import_undo", work, self._show, self.failed.emit)

    def _show(self, plan: UndoPlan) -> None:
        dialog = DecisionDialog(self._decision(plan), self._over.window(), closes=False)
        dialog.setObjectName("import_undo_dialog")
        if plan.examples:
            dialog.body.addWidget(self._list(plan))
        if plan.does_nothing:
            dialog.set_reason(say("Nothing is left to undo"))
        elif self._lacks_right(plan):
            dialog.set_reason(_no_right())
        dialog.decided.connect(partial(self._start, plan, dialog))
        dialog.open()
        dialog.fit_soon()
        self.asked.emit(dialog)

    def _decision(self, plan: UndoPlan) -> Decision:
        effects = [
            Effect("circle-minus", f"{left_alone(reason)}: {words.number(count)}")
            for reason, count in plan.left_alone.items()
        ]
        if self._lacks_right(plan):
            effects.append(Effect("lock", _no_right()))
        effects.append(Effect("info", say("The undo itself cannot be undone; import again.")))
        if plan.does_nothing:
            text = say("Everything that it wrote was changed since and stays as it is.")
        else:
            text = " ".join(self._sentences(plan))
        return Decision(
            title=say("Undo import"),
            heading=filled(say("Undo “%1”?"), plan.name),
            sentence=text,
            safe=say("Keep the import"),
            deed=say("Undo import"),
            icon="undo-2",
            effects=effects,
        )

    def _lacks_right(self, plan: UndoPlan) -> bool:
        """Whether records would be deleted by somebody who may not."""
        return plan.deleted > 0 and not self._desk.may(Permission.DELETE_RECORDS)

    @staticmethod
    def _sentences(plan: UndoPlan) -> list[str]:
        parts = (
            (plan.deleted, say("%Ln record{|s} {goes|go} to the recycle bin.", plan.deleted)),
            (
                plan.restored,
                say("%Ln record{|s} {gets|get} back {its|their} values.", plan.restored),
            ),
            (
                plan.associations,
                say("%Ln association{|s} {is|are} removed.", plan.associations),
            ),
        )
        return [text for count, text in parts if count]

    def _list(self, plan: UndoPlan) -> QWidget:
        """What stays, record by record."""
        desk = self._desk
        objects = desk.workspace.definitions.objects(desk.actor)
        kind = next((each for each in objects if each.name == plan.object_name), None)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)

        def line(each: LeftAlone) -> str:
            name = each.name or filled(say("Record %1"), str(each.record_id))
            what = property_label(kind, each.property) if each.property else ""
            place = filled(say("%1, %2"), name, what) if what else name
            return filled(say("%1: %2"), place, left_alone(each.reason))

        for each in plan.examples:
            column.addWidget(Paragraph(breakable(line(each)), TextStyle.CAPTION, "text2"))
        column.addStretch(1)
        area = scrolling(content)
        area.setObjectName("left_alone")
        area.setAccessibleName(say("What stays as it is"))
        area.setFixedHeight(px(min(_LIST_HEIGHT, 24 * len(plan.examples) + 8)))
        return area

    def _start(self, plan: UndoPlan, dialog: DecisionDialog) -> None:
        desk = self._desk

        def queue() -> Import:
            undos, imports = desk.workspace.import_undos, desk.workspace.imports
            return imports.show(desk.actor, undos.start(desk.actor, plan.import_id, plan.hash))

        def queued(undo: Import) -> None:
            # Escape may have closed it meanwhile; what was asked for is done all the same.
            if isValid(dialog):
                dialog.accept()
            self.started.emit(undo.id)
            try:
                desk.start_job(str(undo.job_id))
            except OSError as error:
                self.failed.emit(error)

        def refused(error: Exception) -> None:
            if isValid(dialog):
                dialog.show_error(sentence(error))
            else:
                self.failed.emit(error)

        dialog.set_busy(say("Starting"))
        desk.run_write(self, queue, queued, refused)


def _no_right() -> str:
    return say("Your permissions do not include deleting records")
