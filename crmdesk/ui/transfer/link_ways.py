"""The ways in which a column of a file may name records of an object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmdesk.core.records.schema import ObjectType
from crmdesk.core.transfer.column_plan import RECORD_ID
from crmdesk.core.transfer.model import AssociationColumn, Inspection
from crmdesk.core.transfer.shared_keys import (
    SharedColumn,
    TableTogether,
    keys_of,
    link_by_key,
)
from crmdesk.ui.transfer.wording import filled, say


@dataclass(frozen=True, slots=True)
class LinkWay:
    """One object, and what its records are found by.

    Attributes:
        names: API name of the object, and internal name of the property.
        shown: as the panel lists it.
        brief: as the table of columns shows it, beside the icon of an association.
        shared: of the rows of another table of the same import, its key.
        source: whose ids the key gives; empty where it gives none.
    """

    names: tuple[str, str]
    shown: str
    brief: str
    shared: SharedColumn | None = None
    source: str = ""

    def serves(self, link: AssociationColumn) -> bool:
        """Whether a column names its records in this way."""
        return self.names == (link.object_name, link.property) and self.source == link.source


def link_ways(objects: Sequence[ObjectType]) -> tuple[LinkWay, ...]:
    """By name, by unique properties and by id, object by object."""
    found = []
    for each in objects:
        shown = each.display_properties
        names = [p.name for p in each.unique_properties if not (p.sensitive or p.calculated)]
        names += [shown[0]] if len(shown) == 1 and shown[0] not in names else []
        found += [
            _way(each, name, each.by_name[name].label)
            for name in names
            if name in each.by_name and not each.by_name[name].sensitive
        ]
        found.append(_way(each, RECORD_ID, say("Record ID")))
    return tuple(found)


def table_ways(others: Mapping[int, TableTogether]) -> tuple[LinkWay, ...]:
    """By the columns that tell the rows of the other tables of an import apart."""
    found = []
    for place, each in others.items():
        for key in keys_of(each):
            link, _ = link_by_key("", each, key)
            text = filled(say("Rows of %1 by %2"), title_of(each.found), key)
            shared = SharedColumn("", place, key)
            names = link.object_name, link.property
            found.append(LinkWay(names, text, text, shared, link.source))
    return tuple(found)


def title_of(found: Inspection) -> str:
    """What a table is called: its sheet where there are several, else its file."""
    table = found.options.table if len(found.tables) > 1 else None
    return table or found.name


def link_text(ways: Sequence[LinkWay], link: AssociationColumn) -> str:
    """What a column names, as the list shows it."""
    names = (link.object_name, link.property)
    like = [way for way in ways if way.serves(link)] or [way for way in ways if way.names == names]
    text = like[0].brief if like else link.object_name
    if link.label_header is not None:
        return filled(say("%1, label from “%2”"), text, link.label_header)
    return filled(say("%1, as %2"), text, link.label) if link.label else text


def _way(each: ObjectType, name: str, label: str) -> LinkWay:
    text = filled(say("Associate with %1 by %2"), each.plural_label.lower(), label)
    brief = filled(say("%1 by %2"), each.plural_label, label)
    return LinkWay((each.name, name), text, brief)
