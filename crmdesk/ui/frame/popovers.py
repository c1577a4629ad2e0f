"""The popovers of row 1: running jobs, notifications, account."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from crmdesk.ui.frame.dot import Dot
from crmdesk.ui.frame.values import Account, JobLine, Notice
from crmdesk.ui.tables.marks import ICON_ROLES
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.avatar import IN_PANEL, Avatar
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.widgets.progress import ProgressBar
from crmdesk.ui.widgets.segmented import Segmented

WIDTH = 360
_TALLEST = 440
_A_TURN = 3


def _head(popover: Popover, title: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(16, 10, 16, 10)
    row.addWidget(label(title, TextStyle.HEADING, parent=popover))
    row.addStretch(1)
    popover.body.addLayout(row)
    popover.body.addWidget(rule(popover))
    return row


class _Entries(QScrollArea):
    """A column of entries with lines between them, as tall as they are up to a limit.

    Entries out of sight are built a few at a time: fifty notifications are 700 widgets.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._waiting: deque[Callable[[], QWidget]] = deque()
        self._column = QVBoxLayout()
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._go_on)

    def show_entries(self, entries: Sequence[Callable[[], QWidget]]) -> None:
        """Show other entries, given as functions that build them."""
        self._waiting = deque(entries)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(inside)
        inside.setAutoFillBackground(False)
        tall = 0
        while self._waiting and tall < px(_TALLEST):
            tall += self._add()
        self.setFixedHeight(min(tall, px(_TALLEST)))
        if self._waiting:
            self._turn.start()

    def _add(self) -> int:
        """Add the next entry; returns how tall it is, its line included."""
        inside = self.widget()
        at = self._column.count() - 1
        if at:
            self._column.insertWidget(at, rule(inside))
            at += 1
        entry = self._waiting.popleft()()
        self._column.insertWidget(at, entry)
        # Fonts come with the style sheet; without them the height would be too small.
        for part in [entry, *entry.findChildren(QWidget)]:
            part.ensurePolished()
        layout = entry.layout()
        if layout is not None and layout.hasHeightForWidth():
            tall = layout.totalHeightForWidth(px(WIDTH) - 2)
        elif entry.hasHeightForWidth():
            tall = entry.heightForWidth(px(WIDTH) - 2)
        else:
            tall = entry.sizeHint().height()
        return tall + (1 if at > 1 else 0)

    @Slot()
    def _go_on(self) -> None:
        for _ in range(min(_A_TURN, len(self._waiting))):
            self._add()
        if not self._waiting:
            self._turn.stop()


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
        _head(self, self.tr("Running jobs"))
        self._entries = _Entries(self)
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


class NoticesPopover(Popover):
    """Notifications, newest first, each with a link, and some with an act.

    Signals:
        opened: id of the notification whose link was pressed.
        acted: id of the notification whose act was pressed.
        all_read: "Mark all as read" was pressed.
    """

    opened = Signal(object)
    acted = Signal(object)
    all_read = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", WIDTH, parent)
        self.setObjectName("notices_popover")
        self.setAccessibleName(self.tr("Notifications"))
        row = _head(self, self.tr("Notifications"))
        self.read_all = Link(self.tr("Mark all as read"))
        self.read_all.setObjectName("read_all")
        self.read_all.clicked.connect(self.all_read)
        row.addWidget(self.read_all)
        self._entries = _Entries(self)
        self.body.addWidget(self._entries)
        self._notices: tuple[Notice, ...] = ()
        self._shown: tuple[Notice, ...] | None = None

    def set_notices(self, notices: Sequence[Notice]) -> None:
        """Show other notifications."""
        self._notices = tuple(notices)
        if not self.isHidden():
            self._show_notices()

    def _show_notices(self) -> None:
        if self._notices == self._shown:
            return
        self._shown = self._notices
        self.read_all.setVisible(any(notice.unread for notice in self._notices))
        entries = [partial(self._entry, notice) for notice in self._notices]
        self._entries.show_entries(entries or [self._none])

    def about_to_open(self) -> None:
        self._show_notices()

    def _none(self) -> QWidget:
        words = Paragraph(
            self.tr("Nothing yet. Finished jobs, warnings and mentions come here."),
            width=WIDTH - 34,
        )
        words.setContentsMargins(16, 12, 16, 12)
        return words

    def _entry(self, notice: Notice) -> QWidget:
        entry = QWidget()
        row = QHBoxLayout(entry)
        row.setContentsMargins(16, 8, 16, 4 if notice.link else 8)
        row.setSpacing(10)
        icon = IconLabel(notice.icon, ICON_ROLES[notice.tone])
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addLayout(self._heading(notice))
        if notice.text:
            column.addWidget(Paragraph(notice.text, width=WIDTH - 60))
        if notice.link:
            column.addLayout(self._links(notice))
        row.addLayout(column, 1)
        return entry

    def _heading(self, notice: Notice) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(8)
        style = TextStyle.STRONG if notice.unread else TextStyle.BODY
        head.addWidget(ElidedLabel(notice.title, style), 1)
        head.addWidget(label(notice.time, TextStyle.CAPTION, "text3", tabular=True))
        mark: QLabel | QWidget = Dot("accent" if notice.unread else "")
        if notice.unread:
            mark.setAccessibleName(self.tr("Unread"))
        head.addWidget(mark)
        return head

    def _links(self, notice: Notice) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        for text, name, told in (
            (notice.link, f"notice_{notice.id}", self.opened),
            (notice.act, f"notice_act_{notice.id}", self.acted),
        ):
            if text:
                link = Link(text)
                link.setObjectName(name)
                link.setAccessibleName(f"{text}: {notice.title}")
                link.clicked.connect(lambda _=False, told=told, at=notice.id: told.emit(at))
                row.addWidget(link)
        row.addStretch(1)
        return row


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
