"""Carries the wizard from step to step: asks core, and shows the state that comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from crmdesk.core.errors import Busy, Cancelled, UserError
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.restore import wizard
from crmdesk.core.restore.model import (
    Narrowed,
    OpenedBackup,
    PlanRequest,
    RestorableObject,
    Restore,
    RestorePlan,
    Survey,
)
from crmdesk.core.restore.wizard import Opening, Step, WizardState
from crmdesk.ui.desk import Desk

_OUTDATED = "plan_outdated"


class RestoreFlow(QObject):
    """The draft of one restore.

    Signals:
        changed: the state is another one, or something began or ended.
        compared: differing records found so far, while a comparison runs.
        failed: an error; the state is as before.
        progressed: the job of the running restore.
        ended: the restore, once its job has ended.
    """

    changed = Signal()
    compared = Signal(int)
    failed = Signal(object)
    progressed = Signal(object)
    ended = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.state = WizardState()
        self.busy = ""
        self.source = ""
        self.restore: Restore | None = None
        self._cancel = threading.Event()
        desk.jobs.changed.connect(self._jobs_moved)
        desk.jobs.ended.connect(self._job_ended)

    # -- choosing --------------------------------------------------------------------------
    def begin(self) -> None:
        """Start afresh at the first step."""
        self.stop()
        self.restore = None
        self._become(WizardState())

    def open(self, source: str, opening: Opening | None = None) -> None:
        """Open a backup by id or path, and go on to its objects, or to the one that is wanted."""
        self.stop()
        self.source = source
        restores, actor = self._desk.workspace.restores, self._desk.actor

        def read() -> tuple[OpenedBackup, tuple[RestorableObject, ...]]:
            return restores.open(actor, source), tuple(restores.objects(actor, source))

        self._ask("opening", read, partial(self._opened, opening))

    def choose_object(self, name: str) -> None:
        """Show another object; its comparison begins unless it is there."""
        self._become(wizard.choose_object(self.state, name))
        self.compare()

    def compare(self) -> None:
        """Compare the chosen object with the backup, then the other ones for their counts."""
        wanted = self._next_object()
        if wanted is None or self.state.backup is None:
            return
        self._new_cancel()
        work = partial(
            self._desk.workspace.restores.survey,
            self._desk.actor,
            self.state.backup.reference,
            wanted,
            self._narrowed(wanted),
            cancelled=self._cancel.is_set,
            reported=self.compared.emit,
        )
        busy = "comparing" if self.state.survey is None else ""
        self._ask(busy, work, self._surveyed)

    def select(self, names: frozenset[str]) -> None:
        """Choose these properties."""
        self._become(wizard.select_properties(self.state, names))

    def set_skip_clears(self, skip: bool) -> None:
        """Leave values alone where the backup has none, or clear them."""
        self._become(wizard.set_skip_clears(self.state, skip))

    def set_only_unchanged(self, only_unchanged: bool) -> None:
        """Leave values alone that a person edited since the backup; counts everything anew."""
        self.stop()
        self._become(wizard.set_only_unchanged(self.state, only_unchanged))
        self.compare()

    def set_records(self, record_ids: tuple[int, ...] | None) -> None:
        """Only these records of the object, or all; counts them anew."""
        self.stop()
        self._become(wizard.set_records(self.state, record_ids))
        self.compare()

    # -- planning --------------------------------------------------------------------------
    def review(self) -> None:
        """Make the plan and go to the review; again when the old one no longer fits."""
        state = self.state
        if state.backup is None or state.object_name is None:
            return
        self._new_cancel()
        request = PlanRequest(
            state.backup.reference,
            state.object_name,
            tuple(sorted(state.chosen)),
            record_ids=state.record_ids,
            skip_clears=state.skip_clears,
            only_unchanged=state.only_unchanged,
        )
        work = partial(
            self._desk.workspace.restores.plan,
            self._desk.actor,
            request,
            cancelled=self._cancel.is_set,
            reported=self.compared.emit,
        )
        self._ask("planning", work, self._planned)

    def accept(self, *, changes: bool | None = None, irreversible: bool | None = None) -> None:
        """Tick or untick a consequence."""
        self._become(wizard.accept(self.state, changes=changes, irreversible=irreversible))

    def back_to(self, step: Step) -> None:
        """Go back to a step that is done."""
        self.stop()
        order = list(Step)
        while order.index(self.state.step) > order.index(step) and wizard.can_go_back(self.state):
            self.state = wizard.back(self.state)
        self._become(self.state)
        if self.state.step is Step.PROPERTIES:
            self.compare()

    def stop(self) -> None:
        """Stop a comparison or a planning that runs."""
        self._cancel.set()
        self.busy = ""
        self._desk.queries.cancel(self, "core")
        self.changed.emit()

    # -- doing -----------------------------------------------------------------------------
    def start(self, step_up_id: str) -> None:
        """Queue the restore, with the proof of who asks."""
        state, desk = self.state, self._desk
        plan = state.plan
        if plan is None:
            return

        def queue() -> Restore:
            restores = desk.workspace.restores
            restore_id = restores.start(
                desk.actor,
                plan.id,
                accept_changes=state.accepts_changes,
                accept_irreversible=state.accepts_irreversible,
                step_up_id=step_up_id,
            )
            return restores.show(desk.actor, restore_id)

        self.busy = "starting"
        self.changed.emit()
        desk.run_write(self, queue, self._queued, self._refused)

    # -- within ----------------------------------------------------------------------------
    def _ask(self, busy: str, work: Callable[[], object], done: Callable[..., object]) -> None:
        self.busy = busy
        self.changed.emit()
        self._desk.run_query(self, "core", work, done, self._refused)

    def _new_cancel(self) -> None:
        self._cancel.set()
        self._cancel = threading.Event()

    def _next_object(self) -> str | None:
        state = self.state
        if state.step is not Step.PROPERTIES:
            return None
        if state.object_name is not None and state.survey is None:
            return state.object_name
        names = (item.name for item in state.objects if item.restorable)
        return next((name for name in names if name not in state.surveys), None)

    def _narrowed(self, object_name: str) -> Narrowed:
        """Chosen records are those of the object in sight; the others are counted whole."""
        narrowed = self.state.narrowed
        shown = object_name == self.state.object_name
        return narrowed if shown else replace(narrowed, record_ids=None)

    def _become(self, state: WizardState) -> None:
        self.state = state
        self.changed.emit()

    def _opened(
        self, opening: Opening | None, found: tuple[OpenedBackup, tuple[RestorableObject, ...]]
    ) -> None:
        self.busy = ""
        self._become(wizard.choose_backup(self.state, *found, opening))
        self.compare()

    def _surveyed(self, survey: Survey) -> None:
        self.busy = ""
        self._become(wizard.take_survey(self.state, survey))
        self.compare()

    def _planned(self, plan: RestorePlan) -> None:
        self.busy = ""
        self._become(wizard.take_plan(self.state, plan))

    def _refused(self, error: Exception) -> None:
        self.busy = ""
        if isinstance(error, UserError) and error.code == _OUTDATED:
            self._grew_old(int(str(error.values.get("records", 1))), error.message)
            return
        self.changed.emit()
        if not isinstance(error, Cancelled):
            self.failed.emit(error)

    def _grew_old(self, records: int, because: str) -> None:
        self.restore = None
        self._become(wizard.plan_grew_old(self.state, records, because))

    def _queued(self, restore: Restore) -> None:
        self.busy, self.restore = "", restore
        self._become(wizard.started(self.state, restore.id))
        try:
            self._desk.start_job(str(restore.job_id))
        except OSError as error:
            self.failed.emit(error)

    @Slot(object)
    def _jobs_moved(self, jobs: list[Job]) -> None:
        for job in jobs:
            if self.restore is not None and job.id == self.restore.job_id:
                self.progressed.emit(job)

    @Slot(object)
    def _job_ended(self, job: Job) -> None:
        if self.restore is None or job.id != self.restore.job_id or self.state.finished:
            return
        if job.state is JobState.FAILED and job.error is not None and job.error.code == _OUTDATED:
            self._grew_old(1, job.error.message)
            return
        try:
            self.restore = self._desk.workspace.restores.show(self._desk.actor, self.restore.id)
        except UserError as error:
            self.failed.emit(error)
            return
        self._become(wizard.ended(self.state))
        self.ended.emit(self.restore)
        self._desk.changed(self.restore)


def busy_since(error: Exception) -> tuple[str, str]:
    """Who runs another restore and since when (as stored); empty for any other error."""
    if not isinstance(error, Busy) or error.code != "restore_running":
        return "", ""
    return str(error.values.get("user") or ""), str(error.values.get("since") or "")
