"""A choice of several that says what is ticked, and opens the list to tick in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from crmdesk.ui.exports.words import say
from crmdesk.ui.records.check_list import CheckList
from crmdesk.ui.widgets.choice import Choice
from crmdesk.ui.widgets.popover import Popover

#: With more rows the open list would lie over the buttons of a dialog with one line of estimate.
_WIDTH, _ROWS, _NAMED = 300, 4, 2
#: As the choices of one that stand beside it.
_LETTERS, _ANY_WIDTH = 12, (1 << 24) - 1


class TickedChoice(Choice):
    """Any number of choices, where a list of them would make a dialog too tall.

    It stands among choices of one and is one to the eye: one text, with a list below it.

    Args:
        name: what is chosen.
        choices: value and label of each.
        nothing: what it says while nothing is ticked.

    Signals:
        changed: a tick came or went.
    """

    changed = Signal()

    def __init__(
        self, name: str, choices: Sequence[tuple[str, str]], nothing: str, parent: QWidget
    ) -> None:
        super().__init__(name, parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_LETTERS)
        self.setMaximumWidth(_ANY_WIDTH)
        self.addItem("")
        self._nothing = nothing
        self._labels = dict(choices)
        self.popover = Popover(name, _WIDTH, parent)
        self.list = CheckList(name, choices, rows=_ROWS)
        column = QVBoxLayout()
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(self.list)
        self.popover.body.addLayout(column)
        self.list.changed.connect(self._tell)
        self._say()

    def showPopup(self) -> None:
        self.popover.open_under(self)

    def chosen(self) -> tuple[str, ...]:
        """The ticked values, in the order of the list."""
        return self.list.chosen()

    def choose(self, values: Iterable[str]) -> None:
        """Tick exactly these."""
        self.list.choose(values)

    def _tell(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        labels = [self._labels[value] for value in self.list.chosen()]
        text = ", ".join(labels) or self._nothing
        if len(labels) > _NAMED:
            text = say("%Ln chosen", len(labels))
        self.setItemText(0, text)
