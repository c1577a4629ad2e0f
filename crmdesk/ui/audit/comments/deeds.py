"""What is done to comments: written, marked, deleted after a question, copied, followed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QWidget

from crmdesk.core.audit.comment_model import Comment, Draft, Written, comment_link
from crmdesk.core.errors import UserError
from crmdesk.core.links import SCHEME, DeepLink, parse_link
from crmdesk.ui.audit.comments.cards import Act
from crmdesk.ui.desk import Desk
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog


class CommentDeeds(QObject):
    """Every write goes through the window's one writer thread.

    Signals:
        done: a comment was changed.
        failed: it could not be, with its error.
    """

    done = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._page = desk, page
        self._comments = desk.workspace.audit_comments

    def send(
        self,
        event_id: int,
        place: str,
        text: str,
        done: Callable[[Written], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Write a comment, a reply or another text for a comment.

        Args:
            place: as :class:`Draft <crmdesk.core.audit.comment_model.Draft>` names it.
        """
        actor, comments = self._desk.actor, self._comments
        kind, _, number = place.partition("/")

        def write() -> Written:
            if kind == "reply":
                return comments.reply(actor, int(number), text)
            if kind == "edit":
                return comments.edit(actor, int(number), text)
            return comments.add(actor, event_id, text)

        self._desk.run_write(self, write, done, failed)

    def keep_draft(self, event_id: int, draft: Draft) -> None:
        """Keep what was begun; a failure costs nothing but the draft."""
        drafts, actor = self._desk.workspace.comment_drafts, self._desk.actor
        self._desk.run_write(
            self, lambda: drafts.keep(actor, event_id, draft), lambda _: None, self.failed.emit
        )

    def text_to_edit(self, comment: Comment, done: Callable[[int, str], object]) -> None:
        """Read the text of a comment as it is typed."""
        reader, actor = self._desk.workspace.comment_reader, self._desk.actor
        self._desk.run_query(
            self,
            "edit",
            lambda: reader.text_to_edit(actor, comment.id),
            lambda text: done(comment.id, text),
            self.failed.emit,
        )

    def do(self, act: Act) -> None:
        """Do what was asked for on a comment, a deletion after a question."""
        actor, comments, comment = self._desk.actor, self._comments, act.comment
        match act.name:
            case "resolve":
                self._write(lambda: comments.resolve(actor, comment.id))
            case "reopen":
                self._write(lambda: comments.reopen(actor, comment.id))
            case "delete":
                self._ask_to_delete(comment)
            case "copy_link":
                place = comment_link(comment.event_id, comment.id)
                self._copy(str(DeepLink(self._desk.workspace.id, place)), self.tr("Link copied"))
            case "copy_text":
                self._copy(comment.text, self.tr("Text copied"))
            case "open":
                self._follow(act.target)

    def _ask_to_delete(self, comment: Comment) -> None:
        replies = len(comment.replies)
        stay = self.tr("%Ln repl{y|ies} to it {stays|stay}.", "", replies) if replies else ""
        sentence = self.tr("Its text is gone for good. That it was there stays in the log.")
        dialog = DecisionDialog(
            Decision(
                title=self.tr("Delete comment"),
                heading=self.tr("Delete this comment?"),
                sentence=f"{sentence} {stay}".strip(),
                safe=self.tr("Keep comment"),
                deed=self.tr("Delete comment"),
                icon="trash-2",
                destructive=True,
            ),
            self._page.window(),
        )
        dialog.setObjectName("delete_comment")
        comments, actor = self._comments, self._desk.actor
        dialog.decided.connect(lambda: self._write(lambda: comments.remove(actor, comment.id)))
        dialog.open()

    def _write(self, deed: Callable[[], object]) -> None:
        self._desk.run_write(self, deed, lambda _: self.done.emit(), self.failed.emit)

    def _copy(self, text: str, title: str) -> None:
        QApplication.clipboard().setText(text)
        self._desk.toast(title)

    def _follow(self, link: str) -> None:
        """Open a place of this workspace here, and any other address where such are opened."""
        if not link.lower().startswith(f"{SCHEME}:"):
            QDesktopServices.openUrl(QUrl(link, QUrl.ParsingMode.StrictMode))
            return
        try:
            found = parse_link(link)
            if found.workspace_id != self._desk.workspace.id:
                raise UserError(
                    "link_of_other_workspace",
                    "This link leads into another workspace.",
                    "Open that workspace, then the link.",
                )
        except UserError as error:
            self.failed.emit(error)
            return
        self._desk.go(found.place)
