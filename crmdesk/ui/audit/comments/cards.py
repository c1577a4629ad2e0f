"""A comment with who and when, and a thread of them with what can be done to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from crmdesk.core.audit.comment_model import Comment
from crmdesk.ui import words
from crmdesk.ui.audit.comments.spanned_text import SpannedText
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.dot import Dot
from crmdesk.ui.icons import icon
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.avatar import IN_THREAD, Avatar
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph

#: So many of the last replies stand below a thread in the list of all of them.
LAST_REPLIES = 3
_REPLY_AVATAR, _MOST_LINKS = 24, 10


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody asked for on a comment: reply, edit, delete, copy, open, resolve, reopen."""

    name: str
    comment: Comment
    target: str = ""


class CommentCard(QWidget):
    """One comment or reply.

    Signals:
        asked: an :class:`Act`.
    """

    asked = Signal(object)

    def __init__(self, comment: Comment, desk: Desk) -> None:
        super().__init__()
        self.comment, self._desk = comment, desk
        self.setObjectName(f"comment_{comment.id}")
        self.more = IconButton("ellipsis", self.tr("More about this comment"))
        self.more.clicked.connect(self._open_menu)
        if comment.deleted:
            self.more.hide()
        self.text = SpannedText(comment.spans)
        self.text.link_pressed.connect(lambda link: self._ask("open", link))
        name = comment.author or self.tr("Somebody who is gone")
        size = IN_THREAD if comment.parent_id is None else _REPLY_AVATAR
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self._head(name))
        column.addWidget(self._gone() if comment.deleted else self.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Avatar(name, size), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        said = self.tr("%1, %2: %3").replace("%2", _time(comment.at, desk))
        self.setAccessibleName(said.replace("%1", name).replace("%3", comment.text[:500]))
        self.setAccessibleDescription(self.tr("Not read yet") if comment.unread else "")

    def _head(self, name: str) -> QHBoxLayout:
        comment, desk = self.comment, self._desk
        time = label(_time(comment.at, desk), TextStyle.CAPTION, "text2")
        time.setToolTip(desk.exact(comment.at, seconds=True))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(ElidedLabel(name, TextStyle.STRONG))
        row.addWidget(time)
        if comment.edited_at is not None and not comment.deleted:
            edited = label(self.tr("edited"), TextStyle.CAPTION, "text3")
            edited.setToolTip(desk.exact(comment.edited_at, seconds=True))
            row.addWidget(edited)
        if comment.unread:
            dot = Dot("accent")
            dot.setToolTip(self.tr("Not read yet"))
            row.addWidget(dot)
        row.addStretch(1)
        row.addWidget(self.more)
        return row

    def _gone(self) -> Paragraph:
        self.text.hide()
        return Paragraph(self.tr("This comment was deleted."), TextStyle.BODY, "text3")

    def menu(self) -> QMenu:
        """What can be done to the comment."""
        menu = QMenu(self)
        comment = self.comment
        for link in self.text.links[:_MOST_LINKS]:
            shown = link if len(link) <= 60 else f"{link[:59]}…"
            text = self.tr("Open %1").replace("%1", shown).replace("&", "&&")
            menu.addAction(icon("external-link"), text, partial(self._ask, "open", link))
        menu.addAction(icon("link"), self.tr("Copy link"), partial(self._ask, "copy_link"))
        menu.addAction(icon("copy"), self.tr("Copy text"), partial(self._ask, "copy_text"))
        if comment.mine:
            menu.addAction(icon("pencil"), self.tr("Edit comment"), partial(self._ask, "edit"))
        if comment.removable:
            menu.addSeparator()
            text = self.tr("Delete comment")
            menu.addAction(icon("trash-2", "danger"), text, partial(self._ask, "delete"))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _ask(self, name: str, target: str = "") -> None:
        self.asked.emit(Act(name, self.comment, target))


class ThreadCard(QWidget):
    """A comment, its replies, and what can be done to the thread.

    Args:
        whole: show every reply; else the last ones.

    Signals:
        asked: an :class:`Act` on one of its comments.
    """

    asked = Signal(object)

    def __init__(self, thread: Comment, desk: Desk, *, whole: bool) -> None:
        super().__init__()
        self.thread, self._desk = thread, desk
        self.cards = [self._card(thread)]
        replies = thread.replies if whole else thread.replies[-LAST_REPLIES:]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.cards[0])
        beside = QVBoxLayout()
        beside.setContentsMargins(IN_THREAD + 8, 0, 0, 0)
        beside.setSpacing(8)
        if hidden := len(thread.replies) - len(replies):
            older = self._link(self.tr("Show %n older repl{y|ies}", "", hidden), "reply")
            older.setObjectName(f"older_replies_{thread.id}")
            beside.addWidget(older, 0, Qt.AlignmentFlag.AlignLeft)
        for reply in replies:
            self.cards.append(self._card(reply))
            beside.addWidget(self.cards[-1])
        if thread.resolved:
            beside.addLayout(self._resolved())
        beside.addLayout(self._foot(whole=whole))
        column.addLayout(beside)
        column.addWidget(rule())

    def _card(self, comment: Comment) -> CommentCard:
        card = CommentCard(comment, self._desk)
        card.asked.connect(self.asked)
        return card

    def _resolved(self) -> QHBoxLayout:
        thread = self.thread
        text = self.tr("Resolved by %1, %2")
        if thread.resolved_at is not None:
            text = text.replace("%2", self._desk.moment(thread.resolved_at, inside=True))
        name = thread.resolved_by or self.tr("somebody who is gone")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(IconLabel("circle-check", "ok_icon"))
        row.addWidget(Paragraph(text.replace("%1", name), TextStyle.CAPTION, "text2"), 1)
        return row

    def _foot(self, *, whole: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        if not whole:
            reply = self._link(self.tr("Reply"), "reply")
            reply.setObjectName(f"reply_{self.thread.id}")
            row.addWidget(reply)
        if self.thread.resolved:
            mark = self._link(self.tr("Reopen"), "reopen", "rotate-ccw")
        else:
            mark = self._link(self.tr("Resolve"), "resolve", "check")
        mark.setObjectName(f"mark_{self.thread.id}")
        row.addWidget(mark)
        row.addStretch(1)
        return row

    def _link(self, text: str, act: str, icon_name: str = "") -> Link:
        link = Link(text, icon_name)
        link.clicked.connect(lambda: self.asked.emit(Act(act, self.thread)))
        return link


def _time(at: datetime, desk: Desk) -> str:
    """The time of day for today, as the log has it; else the date."""
    moment = desk.moment(at)
    clock = words.clock_time(at, desk.zone)
    return clock if clock in moment else moment
