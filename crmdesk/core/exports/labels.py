"""Labels that say one thing alone: another reading of them would be a guess.

People choose labels freely, two of them alike. Where a label is not one property's or one
choice's alone, the internal name stands in the file, so that it can be read back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from crmdesk.core.files.names import tidy
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat, PropertyType


def heading_labels(object_type: ObjectType) -> Mapping[str, str]:
    """What stands over the column of each property, by its internal name."""
    properties = object_type.properties
    return _telling({found.name: found.label for found in properties}, object_type.by_name)


def choice_labels(found: Property) -> Mapping[str, str]:
    """What stands in the cells of a choice, by its internal value."""
    values = {option.value: option.label for option in found.options}
    if found.format == PropertyFormat.STAGE:
        # Two pipelines may have stages of one label: the record's pipeline tells them apart.
        return values
    # Several choices of a cell are parted by semicolons.
    parted = ";" if found.type is PropertyType.MULTI_ENUMERATION else None
    named = {
        value: value if parted and parted in label else label for value, label in values.items()
    }
    return _telling(named, values)


def owner_labels(owners: Iterable[tuple[str, str, str]]) -> Mapping[str, str]:
    """What stands in the cells of owners: names, or addresses where two are called the same.

    Args:
        owners: value, name and e-mail address of each.
    """
    known = list(owners)
    often = Counter(_folded(name) for _, name, _ in known)
    return {
        value: name if name and often[_folded(name)] == 1 else email for value, name, email in known
    }


def _telling(labels: Mapping[str, str], names: Collection[str]) -> Mapping[str, str]:
    """Each label where it is nobody else's label or name; else the name."""
    often = Counter(map(_folded, labels.values()))
    return {
        name: label
        if _folded(label) and often[_folded(label)] == 1 and (label == name or label not in names)
        else name
        for name, label in labels.items()
    }


def _folded(label: str) -> str:
    """As the reader of a file compares headings: capitals and what cannot be seen do not count."""
    return tidy(label).casefold()
