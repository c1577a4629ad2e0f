"""The panel of one column: its values, and every property it could go to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from crmdesk.core.records.types import PropertyFormat
from crmdesk.core.transfer.model import ColumnSuggestion
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.transfer.draft import Draft
from crmdesk.ui.transfer.link_ways import LinkWay
from crmdesk.ui.transfer.wording import fault_words, filled, matched_by, property_label, say
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.search_field import SearchField
from crmdesk.ui.widgets.side_panel import SidePanel

_KEY = Qt.ItemDataRole.UserRole
#: No name of an object or property has it.
_LINK = ":"


class TargetPanel(SidePanel):
    """Chooses the property of a column.

    Signals:
        picked: internal name of the property; empty for "do not import".
        link_picked: object and property by which the column names other records.
        create_asked: a new property is wanted for it.
    """

    picked = Signal(str)
    link_picked = Signal(str, str)
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
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(11, 12, 16, 8)
        column.setSpacing(8)
        for widget in (self._samples, self.search, self.list, self._reason):
            column.addWidget(widget)
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

    def offer_links(self, ways: Sequence[LinkWay]) -> None:
        """Say what a column may name beside values of its own."""
        self._ways = tuple(ways)

    def show_column(self, draft: Draft, column: ColumnSuggestion, no_right: str) -> None:
        """Show a column and mark where it goes now."""
        how, fault = matched_by(column), fault_words(column.fault) if column.fault else ""
        self.set_heading(column.header, how if fault in ("", how) else f"{how}. {fault}.")
        values = "\n".join(dict.fromkeys(value[:80] for value in column.samples))
        self._samples.set_text(values or say("This column is empty in the first thousand rows."))
        self._reason.set_text(no_right)
        self._reason.setVisible(bool(no_right))
        self.create_button.set_reason(no_right)
        self._fill(draft, column)

    def _fill(self, draft: Draft, column: ColumnSuggestion) -> None:
        object_type, current = draft.object_type, draft.target_of(column.header)
        taken = {name: header for header, name in draft.mapping.items() if name != current}
        self._items.clear()
        nowhere = current is None and column.header not in draft.links
        self._add("", say("Do not import"), nowhere)
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
        link = draft.links.get(column.header)
        for way in self._ways:
            mine = link is not None and (link.object_name, link.property) == way.names
            self._add(_LINK.join(("", *way.names)), way.shown, mine)
        self._narrow(self.search.text())

    def _add(self, name: str, shown: str, current: bool) -> None:
        item = QStandardItem(shown)
        item.setData(name, _KEY)
        item.setEditable(False)
        self._items.appendRow(item)
        if current:
            self.list.setCurrentIndex(item.index())

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
            self.link_picked.emit(*name.split(_LINK)[1:])
        else:
            self.picked.emit(name)
