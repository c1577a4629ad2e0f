"""A table's columns, order and filters as a saved view keeps them, and back."""

from __future__ import annotations

from crmdesk.core.records.filters import Group
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.views import ViewDefinition
from crmdesk.ui.records.conditions import Condition, condition_of
from crmdesk.ui.records.defaults import NAME
from crmdesk.ui.records.source import Wanted
from crmdesk.ui.tables.cells import Sort
from crmdesk.ui.tables.data_table import DataTable


def definition_of(table: DataTable, wanted: Wanted, object_type: ObjectType) -> ViewDefinition:
    """What a table shows at this moment."""
    sort = table.query.sort
    key = sort.key if sort is not None else None
    if key == NAME:
        key = next(iter(object_type.display_properties), None)
    return ViewDefinition(
        columns=tuple(column.key for column in table.columns if column.key != NAME),
        sort=key,
        descending=sort is None or sort.descending,
        groups=wanted.groups(object_type),
        search=wanted.search.strip(),
        segment=wanted.segment,
    )


def wanted_of(definition: ViewDefinition, object_type: ObjectType) -> Wanted:
    """What a view narrows the table to; filters of properties that are gone are left out."""
    groups = conditions_of(definition.groups, object_type)
    first = groups[0] if groups else ()
    return Wanted(definition.search, first, tuple(groups[1:]), definition.segment)


def conditions_of(
    groups: tuple[Group, ...], object_type: ObjectType
) -> list[tuple[Condition, ...]]:
    """Filters as chips show them."""
    known = object_type.by_name
    found = [
        tuple(condition_of(each, known[each.property]) for each in one if each.property in known)
        for one in groups
    ]
    return [one for one in found if one]


def sort_of(definition: ViewDefinition, object_type: ObjectType) -> Sort | None:
    """The order of a view; the name column stands for the property it sorts by."""
    if definition.sort is None or definition.sort not in object_type.by_name:
        return None
    named = definition.sort == next(iter(object_type.display_properties), None)
    shown_itself = definition.sort in definition.columns
    key = NAME if named and not shown_itself else definition.sort
    return Sort(key, descending=definition.descending)
