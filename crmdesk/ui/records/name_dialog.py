"""Asks for a name, and for one choice where there is one to make."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField

Choices = Sequence[tuple[str, str]]


class NameDialog(DecisionDialog):
    """Emits what was typed; the caller writes, shows :meth:`set_busy` and ends the dialog.

    Args:
        decision: what is asked.
        name: what stands in the field to begin with.
        choices: key and words of each choice; none leaves the question out.
        question: label of the choice.

    Signals:
        named: the name, without outer spaces, and the key of the choice.
    """

    named = Signal(str, str)

    def __init__(
        self,
        decision: Decision,
        parent: QWidget,
        *,
        name: str = "",
        choices: Choices = (),
        question: str = "",
    ) -> None:
        super().__init__(decision, parent, closes=False)
        self.edit = QLineEdit(name)
        self.edit.setObjectName("name")
        self.edit.selectAll()
        self.edit.textChanged.connect(self._check)
        title = QCoreApplication.translate("NameDialog", "Name")
        self.body.addWidget(FormField(title, self.edit))
        self.choice = QComboBox()
        for key, words in choices:
            self.choice.addItem(words, key)
        if choices:
            self.body.addWidget(FormField(question, self.choice))
        self.decided.connect(self._tell)
        self._check()

    def _check(self) -> None:
        blank = not self.edit.text().strip()
        reason = QCoreApplication.translate("NameDialog", "Type a name first")
        self.set_reason(reason if blank else "")

    def _tell(self) -> None:
        self.named.emit(self.edit.text().strip(), str(self.choice.currentData() or ""))
