"""The popovers of row 1: running jobs, account; notifications have a file of their own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.frame.entries import WIDTH, Entries, head
from crmdesk.ui.frame.values import Account, JobLine
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.avatar import IN_PANEL, Avatar
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.widgets.progress import ProgressBar
from crmdesk.ui.widgets.segmented import Segmented


class JobsPopover(Popover):
    """Running jobs with a Cancel each.

    Signals:
        cancelled: the id of the job to cancel.
    """

    cancelled = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", WIDTH, parent)
        self.setObjectName("jobs_popover")
        self.setAccessibleName(self.tr("Running jobs"))
        head(self, self.tr("Running jobs"))
        self._entries = Entries(self)
        self.body.addWidget(self._entries)
        self.body.addWidget(rule(self))
        remark = label(self.tr("Jobs go on when you close the window."), TextStyle.CAPTION)
        remark.setContentsMargins(16, 8, 16, 8)
        self.body.addWidget(remark)
        self._shown: dict[str, tuple[ProgressBar, Paragraph]] = {}
        self._names: tuple[tuple[str, str, bool], ...] = ()
        self._jobs: tuple[JobLine, ...] = ()

    def set_jobs(self, jobs: Sequence[JobLine]) -> None:
        """Show other jobs, or how far the same ones are."""
        self._jobs = tuple(jobs)
        if not self.isHidden():
            self._show_jobs()

    def _show_jobs(self) -> None:
        names = tuple((job.id, job.name, job.cancellable) for job in self._jobs)
        if names != self._names:
            self._names = names
            self._shown = {}
            self._entries.show_entries([partial(self._entry, job) for job in self._jobs])
        for job in self._jobs:
            # A job far down the list may not be built yet; it is built as it is now.
            if job.id in self._shown:
                bar, words = self._shown[job.id]
                bar.set_fraction(job.share or 0.0)
                words.set_text(job.doing)

    def about_to_open(self) -> None:
        self._show_jobs()

    def _entry(self, job: JobLine) -> QWidget:
        entry = QWidget()
        column = QVBoxLayout(entry)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.addWidget(ElidedLabel(job.name, TextStyle.STRONG), 1)
        if job.cancellable:
            cancel = Link(self.tr("Cancel"))
            cancel.setObjectName(f"cancel_job_{job.id}")
            cancel.setAccessibleName(self.tr("Cancel %1").replace("%1", job.name))
            cancel.clicked.connect(lambda _=False, job_id=job.id: self.cancelled.emit(job_id))
            row.addWidget(cancel)
        bar = ProgressBar(job.name)
        bar.set_fraction(job.share or 0.0)
        words = Paragraph(job.doing, TextStyle.CAPTION, "text2", width=WIDTH - 34)
        column.addLayout(row)
        column.addWidget(bar)
        column.addWidget(words)
        self._shown[job.id] = (bar, words)
        return entry


class AccountPopover(Popover):
    """Who is signed in and how; the theme; signing out.

    Signals:
        theme_chosen: "light", "dark" or "system".
        signed_out: Sign out was pressed.
    """

    theme_chosen = Signal(str)
    signed_out = Signal()

    def __init__(self, account: Account, theme: str, parent: QWidget | None = None) -> None:
        super().__init__("", WIDTH, parent)
        self.setObjectName("account_popover")
        self.setAccessibleName(self.tr("Account"))
        self.body.addLayout(self._person(account))
        self.body.addWidget(rule(self))
        self.body.addLayout(self._theme(theme))
        self.body.addWidget(rule(self))
        row = QHBoxLayout()
        row.setContentsMargins(8, 6, 8, 6)
        out = Button(self.tr("Sign out"), ButtonKind.GHOST, "log-out")
        out.setObjectName("sign_out")
        out.clicked.connect(self.signed_out)
        row.addWidget(out)
        row.addStretch(1)
        self.body.addLayout(row)

    @staticmethod
    def _person(account: Account) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(12)
        row.addWidget(Avatar(account.name, IN_PANEL), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(ElidedLabel(account.name, TextStyle.HEADING))
        for line in (account.email, account.role, account.sign_in):
            if line:
                column.addWidget(ElidedLabel(line, TextStyle.CAPTION, "text2"))
        row.addLayout(column, 1)
        return row

    def _theme(self, theme: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 10, 16, 10)
        row.addWidget(label(self.tr("Theme"), TextStyle.STRONG))
        row.addStretch(1)
        choices = (
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
            ("system", self.tr("System")),
        )
        self.theme = Segmented(self.tr("Theme"), choices)
        self.theme.set_current(theme)
        self.theme.changed.connect(self.theme_chosen)
        row.addWidget(self.theme)
        return row
