"""Above the table: search, filter chips, and the button for its columns."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from crmdesk.core.records.schema import Property
from crmdesk.ui.records.condition_words import describe
from crmdesk.ui.records.conditions import Condition
from crmdesk.ui.records.defaults import filter_names
from crmdesk.ui.records.filter_popover import FilterPopover
from crmdesk.ui.records.flow import FlowLayout
from crmdesk.ui.records.property_picker import PropertyPicker
from crmdesk.ui.records.showing import Showing, in_sentence, short_label
from crmdesk.ui.records.source import Wanted
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.search_field import SearchField

TYPING_PAUSE_MS = 200
_SEARCH_WIDTH, _SEARCH_LEAST, _GAP = 194, 140, 8


class FilterBar(QWidget):
    """Narrows the table; the filters of each object are kept while the window is open.

    Signals:
        changed: the wish changed; carries a :class:`Wanted`.
        columns_pressed: the columns button; carries the button to open the popover under.
        down_pressed: the arrow down in the search field.
    """

    changed = Signal(object)
    columns_pressed = Signal(object)
    down_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._showing: Showing | None = None
        self._conditions: dict[str, Condition] = {}
        self._chips: dict[str, Chip] = {}
        self._narrow = False
        self._kept: dict[str, Wanted] = {}
        self.popover: FilterPopover | PropertyPicker | None = None
        self.search = SearchField("")
        self.search.setMinimumWidth(px(_SEARCH_LEAST))
        self.search.setMaximumWidth(px(_SEARCH_WIDTH))
        self._pause = QTimer(self, singleShot=True, interval=TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self.search.textChanged.connect(self._pause.start)
        self.search.returnPressed.connect(self._now)
        self.search.down_pressed.connect(self.down_pressed)
        self.more = Chip(self.tr("Filter"), "plus")
        self.more.setAccessibleName(self.tr("Add a filter"))
        self.more.opened.connect(self._pick)
        self.columns = IconButton("columns-3", self.tr("Choose columns"))
        self.columns.clicked.connect(partial(self.columns_pressed.emit, self.columns))
        self._lay_out()

    def _lay_out(self) -> None:
        holder = QWidget()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        holder.setSizePolicy(policy)
        self._flow = FlowLayout(_GAP, holder)
        # Chips of 28 stand in the middle of a search field of 32.
        self._flow.setContentsMargins(0, 2, 0, 2)
        self._flow.addWidget(self.more)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 24, 8)
        row.setSpacing(_GAP)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(self.search, 2, top)
        row.addWidget(holder, 5)
        row.addWidget(self.columns, 0, top)

    @property
    def wanted(self) -> Wanted:
        """What the table is narrowed to now."""
        return Wanted(self.search.text(), tuple(self._conditions.values()))

    @property
    def chips(self) -> dict[str, Chip]:
        """The chips by property name."""
        return dict(self._chips)

    def show_object(self, showing: Showing) -> None:
        """Offer the filters of another object; no signal."""
        if self._showing is not None:
            self._kept[self._showing.object_type.name] = self.wanted
        self._showing = showing
        kept = self._kept.get(showing.object_type.name, Wanted())
        label = showing.object_type.plural_label
        self._type(kept.search)
        self.search.setPlaceholderText(self.tr("Search %1").replace("%1", in_sentence(label)))
        self.search.setAccessibleName(self.search.placeholderText())
        self._conditions = {c.property: c for c in kept.conditions}
        self._make_chips()

    def clear(self) -> None:
        """Search nothing, filter nothing."""
        self._type("")
        self._conditions = {}
        self._make_chips()
        self.changed.emit(self.wanted)

    def set_narrow(self, narrow: bool) -> None:
        """Keep only the chips that are on; "Filter" offers the rest."""
        self._narrow = narrow
        self._show_chips()

    def set_condition(self, condition: Condition) -> None:
        """Narrow by a condition."""
        self._conditions[condition.property] = condition
        self._make_chips()
        self.changed.emit(self.wanted)

    def drop(self, name: str) -> None:
        """No longer narrow by a property."""
        self._conditions.pop(name, None)
        self._make_chips()
        self.changed.emit(self.wanted)
        if name in self._chips:
            self._chips[name].setFocus()
        else:
            self.more.setFocus()

    def _type(self, text: str) -> None:
        self.search.setText(text)
        self._pause.stop()

    def _now(self) -> None:
        self._pause.stop()
        self._tell()

    def _tell(self) -> None:
        self.changed.emit(self.wanted)

    def _make_chips(self) -> None:
        if self._showing is None:
            return
        known = self._showing.object_type.by_name
        wanted = dict.fromkeys((*filter_names(self._showing.object_type), *self._conditions))
        for name in [name for name in self._chips if name not in wanted]:
            chip = self._chips.pop(name)
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for name in (name for name in wanted if name in known):
            if name not in self._chips:
                self._add_chip(known[name])
            self._dress(known[name])
        self._order(list(wanted))
        self._show_chips()

    def _add_chip(self, found: Property) -> None:
        chip = Chip(short_label(found))
        chip.setObjectName(f"filter_{found.name}")
        chip.opened.connect(partial(self._open, found.name))
        chip.cleared.connect(partial(self.drop, found.name))
        self._chips[found.name] = chip

    def _dress(self, found: Property) -> None:
        condition = self._conditions.get(found.name)
        if self._showing is None:
            return
        text = describe(condition, found, self._showing) if condition is not None else ""
        self._chips[found.name].set_value(text)

    def _order(self, names: list[str]) -> None:
        for widget in (*self._chips.values(), self.more):
            self._flow.removeWidget(widget)
        for name in names:
            if name in self._chips:
                self._flow.addWidget(self._chips[name])
        self._flow.addWidget(self.more)
        # The order of Tab follows the order in sight.
        last: QWidget = self.search
        for widget in (*(self._chips[n] for n in names if n in self._chips), self.more):
            QWidget.setTabOrder(last, widget)
            last = widget
        QWidget.setTabOrder(last, self.columns)

    def _show_chips(self) -> None:
        for name, chip in self._chips.items():
            chip.setVisible(not self._narrow or name in self._conditions)
        self._flow.invalidate()

    def _open(self, name: str) -> None:
        if self._showing is None:
            return
        found = self._showing.object_type.by_name[name]
        chip = self._chips.get(name)
        anchor = chip if chip is not None and chip.isVisible() else self.more
        popover = FilterPopover(found, self._showing, self._conditions.get(name), self.window())
        popover.applied.connect(self.set_condition)
        popover.removed.connect(partial(self.drop, name))
        self._show(popover, anchor)

    def _pick(self) -> None:
        if self._showing is None:
            return
        own = self._showing.object_type.properties
        offered = [p for p in own if not p.sensitive and not p.hidden]
        picker = PropertyPicker(offered, self.window())
        picker.picked.connect(self._open)
        self._show(picker, self.more)

    def _show(self, popover: FilterPopover | PropertyPicker, anchor: QWidget) -> None:
        self.popover = popover
        popover.closed.connect(popover.deleteLater)
        popover.open_under(anchor)
