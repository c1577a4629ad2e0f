"""Bringing records back and deleting them for good: what it takes along, and who keeps a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.changes.change_set import Change
from crmdesk.core.records.recycle_bin import Answers
from crmdesk.core.records.recycle_bin_model import BinPlan, BroughtBack, PurgePlan
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.bin_dialogs import RestoreDialog, purge_many_dialog
from crmdesk.ui.records.bin_source import bin_counted
from crmdesk.ui.widgets.dialog import DecisionDialog


class BinPart(QObject):
    """What can be done in the recycle bin.

    Args:
        desk: the services.
        objects: the objects of the workspace by name, as they are now.
        page: the page; dialogs open over its window.

    Signals:
        written: the :class:`Change` of a write, one for each object.
        failed: an error that the page has to show.
        undo_asked: the change that shall be taken back.
    """

    written = Signal(object)
    failed = Signal(object)
    undo_asked = Signal(int)

    def __init__(
        self, desk: Desk, objects: Callable[[], Mapping[str, ObjectType]], page: QWidget
    ) -> None:
        super().__init__(page)
        self._desk, self._objects, self._page = desk, objects, page
        self.dialog: DecisionDialog | None = None

    def restore(self, keys: Sequence[int]) -> None:
        """Bring records back; asks only where something has to be decided."""
        desk, own = self._desk, list(keys)

        def plan() -> BinPlan:
            return desk.workspace.recycle_bin.restore_plan(desk.actor, own)

        desk.run_query(self, "plan", plan, partial(self._decide, own), self.failed.emit)

    def purge(self, keys: Sequence[int], name: str) -> None:
        """Say in numbers what is lost, take the typed name, then delete for good."""
        desk, own = self._desk, list(keys)

        def plan() -> PurgePlan:
            return desk.workspace.recycle_bin.purge_plan(desk.actor, own)

        desk.run_query(self, "plan", plan, partial(self._ask_purge, own, name), self.failed.emit)

    # -- bringing back -----------------------------------------------------------------------
    def _decide(self, keys: list[int], plan: BinPlan) -> None:
        if not plan.conflicts and not plan.children:
            self._write(keys, {}, children=False, dialog=None)
            return
        dialog = RestoreDialog(plan, self._objects(), self._page.window())
        dialog.answered.connect(partial(self._answered, keys, dialog))
        self._open(dialog)

    def _answered(
        self, keys: list[int], dialog: RestoreDialog, answers: Answers, children: bool
    ) -> None:
        dialog.set_busy(self.tr("Restoring..."))
        self._write(keys, answers, children=children, dialog=dialog)

    def _write(
        self, keys: list[int], answers: Answers, *, children: bool, dialog: RestoreDialog | None
    ) -> None:
        desk = self._desk

        def write() -> BroughtBack:
            bin_ = desk.workspace.recycle_bin
            return bin_.restore(desk.actor, keys, answers, children=children)

        def done(back: BroughtBack) -> None:
            if dialog is not None:
                dialog.accept()
            self._told(back)

        def failed(error: Exception) -> None:
            if dialog is not None:
                dialog.show_error(sentence(error))
            else:
                self.failed.emit(error)

        desk.run_write(self, write, done, failed)

    def _told(self, back: BroughtBack) -> None:
        counts = {name: len(ids) for name, ids in back.records.items()}
        for name, ids in back.records.items():
            self.written.emit(Change(name, tuple(ids), back.change_id))
        left = self.tr("%Ln stay{s|} in the recycle bin.", "", back.left) if back.left else ""
        if not counts:
            self._desk.toast(self.tr("Nothing was restored"), left)
            return
        title = self.tr("%1 restored").replace("%1", bin_counted(counts, self._objects()))
        undo = partial(self.undo_asked.emit, back.change_id)
        self._desk.toast(title, left, self.tr("Undo"), undo)

    # -- deleting for good -------------------------------------------------------------------
    def _ask_purge(self, keys: list[int], name: str, plan: PurgePlan) -> None:
        dialog = purge_many_dialog(plan, self._objects(), name, self._page.window())
        dialog.decided.connect(partial(self._purge, keys, plan, dialog))
        self._open(dialog)

    def _purge(self, keys: list[int], plan: PurgePlan, dialog: DecisionDialog) -> None:
        desk = self._desk
        dialog.set_busy(self.tr("Deleting..."))

        def done(_count: int) -> None:
            dialog.accept()
            for name in plan.records:
                self.written.emit(Change(name, ()))
            counts = bin_counted(plan.records, self._objects())
            self._desk.toast(self.tr("%1 deleted permanently").replace("%1", counts))

        desk.run_write(
            dialog,
            lambda: desk.workspace.recycle_bin.purge(desk.actor, keys),
            done,
            lambda error: dialog.show_error(sentence(error)),
        )

    def _open(self, dialog: DecisionDialog) -> None:
        self.dialog = dialog
        dialog.open()
