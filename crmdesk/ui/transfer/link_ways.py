"""The ways in which a column of a file may name records of an object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmdesk.core.records.schema import ObjectType
from crmdesk.core.transfer.columns import RECORD_ID
from crmdesk.core.transfer.model import AssociationColumn
from crmdesk.ui.transfer.wording import filled, say


@dataclass(frozen=True, slots=True)
class LinkWay:
    """One object, and what its records are found by.

    Attributes:
        names: API name of the object, and internal name of the property.
    """

    names: tuple[str, str]
    shown: str


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


def link_text(ways: Sequence[LinkWay], link: AssociationColumn) -> str:
    """What a column names, as the list shows it."""
    names = (link.object_name, link.property)
    return next((way.shown for way in ways if way.names == names), link.object_name)


def _way(each: ObjectType, name: str, label: str) -> LinkWay:
    text = filled(say("Associate with %1 by %2"), each.plural_label.lower(), label)
    return LinkWay((each.name, name), text)
