"""The live records of one object as a table reads them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication

from crmdesk.core.records.filters import Group, RecordQuery
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyType
from crmdesk.ui.records.conditions import Condition, filters_of
from crmdesk.ui.records.defaults import NAME, badge_property
from crmdesk.ui.records.showing import Showing, is_number, short_label
from crmdesk.ui.tables.cells import Align, Cell, Column, MadeCells, Row, Sort, TableQuery

_TEXT_LEAST = 120
#: An id with the values that were read of it.
_Record = tuple[int, dict[str, str | None]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a table of records is narrowed to."""

    search: str = ""
    conditions: tuple[Condition, ...] = field(default=())
    alternatives: tuple[tuple[Condition, ...], ...] = field(default=())
    segment: int | None = None

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.search.strip() or self.count or self.segment is not None)

    @property
    def count(self) -> int:
        """How many conditions there are."""
        return len(self.conditions) + sum(len(group) for group in self.alternatives)

    def groups(self, object_type: ObjectType) -> tuple[Group, ...]:
        """The conditions as the core asks them, without empty groups."""
        groups = (filters_of(each, object_type) for each in (self.conditions, *self.alternatives))
        return tuple(group for group in groups if group)


class RecordSource:
    """Live records; reads the columns on show and no others."""

    def __init__(self, showing: Showing) -> None:
        self._showing = showing
        self.columns: Sequence[Column] = record_columns(showing.object_type)
        self._shown: list[Property] = []
        self._cells: dict[str, Callable[[_Record], Cell]] = {NAME: self._name}

    @property
    def object_type(self) -> ObjectType:
        """Whose records."""
        return self._showing.object_type

    def show(self, keys: Sequence[str]) -> None:
        """Read these columns from now on."""
        known = self.object_type.by_name
        self._shown = [known[key] for key in keys if key in known]
        self._cells = {NAME: self._name, **{p.name: self._maker(p) for p in self._shown}}

    def ids(self, query: TableQuery) -> array[int]:
        """Ids of the records that match, in order; runs off the GUI thread."""
        desk = self._showing.desk
        return desk.workspace.records.ids(desk.actor, self.record_query(query))

    def record_query(self, query: TableQuery) -> RecordQuery:
        """The same wish in core's words."""
        wanted = query.filter if isinstance(query.filter, Wanted) else Wanted()
        groups = wanted.groups(self.object_type)
        return RecordQuery(
            self.object_type.name,
            groups[0] if groups else (),
            wanted.search,
            self._sorted_by(query.sort),
            descending=query.sort is None or query.sort.descending,
            alternatives=groups[1:],
            segment=wanted.segment,
        )

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The rows of these ids, as they are now."""
        desk, own = self._showing.desk, self.object_type
        names = list(dict.fromkeys((*_name_parts(own), *(p.name for p in self._shown))))
        found = desk.workspace.records.rows(desk.actor, own.name, ids, names)
        return [
            Row(row_id, MadeCells(self._cells, (row_id, dict(zip(names, values, strict=True)))))
            for row_id, values in found.items()
        ]

    def _name(self, record: _Record) -> Cell:
        return name_cell(self._showing, *record)

    def _maker(self, shown: Property) -> Callable[[_Record], Cell]:
        return lambda record: self._showing.cell(shown, record[1][shown.name])

    def _sorted_by(self, sort: Sort | None) -> str | None:
        if sort is None:
            return None
        if sort.key == NAME:
            return next(iter(self.object_type.display_properties), None)
        return sort.key if sort.key in self.object_type.by_name else None


def name_cell(showing: Showing, row_id: int, values: dict[str, str | None]) -> Cell:
    """The first column: what the record is called, with initials or the object's icon."""
    name = showing.name({"hs_object_id": str(row_id), **values})
    if showing.object_type.name == "contacts":
        return Cell(name, avatar=name)
    return Cell(name, icon=showing.object_type.icon)


def record_columns(object_type: ObjectType) -> list[Column]:
    """Every column the table can show; the name first."""
    sortable = bool(object_type.display_properties)
    first = Column(NAME, _say("Name"), 212, sortable=sortable, stretch=True, least=200)
    return [first, *(_column(object_type, p) for p in object_type.properties if not p.hidden)]


def _column(object_type: ObjectType, shown: Property) -> Column:
    badge = badge_property(object_type)
    sortable = not shown.sensitive and shown.type is not PropertyType.MULTI_ENUMERATION
    end = is_number(shown)
    is_badge = badge is not None and badge.name == shown.name
    stays = is_badge or shown.format == "updated_at"
    width = {
        PropertyType.BOOL: 96,
        PropertyType.NUMBER: 112,
        PropertyType.DATE: 112,
        PropertyType.DATETIME: 124,
        PropertyType.ENUMERATION: 120,
    }
    return Column(
        shown.name,
        short_label(shown),
        128 if is_badge else width.get(shown.type, 132),
        rank=1 if stays else 2,
        # Words share the room that is left with the name; dates and badges need no more.
        stretch=shown.type is PropertyType.STRING,
        least=_TEXT_LEAST,
        align=Align.END if end else Align.START,
        sortable=sortable,
    )


def _name_parts(object_type: ObjectType) -> list[str]:
    names = [*object_type.display_properties, "email"]
    return [name for name in dict.fromkeys(names) if name in object_type.by_name]


def _say(text: str) -> str:
    return QCoreApplication.translate("Records", text)
