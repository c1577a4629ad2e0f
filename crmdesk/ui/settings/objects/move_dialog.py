"""Asks where the records or properties go that stand in what is being deleted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from crmdesk.ui.settings.objects.words import say
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField


class MoveDialog(DecisionDialog):
    """A destructive confirmation with a choice of another place.

    Args:
        places: value and words of each place; none when there is nothing to move.

    Signals:
        confirmed: the chosen place, or an empty text.
    """

    confirmed = Signal(str)

    def __init__(
        self, decision: Decision, places: Sequence[tuple[str, str]], parent: QWidget
    ) -> None:
        super().__init__(decision, parent)
        self.setObjectName("move_dialog")
        self.places = QComboBox()
        self.places.setObjectName("move_to")
        for value, text in places:
            self.places.addItem(text, value)
        if places:
            self.body.addWidget(FormField(say("Move to"), self.places))
        self.decided.connect(lambda: self.confirmed.emit(str(self.places.currentData() or "")))
