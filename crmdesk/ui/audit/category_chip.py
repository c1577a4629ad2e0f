"""The chip that narrows the log to some categories."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.audit.catalogue import CategoryEntry
from crmdesk.ui.records.check_list import CheckList
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.popover import Popover

_WIDTH = 300


class CategoryChip(Chip):
    """Opens the categories that this edition shows; every tick holds at once.

    Signals:
        chosen: codes of the ticked categories; empty for all.
    """

    chosen = Signal(object)

    def __init__(
        self, categories: tuple[CategoryEntry, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(QCoreApplication.translate("Audit", "Category"), parent=parent)
        self._labels = {found.code: found.label for found in categories}
        # No child of the chip, which runs from right to left for its icon after the word.
        self.popover = Popover(QCoreApplication.translate("Audit", "Categories"), _WIDTH, parent)
        self.list = CheckList(self.popover.accessibleName(), list(self._labels.items()))
        inside = QVBoxLayout()
        inside.setContentsMargins(12, 12, 12, 12)
        inside.addWidget(self.list)
        self.popover.body.addLayout(inside)
        self.list.changed.connect(self._choose)
        self.opened.connect(lambda: self.popover.open_under(self))
        self.cleared.connect(self.clear)

    def clear(self) -> None:
        """Show every category."""
        self.list.choose(())

    def _choose(self) -> None:
        codes = self.list.chosen()
        of = QCoreApplication.translate("Audit", "%1 of %2")
        several = of.replace("%1", str(len(codes))).replace("%2", str(len(self._labels)))
        self.set_value(self._labels[codes[0]] if len(codes) == 1 else several if codes else "")
        self.chosen.emit(codes)
