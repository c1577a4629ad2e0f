"""The chips above the log in one row; those without room wait behind one that says so."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QSizePolicy, QWidget

from crmdesk.ui import words
from crmdesk.ui.audit.facet_chip import FacetChip
from crmdesk.ui.audit.period_chip import PeriodChip
from crmdesk.ui.audit.say import say
from crmdesk.ui.exports.words import filled
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.link import Link

_GAP = 8
LogChip = FacetChip | PeriodChip


class ChipRow(QWidget):
    """Shows as many chips as fit, those that narrow the log before those that do not.

    Args:
        chips: in their order; the first one always stands.
        clear: stands at the end while there is something to clear.
    """

    def __init__(self, chips: Sequence[LogChip], clear: Link) -> None:
        super().__init__()
        self.chips, self.clear = tuple(chips), clear
        self.folded: tuple[LogChip, ...] = ()
        self._clearable = False
        self._held: LogChip | None = None
        self.more = Chip(say("More"))
        self.more.setObjectName("audit_more_filters")
        self.more.opened.connect(self._open_menu)
        self.more.cleared.connect(self._clear_folded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        # Chips of 28 stand in the middle of a search field of 32.
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(_GAP)
        for widget in (*self.chips, self.more, clear):
            row.addWidget(widget)
        row.addStretch(1)
        for chip in self.chips:
            chip.set_stand_in(self.more)
        self.more.hide()

    def set_clearable(self, clearable: bool) -> None:
        """Offer to clear every filter."""
        self._clearable = clearable
        self.clear.setVisible(clearable)

    @property
    def wanted_width(self) -> int:
        """What the row needs with every chip in it."""
        return self._width_of(self.chips)

    def hides_one_set(self, room: int) -> bool:
        """Whether so many pixels leave no room for a chip that narrows the log."""
        shown = self._fitting(room)
        return any(chip.is_on and chip not in shown for chip in self.chips)

    @Slot()
    def fit(self) -> None:
        """Show the chips that have room, and offer the others behind one more."""
        self._show(self._fitting(self.width()))

    def _fitting(self, room: int) -> list[LogChip]:
        shown: list[LogChip] = list(self.chips)
        by_worth = sorted(self.chips[1:], key=lambda chip: (not chip.is_on, bool(chip.reason)))
        if self._held is not None:
            # What is open stays where it was opened.
            shown.remove(self._held)
            by_worth.remove(self._held)
        while by_worth and self._width_of(shown) > room:
            shown.remove(by_worth.pop())
        return shown

    def _width_of(self, shown: Sequence[LogChip]) -> int:
        parts: list[QWidget] = list(shown)
        if len(shown) < len(self.chips):
            parts.append(self.more)
        if self._clearable:
            parts.append(self.clear)
        return sum(part.sizeHint().width() + _GAP for part in parts) - _GAP

    def _show(self, shown: Sequence[LogChip]) -> None:
        self.folded = tuple(chip for chip in self.chips if chip not in shown)
        on = [chip for chip in self.folded if chip.is_on]
        self.more.set_value(filled(say("%1 set"), words.number(len(on))) if on else "")
        told = "; ".join(chip.plain_text() for chip in self.folded)
        self.more.setAccessibleName(filled(say("More filters: %1"), told))
        self.more.setToolTip(told)
        held = _focus()
        # Shown before others go: the focus never falls out of the row.
        self.more.setVisible(bool(self.folded))
        for chip in shown:
            chip.show()
        if held in self.folded:
            self.more.setFocus()
        elif held is self.more and not self.folded:
            self.chips[0].setFocus()
        for chip in self.folded:
            chip.hide()

    def menu(self) -> QMenu:
        """The chips without room, with what they are set to."""
        menu = QMenu(self)
        for chip in self.folded:
            text = chip.plain_text()
            if chip.reason:
                text = filled(say("%1: %2"), text, chip.reason[:1].lower() + chip.reason[1:])
            action = menu.addAction(text.replace("&", "&&"))
            action.setEnabled(not chip.reason)
            action.setCheckable(chip.is_on)
            action.setChecked(chip.is_on)
            action.triggered.connect(partial(self._open_folded, chip))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @Slot()
    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _open_folded(self, chip: LogChip, _checked: bool = False) -> None:
        self._held = chip
        chip.popover.closed.connect(self._let_go)
        chip.opened.emit()

    @Slot()
    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.popover.closed.disconnect(self._let_go)
        self.fit()
        if held is not None and not held.isHidden() and self.isAncestorOf(_focus()):
            held.setFocus()

    @Slot()
    def _clear_folded(self) -> None:
        for chip in [each for each in self.folded if each.is_on]:
            chip.cleared.emit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


def _focus() -> QWidget | None:
    return QApplication.focusWidget()
