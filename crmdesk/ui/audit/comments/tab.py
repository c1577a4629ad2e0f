"""The tab Comments of an entry's panel: its threads, one thread, and the field below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.audit.comment_model import (
    Comment,
    Draft,
    Threads,
    ThreadState,
    Written,
    find_thread,
)
from crmdesk.core.audit.comment_text import Person
from crmdesk.ui.audit.comments.cards import Act
from crmdesk.ui.audit.comments.composer import Composer
from crmdesk.ui.audit.comments.deeds import CommentDeeds
from crmdesk.ui.audit.comments.threads_view import ThreadsView
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.segmented import Segmented

_DRAFT_MS = 600
_NEW = "new"


@dataclass(frozen=True, slots=True)
class _Loaded:
    found: Threads
    drafts: dict[str, str]
    people: Sequence[Person]


class CommentsTab(QWidget):
    """What is said about one entry; everything about it is read off the window's thread.

    Add it to a panel with ``scrolls=False``: head and field stay where they are.

    Signals:
        counted: how many comments the entry has, for the word on the tab.
        changed: something was written about the entry, or read: marks beside it are others now.
        failed: an act could not be done, with its error, where no field is there to say it.
    """

    counted = Signal(int)
    changed = Signal(int)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.event_id: int | None = None
        self.loaded: Threads | None = None
        self._drafts: dict[str, str] = {}
        self._unseen = False
        self._place, self._thread_id, self._wanted_id, self._written = _NEW, 0, 0, 0
        self.deeds = CommentDeeds(desk, self)
        self.filter = Segmented(
            self.tr("Which threads are shown"),
            (
                (ThreadState.OPEN.value, self.tr("Open")),
                (ThreadState.ALL.value, self.tr("All")),
                (ThreadState.RESOLVED.value, self.tr("Resolved")),
            ),
        )
        self.back = Link(self.tr("Back to all comments"), "arrow-left")
        self.back.setObjectName("all_comments")
        self.threads = ThreadsView(desk)
        self.count = ElidedLabel("", TextStyle.CAPTION, "text2")
        self.composer = Composer()
        self._pause = QTimer(self, singleShot=True, interval=_DRAFT_MS)
        self._lay_out()
        self._connect()
        self._show_place(_NEW)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(11, 12, 16, 8)
        head.setSpacing(8)
        head.addWidget(self.filter)
        head.addWidget(self.back)
        head.addStretch(1)
        head.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.threads, 1)
        column.addWidget(self.composer)
        self.back.hide()

    def _connect(self) -> None:
        self.filter.changed.connect(self._refilter)
        self.back.clicked.connect(self.show_all)
        self.threads.asked.connect(self._act)
        self.threads.again.connect(self.read)
        self.composer.sent.connect(self._send)
        self.composer.changed.connect(self._pause.start)
        self.composer.given_up.connect(self._give_up)
        self._pause.timeout.connect(self.keep_draft)
        self.deeds.done.connect(self._look_again)
        self.deeds.failed.connect(self.failed)

    # What is shown

    def show_entry(self, event_id: int) -> None:
        """Show the threads of an entry; a draft of the one before is kept."""
        self._open(event_id, 0)

    def show_comment(self, event_id: int, comment_id: int) -> None:
        """Show one comment of an entry in its thread, as a link asks for it."""
        self._open(event_id, comment_id)

    def _open(self, event_id: int, comment_id: int) -> None:
        self.keep_draft()
        if event_id != self.event_id:
            self.loaded, self._drafts = None, {}
            self._thread_id = 0
            self.filter.set_current(ThreadState.OPEN.value)
            self._show_place(_NEW)
            self._render()
        self.event_id, self._wanted_id = event_id, comment_id
        self.read()

    def read(self) -> None:
        """Read the entry's comments anew."""
        event_id = self.event_id
        if event_id is not None:
            self._desk.run_query(
                self, "comments", lambda: self._load(event_id), self._take, self._tell_unread
            )

    def _load(self, event_id: int) -> _Loaded:
        actor, workspace = self._desk.actor, self._desk.workspace
        drafts = workspace.comment_drafts.list(actor, event_id)
        return _Loaded(
            workspace.comment_reader.threads(actor, event_id, ThreadState.ALL),
            {draft.place: draft.text for draft in drafts},
            workspace.comment_reader.people(actor),
        )

    def read_again(self) -> None:
        """Read what others may have said by now; where it is nothing, all stays as it stands."""
        event_id, shown = self.event_id, self.loaded
        if event_id is not None and shown is not None:
            self._desk.run_query(
                self,
                "comments",
                lambda: self._load(event_id),
                lambda loaded: None if loaded.found == shown else self._take(loaded),
                lambda _error: None,
            )

    def show_all(self) -> None:
        """Go back from one thread to all of them."""
        self.keep_draft()
        self._thread_id = 0
        self._show_place(_NEW)
        self._render()
        self.filter.take_focus()

    def _take(self, loaded: _Loaded) -> None:
        first = self.loaded is None
        self.loaded = loaded.found
        self.composer.edit.set_people(loaded.people)
        self.counted.emit(loaded.found.comments)
        if first:
            self._drafts = loaded.drafts
            if not self.composer.text:
                # Who typed before the comments came keeps what they typed.
                self._show_place(self._place)
        wanted, self._wanted_id = self._wanted_id, 0
        thread = find_thread(loaded.found.threads, wanted or self._thread_id)
        self._thread_id = 0 if thread is None else thread.id
        if wanted and thread is None:
            gone = self.tr("It was deleted. What else is said about the entry stands here.")
            self._desk.toast(self.tr("That comment is gone"), gone)
        if thread is not None and self._place == _NEW:
            self._show_place(f"reply/{thread.id}")
        elif not self._place_is_there(loaded.found):
            # Somebody deleted what this would have been about; the words may still be wanted.
            self._show_place(_NEW, self.composer.text)
        place, newest = self.threads.place, self._news_in(loaded.found)
        if newest and not self._thread_id:
            self._let_through(find_thread(loaded.found.threads, newest))
        self._render()
        # The layout has to hear of the cards before they can be scrolled to.
        if wanted:
            QTimer.singleShot(0, self, lambda: self.threads.point_at(wanted))
        elif newest or first:
            self._unseen = first and not self.isVisible()
            QTimer.singleShot(0, self, lambda: self.threads.bring_into_sight(newest))
        else:
            QTimer.singleShot(0, self, lambda: self.threads.keep_place(place))
        self._mark_seen()

    def _news_in(self, found: Threads) -> int:
        """What comes into sight: what was just written, else what is unread; 0 for nothing."""
        written, self._written = self._written, 0
        said = (each for thread in found.threads for each in (thread, *thread.replies))
        return written or min((each.id for each in said if each.unread), default=0)

    def _let_through(self, thread: Comment | None) -> None:
        """Show all threads where the filter would hide one with news: it counts as read now."""
        state = ThreadState(self.filter.current)
        resolved = state is ThreadState.RESOLVED
        if thread is not None and state is not ThreadState.ALL and thread.resolved is not resolved:
            self.filter.set_current(ThreadState.ALL.value)

    def _tell_unread(self, error: Exception) -> None:
        self.count.setText("")
        self.threads.show_error(message(error).sentence)

    def _render(self) -> None:
        state = ThreadState(self.filter.current)
        self.count.setText(self.threads.show_threads(self.loaded, state, self._thread_id))
        single = self.threads.thread is not None
        self.filter.setVisible(not single)
        self.back.setVisible(single)

    def _refilter(self) -> None:
        self._render()
        announce(self.filter, self.count.text())

    def _mark_seen(self) -> None:
        threads, event_id = self.loaded.threads if self.loaded else (), self.event_id
        unread = any(each.unread for thread in threads for each in (thread, *thread.replies))
        if event_id is None or not unread or not self.isVisible():
            return
        reader, actor = self._desk.workspace.comment_reader, self._desk.actor
        self._desk.run_write(
            self,
            lambda: reader.mark_seen(actor, event_id),
            lambda _: self.changed.emit(event_id),
            # Nobody asked for it; a database that is only read shows its comments all the same.
            lambda _: None,
        )

    # What is written

    def _show_place(self, place: str, text: str = "") -> None:
        """Write a new comment, a reply or another text for a comment from now on."""
        self._place = place
        text = self._drafts.get(place, text)
        kind = place.partition("/")[0]
        if kind == "reply":
            self.composer.show_place(
                self.tr("Reply"), self.tr("Write a reply. Type @ to tag someone"), text=text
            )
        elif kind == "edit":
            title = self.tr("Editing your comment")
            self.composer.show_place(self.tr("Save"), self.tr("Write a comment"), title, text)
        else:
            self.composer.show_place(
                self.tr("Comment"), self.tr("Write a comment. Type @ to tag someone"), text=text
            )

    def _place_is_there(self, found: Threads) -> bool:
        kind, _, number = self._place.partition("/")
        if kind == _NEW:
            return True
        thread = find_thread(found.threads, int(number))
        return thread is not None and (
            kind == "reply"
            or not any(each.deleted for each in (thread, *thread.replies) if each.id == int(number))
        )

    def keep_draft(self) -> None:
        """Keep what stands in the field, so that it is there the next time."""
        self._pause.stop()
        place, text, event_id = self._place, self.composer.text, self.event_id
        if event_id is None or self.loaded is None or self.composer.send.busy:
            return
        if text == self._drafts.get(place, ""):
            return
        self._drafts[place] = text
        self.deeds.keep_draft(event_id, Draft(place, text))

    def send(self) -> None:
        """Send what stands in the field, as its button does."""
        self.composer.send.click()

    def _send(self, text: str) -> None:
        if self.event_id is None:
            return
        self._pause.stop()
        self.composer.set_busy(self.tr("Sending..."))
        self.deeds.send(self.event_id, self._place, text, self._sent, self._not_sent)

    def _sent(self, written: Written) -> None:
        self._written = written.comment_id
        self._drafts.pop(self._place, None)
        self.composer.set_idle()
        thread = self.threads.thread
        self._show_place(_NEW if thread is None else f"reply/{thread.id}")
        if thread is None and self.filter.current == ThreadState.RESOLVED:
            self.filter.set_current(ThreadState.OPEN.value)
        self._say_who_was_told(written)
        announce(self.composer.edit, self.tr("Sent"))
        self.composer.edit.setFocus()
        self._look_again()

    def _say_who_was_told(self, written: Written) -> None:
        """Say it where it is not as the comment lets one think."""
        if written.not_told:
            title = self.tr("%Ln pe{rson|ople} told of the comment", "", written.told)
            text = self.tr("%Ln more {is|are} tagged and not told.", "", written.not_told)
            self._desk.toast(title, text)
        elif written.nobody:
            names = ", ".join(f"@{each}" for each in written.nobody)
            text = self.tr("%1 is nobody who may see the log.").replace("%1", names)
            self._desk.toast(self.tr("Comment sent, somebody is not told"), text)

    def _not_sent(self, error: Exception) -> None:
        self.composer.show_error(message(error).sentence)

    def _give_up(self) -> None:
        """Leave a comment as it was."""
        self.composer.edit.clear()
        self.keep_draft()
        thread = self.threads.thread
        self._show_place(_NEW if thread is None else f"reply/{thread.id}")
        self.composer.edit.setFocus()

    def _look_again(self) -> None:
        if self.event_id is not None:
            self.read()
            self.changed.emit(self.event_id)

    def _act(self, act: Act) -> None:
        comment = act.comment
        if act.name == "reply":
            self.keep_draft()
            self._thread_id = comment.id
            self._show_place(f"reply/{comment.id}")
            self._render()
            self.composer.edit.setFocus()
        elif act.name == "edit":
            self.keep_draft()
            self.deeds.text_to_edit(comment, self._edit)
        else:
            self.deeds.do(act)

    def _edit(self, comment_id: int, text: str) -> None:
        self._show_place(f"edit/{comment_id}", text)
        self.composer.edit.setFocus()

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._unseen and self.loaded is not None:
            # What is out of sight has no places that could be scrolled to.
            self._unseen, news = False, self._news_in(self.loaded)
            QTimer.singleShot(0, self, lambda: self.threads.bring_into_sight(news))
        self._mark_seen()
