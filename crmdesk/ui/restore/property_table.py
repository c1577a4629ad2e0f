"""The properties of an object with what restoring each would do; ticked ones are chosen."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.records.schema import ObjectType
from crmdesk.core.restore.model import PropertySurvey, Survey
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.restore.words import filled, property_reason
from crmdesk.ui.tables.cells import (
    Align,
    Cell,
    Column,
    Lead,
    Row,
    RowHeight,
    RowKind,
    Tone,
)
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.window_state import TableState

_NUMBERS = ("overwrite", "set", "clear", "unchanged")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which properties are shown."""

    text: str = ""
    only_changed: bool = True
    group: str = ""


class PropertyTable(QWidget):
    """Ticks here and the wizard's choice are the same thing, also for rows that are hidden.

    Signals:
        chosen: names of all chosen properties, whenever a person ticks.
        counted: how many properties are shown.
    """

    chosen = Signal(object)
    counted = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[PropertySurvey, ...] = ()
        self._types: dict[str, str] = {}
        self._names: frozenset[str] = frozenset()
        self._syncing = False
        self._source = ListSource(self._columns(), sort_key=self._sort_value, matches=self._matches)
        self.table = DataTable(
            self.tr("Properties"),
            self._source,
            desk.queries,
            lead=Lead.CHECK,
            state=desk.state,
            key="restore_properties",
            start=TableState(height=RowHeight.ROOMY),
        )
        self.table.ticks_changed.connect(self._ticked)
        self.table.counted.connect(self._loaded)
        self.table.counted.connect(self.table.begin_at_first_row)
        self.table.opened.connect(self._toggle)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        self.setFocusProxy(self.table)

    def _columns(self) -> tuple[Column, ...]:
        end = Align.END
        return (
            Column("name", self.tr("Property"), 190, stretch=True, least=150),
            Column("type", self.tr("Group"), 140, rank=2),
            Column("overwrite", self.tr("Overwrite"), 88, align=end),
            Column("set", self.tr("Fill in"), 76, align=end),
            Column("clear", self.tr("Clear"), 76, align=end),
            Column("unchanged", self.tr("Unchanged"), 96, rank=1, align=end),
        )

    def show_survey(
        self, survey: Survey, object_type: ObjectType | None, narrowing: Narrowing
    ) -> None:
        """Show a comparison, narrowed."""
        known = {} if object_type is None else object_type.by_name
        self._types = {name: found.group for name, found in known.items()}
        self._items = survey.properties
        self._source.replace(self._row(n, item) for n, item in enumerate(self._items))
        self.narrow(narrowing)

    def narrow(self, narrowing: Narrowing) -> None:
        """Show other rows of the same comparison; the choice stays."""
        self._syncing = True
        self.table.load(narrowing)

    def set_chosen(self, names: frozenset[str]) -> None:
        """Tick these properties."""
        self._names = names
        if self._syncing:
            return
        shown = {self._items[row_id].name: row_id for row_id in self.table.ids}
        ticked = {name for name, row_id in shown.items() if row_id in self.table.ticks}
        if ticked != names & set(shown):
            self._syncing = True
            self.table.ticks.clear()
            self.table.ticks.put([shown[name] for name in names if name in shown], True)
            self.table.view.announce_ticks()
            self._syncing = False

    def _row(self, number: int, item: PropertySurvey) -> Row:
        if not item.selectable:
            reason = property_reason(item.reason)
            return Row(number, {"name": Cell(item.label)}, RowKind.UNUSABLE, reason=reason)
        note = self.tr("{name}, its type has changed") if item.type_changed else "{name}"
        counts = item.counts
        cells = {
            "name": Cell(
                item.label, filled(note, name=item.name), icon="lock" if item.sensitive else ""
            ),
            "type": Cell(item.group, quiet=True),
            "overwrite": Cell(words.number(counts.overwrite)),
            "set": Cell(words.number(counts.set)),
            "clear": Cell(
                words.number(counts.clear), tone=Tone.DANGER if counts.clear else Tone.PLAIN
            ),
            "unchanged": Cell(words.number(counts.unchanged), quiet=True),
        }
        return Row(number, cells)

    def _sort_value(self, row: Row, key: str) -> tuple[bool, object]:
        item = self._items[row.id]
        if key in _NUMBERS:
            return not item.selectable, getattr(item.counts, key)
        text = item.group if key == "type" else item.label
        return not item.selectable, text.casefold()

    def _matches(self, row: Row, wanted: object) -> bool:
        if not isinstance(wanted, Narrowing):
            return True
        item = self._items[row.id]
        text = wanted.text.casefold()
        return (
            (not text or text in item.label.casefold() or text in item.name.casefold())
            and (not wanted.group or item.group == wanted.group)
            and (not wanted.only_changed or bool(item.counts.changing))
        )

    @Slot(object)
    def _loaded(self, count: int) -> None:
        self._syncing = False
        self.set_chosen(self._names)
        self.counted.emit(count)

    @Slot(object)
    def _ticked(self, _count: object) -> None:
        if self._syncing:
            return
        ids = self.table.ids
        shown = {self._items[row_id].name for row_id in ids}
        ticks = self.table.ticks
        # "All" ticks rows that cannot be chosen as well; the wizard leaves those out.
        ticked = {self._items[row_id].name for row_id in ids if row_id in ticks}
        self.chosen.emit(frozenset((self._names - shown) | ticked))

    @Slot(object)
    def _toggle(self, row_id: int) -> None:
        if self._items[row_id].selectable:
            self.table.ticks.toggle(row_id)
            self.table.view.announce_ticks()
