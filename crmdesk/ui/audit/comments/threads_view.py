"""The threads of an entry below each other, or one of them with every reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.audit.comment_model import Comment, Threads, ThreadState, find_thread
from crmdesk.ui.audit.comments.cards import CommentCard, ThreadCard
from crmdesk.ui.desk import Desk
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.scrolling import scrolling
from crmdesk.ui.widgets.side_panel import empty_layout

AT_ONCE = 12
_BELOW = 120


class ThreadsView(QWidget):
    """Scrolls; the newest stand below, the older ones come when asked for.

    Signals:
        asked: an :class:`Act <crmdesk.ui.audit.comments.cards.Act>` on a comment.
        again: the threads could not be read and shall be read once more.
    """

    asked = Signal(object)
    again = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._found: Threads | None = None
        self._state, self._thread_id = ThreadState.OPEN, 0
        self._at_once = AT_ONCE
        body = QWidget()
        self._body = QVBoxLayout(body)
        self._body.setContentsMargins(11, 4, 16, 12)
        self._body.setSpacing(12)
        self._area = scrolling(body)
        self._seek: Callable[[], None] | None = None
        bar = self._area.verticalScrollBar()
        # Cards that were just shown find their heights in several turns, and a place that was
        # sought before the last of them is another one afterwards; who scrolls has chosen theirs.
        bar.rangeChanged.connect(self._seek_again)
        bar.actionTriggered.connect(self._forget_place)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._area)

    @property
    def thread(self) -> Comment | None:
        """The one thread that is shown; None for all of them."""
        return None if self._found is None else find_thread(self._found.threads, self._thread_id)

    def show_threads(self, found: Threads | None, state: ThreadState, thread_id: int) -> str:
        """Show what is said about an entry and return how much of it there is, in words.

        Args:
            found: every thread; None while they are read.
            state: which of them, where no single one is shown.
            thread_id: the one thread; 0 for all.
        """
        if (state, thread_id) != (self._state, self._thread_id) or found is None:
            self._at_once = AT_ONCE
        self._found, self._state, self._thread_id = found, state, thread_id
        return self._render()

    def show_error(self, sentence: str) -> None:
        """Say why nothing is shown."""
        empty_layout(self._body)
        self._body.addWidget(Paragraph(sentence, TextStyle.BODY, "danger"))
        again = Link(self.tr("Try again"))
        again.setObjectName("read_comments_again")
        again.clicked.connect(self.again)
        self._body.addWidget(again, 0, Qt.AlignmentFlag.AlignLeft)
        self._body.addStretch(1)

    def bring_into_sight(self, comment_id: int) -> None:
        """Scroll to a comment, or to the last one; the focus stays where it is.

        Args:
            comment_id: 0 for the last one.
        """
        self._seek = partial(self._scroll_to, comment_id)
        self._seek()

    def _scroll_to(self, comment_id: int) -> None:
        cards = [each for each in self.findChildren(CommentCard) if each.isVisibleTo(self)]
        wanted = [each for each in cards if each.comment.id == comment_id] or cards[-1:]
        for card in wanted[:1]:
            # The head of a comment may be all that fits, and below it stands what can be done.
            self._area.ensureWidgetVisible(card.more, 0, px(_BELOW))

    def keep_place(self, place: int) -> None:
        """Scroll to where the threads stood before they were shown anew."""
        self._seek = partial(self._area.verticalScrollBar().setValue, place)
        self._seek()

    def _seek_again(self) -> None:
        if self._seek is not None:
            self._seek()

    def _forget_place(self) -> None:
        self._seek = None

    @property
    def place(self) -> int:
        """How far down the threads are scrolled, in pixels."""
        return self._area.verticalScrollBar().value()

    def point_at(self, comment_id: int) -> None:
        """Bring one comment into sight and the focus to it."""
        card = self.findChild(CommentCard, f"comment_{comment_id}")
        if card is not None:
            self._seek = partial(self._scroll_to, comment_id)
            self._area.ensureWidgetVisible(card)
            card.more.setFocus(Qt.FocusReason.OtherFocusReason)

    def _render(self) -> str:
        empty_layout(self._body)
        if self._found is None:
            return ""
        thread = self.thread
        wanted = [thread] if thread is not None else self._wanted(self._found)
        if thread is None and len(wanted) > self._at_once:
            self._body.addWidget(self._older(len(wanted)), 0, Qt.AlignmentFlag.AlignLeft)
        for each in wanted[-self._at_once :]:
            card = ThreadCard(each, self._desk, whole=thread is not None)
            card.asked.connect(self.asked)
            self._body.addWidget(card)
        if not wanted:
            self._body.addWidget(Paragraph(self._nothing(self._found), TextStyle.BODY, "text2"))
        self._body.addStretch(1)
        return self._count_words(wanted)

    def _wanted(self, found: Threads) -> Sequence[Comment]:
        if self._state is ThreadState.ALL:
            return found.threads
        resolved = self._state is ThreadState.RESOLVED
        return [each for each in found.threads if each.resolved is resolved]

    def _count_words(self, wanted: Sequence[Comment]) -> str:
        if self.thread is not None:
            return self.tr("%Ln repl{y|ies}", "", len(self.thread.replies))
        return self.tr("%Ln thread{|s}", "", len(wanted)) if wanted else ""

    def _nothing(self, found: Threads) -> str:
        if not found.open + found.resolved:
            return self.tr("No comments yet. Write the first one below.")
        if self._state is ThreadState.RESOLVED:
            return self.tr("No thread is resolved. %Ln {is|are} open.", "", found.open)
        return self.tr("No thread is open. %Ln {is|are} resolved.", "", found.resolved)

    def _older(self, count: int) -> Link:
        older = min(AT_ONCE, count - self._at_once)
        link = Link(self.tr("Show %Ln older thread{|s}", "", older))
        link.setObjectName("older_threads")
        link.clicked.connect(self._show_older)
        return link

    def _show_older(self) -> None:
        self._at_once += AT_ONCE
        self._forget_place()
        self._render()
