"""A chip with a list to tick in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui.exports.words import filled, say
from crmdesk.ui.records.check_list import CheckList
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.popover import Popover

_WIDTH = 280


class TickChip(Chip):
    """Narrows a list to the ticked choices; none ticked asks nothing.

    Signals:
        changed: a tick came or went.
    """

    changed = Signal()

    def __init__(self, name: str, choices: Sequence[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(name, parent=parent)
        self._labels = dict(choices)
        self.popover = Popover(name, _WIDTH, parent)
        self.list = CheckList(name, choices)
        inside = QVBoxLayout()
        inside.setContentsMargins(12, 12, 12, 12)
        inside.addWidget(self.list)
        self.popover.body.addLayout(inside)
        self.list.changed.connect(self._choose)
        self.opened.connect(lambda: self.popover.open_under(self))
        self.cleared.connect(lambda: self.list.choose(()))
        self.setVisible(len(self._labels) > 1)

    def chosen(self) -> tuple[str, ...]:
        """The ticked values."""
        return self.list.chosen()

    def choose(self, values: Iterable[str]) -> None:
        """Tick exactly these."""
        self.list.choose(values)

    def _choose(self) -> None:
        chosen = self.list.chosen()
        several = filled(say("%1 of %2"), str(len(chosen)), str(len(self._labels)))
        self.set_value(self._labels[chosen[0]] if len(chosen) == 1 else several if chosen else "")
        self.changed.emit()
