"""A chip that narrows the log to some of a kind: categories, actions, people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui.audit.facet_list import FacetList
from crmdesk.ui.audit.say import say
from crmdesk.ui.exports.words import filled
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.popover import Popover

_WIDTH = 300


class FacetMenu(Popover):
    """What opens below the chip: the choices, and below them what a kind of chip adds."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, _WIDTH, parent)
        self.list = FacetList(name, ())
        self.inside = QVBoxLayout()
        self.inside.setContentsMargins(12, 12, 12, 12)
        self.inside.addWidget(self.list)
        self.body.addLayout(self.inside)


class FacetChip(Chip):
    """Opens what can be chosen, with counts; every tick holds at once.

    It says no more than it was told: whoever hears ``changed`` tells it the new values, as it
    does for what was typed. Its menu is made when it is first wanted: the page opens sooner.

    Signals:
        changed: the values that are ticked now.
        off: cleared; what was ruled out goes too.
    """

    changed = Signal(object)
    off = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent=parent)
        self._over = parent
        self._menu: FacetMenu | None = None
        self._labels: dict[str, str] = {}
        self._typed_labels: dict[str, str] = {}
        self._values: tuple[str, ...] = ()
        self._counts: Mapping[str, int | None] | None = None
        self.opened.connect(lambda: self.popover.open_under(self.anchor))
        self.cleared.connect(self.off)

    @property
    def popover(self) -> FacetMenu:
        """What opens below."""
        if self._menu is None:
            self._menu = self._make_menu()
            self._menu.list.changed.connect(lambda: self._take_ticks(self.list.chosen()))
            self._fill(self._menu)
        return self._menu

    @property
    def list(self) -> FacetList:
        """The choices."""
        return self.popover.list

    def offer(
        self, choices: Sequence[tuple[str, str]], unoffered: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Offer other choices: value and label of each.

        Args:
            unoffered: what can only be typed.
        """
        self._typed_labels = dict(unoffered)
        if dict(choices) == self._labels:
            return
        self._labels = dict(choices)
        if self._menu is not None:
            self._fill(self._menu)
            self._menu.refit()

    def show_values(
        self, values: Sequence[str], excluded: Sequence[str] = (), typed: Sequence[str] = ()
    ) -> None:
        """Show what holds; no signal.

        Args:
            values: ticked choices.
            excluded: choices that were ruled out in the search field.
            typed: the beginnings of names typed there.
        """
        self._values = tuple(values)
        if self._menu is not None:
            with QSignalBlocker(self._menu.list):
                self._menu.list.choose(self._values)
        shown = [self._label(each) for each in values] + [f"“{each}”" for each in typed]
        text = shown[0] if len(shown) == 1 else ""
        if len(shown) > 1:
            counted = str(len(shown)), str(max(len(self._labels), len(shown)))
            text = filled(say("%1 of %2"), *counted)
        if excluded:
            ruled = [self._label(each) for each in excluded]
            out = filled(say("not %1"), ruled[0] if len(ruled) == 1 else str(len(ruled)))
            text = f"{text}, {out}" if text else out
        self.set_value(text)

    def show_counts(self, counts: Mapping[str, int | None]) -> None:
        """Show how many entries each choice stands for."""
        self._counts = counts
        if self._menu is not None:
            self._menu.list.show_counts(counts)

    def _label(self, value: str) -> str:
        return self._labels.get(value) or self._typed_labels.get(value, value)

    def _make_menu(self) -> FacetMenu:
        # No child of the chip, which runs from right to left for its icon after the word.
        return FacetMenu(self._name, self._over)

    def _fill(self, menu: FacetMenu) -> None:
        with QSignalBlocker(menu.list):
            menu.list.offer(list(self._labels.items()))
            menu.list.choose(self._values)
        if self._counts is not None:
            menu.list.show_counts(self._counts)

    def _take_ticks(self, values: tuple[str, ...]) -> None:
        self.changed.emit(values)
