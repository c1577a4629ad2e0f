"""Bringing records back and deleting them for good: what it takes along, and who keeps a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.changes.change_set import Change
from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.core.records.recycle_bin_model import BinPlan, BroughtBack, PurgePlan, Wish
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.bin_dialogs import RestoreDialog, purge_many_dialog
from crmdesk.ui.records.bin_source import bin_counted
from crmdesk.ui.widgets.dialog import DecisionDialog

T = TypeVar("T")


class BinPart(QObject):
    """What can be done in the recycle bin.

    Args:
        desk: the services.
        objects: the objects of the workspace by name, as they are now.
        page: the page; dialogs open over its window.
        tells_jobs: whether it says how the jobs of workers ended; one page of a window does.

    Signals:
        written: the :class:`Change` of a write, one for each object.
        failed: an error that the page has to show.
        undo_asked: the change that shall be taken back.
        planning: whether numbers are being worked out, before anything is asked.
    """

    written = Signal(object)
    failed = Signal(object)
    undo_asked = Signal(int)
    planning = Signal(bool)

    def __init__(
        self,
        desk: Desk,
        objects: Callable[[], Mapping[str, ObjectType]],
        page: QWidget,
        *,
        tells_jobs: bool = True,
    ) -> None:
        super().__init__(page)
        self._desk, self._objects, self._page = desk, objects, page
        self.dialog: DecisionDialog | None = None
        if tells_jobs:
            desk.jobs.ended.connect(self._ended)

    def restore(self, keys: Sequence[int]) -> None:
        """Bring records back; asks only where something has to be decided."""
        desk, own = self._desk, list(keys)

        def plan() -> BinPlan:
            return desk.workspace.recycle_bin.restore_plan(desk.actor, own)

        self._plan(plan, partial(self._decide, own))

    def purge(self, keys: Sequence[int], name: str) -> None:
        """Say in numbers what is lost, take the typed name, then delete for good."""
        desk, own = self._desk, list(keys)

        def plan() -> PurgePlan:
            return desk.workspace.recycle_bin.purge_plan(desk.actor, own)

        self._plan(plan, partial(self._ask_purge, own, name))

    def _plan(self, plan: Callable[[], T], planned: Callable[[T], None]) -> None:
        """Work something out; of hundreds of thousands of records that takes seconds."""
        self.planning.emit(True)

        def done(found: T) -> None:
            self.planning.emit(False)
            planned(found)

        def failed(error: Exception) -> None:
            self.planning.emit(False)
            self.failed.emit(error)

        self._desk.run_query(self, "plan", plan, done, failed)

    # -- bringing back -----------------------------------------------------------------------
    def _decide(self, keys: list[int], plan: BinPlan) -> None:
        if not plan.conflicts and not plan.children:
            self._restore(plan, None, Wish(keys, children=False))
            return
        dialog = RestoreDialog(keys, plan, self._objects(), self._page.window())
        dialog.answered.connect(partial(self._restore, plan, dialog))
        self._open(dialog)

    def _restore(self, plan: BinPlan, dialog: RestoreDialog | None, wish: Wish) -> None:
        desk, bin_ = self._desk, self._desk.workspace.recycle_bin
        if dialog is not None:
            dialog.set_busy(self.tr("Restoring..."))

        def write() -> BroughtBack | str:
            act = bin_.restore if plan.at_once else bin_.start_restore
            return act(
                desk.actor,
                wish.keys,
                wish.answers,
                otherwise=wish.otherwise,
                children=wish.children,
            )

        def done(back: BroughtBack | str) -> None:
            if dialog is not None:
                dialog.accept()
            if isinstance(back, str):
                desk.start_job(back)
                return
            for name, ids in back.records.items():
                self.written.emit(Change(name, tuple(ids), back.change_id))
            counts = {name: len(ids) for name, ids in back.records.items()}
            self._tell_restored(counts, back.left, back.change_id)

        def failed(error: Exception) -> None:
            if dialog is not None:
                dialog.show_error(sentence(error))
            else:
                self.failed.emit(error)

        desk.run_write(self, write, done, failed)

    def _tell_restored(self, counts: Mapping[str, int], left: int, change_id: int | None) -> None:
        stay = self.tr("%Ln stay{s|} in the recycle bin.", "", left) if left else ""
        if not counts or change_id is None:
            self._desk.toast(self.tr("Nothing was restored"), stay)
            return
        title = self.tr("%1 restored").replace("%1", bin_counted(counts, self._objects()))
        undo = partial(self.undo_asked.emit, change_id)
        self._desk.toast(title, stay, self.tr("Undo"), undo)

    # -- deleting for good -------------------------------------------------------------------
    def _ask_purge(self, keys: list[int], name: str, plan: PurgePlan) -> None:
        dialog = purge_many_dialog(plan, self._objects(), name, self._page.window())
        dialog.decided.connect(partial(self._purge, keys, plan, dialog))
        self._open(dialog)

    def _purge(self, keys: list[int], plan: PurgePlan, dialog: DecisionDialog) -> None:
        desk, bin_ = self._desk, self._desk.workspace.recycle_bin
        dialog.set_busy(self.tr("Deleting..."))

        def write() -> int | str:
            return (bin_.purge if plan.at_once else bin_.start_purge)(desk.actor, keys)

        def done(result: int | str) -> None:
            dialog.accept()
            if isinstance(result, str):
                desk.start_job(result)
                return
            self._tell_purged(plan.records)

        desk.run_write(dialog, write, done, lambda error: dialog.show_error(sentence(error)))

    def _tell_purged(self, counts: Mapping[str, int]) -> None:
        for name in counts:
            self.written.emit(Change(name, ()))
        told = bin_counted(counts, self._objects())
        self._desk.toast(self.tr("%1 deleted permanently").replace("%1", told))

    # -- by a worker -------------------------------------------------------------------------
    def _ended(self, job: Job) -> None:
        """A worker has done, or has not done, what was asked of it."""
        if job.kind not in (JobKind.BIN_RESTORE, JobKind.BIN_PURGE):
            return
        if job.state is JobState.FAILED and job.error is not None:
            self._desk.toast(job.error.message, job.error.hint)
        if job.state is not JobState.SUCCEEDED:
            return
        result: dict[str, Any] = dict(job.result or {})
        counts: dict[str, int] = result["records"]
        if job.kind is JobKind.BIN_PURGE:
            self._tell_purged(counts)
            return
        for name in counts:
            self.written.emit(Change(name, (), result["change_id"]))
        self._tell_restored(counts, int(result["left"]), result["change_id"])

    def _open(self, dialog: DecisionDialog) -> None:
        self.dialog = dialog
        dialog.open()
