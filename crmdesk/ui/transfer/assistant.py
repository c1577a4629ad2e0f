"""The import assistant: file, columns, check, import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import Job
from crmdesk.core.transfer.model import FileOptions, Import, Inspection
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message
from crmdesk.ui.save_dialog import ask_save
from crmdesk.ui.transfer.check_step import CheckStep
from crmdesk.ui.transfer.columns_step import ColumnsStep
from crmdesk.ui.transfer.draft import Draft
from crmdesk.ui.transfer.file_step import FileStep
from crmdesk.ui.transfer.run_step import RunStep
from crmdesk.ui.transfer.wording import filled, say
from crmdesk.ui.widgets.banner import BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.progress import ProgressBar
from crmdesk.ui.widgets.wizard_frame import WizardFrame

FILE, COLUMNS, CHECK, RUN = range(4)


class ImportAssistant(WizardFrame):
    """Four steps over one :class:`Draft`; nothing is written before the last.

    Signals:
        left: the x was pressed, or a way out of the summary taken.
        started: the id of an import that was queued.
        detail_asked: the id of the import whose changes are wanted.
        undo_asked: the id of the import to take back.
    """

    left = Signal()
    started = Signal(str)
    detail_asked = Signal(str)
    undo_asked = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        steps = (say("File"), say("Columns"), say("Check"), say("Import"))
        super().__init__(steps, say("Close the import"), say("Back"), parent)
        self._desk = desk
        self._objects = desk.workspace.definitions.objects(desk.actor)
        self._object_name: str | None = None
        self.draft: Draft | None = None
        self.import_id = ""
        self.step = FILE
        self._looking = False
        self._chosen_anew = False
        self.busy = ProgressBar(say("Reading the file"), 2)
        self.busy.setRange(0, 0)
        self.file = FileStep(desk.queries, self._objects)
        self.columns = ColumnsStep(desk)
        self.check = CheckStep(desk)
        self.run = RunStep(desk)
        self.other = Button(say("Import another table"))
        self.primary = Button("", ButtonKind.PRIMARY)
        self.primary.setObjectName("import_primary")
        self._lay_out()
        self._connect()
        self._show_step()

    def _lay_out(self) -> None:
        self.add_line(self.busy)
        self.add_steps(self.file, self.columns, self.check, self.run)
        self.add_ways_on(self.other, self.primary)
        self.banner.setObjectName("import_error")
        self.busy.hide()

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.left)
        self.stepper.step_chosen.connect(self.go_to)
        self.back.clicked.connect(lambda: self.go_to(self.step - 1))
        self.other.clicked.connect(self._another_table)
        self.primary.clicked.connect(self.go_on)
        self.file.file_chosen.connect(self.open_file)
        self.file.options_changed.connect(self._look_again)
        self.columns.changed.connect(self._take)
        self.check.changed.connect(self._take)
        self.check.columns_asked.connect(lambda: self.go_to(COLUMNS))
        self.run.errors_asked.connect(self._save_errors)
        self.run.records_asked.connect(self._show_records)
        self.run.detail_asked.connect(lambda: self.detail_asked.emit(self.import_id))
        self.run.audit_asked.connect(self._show_audit)
        self.run.undo_asked.connect(lambda: self.undo_asked.emit(self.import_id))
        self._desk.jobs.changed.connect(self._follow)
        self._desk.jobs.ended.connect(self._end)

    # The file

    def start(self, object_name: str | None = None) -> None:
        """Begin anew, for an object if one is given."""
        self._object_name = object_name
        self.draft = None
        self.file.show_inspection(None)
        self._say(None)
        self.go_to(FILE)

    @Slot(str)
    def open_file(self, path: str) -> None:
        """Look into a file."""
        self._chosen_anew = True
        self._look(path, FileOptions(object_name=self._object_name))

    @Slot(object)
    def _look_again(self, options: FileOptions) -> None:
        if self.draft is not None:
            self._look(self.draft.inspection.path, options)

    def _look(self, path: str, options: FileOptions) -> None:
        desk = self._desk
        self._looking = True
        self.busy.show()
        self._show_step()
        desk.run_query(
            self,
            "inspect",
            lambda: desk.workspace.imports.inspect(desk.actor, path, options),
            self._show_file,
            self._refuse_file,
        )

    def _show_file(self, found: Inspection) -> None:
        self._looking = False
        self.busy.hide()
        self._say(None)
        known = {each.name: each for each in self._objects}
        self.draft = Draft.of(found, known.get(found.object_name or ""))
        self.file.show_inspection(found)
        self._desk.ways.draft("transfer", True)
        self._show_step()
        if self._chosen_anew:
            self._chosen_anew = False
            self.primary.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refuse_file(self, error: Exception) -> None:
        self._looking = False
        self.busy.hide()
        self._say(error)
        if self.draft is not None:
            # The controls go back to what still holds.
            self.file.show_inspection(self.draft.inspection)
        self._show_step()

    # The steps

    def why_not(self) -> str:
        """Why the way on is closed; empty when it is open."""
        draft = self.draft
        if self.step == RUN:
            return ""
        if self._looking:
            return say("Reading the file")
        if draft is None:
            return say("Choose a file")
        if not draft.readable:
            asks = draft.inspection.options.table is None and len(draft.inspection.tables) > 1
            return say("Choose a table") if asks else say("Choose the object")
        if self.step >= COLUMNS and not draft.mapping:
            return say("Map at least one column")
        if self.step == CHECK:
            return self._why_not_run(draft)
        return ""

    def _why_not_run(self, draft: Draft) -> str:
        found = self.check.result
        if self._desk.jobs.open_jobs and self.import_id and not self.run.ended:
            return say("An import is running")
        if draft.asks_date_order and draft.date_order is None:
            return say("Choose the order in dates")
        if found is None:
            return (
                say("Checking the first rows")
                if self.check.checking
                else say("It cannot be imported like this")
            )
        if found.whole and not found.created + found.updated:
            return say("Nothing would change")
        return ""

    @Slot(int)
    def go_to(self, step: int) -> None:
        """Show a step."""
        self.step = step
        draft = self.draft
        if draft is not None and step == COLUMNS:
            self.columns.show_draft(draft)
        if draft is not None and step == CHECK:
            self.check.show_draft(draft)
            self._preflight()
        self._show_step()

    @Slot()
    def go_on(self) -> None:
        """What the primary button does."""
        if self.why_not():
            return
        if self.step == RUN:
            self.left.emit()
        elif self.step == CHECK:
            self._start()
        else:
            self.go_to(self.step + 1)

    def _show_step(self) -> None:
        step, reason = self.step, self.why_not()
        self.show_page(step, finished=step == RUN and self.run.ended)
        self.back.setVisible(COLUMNS <= step <= CHECK)
        several = self.draft is not None and len(self.draft.inspection.tables) > 1
        self.other.setVisible(step == RUN and self.run.ended and several)
        self.primary.setText(self._primary_text())
        self.primary.setVisible(self.draft is not None or step == RUN)
        self.primary.set_reason(reason)
        self.reason.setText(reason if self.draft is not None else "")
        self.reason.setVisible(bool(self.reason.text()))
        self._offer_focus()

    def _offer_focus(self) -> None:
        """Enter goes on, unless the focus lies on a control of the step."""
        held = self.window().focusWidget()
        inside = self.isAncestorOf(held)
        at_work = inside and held.isVisible() and held.isEnabled()
        # A page holds the focus itself while what had it is disabled or gone.
        lost = inside or held is None or held.isAncestorOf(self)
        if lost and not at_work and self.isVisible() and self.primary.isEnabled():
            self.primary.setFocus(Qt.FocusReason.OtherFocusReason)

    def _primary_text(self) -> str:
        if self.step < CHECK:
            return say("Continue")
        if self.step == RUN:
            return say("Back to the list")
        found = self.check.result
        if found is None or not found.whole:
            return say("Start import")
        return say("Import %Ln row{|s}", found.created + found.updated)

    @Slot(object)
    def _take(self, draft: Draft) -> None:
        self.draft = draft
        if self.step == COLUMNS:
            self.columns.show_draft(draft)
        elif self.step == CHECK:
            self.check.show_draft(draft)
            self._preflight()
        self._show_step()

    def _preflight(self) -> None:
        desk, draft = self._desk, self.draft
        self.check.result = None
        if draft is None or (draft.asks_date_order and draft.date_order is None):
            self.check.set_busy(False)
            return
        self.check.set_busy(True)
        request = draft.request()
        desk.run_query(
            self,
            "preflight",
            lambda: desk.workspace.imports.preflight(desk.actor, request),
            self._then(self.check.show_result),
            self._then(self.check.show_error),
        )

    def _then(self, show: Callable[[object], None]) -> Callable[[object], None]:
        def after(found: object) -> None:
            show(found)
            self._show_step()

        return after

    # The import

    def _start(self) -> None:
        desk, draft = self._desk, self.draft
        if draft is None:
            return
        request = draft.request()
        self.primary.set_busy(say("Starting..."))
        desk.run_write(
            self,
            lambda: desk.workspace.imports.start(desk.actor, request),
            self._begin,
            self._refuse_start,
        )

    def _begin(self, import_id: str) -> None:
        self.primary.set_idle()
        self._say(None)
        self.import_id = import_id
        found = self._import()
        self.run.begin(found)
        self._desk.ways.draft("transfer", False)
        self.go_to(RUN)
        try:
            self._desk.start_job(found.job_id or "")
        except OSError as error:
            self._say(
                UserError(
                    "worker_not_started",
                    filled(say("The import waits: no process could be started (%1)."), str(error)),
                    say("Cancel it, and try again when the computer has room for a process."),
                )
            )
        self.started.emit(import_id)

    def _refuse_start(self, error: Exception) -> None:
        self.primary.set_idle()
        self._say(error)

    def _import(self) -> Import:
        return self._desk.workspace.imports.show(self._desk.actor, self.import_id)

    @Slot(object)
    def _follow(self, jobs: list[Job]) -> None:
        for job in jobs:
            if job.id == self.run.job_id:
                self.run.show_progress(job)

    @Slot(object)
    def _end(self, job: Job) -> None:
        if job.id == self.run.job_id and not self.run.ended:
            self.run.show_end(self._import())
            self._desk.changed(job)
            self._show_step()

    def _another_table(self) -> None:
        if self.draft is not None:
            self._look(self.draft.inspection.path, FileOptions())
            self.go_to(FILE)

    def _save_errors(self) -> None:
        desk, import_id = self._desk, self.import_id
        stem = Path(self._import().file_name).stem
        name = filled(say("%1 errors.csv"), stem)

        def save(target: Path) -> None:
            desk.run_write(
                self,
                lambda: desk.workspace.imports.save_errors(desk.actor, import_id, target),
                lambda _: desk.toast(say("Error file saved"), str(target)),
                self._say,
            )

        ask_save(self, say("Save error file"), name, save)

    def _show_records(self) -> None:
        self._desk.go(f"records/{self._import().object_name}")

    def _show_audit(self) -> None:
        desk = self._desk
        wanted = AuditFilters(search=self.run.job_id)
        page = desk.workspace.audit_reader.events(desk.actor, wanted, limit=1)
        desk.go(f"audit/{page.events[0].id}" if page.events else "audit")

    def _say(self, error: Exception | None) -> None:
        if error is None:
            self.hide_banner()
            return
        said = message(error)
        self.show_banner(BannerTone.DANGER, said.title, said.advice)
