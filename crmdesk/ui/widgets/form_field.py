"""A field with its label, its help and its error."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.properties import restyle
from crmdesk.ui.widgets.ring import Ring

# Whoever looks at another window or opens a menu has not left the field.
_STILL_THERE = frozenset(
    {
        Qt.FocusReason.ActiveWindowFocusReason,
        Qt.FocusReason.PopupFocusReason,
        Qt.FocusReason.MenuBarFocusReason,
    }
)

# Says what is wrong with the value and what is accepted; empty when nothing is.
Check = Callable[[], str]


class FormField(QWidget):
    """Label above, control, help below; an error takes the place of the help.

    The check runs when the field is left and its error goes while the person types, so that
    nobody is corrected in the middle of a word.

    Args:
        title: the label, buddy of the control.
        control: any field; a QLineEdit's typing clears the error by itself. Of several widgets
            in one, the focus proxy is the field: it takes the error's edge and the help.
        help_text: a sentence below in small.
        check: returns the error sentence, or an empty text.
        unit: a word after the control, e.g. "records".

    Signals:
        error_changed: the error sentence, empty when it went; a page's footer counts them.
    """

    error_changed = Signal(str)

    def __init__(
        self,
        title: str,
        control: QWidget,
        help_text: str = "",
        *,
        check: Check | None = None,
        unit: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.control = control
        self._field = control.focusProxy() or control
        self._title, self._help_text, self._check = title, help_text, check
        self._error, self._reason = "", ""
        self._label = label(title, TextStyle.STRONG)
        self._label.setBuddy(control)
        self._mark = IconLabel("circle-alert", "danger", 14)
        self._below = Paragraph("", TextStyle.CAPTION, "text3")
        self._ring = Ring(parent=control)
        self._ring.hide()
        self._build(unit)
        for each in {control, self._field}:
            each.setAccessibleName(title)
            each.installEventFilter(self)
        if isinstance(control, QComboBox | QAbstractSpinBox):
            for line in control.findChildren(QLineEdit):
                line.setAccessibleName(title)
        if isinstance(control, QLineEdit):
            control.textEdited.connect(self.clear_error)
        elif isinstance(self._field, QLineEdit):
            # A button beside it, such as "Choose...", fills it without typing.
            self._field.textChanged.connect(self.clear_error)
        self._show_below()

    def _build(self, unit: str) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        fixed = self.control.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Fixed
        line.addWidget(self.control, 0 if unit or fixed else 1)
        if unit:
            line.addWidget(label(unit, TextStyle.BODY, "text2"))
        if unit or fixed:
            line.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(6)
        below.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._below, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._label)
        layout.addLayout(line)
        layout.addLayout(below)

    @property
    def title(self) -> QLabel:
        """The label above the control."""
        return self._label

    @property
    def error(self) -> str:
        """The sentence shown now; empty when the value is accepted."""
        return self._error

    def validate(self) -> bool:
        """Run the check now; true when the value is accepted."""
        self.set_error(self._check() if self._check is not None else "")
        return not self._error

    def set_error(self, error: str) -> None:
        """Show what is wrong and what is accepted, e.g. "Enter 1 to 275,000"."""
        if error == self._error:
            return
        self._error = error
        restyle(self._field, "error", bool(error))
        self._show_below()
        if error:
            announce(self._field, error, urgent=True)
        self.error_changed.emit(error)

    def clear_error(self) -> None:
        """Take the error away, as typing does."""
        self.set_error("")

    def set_help(self, text: str) -> None:
        """Show another help sentence."""
        self._help_text = text
        self._show_below()

    def set_reason(self, reason: str) -> None:
        """Disable the control for a reason, which becomes the help; empty enables it."""
        self._reason = reason
        self.control.setEnabled(not reason)
        self._show_below()

    def set_busy(self, busy: bool) -> None:
        """Show a ring in the field while its value is being checked."""
        self._ring.setVisible(busy)
        self._place_ring()

    def _show_below(self) -> None:
        text = self._error or self._reason or self._help_text
        self._below.set_text(text)
        self._below.set_tone("danger" if self._error else "text3")
        self._below.setVisible(bool(text))
        self._mark.setVisible(bool(self._error))
        self._field.setAccessibleDescription(text)

    def _within(self) -> bool:
        """Whether the focus went to another part of the control, such as its button."""
        now = QApplication.focusWidget()
        return now is not None and self.control.isAncestorOf(now)

    def _place_ring(self) -> None:
        size = self._ring.sizeHint()
        mirrored = self.control.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = 10 if mirrored else self.control.width() - size.width() - 10
        top = (self.control.height() - size.height()) // 2
        self._ring.setGeometry(left, top, size.width(), size.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.reason() not in _STILL_THERE:
            if event.lostFocus() and self._check is not None and not self._within():
                self.validate()
        elif event.type() is QEvent.Type.Resize:
            self._place_ring()
        return super().eventFilter(watched, event)
