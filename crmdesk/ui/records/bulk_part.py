"""Bulk edit, bulk delete and undo of the page: at once when small, by a worker when large."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.changes.change_set import Change
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.core.records.bulk_model import AT_ONCE, BulkPlan
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.undo_acts import Act
from crmdesk.core.records.undoing import Undone
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message, sentence
from crmdesk.ui.records.bulk_dialog import BulkEditDialog
from crmdesk.ui.records.bulk_words import skip_words, undone_words
from crmdesk.ui.records.dialogs import delete_dialog
from crmdesk.ui.records.showing import Showing, counted
from crmdesk.ui.widgets.dialog import DecisionDialog

_KINDS = (JobKind.BULK_EDIT, JobKind.BULK_DELETE, JobKind.BULK_UNDO)


class BulkPart(QObject):
    """Acts on many records, and takes the last act back.

    Signals:
        written: the :class:`Change` of a write.
        failed: an error that the page has to show.
    """

    written = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._page = desk, page
        self.dialog: DecisionDialog | None = None
        desk.jobs.ended.connect(self._ended)

    # -- edit --------------------------------------------------------------------------------
    def edit(self, showing: Showing, ids: array[int]) -> None:
        """Ask what to change in these records."""
        dialog = BulkEditDialog(showing, ids, self._page.window())
        dialog.accepted_plan.connect(partial(self._start, dialog, showing.object_type))
        self.dialog = dialog
        dialog.open()

    # -- delete ------------------------------------------------------------------------------
    def delete(self, object_type: ObjectType, ids: Sequence[int]) -> None:
        """Count what deleting many records does, ask, then do it."""
        desk, own = self._desk, object_type.name

        def plan() -> BulkPlan:
            return desk.workspace.bulk.plan_delete(desk.actor, own, Picked(ids))

        desk.run_write(self, plan, partial(self._ask, object_type), self.failed.emit)

    def _ask(self, object_type: ObjectType, plan: BulkPlan) -> None:
        days = self._desk.workspace.settings.number(None, "recycle_bin.days")
        name = plan.names[0] if len(plan.names) == 1 else ""
        dialog = delete_dialog(
            object_type,
            plan.records_changing,
            name,
            days,
            self._page.window(),
            names=plan.names,
            associations=plan.associations,
        )
        dialog.decided.connect(partial(self._start, dialog, object_type, plan))
        self.dialog = dialog
        dialog.open()

    # -- undo --------------------------------------------------------------------------------
    def undo_last(self) -> None:
        """Take back what this person did last, or say why that cannot be."""
        desk = self._desk

        def read() -> Act | None:
            return desk.workspace.undoing.last(desk.actor)

        desk.run_query(self, "last act", read, self._undo_act, self._told_undo)

    def tell(self, title: str, text: str) -> None:
        """Say what was just done, with its undo: exactly this act, whatever comes after it."""
        act = self._desk.workspace.undoing.last(self._desk.actor)
        if act is None or act.reason:
            self._desk.toast(title, text)
            return
        self._desk.toast(title, text, self.tr("Undo"), partial(self.undo, act.change_id))

    def undo(self, change_id: int) -> None:
        """Take one act back, e.g. from its toast."""
        desk = self._desk
        desk.run_query(
            self,
            "act",
            lambda: desk.workspace.undoing.act(desk.actor, change_id),
            self._undo_act,
            self._told_undo,
        )

    def _undo_act(self, act: Act | None) -> None:
        desk = self._desk
        if act is None:
            desk.toast(self.tr("There is nothing to undo"))
            return
        if act.large and not act.reason:
            desk.run_write(
                self,
                lambda: desk.workspace.undoing.start(desk.actor, act.change_id),
                desk.start_job,
                self._told_undo,
            )
            return
        desk.run_write(
            self,
            lambda: desk.workspace.undoing.undo(desk.actor, act.change_id),
            self._undone,
            self._told_undo,
        )

    def _undone(self, done: Undone) -> None:
        text = " ".join(skip_words(reason, count) for reason, count in done.skipped.items())
        self._desk.toast(undone_words(done.act, done.records), text)
        self.written.emit(Change(done.act.object_name, (), done.change_id))

    def _told_undo(self, error: Exception) -> None:
        """A refusal is no fault: it is told where the undo itself would be."""
        told = message(error)
        self._desk.toast(told.title, told.advice)

    # -- doing -------------------------------------------------------------------------------
    def _start(self, dialog: DecisionDialog, object_type: ObjectType, plan: BulkPlan) -> None:
        desk = self._desk
        dialog.set_busy(self.tr("Writing..."))

        def at_once() -> Job:
            job_id = desk.workspace.bulk.start(desk.actor, plan.id)
            desk.workspace.run_job(job_id)
            return desk.workspace.jobs.job(desk.actor, job_id)

        def queued(job_id: str) -> None:
            dialog.accept()
            desk.start_job(job_id)

        def done(job: Job) -> None:
            dialog.accept()
            self._tell(job, object_type)

        def failed(error: Exception) -> None:
            if isinstance(dialog, BulkEditDialog):
                # Its plan is used up: the next press makes it anew.
                dialog.forget_plan()
            dialog.show_error(sentence(error))

        if plan.at_once:
            desk.run_write(dialog, at_once, done, failed)
        else:
            desk.run_write(
                dialog, lambda: desk.workspace.bulk.start(desk.actor, plan.id), queued, failed
            )

    def _ended(self, job: Job) -> None:
        """A worker's job has ended; small ones were told of at once."""
        result = job.result or {}
        if job.kind not in _KINDS or job.state is not JobState.SUCCEEDED:
            return
        at_once = int(result.get("records_changed", 0)) <= AT_ONCE
        if at_once and job.kind is not JobKind.BULK_UNDO:
            return
        try:
            object_type = self._desk.workspace.definitions.object(
                self._desk.actor, str(result["object"])
            )
        except UserError:
            return
        self._tell(job, object_type)

    def _tell(self, job: Job, object_type: ObjectType) -> None:
        result: dict[str, Any] = dict(job.result or {})
        count = counted(object_type, int(result["records_changed"]))
        text = {
            JobKind.BULK_EDIT: self.tr("%1 changed"),
            JobKind.BULK_DELETE: self.tr("%1 deleted"),
            JobKind.BULK_UNDO: self.tr("%1 as before"),
        }[job.kind]
        change_id = int(result["change_id"])
        undo: Callable[[], object] | None = partial(self.undo, change_id)
        if job.kind is JobKind.BULK_UNDO:
            undo = None
        skipped = result.get("skipped") or {}
        detail = " ".join(skip_words(reason, n) for reason, n in skipped.items())
        self.written.emit(Change(object_type.name, (), change_id))
        word = self.tr("Undo") if undo is not None else ""
        self._desk.toast(text.replace("%1", count), detail, word, undo)
