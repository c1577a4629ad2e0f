"""Taking a restore back: what that would do, the same code dialog, and the job."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.restore.model import Restore, RestorePlan
from crmdesk.ui import words
from crmdesk.ui.access.two_factor_dialog import CodeRequest, prove
from crmdesk.ui.desk import Desk
from crmdesk.ui.restore.words import filled, inside, records_word, skip_reason
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect


class Undoing(QObject):
    """Asks, proves and starts the undo of a restore.

    Signals:
        started: the undo, queued.
        failed: why it could not be planned or started.
        asked: the dialog with the numbers is open.
    """

    started = Signal(object)
    failed = Signal(object)
    asked = Signal(object)

    def __init__(self, desk: Desk, over: QWidget) -> None:
        super().__init__(over)
        self._desk, self._over = desk, over

    def ask(self, restore_id: str) -> None:
        """Work out what the undo would do, then ask whether to do it."""
        work = partial(self._desk.workspace.restores.undo_plan, self._desk.actor, restore_id)
        self._desk.run_query(self, "undo_plan", work, self._show, self.failed.emit)

    def _show(self, plan: RestorePlan) -> None:
        dialog = DecisionDialog(self._decision(plan), self._over.window())
        dialog.setObjectName("undo_dialog")
        if not plan.records_changing:
            dialog.set_reason(self.tr("Nothing is left to undo"))
        dialog.decided.connect(partial(self._prove, plan))
        dialog.open()
        self.asked.emit(dialog)

    def _decision(self, plan: RestorePlan) -> Decision:
        desk = self._desk
        kind = desk.workspace.definitions.object(desk.actor, plan.object_name)
        plural = inside(kind.plural_label)
        records = plan.records_changing
        text = self.tr(
            "%Ln value{|s} in {count} {records} {goes|go} back to what {it was|they were} before.",
            "",
            plan.values.changing,
        )
        effects = [
            Effect("circle-minus", self._skipped(reason, count))
            for reason, count in plan.skipped.items()
        ]
        effects.append(
            Effect("key-round", self.tr("You will be asked for a two-factor code."))
            if plan.code_needed
            else Effect("key-round", self.tr("No code is asked: you signed in by single sign-on."))
        )
        if not records:
            text = self._nothing(plan)
        return Decision(
            title=self.tr("Undo restore"),
            heading=self.tr("Undo the restore of {object}?").format(object=plural),
            sentence=filled(text, count=words.number(records), records=records_word(kind, records)),
            safe=self.tr("Keep the restore"),
            deed=self.tr("Undo %Ln value{|s}", "", plan.values.changing),
            icon="undo-2",
            effects=effects,
        )

    def _nothing(self, plan: RestorePlan) -> str:
        """Why nothing is left to undo."""
        gone = plan.skipped.get("property_gone", 0)
        if gone and gone == sum(plan.skipped.values()):
            return self.tr(
                "The properties it wrote no longer exist, so what it wrote cannot be put back."
            )
        if gone:
            return self.tr(
                "Every value was edited again since the restore, or its property no longer exists."
            )
        return self.tr("Every value was edited again since the restore and stays as it is.")

    def _skipped(self, reason: str, count: int) -> str:
        text = self.tr("%Ln {stays as it is|stay as they are}: {reason}.", "", count)
        return filled(text, reason=inside(skip_reason(reason)))

    def _prove(self, plan: RestorePlan) -> None:
        count = plan.values.changing
        request = CodeRequest(
            title=self.tr("Undo restore"),
            allows=self.tr(
                "The code allows this one undo of %Ln value{|s} and nothing else.", "", count
            ),
            deed=self.tr("Undo %Ln value{|s}", "", count),
        )
        prove(
            self._desk,
            StepUpPurpose.RESTORE_UNDO,
            plan.hash,
            request,
            self._over,
            partial(self._start, plan),
            self.failed.emit,
        )

    def _start(self, plan: RestorePlan, step_up_id: str) -> None:
        desk = self._desk

        def queue() -> Restore:
            restores = desk.workspace.restores
            undo_id = restores.start_undo(desk.actor, plan.id, step_up_id=step_up_id)
            return restores.show(desk.actor, undo_id)

        desk.run_write(self, queue, self._queued, self.failed.emit)

    def _queued(self, undo: Restore) -> None:
        self.started.emit(undo)
        try:
            self._desk.start_job(str(undo.job_id))
        except OSError as error:
            self.failed.emit(error)
