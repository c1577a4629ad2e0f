"""The ways in which a column of a file may name records of an object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmdesk.core.records.schema import ObjectType
from crmdesk.core.transfer.columns import RECORD_ID
from crmdesk.core.transfer.model import AssociationColumn, Inspection
from crmdesk.core.transfer.shared_keys import SharedColumn, TableTogether, keys_of
from crmdesk.ui.transfer.wording import filled, say


@dataclass(frozen=True, slots=True)
class LinkWay:
    """One object, and what its records are found by.

    Attributes:
        names: API name of the object, and internal name of the property.
        shared: of the rows of another table of the same import, its key.
    """

    names: tuple[str, str]
    shown: str
    shared: SharedColumn | None = None

    def serves(self, link: AssociationColumn) -> bool:
        """Whether a column names its records in this way."""
        return self.shared is None and not link.source and self.names == names_of(link)


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
    return tuple(
        LinkWay(
            (each.object_type.name, ""),
            filled(say("Associate with the rows of %1 by %2"), title_of(each.found), key),
            SharedColumn("", place, key),
        )
        for place, each in others.items()
        for key in keys_of(each)
    )


def title_of(found: Inspection) -> str:
    """What a table is called: its sheet where there are several, else its file."""
    table = found.options.table if len(found.tables) > 1 else None
    return table or found.name


def link_text(ways: Sequence[LinkWay], link: AssociationColumn) -> str:
    """What a column names, as the list shows it."""
    named = next((way for way in ways if way.names == names_of(link)), None)
    if named is None:
        return link.object_name
    text = named.shown
    if link.source:
        text = filled(say("%1 of their file"), text)
    if link.label_header is not None:
        return filled(say("%1, label from “%2”"), text, link.label_header)
    return filled(say("%1, as %2"), text, link.label) if link.label else text


def names_of(link: AssociationColumn) -> tuple[str, str]:
    """Object and property of an association."""
    return link.object_name, link.property


def _way(each: ObjectType, name: str, label: str) -> LinkWay:
    text = filled(say("Associate with %1 by %2"), each.plural_label.lower(), label)
    return LinkWay((each.name, name), text)
