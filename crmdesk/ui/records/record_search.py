"""Finds a record of one object by what it is called."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.record import display_name
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.search_field import SearchField

_MOST_FOUND, _LIST_HEIGHT, _TYPING_PAUSE = 50, 200, 200
_ID = Qt.ItemDataRole.UserRole


class RecordSearch(QWidget):
    """A search field above the records that it finds; the arrow down goes into the list.

    Signals:
        changed: another record is chosen, or none.
        activated: Enter or a double click on a record.
    """

    changed = Signal()
    activated = Signal()

    def __init__(self, desk: Desk, object_type: ObjectType, without: int = 0) -> None:
        super().__init__()
        self._desk, self._object, self._without = desk, object_type, without
        self.search = SearchField(self.tr("Search records"))
        self.found = QListWidget()
        self.found.setAccessibleName(self.tr("Records found"))
        self.found.setFixedHeight(px(_LIST_HEIGHT))
        self.found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._told = Paragraph("", TextStyle.CAPTION, "text2")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.search, self.found, self._told):
            column.addWidget(widget)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE)
        self._pause.timeout.connect(self._look)
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self.search.down_pressed.connect(self._go_into_list)
        self.found.currentItemChanged.connect(lambda *_: self.changed.emit())
        self.found.itemActivated.connect(lambda _item: self.activated.emit())
        self._look()

    @property
    def chosen(self) -> int | None:
        """The record ID that is chosen."""
        item = self.found.currentItem()
        return int(item.data(_ID)) if self.found.selectedItems() else None

    def show_object(self, object_type: ObjectType, without: int = 0) -> None:
        """Search another object's records."""
        self._object, self._without = object_type, without
        self._look()

    def _look(self) -> None:
        desk, found, without = self._desk, self._object, self._without
        query = RecordQuery(found.name, search=self.search.text().strip())

        def read() -> list[tuple[int, str]]:
            ids = desk.workspace.records.ids(desk.actor, query, _MOST_FOUND)
            return _named(desk, found, [each for each in ids if each != without])

        desk.run_query(self, "found", read, self._show, self._fail)

    def _show(self, found: Sequence[tuple[int, str]]) -> None:
        self.found.clear()
        for record_id, name in found:
            item = QListWidgetItem(name)
            item.setData(_ID, record_id)
            item.setToolTip(self.tr("Record ID %1").replace("%1", str(record_id)))
            self.found.addItem(item)
        if found:
            self.found.setCurrentRow(0)
        self._told.set_text(self._words(len(found)))
        self.changed.emit()

    def _words(self, count: int) -> str:
        if not count:
            return self.tr("No record matches.")
        if count < _MOST_FOUND - 1:
            return self.tr("%Ln record{|s}", "", count)
        return self.tr("The first %1; type to find others.").replace("%1", str(count))

    def _go_into_list(self) -> None:
        self.found.setFocus(Qt.FocusReason.TabFocusReason)

    def _fail(self, error: Exception) -> None:
        self._told.set_text(sentence(error))


def _named(desk: Desk, object_type: ObjectType, ids: Sequence[int]) -> list[tuple[int, str]]:
    """Ids with what their records are called, in the same order."""
    names = [n for n in (*object_type.display_properties, "email") if n in object_type.by_name]
    rows = desk.workspace.records.rows(desk.actor, object_type.name, ids, names)
    found = []
    for record_id in ids:
        if record_id in rows:
            values = dict(zip(names, rows[record_id], strict=True))
            name = display_name(object_type, values | {"hs_object_id": str(record_id)})
            email = values.get("email") or ""
            found.append((record_id, f"{name}  {email}" if email and email != name else name))
    return found
