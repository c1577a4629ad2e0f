"""Deleted records of every object as a table reads them, last deleted first."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from crmdesk.core.records.recycle_bin_model import BinQuery, BinRow
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.records.defaults import NAME
from crmdesk.ui.records.showing import in_sentence
from crmdesk.ui.tables.cells import Cell, Column, Row, TableQuery

_SOON = 7


@dataclass(frozen=True, slots=True)
class BinWanted:
    """What the list is narrowed to; empty texts and ``None`` are no limit."""

    search: str = ""
    object_name: str | None = None
    deleted_by: int | None = None
    within: str = ""

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out of an object."""
        return bool(self.search.strip() or self.within or self.deleted_by is not None)


class BinSource:
    """Rows of the recycle bin; their ids are the bin's keys."""

    def __init__(self, desk: Desk, objects: Mapping[str, ObjectType]) -> None:
        self._desk, self._objects = desk, objects
        self.columns: Sequence[Column] = (
            Column(NAME, _say("Name"), 220, stretch=True, least=150, sortable=False),
            Column("object", _say("Object"), 110, rank=1, sortable=False),
            Column("deleted", _say("Deleted"), 130, sortable=False),
            Column("by", _say("Deleted by"), 140, rank=1, sortable=False),
            Column("left", _say("Time left"), 120, sortable=False),
        )

    def ids(self, query: TableQuery) -> array[int]:
        """Keys of the deleted records that match; runs off the GUI thread."""
        wanted = query.filter if isinstance(query.filter, BinWanted) else BinWanted()
        desk = self._desk
        asked = BinQuery(wanted.object_name, wanted.deleted_by, wanted.within, wanted.search)
        return desk.workspace.recycle_bin.keys(desk.actor, asked)

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The rows of these keys, as they are now."""
        desk = self._desk
        found = desk.workspace.recycle_bin.rows(desk.actor, ids)
        return [self._row(row) for row in found.values()]

    def _row(self, row: BinRow) -> Row:
        own = self._objects.get(row.object_name)
        named = Cell(row.name, icon=own.icon if own is not None else "file", roomy=True)
        if row.object_name == "contacts":
            named = Cell(row.name, avatar=row.name)
        label = own.label if own is not None else row.object_name
        cells = {
            NAME: named,
            "object": Cell(label, quiet=True),
            "deleted": Cell(words.moment(row.deleted_at, self._desk.zone)),
            "by": Cell(row.deleted_by or _say("CRM Desk")),
            "left": Cell(left_words(row), quiet=row.days_left > _SOON),
        }
        return Row(row.key, cells)


def left_words(row: BinRow) -> str:
    """How long a deleted record can still be brought back."""
    if row.merged_into is not None:
        return _say("Merged")
    if row.days_left <= 0:
        return _say("Time is up")
    return QCoreApplication.translate("Records", "%Ln day{|s}", "", row.days_left)


def bin_counted(records: Mapping[str, int], objects: Mapping[str, ObjectType]) -> str:
    """Numbers with labels: "2 contacts, 1 call"."""
    parts = []
    for name, count in records.items():
        own = objects.get(name)
        label = name if own is None else (own.label if count == 1 else own.plural_label)
        parts.append(f"{words.number(count)} {in_sentence(label)}")
    return ", ".join(parts)


def _say(text: str) -> str:
    return QCoreApplication.translate("Records", text)
