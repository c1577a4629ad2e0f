"""Differences as rows of tables: records, and definitions."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from crmdesk.core.compare.model import (
    Change,
    ComparedValue,
    Comparison,
    DefinitionChange,
    DefinitionDifference,
    DifferenceFilter,
    DifferingRecord,
)
from crmdesk.core.errors import UserError
from crmdesk.core.records.types import PropertyType
from crmdesk.ui.backup.words import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.tables.cells import Align, Cell, Column, Row, RowAction, TableQuery, Tone

_NAMED = 2
_LONGEST = 60


class RecordDifferences:
    """Every record that differs, read page by page; the filter is a ``DifferenceFilter``."""

    def __init__(self, desk: Desk, found: Comparison) -> None:
        self._desk, self._found = desk, found
        self.columns: Sequence[Column] = (
            Column("record", say("Record"), 240, sortable=False, stretch=True, least=140),
            Column("id", say("Record ID"), 96, rank=2, align=Align.END, sortable=False),
            Column("object", say("Object"), 120, rank=1, sortable=False),
            Column("change", say("What happened"), 140, sortable=False),
            Column("values", say("Values"), 360, sortable=False, stretch=True, least=160),
        )

    def ids(self, query: TableQuery) -> array[int]:
        """Numbers of the records; made off the window's thread."""
        wanted = query.filter if isinstance(query.filter, DifferenceFilter) else DifferenceFilter()
        desk = self._desk
        return array("q", desk.workspace.comparisons.numbers(desk.actor, self._found.id, wanted))

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The records of these numbers; none once the comparison is closed."""
        desk = self._desk
        try:
            found = desk.workspace.comparisons.records(desk.actor, self._found.id, ids)
        except UserError:
            return []
        return [self._row(record) for record in found]

    def label(self, record: DifferingRecord, name: str) -> str:
        """What a property is called."""
        known = self._found.object(record.object)
        return name if known is None else known.labels.get(name, name)

    def _row(self, record: DifferingRecord) -> Row:
        known = self._found.object(record.object)
        cells = {
            "record": Cell(record.name or say("Without a name")),
            "id": Cell("—" if record.record_id is None else str(record.record_id), quiet=True),
            "object": Cell(record.object if known is None else known.label, quiet=True),
            "change": change_badge(record.change),
            "values": Cell(self._values(record)),
        }
        return Row(record.number, cells)

    def _values(self, record: DifferingRecord) -> str:
        if record.change is not Change.CHANGED:
            return say("%Ln value{|s}", len(record.values))
        told = [
            f"{self.label(record, each.property)}: {change_words(each)}"
            for each in record.values[:_NAMED]
        ]
        more = len(record.values) - len(told)
        return "; ".join([*told, say("%Ln more", more)] if more else told)


def change_badge(change: Change) -> Cell:
    """What became of a record."""
    return {
        Change.ADDED: Cell(say("Added"), badge=Tone.OK, icon="plus"),
        Change.REMOVED: Cell(say("Removed"), badge=Tone.DANGER, icon="minus"),
        Change.CHANGED: Cell(say("Changed"), badge=Tone.INFO, icon="pencil"),
    }[change]


def change_words(value: ComparedValue) -> str:
    """A value before and after in one line."""
    if value.hidden:
        return say("differs, sensitive")
    return f"{_short(value.then)} → {_short(value.now)}"


def definition_columns() -> tuple[Column, ...]:
    """Columns of the differing definitions."""
    return (
        Column("what", say("What happened"), 200, sortable=False, least=140),
        Column("where", say("Where"), 240, sortable=False, stretch=True, least=140),
        Column("then", say("Then"), 180, sortable=False, stretch=True, least=100),
        Column("now", say("Now"), 180, sortable=False, stretch=True, least=100),
    )


def definition_row(number: int, found: DefinitionDifference, object_label: str) -> Row:
    """One difference of definitions."""
    where = f"{object_label}: {found.label}"
    item = found.item
    if found.change is DefinitionChange.SETTING_CHANGED:
        item = setting_words(found.item)
    cells = {
        "what": Cell(what_words(found.change)),
        "where": Cell(where, item),
        "then": Cell(type_or_text(found.change, found.item, found.then), quiet=True),
        "now": Cell(type_or_text(found.change, found.item, found.now)),
    }
    standing = ("recreate",) if found.recreatable else ()
    return Row(number, cells, standing=standing)


def definition_actions(found: DefinitionDifference) -> Sequence[RowAction]:
    """What can be done about a difference."""
    if not found.recreatable:
        return ()
    text = say("Make again") if found.change in _REMOVED else say("Put back")
    return (RowAction("recreate", text, "rotate-ccw", prominent=True),)


_REMOVED = frozenset(
    {
        DefinitionChange.OBJECT_REMOVED,
        DefinitionChange.PROPERTY_REMOVED,
        DefinitionChange.OPTION_REMOVED,
        DefinitionChange.PIPELINE_REMOVED,
        DefinitionChange.STAGE_REMOVED,
    }
)


def what_words(change: DefinitionChange) -> str:
    """What happened to a definition."""
    return {
        DefinitionChange.OBJECT_ADDED: say("Object added"),
        DefinitionChange.OBJECT_REMOVED: say("Object removed"),
        DefinitionChange.PROPERTY_ADDED: say("Property added"),
        DefinitionChange.PROPERTY_REMOVED: say("Property removed"),
        DefinitionChange.PROPERTY_REMADE: say("Removed and made anew"),
        DefinitionChange.TYPE_CHANGED: say("Type changed"),
        DefinitionChange.LABEL_CHANGED: say("Renamed"),
        DefinitionChange.SETTING_CHANGED: say("Setting changed"),
        DefinitionChange.OPTION_ADDED: say("Option added"),
        DefinitionChange.OPTION_REMOVED: say("Option removed"),
        DefinitionChange.OPTION_RENAMED: say("Option renamed"),
        DefinitionChange.PIPELINE_ADDED: say("Pipeline added"),
        DefinitionChange.PIPELINE_REMOVED: say("Pipeline removed"),
        DefinitionChange.STAGE_ADDED: say("Stage added"),
        DefinitionChange.PIPELINE_RENAMED: say("Pipeline renamed"),
        DefinitionChange.STAGE_REMOVED: say("Stage removed"),
        DefinitionChange.STAGE_RENAMED: say("Stage renamed"),
        DefinitionChange.STAGE_CLOSED: say("Stage opened or closed"),
    }[change]


def setting_words(key: str) -> str:
    """What a setting of a property is called."""
    return {
        "sensitive": say("Sensitive"),
        "unique": say("Unique"),
        "required": say("Required"),
        "calculated": say("Calculated"),
        "group": say("Group"),
    }.get(key, key)


def type_or_text(change: DefinitionChange, item: str, text: str) -> str:
    """Types, yes and no, open and closed in words; anything else as it is."""
    if change in (
        DefinitionChange.TYPE_CHANGED,
        DefinitionChange.PROPERTY_ADDED,
        DefinitionChange.PROPERTY_REMOVED,
    ):
        return _types().get(text, text)
    if change is DefinitionChange.STAGE_CLOSED:
        return {"open": say("Open"), "closed": say("Closed")}.get(text, text)
    if change is DefinitionChange.SETTING_CHANGED and item != "group":
        return {"yes": say("Yes"), "no": say("No")}.get(text, text)
    return text


def _types() -> dict[str, str]:
    return {
        PropertyType.STRING.value: say("Text"),
        PropertyType.NUMBER.value: say("Number"),
        PropertyType.DATE.value: say("Date"),
        PropertyType.DATETIME.value: say("Date and time"),
        PropertyType.BOOL.value: say("Yes or no"),
        PropertyType.ENUMERATION.value: say("One of several options"),
        PropertyType.MULTI_ENUMERATION.value: say("Several options"),
        PropertyType.PHONE.value: say("Phone number"),
    }


def _short(value: str | None) -> str:
    if value is None:
        return say("no value")
    flat = " ".join(value.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"
