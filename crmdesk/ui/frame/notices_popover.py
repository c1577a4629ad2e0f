"""The popover behind the bell: what one was told, narrowed, opened and marked as read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from crmdesk.core.notify.topics import NotificationTopic
from crmdesk.ui.frame.dot import Dot
from crmdesk.ui.frame.entries import WIDTH, Entries, head
from crmdesk.ui.frame.values import Notice
from crmdesk.ui.tables.marks import ICON_ROLES
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.choice import Choice
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.widgets.segmented import Segmented

_ALL, _UNREAD = "all", "unread"


class NoticesPopover(Popover):
    """Notifications, newest first, each with a link, and some with an act.

    Signals:
        opened: id of the notification whose link was pressed.
        acted: id of the notification whose act was pressed.
        marked: id of the notification that was marked as read.
        all_read: "Mark all as read" was pressed.
        narrowed: other ones are wanted, see :attr:`unread_only` and :attr:`topic`.
        older_asked: more than those that are shown are wanted.
    """

    opened = Signal(object)
    acted = Signal(object)
    marked = Signal(object)
    all_read = Signal()
    narrowed = Signal()
    older_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", WIDTH, parent)
        self.setObjectName("notices_popover")
        self.setAccessibleName(self.tr("Notifications"))
        row = head(self, self.tr("Notifications"))
        self.read_all = Link(self.tr("Mark all as read"))
        self.read_all.setObjectName("read_all")
        self.read_all.clicked.connect(self.all_read)
        row.addWidget(self.read_all)
        self.body.addLayout(self._filters())
        self.body.addWidget(rule(self))
        self._entries = Entries(self)
        self.body.addWidget(self._entries)
        self._has_older = False
        self._notices: tuple[Notice, ...] = ()
        self._shown: tuple[tuple[Notice, ...], bool] | None = None

    def _filters(self) -> QHBoxLayout:
        self._shown_ones = Segmented(
            self.tr("Which notifications"), ((_ALL, self.tr("All")), (_UNREAD, self.tr("Unread")))
        )
        self._shown_ones.changed.connect(lambda _key: self.narrowed.emit())
        self.topics = Choice(self.tr("About"))
        self.topics.setObjectName("notice_topics")
        self.topics.addItem(self.tr("About everything"), "")
        for topic in NotificationTopic:
            self.topics.addItem(self._topic_words(topic), topic.value)
        self.topics.activated.connect(lambda _place: self.narrowed.emit())
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 8)
        row.addWidget(self._shown_ones)
        row.addStretch(1)
        row.addWidget(self.topics)
        return row

    @property
    def unread_only(self) -> bool:
        """Whether those that were read are left out."""
        return self._shown_ones.current == _UNREAD

    @property
    def topic(self) -> NotificationTopic | None:
        """What they are about; None for everything."""
        value = self.topics.currentData()
        return NotificationTopic(value) if value else None

    def offer_older(self, *, offered: bool) -> None:
        """Say whether there are older ones than those that are set next."""
        self._has_older = offered

    def set_notices(self, notices: Sequence[Notice]) -> None:
        """Show other notifications."""
        self._notices = tuple(notices)
        if not self.isHidden():
            self._show_notices()

    def _show_notices(self) -> None:
        if (self._notices, self._has_older) == self._shown:
            return
        self._shown = (self._notices, self._has_older)
        self.read_all.setVisible(any(notice.unread for notice in self._notices))
        entries: list[Callable[[], QWidget]] = [
            partial(self._entry, notice) for notice in self._notices
        ]
        if self._has_older:
            entries.append(self._older)
        self._entries.show_entries(entries or [self._none])
        self.refit()

    def about_to_open(self) -> None:
        self._show_notices()

    def _none(self) -> QWidget:
        text = self.tr("Nothing yet. Finished jobs, warnings and mentions come here.")
        if self.unread_only or self.topic is not None:
            text = self.tr("No notification is like that.")
        words = Paragraph(text, width=WIDTH - 34)
        words.setContentsMargins(16, 12, 16, 12)
        return words

    def _older(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(16, 4, 16, 4)
        link = Link(self.tr("Show older ones"))
        link.setObjectName("older_notices")
        link.clicked.connect(self.older_asked)
        row.addWidget(link)
        row.addStretch(1)
        return holder

    def _entry(self, notice: Notice) -> QWidget:
        entry = QWidget()
        row = QHBoxLayout(entry)
        row.setContentsMargins(16, 8, 16, 4 if notice.link or notice.unread else 8)
        row.setSpacing(10)
        icon = IconLabel(notice.icon, ICON_ROLES[notice.tone])
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addLayout(self._heading(notice))
        if notice.text:
            column.addWidget(Paragraph(notice.text, width=WIDTH - 60))
        if notice.link or notice.unread:
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

    def _reader(self, notice: Notice) -> IconButton:
        """A button of its own: most are read without following their link."""
        button = IconButton("check", self.tr("Mark as read"))
        button.setProperty("inside", "true")
        button.setObjectName(f"notice_read_{notice.id}")
        button.setAccessibleName(f"{self.tr('Mark as read')}: {notice.title}")
        button.clicked.connect(lambda: self.marked.emit(notice.id))
        return button

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
        if notice.unread:
            row.addWidget(self._reader(notice))
        return row

    def _topic_words(self, topic: NotificationTopic) -> str:
        return {
            NotificationTopic.BACKUPS: self.tr("Backups"),
            NotificationTopic.RESTORES: self.tr("Restores"),
            NotificationTopic.IMPORTS: self.tr("Imports"),
            NotificationTopic.EXPORTS: self.tr("Exports"),
            NotificationTopic.RECORDS: self.tr("Records"),
            NotificationTopic.SECURITY: self.tr("Security"),
            NotificationTopic.COMMENTS: self.tr("Comments"),
        }[topic]
