"""Where a comment is typed: the field, the button that sends, and why it was not sent."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from crmdesk.ui.audit.comments.comment_edit import CommentEdit
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.properties import restyle


class Composer(QFrame):
    """The field and its button, fixed below the comments.

    Signals:
        sent: the text that is to be sent.
        changed: somebody typed; what stands there is a draft.
        given_up: "Cancel" was pressed.
    """

    sent = Signal(str)
    changed = Signal()
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel_foot")
        self.edit = CommentEdit()
        self.title = label("", TextStyle.CAPTION, "text2")
        self.cancel = Link(self.tr("Cancel"))
        self.cancel.setObjectName("cancel_comment")
        self.error = Paragraph("", TextStyle.CAPTION, "danger")
        self.error.hide()
        keys = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        keys = keys.replace("Return", self.tr("Enter")).replace("+", " ")
        self._hint = Paragraph(self.tr("%1 to send").replace("%1", keys), TextStyle.CAPTION)
        self.send = Button("", ButtonKind.PRIMARY)
        self.send.setObjectName("send_comment")
        self._lay_out()
        self._showing = False
        self.edit.textChanged.connect(self._follow)
        self.edit.sent.connect(self._send)
        self.send.clicked.connect(self._send)
        self.cancel.clicked.connect(self.given_up)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.cancel)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._hint, 1)
        foot.addWidget(self.send)
        column = QVBoxLayout(self)
        column.setContentsMargins(11, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.edit)
        column.addWidget(self.error)
        column.addLayout(foot)

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.edit.toPlainText()

    def show_place(self, deed: str, placeholder: str, title: str = "", text: str = "") -> None:
        """Write somewhere else from now on.

        Args:
            deed: text of the button.
            title: what is being done, where it is no new comment; it can be given up then.
            text: what stands in the field, e.g. a draft.
        """
        self.send.set_idle()
        self.send.setText(deed)
        self.edit.setPlaceholderText(placeholder)
        self.edit.setAccessibleName(title or placeholder)
        self.title.setText(title)
        for widget in (self.title, self.cancel):
            widget.setVisible(bool(title))
        self._showing = True
        self.edit.setPlainText(text)
        self._showing = False
        self.edit.moveCursor(QTextCursor.MoveOperation.End)
        self._clear_error()
        self._enable()

    def set_busy(self, doing: str) -> None:
        """Take no second press until an answer comes."""
        self._clear_error()
        self.edit.setReadOnly(True)
        self.send.set_busy(doing)

    def set_idle(self) -> None:
        """Type on."""
        self.edit.setReadOnly(False)
        self.send.set_idle()
        self._enable()

    def show_error(self, sentence: str) -> None:
        """Say why it was not sent; the text stays."""
        self.set_idle()
        self.error.set_text(sentence)
        self.error.show()
        restyle(self.edit, "error", True)
        announce(self.edit, sentence, urgent=True)
        self.edit.setFocus()

    def _clear_error(self) -> None:
        self.error.hide()
        restyle(self.edit, "error", False)

    def _follow(self) -> None:
        self._enable()
        if not self._showing:
            self._clear_error()
            self.changed.emit()

    def _enable(self) -> None:
        self.send.setEnabled(self.send.busy or bool(self.text.strip()))

    def _send(self) -> None:
        if self.text.strip() and not self.send.busy:
            self.sent.emit(self.text)
