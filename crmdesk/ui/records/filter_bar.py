"""Above the table: search, groups of filter chips, and the button for its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.records.conditions import Condition
from crmdesk.ui.records.defaults import filter_names
from crmdesk.ui.records.filter_popover import FilterPopover
from crmdesk.ui.records.filter_row import FilterRow
from crmdesk.ui.records.property_picker import PropertyPicker
from crmdesk.ui.records.showing import Showing, in_sentence
from crmdesk.ui.records.source import Wanted
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.search_field import SearchField

TYPING_PAUSE_MS = 200
_SEARCH_WIDTH, _SEARCH_LEAST, _GAP = 194, 140, 8


class FilterBar(QWidget):
    """Narrows the table; the filters of each object are kept while the window is open.

    A group of chips stands in a row; between two rows stands "or".

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
        self._narrow = False
        self._segment: int | None = None
        self._kept: dict[str, Wanted] = {}
        self.search = SearchField("")
        self.search.setMinimumWidth(px(_SEARCH_LEAST))
        self.search.setMaximumWidth(px(_SEARCH_WIDTH))
        self._pause = QTimer(self, singleShot=True, interval=TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self.search.textChanged.connect(self._pause.start)
        self.search.returnPressed.connect(self._now)
        self.search.down_pressed.connect(self.down_pressed)
        self.columns = IconButton("columns-3", self.tr("Choose columns"))
        self.columns.clicked.connect(partial(self.columns_pressed.emit, self.columns))
        self.rows: list[FilterRow] = []
        self._lines: list[QWidget] = []
        self._lay_out()

    def _lay_out(self) -> None:
        first = self._make_row()
        top = Qt.AlignmentFlag.AlignTop
        row = QHBoxLayout()
        row.setSpacing(_GAP)
        row.addWidget(self.search, 2, top)
        row.addWidget(first, 5)
        row.addWidget(self.columns, 0, top)
        self._tools = row
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 0, 24, 8)
        self._column.setSpacing(4)
        self._column.addLayout(row)

    def _make_row(self) -> FilterRow:
        row = FilterRow()
        row.changed.connect(self._conditions_changed)
        row.other_asked.connect(self.add_group)
        self.rows.append(row)
        return row

    def add_tool(self, button: QWidget) -> None:
        """Put another button at the end, after the one for columns."""
        self._tools.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    @property
    def wanted(self) -> Wanted:
        """What the table is narrowed to now."""
        groups = [row.conditions for row in self.rows]
        others = tuple(group for group in groups[1:] if group)
        return Wanted(self.search.text(), groups[0], others, self._segment)

    @property
    def chips(self) -> dict[str, Chip]:
        """The chips of the first group by property name."""
        return self.rows[0].chips

    @property
    def more(self) -> Chip:
        """The chip that adds a filter to the first group."""
        return self.rows[0].more

    @property
    def popover(self) -> FilterPopover | PropertyPicker | None:
        """What was opened last."""
        found = [row.popover for row in self.rows if row.popover is not None]
        every = [each for each in found if each.isVisible()] or found
        return every[-1] if every else None

    def show_object(self, showing: Showing) -> None:
        """Offer the filters of another object; no signal."""
        if self._showing is not None:
            # A segment is a place of its own, and is not come back to by its object.
            kept = self.wanted if self._segment is None else Wanted()
            self._kept[self._showing.object_type.name] = kept
        self._showing = showing
        label_ = showing.object_type.plural_label
        self.search.setPlaceholderText(self.tr("Search %1").replace("%1", in_sentence(label_)))
        self.search.setAccessibleName(self.search.placeholderText())
        self.show_wanted(self._kept.get(showing.object_type.name, Wanted()))

    def show_wanted(self, wanted: Wanted) -> None:
        """Ask exactly this; no signal."""
        if self._showing is None:
            return
        self._type(wanted.search)
        self._segment = wanted.segment
        while len(self.rows) > 1:
            self._drop_line(self.rows[-1])
        always = filter_names(self._showing.object_type)
        self.rows[0].show_conditions(self._showing, wanted.conditions, always)
        for group in wanted.alternatives:
            self._add_line(group)
        self._follow()

    def clear(self) -> None:
        """Search nothing, filter nothing; a segment stays."""
        self.show_wanted(replace(Wanted(), segment=self._segment))
        self.changed.emit(self.wanted)

    def set_narrow(self, narrow: bool) -> None:
        """Keep only the chips that are on; "Filter" offers the rest."""
        self._narrow = narrow
        for row in self.rows:
            row.set_narrow(narrow)
        self._give_room()

    def set_condition(self, condition: Condition) -> None:
        """Narrow by a condition."""
        self.rows[0].set_condition(condition)

    def drop(self, name: str) -> None:
        """No longer narrow by a property."""
        self.rows[0].drop(name)

    def open(self, name: str) -> None:
        """Ask something of a property in the first group."""
        self.rows[0].open(name)

    def add_group(self) -> None:
        """Begin another group: a record then has to fit one of them."""
        row = self._add_line(())
        self._follow()
        row.pick()

    def _add_line(self, conditions: Sequence[Condition]) -> FilterRow:
        row = self._make_row()
        row.set_narrow(self._narrow)
        if self._showing is not None:
            row.show_conditions(self._showing, conditions)
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_GAP)
        between = label(self.tr("or"), TextStyle.BODY, "text2")
        between.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        between.setMinimumWidth(px(_SEARCH_LEAST))
        between.setMaximumWidth(px(_SEARCH_WIDTH))
        remove = IconButton("x", self.tr("Remove this group of filters"))
        remove.clicked.connect(partial(self._remove_group, row))
        layout.addWidget(between, 2)
        layout.addWidget(row, 5)
        layout.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        self._lines.append(line)
        self._column.addWidget(line)
        line.show()
        return row

    def _remove_group(self, row: FilterRow) -> None:
        had = bool(row.conditions)
        self._drop_line(row)
        self._follow()
        self.rows[-1].more.setFocus()
        if had:
            self.changed.emit(self.wanted)

    def _drop_line(self, row: FilterRow) -> None:
        place = self.rows.index(row)
        line = self._lines.pop(place - 1)
        self.rows.pop(place)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()

    def _conditions_changed(self) -> None:
        self._follow()
        self.changed.emit(self.wanted)

    def _follow(self) -> None:
        """Offer another group behind the last one; the order of Tab follows what is in sight."""
        self._give_room()
        for row in self.rows:
            row.offer_other(offered=row is self.rows[-1] and bool(row.conditions))
        last: QWidget = self.search
        for row in self.rows:
            for widget in row.controls():
                QWidget.setTabOrder(last, widget)
                last = widget
            if row is self.rows[0]:
                QWidget.setTabOrder(last, self.columns)
                last = self.columns

    def _give_room(self) -> None:
        """The first row of chips has what it needs before the search is more than its least."""
        layout, row = self._tools, self.rows[0]
        items = [layout.itemAt(place) for place in range(layout.count())]
        others = [each.widget() for each in items if each is not None]
        tools = [each for each in others if each not in (row, self.search) and each is not None]
        taken = sum(each.sizeHint().width() + _GAP for each in tools) + px(_SEARCH_LEAST) + _GAP
        margins = self._column.contentsMargins()
        room = self.width() - margins.left() - margins.right() - taken
        row.setMinimumWidth(max(0, min(row.sizeHint().width(), room)))

    def _type(self, text: str) -> None:
        self.search.setText(text)
        self._pause.stop()

    def _now(self) -> None:
        self._pause.stop()
        self._tell()

    def _tell(self) -> None:
        self.changed.emit(self.wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_room()
