"""Dialogs: a decision that stops everything else, with its consequence in numbers.

They open with ``open()``, window-modal, in the system's frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.paragraph import Paragraph

_WIDTH = 504


@dataclass(frozen=True, slots=True)
class Effect:
    """A side effect, said in one line with an icon."""

    icon: str
    text: str
    role: str = "text2"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is asked.

    Args:
        title: for the system's frame.
        heading: a question or an order.
        sentence: the first sentence, with the numbers.
        safe: text of the button that changes nothing; it says what stays.
        deed: text of the button that does it.
        icon: 24 px at the left.
        destructive: a loss: red, and Enter presses the safe button.
        typed_name: a name, address or time that has to be typed before the deed can be pressed.
    """

    title: str
    heading: str
    sentence: str
    safe: str
    deed: str
    icon: str = "circle-help"
    effects: Sequence[Effect] = ()
    destructive: bool = False
    typed_name: str = ""


class DecisionDialog(QDialog):
    """A decision with a safe button first and the deed last.

    Add fields to ``body``, which stands above the buttons. The deed button emits ``decided``; by
    default the dialog then closes. A caller that has to wait for an answer passes
    ``closes=False``, shows :meth:`set_busy` and ends with ``accept()`` or :meth:`show_error`.

    Signals:
        decided: the deed was pressed.
    """

    decided = Signal()

    def __init__(
        self, decision: Decision, parent: QWidget | None = None, *, closes: bool = True
    ) -> None:
        super().__init__(parent)
        self._decision, self._closes = decision, closes
        self._reason = ""
        self.name_edit: QLineEdit | None = None
        self.setWindowTitle(decision.title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(px(_WIDTH))
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self._error = Paragraph("", TextStyle.CAPTION, "danger")
        self._error.hide()
        deed_kind = ButtonKind.DANGER if decision.destructive else ButtonKind.PRIMARY
        self.safe_button = Button(decision.safe, ButtonKind.SECONDARY)
        self.deed_button = Button(decision.deed, deed_kind)
        self._build()
        self._connect()

    def _build(self) -> None:
        decision = self._decision
        role = "danger" if decision.destructive else "accent"
        column = QVBoxLayout()
        column.setSpacing(8)
        heading = Paragraph(decision.heading, TextStyle.HEADING, "text")
        top = QVBoxLayout()
        top.setSpacing(4)
        top.addWidget(heading)
        top.addWidget(Paragraph(decision.sentence, TextStyle.BODY, "text2"))
        column.addLayout(top)
        column.addSpacing(4)
        column.addLayout(self._effect_lines())
        column.addLayout(self.body)
        column.addWidget(self._error)
        column.addSpacing(8)
        column.addLayout(self._button_row())
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 24, 24, 24)
        row.setSpacing(16)
        row.addWidget(IconLabel(decision.icon, role, 24), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        self.setAccessibleName(decision.heading)
        self.setAccessibleDescription(decision.sentence)

    def _effect_lines(self) -> QVBoxLayout:
        lines = QVBoxLayout()
        lines.setSpacing(8)
        for effect in self._decision.effects:
            line = QHBoxLayout()
            line.setSpacing(8)
            text = Paragraph(effect.text, TextStyle.BODY, "text")
            text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
            line.addWidget(IconLabel(effect.icon, effect.role), 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(text, 1)
            lines.addLayout(line)
        if self._decision.typed_name:
            lines.addWidget(self._name_field())
        return lines

    def _name_field(self) -> FormField:
        self.name_edit = QLineEdit()
        title = self.tr("Type “{name}” to confirm").format(name=self._decision.typed_name)
        self.name_edit.textChanged.connect(self._follow)
        return FormField(title, self.name_edit)

    def _button_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.safe_button)
        row.addWidget(self.deed_button)
        return row

    def _connect(self) -> None:
        self.safe_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(self._decide)
        destructive = self._decision.destructive
        default = self.safe_button if destructive else self.deed_button
        # An auto-default button takes Enter away from the one that is meant to have it.
        self.safe_button.setAutoDefault(False)
        self.deed_button.setAutoDefault(False)
        default.setDefault(True)
        self._follow()

    def set_reason(self, reason: str) -> None:
        """Keep the deed from being pressed, for a reason that the body shows; empty allows it."""
        self._reason = reason
        self._follow()

    def set_busy(self, doing: str) -> None:
        """Show the doing word on the deed while an answer is awaited."""
        self._error.hide()
        self.safe_button.setEnabled(False)
        self.deed_button.set_busy(doing)

    def show_error(self, sentence: str) -> None:
        """Say what went wrong above the buttons, and let the person try again."""
        self.deed_button.set_idle()
        self.safe_button.setEnabled(True)
        self._error.set_text(sentence)
        self._error.show()
        self._fit()
        announce(self, sentence, urgent=True)

    def _follow(self) -> None:
        typed = self.name_edit.text() if self.name_edit is not None else ""
        reason = self._reason
        if typed != self._decision.typed_name:
            # The label of the field says the same in sight.
            reason = self.tr("Type “{name}” first").format(name=self._decision.typed_name)
        self.deed_button.set_reason(reason)

    def _decide(self) -> None:
        self.decided.emit()
        if self._closes:
            self.accept()

    def fit_soon(self) -> None:
        """Fit once the layouts inside have heard what came or went."""
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        """Take the height that the wrapped sentences need at this width."""
        layout = self.layout()
        if layout is None:
            return
        layout.activate()
        self.setFixedHeight(layout.totalHeightForWidth(self.width()))

    def _first_control(self) -> QWidget:
        """The first field, or the button that Enter presses."""
        for child in self.findChildren(QWidget):
            is_button = child in {self.safe_button, self.deed_button}
            takes = child.focusPolicy() & Qt.FocusPolicy.TabFocus
            if takes and not is_button and child.isEnabled() and not child.isHidden():
                return child
        return self.safe_button if self._decision.destructive else self.deed_button

    def showEvent(self, event: QShowEvent) -> None:
        self._fit()
        super().showEvent(event)
        self._first_control().setFocus(Qt.FocusReason.TabFocusReason)
