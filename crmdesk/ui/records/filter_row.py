"""One group of filters as a row of chips: all of them must hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from crmdesk.core.records.schema import Property
from crmdesk.ui.records.condition_words import describe
from crmdesk.ui.records.conditions import Condition
from crmdesk.ui.records.filter_popover import FilterPopover
from crmdesk.ui.records.flow import FlowLayout
from crmdesk.ui.records.property_picker import PropertyPicker
from crmdesk.ui.records.showing import Showing, short_label
from crmdesk.ui.widgets.chip import Chip

_GAP = 8


class FilterRow(QWidget):
    """Chips of one group, and the way to add one.

    Signals:
        changed: a condition came, went or is another one.
        other_asked: begin another group, of which one is enough.
    """

    changed = Signal()
    other_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._showing: Showing | None = None
        self._always: Sequence[str] = ()
        self._conditions: dict[str, Condition] = {}
        self._chips: dict[str, Chip] = {}
        self._narrow = False
        self.popover: FilterPopover | PropertyPicker | None = None
        self.more = Chip(self.tr("Filter"), "plus")
        self.more.setAccessibleName(self.tr("Add a filter"))
        self.more.opened.connect(self.pick)
        self.other = Chip(self.tr("Or"), "plus")
        self.other.setAccessibleName(self.tr("Add filters of which these or those must hold"))
        self.other.opened.connect(self.other_asked)
        self.other.hide()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._flow = FlowLayout(_GAP, self)
        # Chips of 28 stand in the middle of a search field of 32.
        self._flow.setContentsMargins(0, 2, 0, 2)
        self._flow.addWidget(self.more)
        self._flow.addWidget(self.other)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What is asked, in the order of the chips."""
        return tuple(self._conditions.values())

    @property
    def chips(self) -> dict[str, Chip]:
        """The chips by property name; a second one of a property has a number behind it."""
        return dict(self._chips)

    def show_conditions(
        self, showing: Showing, conditions: Iterable[Condition], always: Sequence[str] = ()
    ) -> None:
        """Show these conditions; no signal.

        Args:
            showing: the object, and how its values read.
            conditions: what is asked.
            always: properties whose chip stands there even when it is off.
        """
        self._showing, self._always = showing, always
        self._conditions = {}
        for condition in conditions:
            self._conditions[self._free_key(condition.property)] = condition
        self._make_chips()

    def set_condition(self, condition: Condition, key: str = "") -> None:
        """Ask this of its property; of a chip's own condition by its key."""
        self._conditions[key or condition.property] = condition
        self._make_chips()
        self.changed.emit()

    def drop(self, key: str) -> None:
        """No longer ask what a chip asks."""
        self._conditions.pop(key, None)
        self._make_chips()
        self.changed.emit()
        (self._chips.get(key) or self.more).setFocus()

    def set_narrow(self, narrow: bool) -> None:
        """Keep only the chips that are on; "Filter" offers the rest."""
        self._narrow = narrow
        self._show_chips()

    def offer_other(self, *, offered: bool) -> None:
        """Offer another group behind the last one."""
        self.other.setVisible(offered)
        self._show_chips()

    def controls(self) -> list[QWidget]:
        """What takes the focus, in the order in sight."""
        return [*self._chips.values(), self.more, self.other]

    def pick(self) -> None:
        """Choose the property of another condition."""
        if self._showing is None:
            return
        own = self._showing.object_type.properties
        offered = [p for p in own if not p.sensitive and not p.hidden]
        picker = PropertyPicker(offered, self.window())
        picker.picked.connect(self.open)
        self._show(picker, self.more)

    def open(self, key: str) -> None:
        """Ask something of a property, or change what a chip asks."""
        if self._showing is None:
            return
        found = self._showing.object_type.by_name[_property_of(key)]
        chip = self._chips.get(key)
        anchor = chip if chip is not None and chip.isVisible() else self.more
        popover = FilterPopover(found, self._showing, self._conditions.get(key), self.window())
        popover.applied.connect(partial(self._applied, key))
        popover.removed.connect(partial(self.drop, key))
        self._show(popover, anchor)

    def _applied(self, key: str, condition: Condition) -> None:
        self.set_condition(condition, key)

    def _free_key(self, name: str) -> str:
        key, number = name, 2
        while key in self._conditions:
            key, number = f"{name}#{number}", number + 1
        return key

    def _make_chips(self) -> None:
        if self._showing is None:
            return
        known = self._showing.object_type.by_name
        wanted = dict.fromkeys((*self._always, *self._conditions))
        keys = [key for key in wanted if _property_of(key) in known]
        for key in [key for key in self._chips if key not in keys]:
            chip = self._chips.pop(key)
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for key in keys:
            found = known[_property_of(key)]
            if key not in self._chips:
                self._add_chip(key, found)
            condition = self._conditions.get(key)
            text = describe(condition, found, self._showing) if condition is not None else ""
            self._chips[key].set_value(text)
        self._order(keys)
        self._show_chips()

    def _add_chip(self, key: str, found: Property) -> None:
        chip = Chip(short_label(found))
        chip.setObjectName(f"filter_{key}")
        chip.opened.connect(partial(self.open, key))
        chip.cleared.connect(partial(self.drop, key))
        self._chips[key] = chip

    def _order(self, keys: Sequence[str]) -> None:
        self._chips = {key: self._chips[key] for key in keys}
        for widget in self.controls():
            self._flow.removeWidget(widget)
        for widget in self.controls():
            self._flow.addWidget(widget)

    def _show_chips(self) -> None:
        """Chips that are off give way where they would break the row; "Filter" offers them too."""
        offered = list(self._chips) if not self._narrow else list(self._conditions)
        room = self.width() if self.isVisible() else self._one_line(offered)
        off = [key for key in offered if key not in self._conditions]
        while off and self._one_line(offered) > room:
            offered.remove(off.pop())
        for key, chip in self._chips.items():
            chip.setVisible(key in offered)
        self._flow.invalidate()
        self.updateGeometry()

    def _one_line(self, keys: Iterable[str]) -> int:
        """How wide a row with these chips is, in pixels."""
        shown: list[QWidget] = [self._chips[key] for key in keys if key in self._chips]
        shown += [self.more] if self.other.isHidden() else [self.more, self.other]
        return sum(each.sizeHint().width() for each in shown) + _GAP * (len(shown) - 1)

    def _show(self, popover: FilterPopover | PropertyPicker, anchor: QWidget) -> None:
        self.popover = popover
        popover.closed.connect(popover.deleteLater)
        popover.open_under(anchor)

    def sizeHint(self) -> QSize:
        every = self._conditions if self._narrow else self._chips
        return QSize(self._one_line(every), self._flow.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_chips()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_chips()


def _property_of(key: str) -> str:
    return key.partition("#")[0]
