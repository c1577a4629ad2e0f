"""A toast: a finished act of the user's, with a way back where there is one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.shadow import raise_above

STAYS_MS = 8_000
WIDTH = 400


class Toast(QFrame):
    """Stays 8 seconds, longer while the pointer or the focus is on it.

    Never for an error that needs a decision, and never the only place a thing is said.

    Signals:
        acted: the action, such as Undo, was pressed.
        closed: it went, by itself, by its x or after its action.
    """

    acted = Signal()
    closed = Signal()

    def __init__(
        self,
        title: str,
        text: str = "",
        action: str = "",
        *,
        icon: str = "circle-check",
        icon_role: str = "ok_icon",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "toast")
        self.setAccessibleName(f"{title}. {text}" if text else title)
        self.setFixedWidth(px(WIDTH))
        self._action = Link(action)
        self._action.setVisible(bool(action))
        self._action.clicked.connect(self._act)
        self._close = IconButton("x", self.tr("Close message"))
        self._close.clicked.connect(self.dismiss)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Paragraph(title, TextStyle.STRONG, "text"))
        if text:
            words.addWidget(Paragraph(text, TextStyle.BODY, "text2"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 8, 10)
        row.setSpacing(12)
        row.addWidget(IconLabel(icon, icon_role, 16), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        raise_above(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(STAYS_MS)
        self._timer.timeout.connect(self._leave)

    def start(self) -> None:
        """Show it, say it aloud and begin to count."""
        self.show()
        self.raise_()
        announce(self, self.accessibleName())
        self._timer.start()

    def dismiss(self) -> None:
        """Go now."""
        self._timer.stop()
        self.hide()
        self.closed.emit()
        self.deleteLater()

    def _act(self) -> None:
        self.acted.emit()
        self.dismiss()

    def _leave(self) -> None:
        focused = QApplication.focusWidget()
        if self.underMouse() or (focused is not None and self.isAncestorOf(focused)):
            self._timer.start()
            return
        self.dismiss()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._timer.start()
