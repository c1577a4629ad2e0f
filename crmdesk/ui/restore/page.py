"""The Restore tab: its start, the wizard, and summaries of past restores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import FINAL, Job
from crmdesk.core.restore.model import Restore, RestoreSource
from crmdesk.core.restore.wizard import Opening, Step
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.page import Page
from crmdesk.ui.messages import message
from crmdesk.ui.restore.flow import RestoreFlow
from crmdesk.ui.restore.run_page import RunPage, is_running
from crmdesk.ui.restore.start_page import StartPage
from crmdesk.ui.restore.undoing import Undoing
from crmdesk.ui.restore.values import ShownValues
from crmdesk.ui.restore.wizard_page import WizardPage
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.buttons import Button, ButtonKind

TAB = "restore"


class RestorePage(Page):
    """Links: ``restore``, ``restore/new``, ``restore/from/<backup id>``, ``restore/<restore id>``.

    ``restore/records/<object>/<ids with commas>/<backup id or path>`` begins with these records.
    A draft stays while other tabs are looked at; the tab then carries a dot.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Restore"), parent)
        self._desk = desk
        self.flow = RestoreFlow(desk, self)
        self.start = StartPage(desk)
        self.undoing = Undoing(desk, self)
        self._past: Restore | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._connect()
        self.refresh()

    @cached_property
    def wizard(self) -> WizardPage:
        """The four steps, made when the first restore begins: the tab opens sooner without."""
        made = WizardPage(self._desk, self.flow, self)
        made.left.connect(self._leave_wizard)
        made.moved.connect(self._step_moved)
        made.undo_asked.connect(self.undoing.ask)
        self._stack.addWidget(made)
        return made

    @cached_property
    def summary(self) -> RunPage:
        """One past restore, made when the first is looked at."""
        made = RunPage(self._desk, self)
        made.undo_asked.connect(self.undoing.ask)
        made.cancel_asked.connect(self._cancel_past)
        made.again_asked.connect(self._again)
        made.failed.connect(self._toast_error)
        return made

    @cached_property
    def _summary_page(self) -> QWidget:
        made = self._with_foot(self.summary)
        self._stack.addWidget(made)
        return made

    @property
    def _in_wizard(self) -> bool:
        return "wizard" in vars(self) and self._stack.currentWidget() is self.wizard

    @property
    def _in_summary(self) -> bool:
        return "summary" in vars(self) and self._stack.currentWidget() is self._summary_page

    def _with_foot(self, page: QWidget) -> QWidget:
        back = Button(self.tr("All restores"), ButtonKind.SECONDARY, "arrow-left")
        back.clicked.connect(self._leave_summary)
        foot = QFrame()
        foot.setProperty("role", "foot")
        foot.setFixedHeight(px(56))
        row = QHBoxLayout(foot)
        row.setContentsMargins(24, 0, 24, 0)
        row.addWidget(back)
        row.addStretch(1)
        whole = QWidget(self)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(page, 1)
        column.addWidget(foot)
        return whole

    def _connect(self) -> None:
        start = self.start
        start.begun.connect(self._begin)
        start.source_chosen.connect(self._restore_from)
        start.file_wanted.connect(self.choose_file)
        start.summary_wanted.connect(self.show_restore)
        start.undo_wanted.connect(self.undoing.ask)
        self.undoing.started.connect(self._undo_started)
        self.undoing.failed.connect(self._undo_failed)
        self.flow.changed.connect(self._tell_draft)
        self._desk.jobs.changed.connect(self._jobs_moved)
        self._desk.jobs.ended.connect(self._job_ended)

    # -- what the window asks ---------------------------------------------------------------
    def commands(self) -> Mapping[str, Callable[[], object]]:
        if not self._in_wizard:
            return {"new": self._begin}
        found: dict[str, Callable[[], object]] = {"send": self.wizard.go_on}
        if self.flow.state.step is Step.PROPERTIES:
            found["find"] = self.wizard.choose.search.setFocus
        return found

    def regions(self) -> Sequence[QWidget]:
        if self._stack.currentWidget() is self.start:
            return (self.start.choose_button, self.start.picker, self.start.past)
        if self._in_summary:
            return (self._summary_page,)
        choose = self.wizard.choose
        if self.flow.state.step is Step.PROPERTIES:
            return (choose.objects, choose.search, choose.properties, self.wizard.forward)
        return (self.wizard.stepper, self.wizard.step_focus(), self.wizard.main_button)

    def start_focus(self) -> None:
        if self._stack.currentWidget() is self.start:
            self.start.picker.setFocus()
        elif self._in_wizard:
            self.wizard.step_focus().setFocus()

    def refresh(self) -> None:
        self.start.refresh()
        if self._in_wizard and self.flow.state.step is Step.BACKUP:
            self._read_sources()

    def open_link(self, link: str) -> None:
        parts = link.split("/")
        if parts[1:2] == ["from"] and len(parts) > 2:
            self._restore_from("/".join(parts[2:]))
        elif parts[1:2] == ["records"] and len(parts) > 4:
            ids = tuple(int(part) for part in parts[3].split(",") if part.isdigit())
            self._restore_from("/".join(parts[4:]), Opening(parts[2], ids or None))
        elif parts[1:2] == ["new"]:
            self._begin()
        elif len(parts) > 1 and parts[1]:
            self.show_restore(parts[1])

    def escape(self) -> bool:
        if self._in_wizard and self.wizard.choose.search.text():
            self.wizard.choose.search.clear_search()
            return True
        if self._in_summary:
            self._leave_summary()
            return True
        return False

    def affected_by(self, change: object) -> bool:
        return change is not None

    # -- places in the tab --------------------------------------------------------------------
    def _go(self, page: QWidget) -> None:
        self._stack.setCurrentWidget(page)
        if self.isVisible():
            # The stack would give the focus to the first control: the wizard's close button.
            self.begin()
        self._desk.ways.follow()

    @Slot()
    def _begin(self) -> None:
        if not self.flow.state.has_draft:
            self.flow.begin()
        self._read_sources()
        self._go(self.wizard)

    @Slot(str)
    def _restore_from(self, source: str, opening: Opening | None = None) -> None:
        self.flow.begin()
        self._read_sources()
        self._go(self.wizard)
        self.flow.open(source, opening)

    def _read_sources(self) -> None:
        desk = self._desk

        def read() -> list[RestoreSource]:
            return desk.workspace.restores.sources(desk.actor)

        desk.run_query(self, "sources", read, self.wizard.show_sources, self.wizard.show_error)

    @Slot()
    def choose_file(self) -> QFileDialog:
        """Ask for a backup file from anywhere, then restore from it if it is ours."""
        dialog = QFileDialog(self.window(), self.tr("Open a backup file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Backups (*.zip)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda name: self._restore_from(str(Path(name))))
        dialog.open()
        return dialog

    @Slot()
    def _leave_wizard(self) -> None:
        self.flow.begin()
        self.start.refresh()
        self._go(self.start)
        self.start_focus()

    @Slot()
    def _leave_summary(self) -> None:
        self._past = None
        self.start.refresh()
        self._go(self.start)
        self.start_focus()

    @Slot(str)
    def show_restore(self, restore_id: str) -> None:
        """Show the summary of a restore, or its progress while it runs."""
        desk = self._desk
        try:
            found = desk.workspace.restores.show(desk.actor, restore_id)
            kind = desk.workspace.definitions.object(desk.actor, found.object_name)
        except UserError as error:
            self._go(self.start)
            self.start.show_error(error)
            return
        self._past = found
        values = ShownValues(desk, kind)
        if is_running(found):
            self.summary.show_running(found, values)
        else:
            self.summary.show_summary(found, values)
        self._go(self._summary_page)

    @Slot(object)
    def _toast_error(self, error: Exception) -> None:
        told = message(error)
        self._desk.toast(told.title, told.advice)

    @Slot()
    def _again(self) -> None:
        if self._past is not None and self._past.kind == "restore":
            self._restore_from(self._past.source)
        else:
            self._leave_summary()

    @Slot()
    def _step_moved(self) -> None:
        if self.isVisible() and self._in_wizard:
            self.start_focus()
        self._desk.ways.follow()

    # -- jobs and drafts ------------------------------------------------------------------------
    @Slot()
    def _tell_draft(self) -> None:
        self._desk.ways.draft(TAB, self.flow.state.has_draft)

    @Slot(object)
    def _undo_started(self, undo: Restore) -> None:
        if self._in_wizard:
            self.flow.begin()
        self.show_restore(undo.id)

    @Slot(object)
    def _undo_failed(self, error: Exception) -> None:
        if self._in_wizard:
            self.wizard.show_error(error)
        else:
            self._go(self.start)
            self.start.show_error(error)

    @Slot(object)
    def _jobs_moved(self, jobs: list[Job]) -> None:
        past = self._past
        for job in jobs:
            if past is not None and job.id == past.job_id:
                self.summary.show_progress(job)

    @Slot(object)
    def _job_ended(self, job: Job) -> None:
        past = self._past
        if past is not None and job.id == past.job_id and job.state in FINAL:
            self.show_restore(past.id)
            self._desk.changed(past)

    @Slot()
    def _cancel_past(self) -> None:
        if self._past is None or self._past.job_id is None:
            return
        self._desk.cancel_job(self, self._past.job_id, self.start.show_error)
