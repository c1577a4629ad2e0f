"""Step 4: the import while it runs, and its summary, which stays."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.jobs.job import FINAL, Job, JobState
from crmdesk.core.transfer.model import Import
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.job_words import job_share
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.transfer.wording import say
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.number_card import Number, NumberStrip
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.progress_row import EndState, ProgressRow
from crmdesk.ui.widgets.side_panel import empty_layout

_ENDS = {
    JobState.SUCCEEDED: EndState.DONE,
    JobState.FAILED: EndState.FAILED,
    JobState.CANCELLED: EndState.CANCELLED,
    JobState.INTERRUPTED: EndState.INTERRUPTED,
}


class RunStep(QWidget):
    """Progress of one import, then what became of every row.

    Signals:
        records_asked, errors_asked, detail_asked, audit_asked, undo_asked: the ways on from the
            summary.
    """

    records_asked = Signal()
    errors_asked = Signal()
    detail_asked = Signal()
    audit_asked = Signal()
    undo_asked = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.job_id = ""
        self.ended = False
        self._title = label("", TextStyle.TITLE)
        self._row_slot = QVBoxLayout()
        self.progress = ProgressRow("", "")
        self.numbers = NumberStrip([])
        self.sum = Paragraph("", TextStyle.BODY, "text2")
        self._ways = QHBoxLayout()
        self._ways.setSpacing(8)
        self._banners = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(16)
        column.addWidget(self._title)
        column.addLayout(self._row_slot)
        column.addLayout(self._banners)
        column.addWidget(self.numbers)
        column.addWidget(self.sum)
        column.addLayout(self._ways)
        column.addStretch(1)

    def begin(self, found: Import, tables: int = 1) -> None:
        """Show an import that was just queued, or several in one job."""
        self.job_id, self.ended = found.job_id or "", False
        alone = say("Importing %1").replace("%1", found.name)
        self._title.setText(alone if tables == 1 else say("Importing %Ln table{|s}", tables))
        empty_layout(self._row_slot)
        empty_layout(self._ways)
        empty_layout(self._banners)
        self.progress = ProgressRow(say("Waiting to start"), say("Cancel import"))
        self.progress.cancel_asked.connect(self._cancel)
        self._row_slot.addWidget(self.progress)
        self.numbers.hide()
        self.sum.set_text(
            say("You can leave this page: the import goes on, even without a window.")
        )

    def _cancel(self) -> None:
        # Too late is no error: its end is shown.
        self._desk.cancel_job(self, self.job_id, lambda _error: self._desk.jobs.poll())

    def show_progress(self, job: Job) -> None:
        """Show how far it is."""
        if job.state in FINAL or job.state is JobState.QUEUED:
            return
        if job.state is JobState.CANCELLING:
            self.progress.set_cancelling(say("Cancelling, nothing will be written"))
            return
        share = job_share(job) or 0.0
        elapsed = 0.0
        if job.started_at is not None:
            elapsed = (datetime.now(UTC) - job.started_at).total_seconds()
        left = elapsed * (1.0 - share) / share if share else 0.0
        self.progress.set_progress(phase(job.phase), share, elapsed, left)

    def show_end(self, found: Import) -> None:
        """Show the summary of an import that is over."""
        self.ended = True
        self._title.setText(found.name)
        texts = {
            JobState.SUCCEEDED: say("The import is done"),
            JobState.FAILED: say("The import failed. Nothing was written."),
            JobState.CANCELLED: say("The import was cancelled. Nothing was written."),
            JobState.INTERRUPTED: say("The import was interrupted. Nothing was written."),
        }
        self.progress.set_ended(_ENDS[found.state], texts[found.state])
        empty_layout(self._banners)
        empty_layout(self._ways)
        if found.error is not None:
            title = str(found.error.get("message") or "")
            self._banners.addWidget(
                Banner(BannerTone.DANGER, title, str(found.error.get("hint") or ""))
            )
        done = found.state is JobState.SUCCEEDED
        self.numbers.set_numbers(numbers_of(found))
        self.numbers.setVisible(done)
        rows = say("%Ln row{|s} in the file", found.rows)
        whole = say("%1 = created + updated + unchanged + failed").replace("%1", rows)
        made = say("%Ln association{|s} {was|were} made.", found.associated)
        lost = say("%Ln could not be made.", found.not_associated)
        told = (made if found.associated else "", lost if found.not_associated else "")
        self.sum.set_text("\n".join(filter(None, (whole, " ".join(filter(None, told))))))
        self.sum.setVisible(done)
        self._offer_ways(found)

    def _offer_ways(self, found: Import) -> None:
        ways = [
            (
                found.error_file is not None,
                "save_errors",
                say("Save error file"),
                "file-down",
                self.errors_asked,
            ),
            (
                found.created + found.updated > 0,
                "show_records",
                say("Show records"),
                "database",
                self.records_asked,
            ),
            (True, "show_changes", say("Show every change"), "history", self.detail_asked),
            (
                self._desk.may(Permission.SUPER_ADMIN),
                "show_audit",
                say("Show audit entry"),
                "scroll-text",
                self.audit_asked,
            ),
            (not found.no_undo, "undo_import", say("Undo import"), "undo-2", self.undo_asked),
        ]
        for wanted, name, text, icon, signal in ways:
            if wanted:
                button = Button(text, icon=icon)
                button.setObjectName(name)
                button.clicked.connect(signal)
                self._ways.addWidget(button)
        self._ways.addStretch(1)


def phase(name: str) -> str:
    """What an import is doing."""
    return {
        "reading": say("Reading the file"),
        "checking": say("Checking the rows"),
        "writing": say("Writing the records"),
    }.get(name, say("Running"))


def numbers_of(found: Import) -> list[Number]:
    """What became of every row, in four numbers."""
    return [
        Number(words.number(found.created), say("created")),
        Number(words.number(found.updated), say("updated")),
        Number(words.number(found.unchanged), say("unchanged")),
        Number(
            words.number(found.failed), say("failed"), tone="danger" if found.failed else "text"
        ),
    ]
