"""Where the Restore tab begins: what can be restored, what runs, and what was restored."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.core.restore.model import Restore, RestoreSource
from crmdesk.ui.backup.notice_slot import NoticeSlot
from crmdesk.ui.desk import Desk
from crmdesk.ui.job_words import job_name, job_share
from crmdesk.ui.restore.past import PastRestores
from crmdesk.ui.restore.picker import BackupPicker
from crmdesk.ui.restore.words import filled
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.empty_state import EmptyState, Fact
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.progress_row import ProgressRow

_KINDS = (JobKind.RESTORE, JobKind.UNDO)


class StartPage(QWidget):
    """Usable backups above, restores below.

    Signals:
        begun: "Choose data to restore" was pressed.
        source_chosen: reference of the backup to restore from.
        file_wanted: a backup file from elsewhere is to be opened.
        summary_wanted: id of a restore.
        undo_wanted: id of a restore.
    """

    begun = Signal()
    source_chosen = Signal(str)
    file_wanted = Signal()
    summary_wanted = Signal(str)
    undo_wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._running: Job | None = None
        self.choose_button = Button(
            self.tr("Choose data to restore"), ButtonKind.PRIMARY, "archive-restore"
        )
        self.picker = BackupPicker(desk)
        self.past = PastRestores(desk)
        self._progress: ProgressRow | None = None
        self.notices = NoticeSlot()
        self._running_slot = QVBoxLayout()
        self._build()
        self._connect()

    def _build(self) -> None:
        self._header = PageHeader(
            self.tr("Restore data"),
            self.tr("Put chosen values back from a backup. You see what changes before it does."),
        )
        self._open = Button(self.tr("Open a backup file"), ButtonKind.SECONDARY, "folder-open")
        self._header.add(self._open)
        self._header.add(self.choose_button)
        self._body = QStackedWidget()
        self._tables = self._lists()
        self._body.addWidget(self._tables)
        self._empty = self._empty_state()
        self._body.addWidget(self._empty)
        top = QVBoxLayout()
        top.setContentsMargins(24, 16, 24, 12)
        top.setSpacing(12)
        top.addWidget(self._header)
        top.addWidget(self.notices)
        top.addLayout(self._running_slot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._body, 1)

    def _lists(self) -> QWidget:
        lists = QWidget()
        column = QVBoxLayout(lists)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._past_heading = label(self.tr("Past restores"), TextStyle.HEADING)
        for heading, table, share in (
            (label(self.tr("Backups"), TextStyle.HEADING), self.picker, 3),
            (self._past_heading, self.past, 2),
        ):
            heading.setContentsMargins(24, 8, 24, 0)
            column.addWidget(heading)
            column.addWidget(table, share)
        return lists

    def _empty_state(self) -> EmptyState:
        backup = Button(self.tr("Create a backup"), ButtonKind.PRIMARY, "archive")
        backup.clicked.connect(self._go_to_backups)
        other = Button(self.tr("Open a backup file"), ButtonKind.SECONDARY, "folder-open")
        other.clicked.connect(self.file_wanted)
        return EmptyState(
            "archive-restore",
            self.tr("Nothing to restore from yet"),
            self.tr("A restore puts chosen values back from a backup of this workspace."),
            buttons=(backup, other),
            facts=(
                Fact(
                    "list-checks",
                    self.tr("You choose"),
                    self.tr("One object and the properties whose values go back."),
                ),
                Fact(
                    "eye",
                    self.tr("You see it first"),
                    self.tr("Every overwritten, filled in and cleared value is counted."),
                ),
                Fact(
                    "undo-2",
                    self.tr("You can undo it"),
                    self.tr("Values that nobody edited since go back to what they were."),
                ),
            ),
        )

    def _connect(self) -> None:
        self.notices.retry_asked.connect(self.refresh)
        for deed in (self.begun, self.source_chosen, self.file_wanted, self.undo_wanted):
            deed.connect(self.notices.forget_error)
        self.choose_button.clicked.connect(self.begun)
        self._open.clicked.connect(self.file_wanted)
        self.picker.chosen.connect(self.source_chosen)
        self.past.shown.connect(self.summary_wanted)
        self.past.undone.connect(self.undo_wanted)
        self._desk.jobs.changed.connect(self._jobs_moved)
        self._desk.jobs.ended.connect(self._job_ended)
        self._jobs_moved(self._desk.jobs.open_jobs)

    def refresh(self) -> None:
        """Read the lists again."""
        restores, actor = self._desk.workspace.restores, self._desk.actor

        def read() -> tuple[list[RestoreSource], list[Restore]]:
            return restores.sources(actor), restores.list(actor)

        self._desk.run_query(self, "lists", read, self._show, self.notices.show_unread)

    def show_error(self, error: Exception) -> None:
        """Say above the lists what went wrong; they stay as they were."""
        self.notices.show_error(error)

    def _show(self, found: tuple[list[RestoreSource], list[Restore]]) -> None:
        sources, restores = found
        self.notices.list_was_read()
        self.picker.show_sources(sources)
        self.past.show_restores(restores)
        for widget in (self.past, self._past_heading):
            widget.setVisible(bool(restores))
        self.picker.fit(len(sources) if restores else 0)
        nothing = not sources and not restores
        self._body.setCurrentWidget(self._empty if nothing else self._tables)
        for button in (self._open, self.choose_button):
            button.setVisible(not nothing)
        reason = "" if self.picker.usable else self.tr("No backup can be restored now")
        self.choose_button.set_reason(reason)
        self._header.set_reason("" if nothing else reason)

    @Slot(object)
    def _jobs_moved(self, jobs: list[Job]) -> None:
        job = next((job for job in jobs if job.kind in _KINDS), None)
        if job is None:
            return
        if self._running is None or self._running.id != job.id:
            self._begin_row(job)
        self._running = job
        if self._progress is None:
            return
        if job.state is JobState.CANCELLING:
            self._progress.set_cancelling(self.tr("Cancelling, nothing will be changed"))
        else:
            self._progress.set_progress(self._doing(job), job_share(job))

    def _begin_row(self, job: Job) -> None:
        self._clear(self._running_slot)
        row = ProgressRow(job_name(job.kind), self.tr("Cancel"))
        row.cancel_asked.connect(self._cancel)
        self._running_slot.addWidget(row)
        self._progress = row

    def _doing(self, job: Job) -> str:
        text = self.tr("{kind} by {who}, since {when}. There is one at a time.")
        since = self._desk.exact(job.created_at)
        return filled(text, kind=job_name(job.kind), who=job.user_name, when=since)

    @Slot()
    def _cancel(self) -> None:
        if self._running is not None:
            self._desk.cancel_job(self, self._running.id, self.show_error)

    @Slot(object)
    def _job_ended(self, job: Job) -> None:
        if job.kind in _KINDS:
            self._running, self._progress = None, None
            self._clear(self._running_slot)
        if job.kind in _KINDS or job.kind is JobKind.BACKUP:
            self.refresh()

    @Slot()
    def _go_to_backups(self) -> None:
        self._desk.go("backups/new")

    @staticmethod
    def _clear(slot: QVBoxLayout) -> None:
        while (item := slot.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
