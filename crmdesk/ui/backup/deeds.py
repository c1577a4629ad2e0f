"""What is done to backups: make one, cancel it, pin it, delete it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.backup.model import Backup, BackupEstimate
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.ui import words
from crmdesk.ui.backup.dialogs import CreateDialog, create_dialog, delete_dialog
from crmdesk.ui.backup.words import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.restore.deleted_dialog import DeletedDialog
from crmdesk.ui.widgets.dialog import DecisionDialog


class Deeds(QObject):
    """Each asks what must be asked, then writes off the GUI thread.

    Signals:
        done: the vault changed.
        failed: why something could not be done, where no dialog shows it.
        found: heading and sentence of a finding that stays above the list.
    """

    done = Signal()
    failed = Signal(object)
    found = Signal(str, str)

    def __init__(self, desk: Desk, over: QWidget) -> None:
        super().__init__(over)
        self._desk, self._over = desk, over

    def ask_create(self, why_not: str) -> None:
        """Ask whether to make a backup, with fresh numbers.

        Args:
            why_not: why none may be made now; empty when one may.
        """
        desk = self._desk

        def read() -> BackupEstimate:
            return desk.workspace.backups.estimate(desk.actor)

        show = partial(self._show_create, why_not)
        desk.run_query(self, "estimate", read, show, self.failed.emit)

    def _show_create(self, why_not: str, estimate: BackupEstimate) -> None:
        dialog = create_dialog(estimate, self._desk, self._over)
        if why_not:
            dialog.set_reason(why_not)
            dialog.show_error(f"{why_not}.")
        dialog.decided.connect(partial(self._create, dialog))
        dialog.open()

    def _create(self, dialog: CreateDialog) -> None:
        desk = self._desk
        complete = dialog.complete.is_checked()

        def queue() -> Backup:
            backups = desk.workspace.backups
            return backups.show(desk.actor, backups.create(desk.actor, complete=complete))

        def queued(backup: Backup) -> None:
            dialog.accept()
            self.done.emit()
            try:
                desk.start_job(str(backup.job_id))
            except OSError as error:
                self.failed.emit(error)

        dialog.set_busy(say("Creating..."))
        desk.run_write(self, queue, queued, lambda error: dialog.show_error(sentence(error)))

    def cancel(self, backup: Backup) -> None:
        """Ask the job that makes it to stop."""
        self._desk.cancel_job(self, str(backup.job_id), self.failed.emit)

    def drill(self, backup: Backup) -> None:
        """Restore it into a scratch file, to prove that it can be."""
        desk = self._desk

        def queue() -> str:
            return desk.workspace.drills.start(desk.actor, backup.id)

        def queued(job_id: str) -> None:
            try:
                desk.start_job(job_id)
            except OSError as error:
                self.failed.emit(error)

        desk.run_write(self, queue, queued, self.failed.emit)

    def show_deleted(self, reference: str, title: str) -> None:
        """Show the records of a backup that are gone by now."""
        DeletedDialog(self._desk, reference, title, self._over).open()

    def tell_drill(self, job: Job) -> None:
        """Say what came of a drill."""
        result = job.result or {}
        if result.get("ok"):
            seconds = max(1, round(int(result.get("milliseconds", 0)) / 1000))
            text = say(
                "%Ln record{|s} restored into a scratch file, and proven, in %1.",
                int(result.get("records", 0)),
            )
            self._desk.toast(
                say("The backup can be restored"), text.replace("%1", words.duration(seconds))
            )
        elif job.state is not JobState.CANCELLED:
            self.found.emit(say("The restore drill failed"), say("Make a new backup."))

    def pin(self, backup: Backup, *, pinned: bool) -> None:
        """Keep it until it is unpinned, or let its expiry count again."""
        desk = self._desk

        def write() -> Backup:
            return desk.workspace.backups.pin(desk.actor, backup.id, pinned=pinned)

        desk.run_write(self, write, lambda _backup: self.done.emit(), self.failed.emit)

    def ask_delete(self, backup: Backup, others: int) -> None:
        """Ask whether to delete its file.

        Args:
            others: how many other backups could be restored.
        """
        dialog = delete_dialog(backup, others, self._desk, self._over)
        dialog.decided.connect(partial(self._delete, dialog, backup))
        dialog.open()

    def _delete(self, dialog: DecisionDialog, backup: Backup) -> None:
        desk = self._desk

        def write() -> None:
            desk.workspace.backups.delete(desk.actor, backup.id)

        def deleted(_nothing: object) -> None:
            dialog.accept()
            self.done.emit()
            desk.toast(say("Backup deleted"), say("Copies saved elsewhere stay as they are."))

        dialog.set_busy(say("Deleting..."))
        desk.run_write(self, write, deleted, lambda error: dialog.show_error(sentence(error)))
