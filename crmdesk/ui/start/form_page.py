"""The look that all pages before the workspace share: a column of title, fields and button."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from crmdesk.ui.messages import message
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.scrolling import scrolling

NARROW, WIDE = 320, 520


class FormPage(QFrame):
    """Add fields to ``fields`` with :meth:`add`; Enter in a line presses the primary button.

    Args:
        title: what the page is for.
        subtitle: one sentence.
        primary: words of the button.
        width: of the column, in logical pixels at 100 % text scale.
        back: whether there is a way back.

    Signals:
        sent: the primary was pressed and every field is accepted.
        left: the way back was taken.
        busy_changed: whether an answer is waited for, which a page that is gone could not take.
    """

    sent = Signal()
    left = Signal()
    busy_changed = Signal(bool)

    def __init__(
        self,
        title: str,
        subtitle: str,
        primary: str,
        *,
        width: int = NARROW,
        back: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.setAccessibleName(title)
        self._form_fields: list[FormField] = []
        self.title = label(title, TextStyle.TITLE)
        self.title.setWordWrap(True)
        self.subtitle = Paragraph(subtitle, TextStyle.BODY, "text2")
        if not subtitle:
            self.subtitle.hide()
        self.head = QVBoxLayout()
        self.head.setSpacing(4)
        self.head.addWidget(self.title)
        self.head.addWidget(self.subtitle)
        self.banner = Banner(BannerTone.DANGER, "")
        self.banner.hide()
        self.fields = QVBoxLayout()
        self.fields.setSpacing(12)
        self.primary = Button(primary, ButtonKind.PRIMARY)
        self.primary.setObjectName("primary")
        if not primary:
            self.primary.hide()
        self.primary.clicked.connect(self._send)
        self.below = QVBoxLayout()
        self.below.setSpacing(8)
        self.back = Link(self.tr("Back"), "arrow-left")
        self.back.setObjectName("back")
        if not back:
            self.back.hide()
        self.back.clicked.connect(self.left)
        self._lay_out(width)

    def _lay_out(self, width: int) -> None:
        content = QWidget()
        content.setMaximumWidth(px(width))
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 32, 0, 32)
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeading)
        column.addLayout(self.head)
        column.addSpacing(8)
        column.addWidget(self.banner)
        column.addLayout(self.fields)
        column.addSpacing(4)
        column.addWidget(self.primary)
        column.addLayout(self.below)
        column.addStretch(3)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(24, 0, 24, 0)
        row.addStretch(1)
        row.addWidget(content, 100)
        row.addStretch(1)
        self._area = scrolling(holder)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._area)

    def add(self, field: FormField) -> FormField:
        """Add a field; its check runs before the form is sent."""
        self.fields.addWidget(self._known(field))
        return field

    def add_pair(self, *fields: FormField) -> None:
        """Add short fields side by side."""
        row = QHBoxLayout()
        row.setSpacing(12)
        for field in fields:
            row.addWidget(self._known(field), 1, Qt.AlignmentFlag.AlignTop)
        self.fields.addLayout(row)

    def _known(self, field: FormField) -> FormField:
        self._form_fields.append(field)
        for line in [field.control, *field.control.findChildren(QLineEdit)]:
            if isinstance(line, QLineEdit):
                line.returnPressed.connect(self.primary.click)
        return field

    def set_busy(self, doing: str) -> None:
        """Show the doing word; nothing can be sent a second time, and nobody leaves."""
        self.banner.hide()
        self.primary.set_busy(doing)
        self._let_leave(False)

    def set_idle(self) -> None:
        """Let the form be sent again."""
        self.primary.set_idle()
        self._let_leave(True)

    def show_error(self, error: Exception) -> None:
        """Say what went wrong above the fields; what was typed stays."""
        self.set_idle()
        told = message(error)
        self.show_banner(BannerTone.DANGER, told.title, told.advice)

    def show_banner(self, tone: BannerTone, title: str, text: str = "", action: str = "") -> None:
        """Show a state above the fields."""
        self.banner.show()
        self.banner.set_state(tone, title, text, action)

    def reveal(self, field: FormField) -> None:
        """Put the focus into a field and scroll to it, also one that has just come."""
        field.control.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, field, lambda: self._area.ensureWidgetVisible(field))

    def first_field(self) -> QWidget:
        """Where typing begins."""
        shown = [field for field in self._form_fields if not field.isHidden()]
        return shown[0].control if shown else self.primary

    def ways_out(self) -> list[QWidget]:
        """What leads away from the page."""
        below = [self.below.itemAt(at).widget() for at in range(self.below.count())]
        return [self.back, *(each for each in below if each is not None)]

    def _let_leave(self, may: bool) -> None:
        for way in self.ways_out():
            way.setEnabled(may)
        self.busy_changed.emit(not may)

    def _send(self) -> None:
        shown = [field for field in self._form_fields if not field.isHidden()]
        wrong = [field for field in shown if not field.validate()]
        if wrong:
            self.reveal(wrong[0])
        else:
            self.sent.emit()

    def _focus_first(self) -> None:
        self.first_field().setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # After the page that had the focus is gone, or it goes with it.
        QTimer.singleShot(0, self, self._focus_first)
