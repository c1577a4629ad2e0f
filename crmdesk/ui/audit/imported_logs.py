"""Logs that HubSpot exported: taken in after a look, listed, and taken out again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.audit.imported_json import taken_from_json
from crmdesk.core.audit.imported_model import ImportedLog, LogFileSurvey
from crmdesk.core.errors import Cancelled
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.records.dates import DateOrder
from crmdesk.ui import words
from crmdesk.ui.audit.imported_progress import LogImportProgress
from crmdesk.ui.audit.imported_words import kind_words, survey_decision
from crmdesk.ui.audit.say import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled
from crmdesk.ui.messages import message, sentence
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.transfer.wording import order_words
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import empty_layout


class ImportedLogsCard(QWidget):
    """A button that takes a file in, and the files that were taken.

    Signals:
        changed: entries came or went.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.dialog: DecisionDialog | None = None
        self.choosing: QFileDialog | None = None
        self.banner = Banner(BannerTone.DANGER, "")
        self.banner.hide()
        self.button = Button(say("Import a log"), ButtonKind.SECONDARY, "file-up")
        self.button.setObjectName("import_log")
        self.button.clicked.connect(self.ask)
        self.progress = LogImportProgress(desk)
        self.progress.looked.connect(self._confirm)
        self.progress.refused.connect(self._failed)
        self.progress.freed.connect(self.button.set_idle)
        self.progress.ended.connect(self._job_ended)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(row)
        column.addWidget(self.progress)
        column.addWidget(self.banner)
        column.addLayout(self._rows)
        self.read()

    @Slot()
    def read(self) -> None:
        """List what was taken."""
        desk = self._desk
        desk.run_query(
            self,
            "imported",
            lambda: desk.workspace.imported_logs.list(desk.actor),
            self._show,
            self._failed,
        )

    @Slot()
    def ask(self) -> None:
        """Ask for a file."""
        self.choosing = QFileDialog(self.window(), say("Choose a log that HubSpot exported"))
        self.choosing.setObjectName("choose_log")
        self.choosing.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.choosing.setNameFilters([say("Tables (*.csv *.xlsx *.zip)"), say("All files (*)")])
        self.choosing.fileSelected.connect(lambda path: self.look(Path(path)))
        self.choosing.finished.connect(self.choosing.deleteLater)
        self.choosing.open()

    def look(self, path: Path, order: DateOrder | None = None) -> None:
        """Say what a file would add before anything is written.

        Args:
            order: how its dates are written, once somebody said it.
        """
        self.banner.hide()
        self.button.set_busy(say("Reading..."))
        self.progress.look(path, order)

    @Slot(object, object)
    def _confirm(self, path: Path, survey: LogFileSurvey) -> None:
        decision = survey_decision(survey, self._desk.zone)
        self.dialog = dialog = DecisionDialog(decision, self.window(), closes=False)
        dialog.setObjectName("import_log_dialog")
        dialog.set_reason("" if survey.added else say("It has nothing new"))
        if survey.asks_date_order:
            self._offer_orders(dialog, path)
        dialog.decided.connect(lambda: self._take(dialog, path, survey))
        dialog.open()

    def _offer_orders(self, dialog: DecisionDialog, path: Path) -> None:
        """Times that can be read in two ways are read once somebody says which."""
        for order in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST):
            link = Link(filled(say("Read its dates as: %1"), order_words(order)))
            link.setObjectName(f"date_order_{order}")
            link.clicked.connect(dialog.reject)
            link.clicked.connect(partial(self.look, path, order))
            dialog.body.addWidget(link)

    def _take(self, dialog: DecisionDialog, path: Path, survey: LogFileSurvey) -> None:
        desk = self._desk
        dialog.set_busy(say("Starting..."))

        def queued(job_id: str) -> None:
            dialog.accept()
            desk.start_job(job_id)

        desk.run_write(
            self,
            lambda: desk.workspace.imported_logs.start(
                desk.actor, path, survey.sha256, survey.date_order, survey.rows
            ),
            queued,
            lambda error: dialog.show_error(sentence(error)),
        )

    @Slot(object)
    def _job_ended(self, job: Job) -> None:
        """Tell of a job, whoever began it and wherever; the list is another after it."""
        desk = self._desk
        if job.state is JobState.SUCCEEDED and job.result is not None:
            _, taken = taken_from_json(job.result)
            desk.toast(
                say("Log imported"),
                say("%Ln entr{y|ies} added to the audit log.", taken.added),
                say("Show them"),
                lambda: desk.go(f"audit/days/{_days(taken, desk.zone)}"),
            )
        elif job.error is not None:
            self.banner.set_state(BannerTone.DANGER, job.error.message, job.error.hint)
            self.banner.show()
        self.read()
        self.changed.emit()

    def _show(self, logs: Sequence[ImportedLog]) -> None:
        empty_layout(self._rows)
        for log in logs:
            text = filled(
                say("%1, %2, %3"),
                kind_words(log.kind),
                say("%Ln entr{y|ies}", log.added),
                words.moment(log.imported_at, self._desk.zone, inside=True),
            )
            remove = Link(say("Remove"))
            remove.setObjectName("remove_imported_log")
            remove.setAccessibleName(filled(say("Remove %1"), log.file_name))
            remove.clicked.connect(partial(self.ask_remove, log))
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(Paragraph(f"{log.file_name}\n{text}", TextStyle.BODY, "text"), 1)
            row.addWidget(remove)
            self._rows.addWidget(line)

    def ask_remove(self, log: ImportedLog) -> None:
        """Ask once more, and take the entries of a file out."""
        desk = self._desk
        decision = Decision(
            title=say("Remove imported log"),
            heading=filled(say("Remove the entries of %1?"), log.file_name),
            sentence=say(
                "%Ln entr{y|ies} of HubSpot go{es|} out of the list. Your own log keeps an entry "
                "that says so, and the file can be imported again.",
                log.added,
            ),
            safe=say("Keep them"),
            deed=say("Remove %Ln entr{y|ies}", log.added),
            icon="trash-2",
            destructive=True,
        )
        self.dialog = dialog = DecisionDialog(decision, self.window(), closes=False)
        dialog.setObjectName("remove_log_dialog")

        def removed(_many: int) -> None:
            dialog.accept()
            self.read()
            self.changed.emit()

        dialog.decided.connect(
            lambda: desk.run_write(
                self,
                lambda: desk.workspace.imported_logs.remove(desk.actor, log.id),
                removed,
                lambda error: dialog.show_error(sentence(error)),
            )
        )
        dialog.open()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        if isinstance(error, Cancelled):
            return
        said = message(error)
        self.banner.set_state(BannerTone.DANGER, said.title, said.advice)
        self.banner.show()


def _days(survey: LogFileSurvey, zone: ZoneInfo) -> str:
    """From when to when its entries lie, as a link says it."""
    times = (survey.first_at, survey.last_at)
    return "/".join(each.astimezone(zone).date().isoformat() for each in times if each)
