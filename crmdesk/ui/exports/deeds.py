"""What can be done with an export beside saving it: cancel, approve, reject."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.exports.model import Export, ExportSource, ExportState
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.asked_facts import chosen_facts, columns_line
from crmdesk.ui.exports.words import OPEN, filled, no_download, no_history, say, source_words
from crmdesk.ui.messages import sentence
from crmdesk.ui.tables.cells import RowAction
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from crmdesk.ui.widgets.form_field import FormField


class ExportDeeds(QObject):
    """Asks where something is lost or decided, then writes.

    Signals:
        done: something was written.
        failed: why it could not be.
    """

    done = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, over: QWidget) -> None:
        super().__init__(over)
        self._desk, self._over = desk, over
        self.may_cancel = desk.may(Permission.SUPER_ADMIN)
        self._may_decide = desk.may(Permission.APPROVE_EXPORTS)
        self.dialog: DecisionDialog | None = None
        self.reason: QLineEdit | None = None

    def actions(self, found: Export) -> Sequence[RowAction]:
        """What can be done with an export; what cannot says why."""
        details = RowAction("details", say("Show details"), "panel-right")
        is_backup = found.source is ExportSource.BACKUP
        word = say("Cancel backup") if is_backup else say("Cancel export")
        cancel = RowAction("cancel", word, "circle-x", prominent=True)
        if found.state in OPEN:
            stoppable = self.may_cancel and found.state is not ExportState.CANCELLING
            return (cancel, details) if stoppable else (details,)
        if found.state is ExportState.PENDING_APPROVAL:
            decisions = self._decisions(found)
            # Whoever may reject it needs no second button to the same end.
            cancel = replace(cancel, prominent=not decisions)
            return (*decisions, *((cancel,) if self.may_cancel else ()), details)
        if found.state is not ExportState.SUCCEEDED:
            return (details,)
        if is_backup:
            return (RowAction("backup", say("Show in backups"), "arrow-up-right", True), details)
        saved, history = no_download(found), no_history(found)
        return (
            RowAction("download", say("Save a copy"), "download", True, reason=saved),
            details,
            RowAction("history", say("View history"), "history", reason=history),
        )

    def may_decide(self, found: Export) -> bool:
        """Whether this person may approve or reject it; never one's own."""
        waits = found.state is ExportState.PENDING_APPROVAL
        return waits and self._may_decide and found.user_id != self._desk.actor.user_id

    def _decisions(self, found: Export) -> Sequence[RowAction]:
        if not self.may_decide(found):
            return ()
        return (
            RowAction("approve", say("Approve"), "check", prominent=True),
            RowAction("reject", say("Reject"), "x", prominent=True),
        )

    def cancel(self, found: Export) -> None:
        """Stop it; its file is gone at once."""
        desk = self._desk

        def done(_state: ExportState) -> None:
            desk.jobs.poll()
            self.done.emit()

        desk.run_write(
            self, lambda: desk.workspace.exports.cancel(desk.actor, found.id), done, self._failed
        )

    def approve(self, found: Export) -> None:
        """Ask, then let it go ahead."""
        dialog = self._ask(
            found, say("Approve export"), say("Let “%1” leave this workspace?"), "check"
        )
        desk = self._desk

        def approve() -> str:
            return desk.workspace.export_approvals.approve(desk.actor, found.id)

        def started(job_id: object) -> None:
            desk.start_job(str(job_id))

        dialog.decided.connect(partial(self._write, dialog, approve, started))
        dialog.open()

    def reject(self, found: Export) -> None:
        """Ask for a reason, then refuse it."""
        dialog = self._ask(found, say("Reject export"), say("Reject “%1”?"), "circle-x")
        reason = self.reason = QLineEdit()
        reason.setObjectName("reject_reason")
        reason.setMaxLength(500)
        help_text = say("%1 reads it.")
        who = found.user_name or say("Whoever asked")
        dialog.body.addWidget(FormField(say("Reason"), reason, filled(help_text, who)))
        desk = self._desk

        def reject() -> None:
            desk.workspace.export_approvals.reject(desk.actor, found.id, reason.text())

        dialog.decided.connect(partial(self._write, dialog, reject, lambda _none: None))
        dialog.open()

    def _ask(self, found: Export, deed: str, heading: str, icon: str) -> DecisionDialog:
        who = found.user_name or say("Somebody")
        text = say("%1 wants to export %Ln record{|s} of %2.", found.records or 0)
        sensitive = say("No sensitive values are in it.")
        if found.sensitive:
            sensitive = filled(say("With sensitive values: %1."), ", ".join(found.sensitive))
        dialog = DecisionDialog(
            Decision(
                title=deed,
                heading=filled(heading, found.name),
                sentence=filled(text, who, source_words(found)),
                safe=say("Decide later"),
                deed=deed,
                icon=icon,
                effects=(
                    *self._held(found),
                    Effect("lock", sensitive, "warn_icon" if found.sensitive else "text2"),
                    Effect("clock", filled(say("Asked for %1."), self._asked(found))),
                    Effect("scroll-text", say("Your decision is written to the audit log.")),
                ),
            ),
            self._over.window(),
            closes=False,
        )
        dialog.setObjectName("decision_dialog")
        self.dialog = dialog
        return dialog

    def _held(self, found: Export) -> list[Effect]:
        """Which records and columns it would hold; its details say it all."""
        asked = self._desk.workspace.exports.asked(self._desk.actor, found.id)
        if asked is None:
            return []
        facts = chosen_facts(self._desk, asked)
        told = [Effect("list-filter", filled(say("%1: %2"), *fact)) for fact in facts]
        return [*told, Effect("columns-3", columns_line(asked))]

    def _asked(self, found: Export) -> str:
        return words.moment(found.created_at, self._desk.zone, inside=True)

    def _write(
        self, dialog: DecisionDialog, act: Callable[[], object], then: Callable[[object], object]
    ) -> None:
        dialog.set_busy(say("Writing..."))

        def done(answer: object) -> None:
            dialog.accept()
            then(answer)
            self.done.emit()

        self._desk.run_write(dialog, act, done, lambda e: dialog.show_error(sentence(e)))

    def _failed(self, error: Exception) -> None:
        self.failed.emit(error)
        self.done.emit()
