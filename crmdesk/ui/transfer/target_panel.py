"""The panel of one column: its values, and every property it could go to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from crmdesk.core.records.types import PropertyFormat
from crmdesk.core.transfer.date_preview import CHOICES
from crmdesk.core.transfer.model import ColumnSuggestion
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.transfer.choices import Choices
from crmdesk.ui.transfer.draft import Draft, written_order
from crmdesk.ui.transfer.link_ways import LinkWay
from crmdesk.ui.transfer.wording import (
    dates_preview,
    fault_words,
    filled,
    matched_by,
    order_words,
    property_label,
    say,
)
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.search_field import SearchField
from crmdesk.ui.widgets.side_panel import SidePanel

_KEY = Qt.ItemDataRole.UserRole
#: No name of a property begins so.
_LINK, _TEXT, _COLUMN = ":", "=", "#"
_SHOWN = 3


class TargetPanel(SidePanel):
    """Chooses the property of a column.

    Signals:
        picked: internal name of the property; empty for "do not import".
        link_picked: the ``LinkWay`` by which the column names other records.
        label_picked: the label of these associations, and the column that gives it.
        dates_picked: the order of its dates; empty for what the file shows.
        create_asked: a new property is wanted for it.
    """

    picked = Signal(str)
    link_picked = Signal(object)
    label_picked = Signal(str, str)
    dates_picked = Signal(str)
    create_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("import_column", say("Property of the column"), parent=parent)
        self.number = 0
        self._ways: tuple[LinkWay, ...] = ()
        self._items = QStandardItemModel(self)
        self._samples = Paragraph("", TextStyle.CAPTION, "text2")
        self._reason = Paragraph("", TextStyle.CAPTION, "text2")
        self.search = SearchField(say("Search properties"))
        self.list = QListView()
        self.list.setProperty("role", "plain")
        self.list.setAccessibleName(say("Properties"))
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setModel(self._items)
        self.labels, self.dates = Choices(), Choices()
        self._label_field = FormField(say("Label of the association"), self.labels)
        self._dates_field = FormField(say("Order in its dates"), self.dates)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(11, 12, 16, 8)
        column.setSpacing(8)
        for widget in (self._samples, self.search, self.list, self._label_field):
            column.addWidget(widget)
        column.addWidget(self._dates_field)
        column.addWidget(self._reason)
        column.setStretch(2, 1)
        self.add_page("target", say("Property"), content, scrolls=False)
        self.create_button = Button(say("Create property"), icon="plus")
        self.create_button.setObjectName("create_property")
        self.set_foot([self.create_button])
        self.create_button.clicked.connect(self.create_asked)
        self.search.textChanged.connect(self._narrow)
        self.search.down_pressed.connect(self._go_into_list)
        self.search.returnPressed.connect(lambda: self._take(self._topmost()))
        self.list.clicked.connect(self._take)
        self.list.activated.connect(self._take)
        self.labels.picked.connect(self._pick_label)
        self.dates.picked.connect(self.dates_picked)

    def offer_links(self, ways: Sequence[LinkWay]) -> None:
        """Say what a column may name beside values of its own, rows of other tables first."""
        self._ways = tuple(ways)

    def show_column(self, draft: Draft, column: ColumnSuggestion, no_right: str) -> None:
        """Show a column and mark where it goes now."""
        link = draft.links.get(column.header)
        chosen = link is not None and link != column.association
        how = say("Chosen by you") if chosen else matched_by(column)
        fault = fault_words(column.fault) if column.fault else ""
        self.set_heading(column.header, how if fault in ("", how) else f"{how}. {fault}.")
        values = "\n".join(dict.fromkeys(value[:80] for value in column.samples[:_SHOWN]))
        self._samples.set_text(values or say("This column is empty in the first thousand rows."))
        self._reason.set_text(no_right)
        self._reason.setVisible(bool(no_right))
        self.create_button.set_reason(no_right)
        self._fill(draft, column)
        self._show_dates(draft, column)

    def show_labels(self, draft: Draft, column: ColumnSuggestion, labels: Sequence[str]) -> None:
        """Offer the labels of what the column names, where it names anything."""
        link = draft.links.get(column.header)
        self._label_field.setVisible(link is not None)
        if link is None:
            return
        texts = [*labels, link.label] if link.label not in ("", *labels) else labels
        choices = [("", say("No label")), *((_TEXT + each, each) for each in texts)]
        choices += [
            (_COLUMN + each, filled(say("From the column “%1”"), each))
            for each in draft.inspection.headers
            if each != column.header
        ]
        chosen = _COLUMN + link.label_header if link.label_header else ""
        self.labels.offer(choices, chosen or (link.label and _TEXT + link.label))

    def _show_dates(self, draft: Draft, column: ColumnSuggestion) -> None:
        """Offer the order of dates, with the first of them as they would be read."""
        has_dates = draft.has_dates(column.header)
        self._dates_field.setVisible(has_dates)
        # The preview shows the first values as well.
        self._samples.setVisible(not has_dates)
        written = written_order(column)
        shown = filled(say("As the file shows: %1"), order_words(written))
        choices = [("", shown), *((each.value, order_words(each)) for each in CHOICES)]
        chosen = draft.date_orders.get(column.header)
        self.dates.offer(choices, chosen.value if chosen else "")
        self._dates_field.set_help(dates_preview(column, chosen or written))

    def _pick_label(self, key: str) -> None:
        text = key[1:]
        self.label_picked.emit(*(("", text) if key.startswith(_COLUMN) else (text, "")))

    def _fill(self, draft: Draft, column: ColumnSuggestion) -> None:
        object_type, current = draft.object_type, draft.target_of(column.header)
        taken = {name: header for header, name in draft.mapping.items() if name != current}
        self._items.clear()
        nowhere = current is None and column.header not in draft.links
        self._add("", say("Do not import"), nowhere)
        link = draft.links.get(column.header)
        served = next((way for way in self._ways if link is not None and way.serves(link)), None)
        for place, way in enumerate(self._ways):
            if way.shared is not None:
                self._add(f"{_LINK}{place}", way.shown, way is served)
        if made := draft.new.get(column.header):
            self._add(made.name, filled(say("%1 (new property)"), made.label), True)
        offered = [] if object_type is None else object_type.properties
        usable = [
            each
            for each in offered
            if not each.archived
            and (not each.calculated or each.format == PropertyFormat.RECORD_ID)
        ]
        for each in sorted(usable, key=lambda found: found.label.casefold()):
            shown = property_label(object_type, each.name)
            if each.name in taken:
                shown = filled(say("%1 (has “%2”)"), shown, taken[each.name])
            self._add(each.name, shown, each.name == current)
        for place, way in enumerate(self._ways):
            if way.shared is None:
                self._add(f"{_LINK}{place}", way.shown, way is served)
        self._narrow(self.search.text())
        self.list.scrollTo(self.list.currentIndex())

    def _add(self, name: str, shown: str, current: bool) -> None:
        item = QStandardItem(shown)
        item.setData(name, _KEY)
        item.setToolTip(shown)
        item.setEditable(False)
        self._items.appendRow(item)
        if current:
            self.list.setCurrentIndex(item.index())

    def choose_way(self, object_name: str, by: str) -> None:
        """Take a way to name other records as a click on it does."""
        for place, way in enumerate(self._ways):
            if (object_name, by) == way.names and way.shared is None:
                self.choose(f"{_LINK}{place}")
                return

    def choose(self, name: str) -> None:
        """Take a property as a click on it does."""
        rows = range(self._items.rowCount())
        index = next(i for row in rows if (i := self._items.index(row, 0)).data(_KEY) == name)
        self._take(index)

    @Slot(str)
    def _narrow(self, text: str) -> None:
        wanted = text.casefold()
        for row in range(self._items.rowCount()):
            hidden = wanted not in str(self._items.index(row, 0).data()).casefold()
            self.list.setRowHidden(row, hidden)

    def _topmost(self) -> QModelIndex:
        """The first property in sight; one that begins with what was typed goes before."""
        rows = range(self._items.rowCount())
        shown = [self._items.index(row, 0) for row in rows if not self.list.isRowHidden(row)]
        typed = self.search.text().casefold()
        begins = [index for index in shown if str(index.data()).casefold().startswith(typed)]
        return next(iter(begins + shown), QModelIndex())

    @Slot()
    def _go_into_list(self) -> None:
        self.list.setCurrentIndex(self._topmost())
        self.list.setFocus()

    @Slot(QModelIndex)
    def _take(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        name = str(index.data(_KEY))
        if name.startswith(_LINK):
            self.link_picked.emit(self._ways[int(name.removeprefix(_LINK))])
        else:
            self.picked.emit(name)
