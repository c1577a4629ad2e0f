"""Tables that belong together: a column of one that names the rows of another, and their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crmdesk.core.errors import UserError
from crmdesk.core.records.headers import fold
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.transfer.column_plan import RECORD_ID
from crmdesk.core.transfer.columns import default_key
from crmdesk.core.transfer.families import file_family
from crmdesk.core.transfer.links import names_records
from crmdesk.core.transfer.model import (
    AssociationColumn,
    ImportMode,
    ImportRequest,
    Inspection,
    Trust,
)

_KEY_ENDINGS = ("id", "ids", "no", "nr", "number", "key", "code", "ref", "reference")


@dataclass(frozen=True, slots=True)
class SharedColumn:
    """A column of one table whose cells name rows of another.

    Attributes:
        header: in the table that names.
        place: which of the tables is named, from 0.
        key: the column there that tells its rows apart.
    """

    header: str
    place: int
    key: str


@dataclass(frozen=True, slots=True)
class TableTogether:
    """One table of an import of several, and where its columns go by now."""

    found: Inspection
    object_type: ObjectType
    mapping: Mapping[str, str]


def shared_columns(tables: Sequence[TableTogether], place: int) -> list[SharedColumn]:
    """Columns of the table at ``place`` that look like the key of another one.

    Such a column is called alike in both, is imported as no property here, tells the rows of the
    other apart, and is called like a key; of two tables that could name each other the later one
    does.
    """
    here, taken = tables[place], set()
    found = []
    for header in here.found.headers:
        if header in here.mapping or not _called_like_a_key(header):
            continue
        for other, table in enumerate(tables):
            key = next((k for k in keys_of(table) if fold(k) == fold(header)), None)
            both = other > place and header in keys_of(here)
            if other == place or key is None or both or header in taken:
                continue
            taken.add(header)
            found.append(SharedColumn(header, other, key))
    return found


def keys_of(table: TableTogether) -> list[str]:
    """Columns by whose values another table may name the rows of this one."""
    if table.found.trust is not Trust.UNSIGNED:
        return []
    has_ids = RECORD_ID in table.mapping.values()
    kept = []
    for column in table.found.columns:
        name = table.mapping.get(column.header)
        usable = not has_ids if name is None else _finds(table.object_type, name)
        if column.tells_rows_apart and usable:
            kept.append(column.header)
    return kept


def link_by_key(
    header: str, table: TableTogether, key: str
) -> tuple[AssociationColumn, dict[str, str]]:
    """How a column names the rows of another table, and where the other's columns must go for it.

    A key that goes to no property becomes the record ID that its rows have in their file: it is
    kept beside the records, and finds them again when the file comes again.

    Raises:
        UserError: ``key_column_not_usable``.
    """
    if key not in keys_of(table):
        raise UserError(
            "key_column_not_usable",
            f"The rows of {table.found.name} cannot be found by “{key}”.",
            "Choose a column whose values tell the rows apart and that goes to no property, "
            "to a unique one or to the name.",
            column=key,
        )
    mapping = dict(table.mapping)
    name = mapping.setdefault(key, RECORD_ID)
    several = len(table.found.tables) > 1
    inner = (table.found.options.table or "") if several else ""
    source = file_family(table.found.path, inner, key) if name == RECORD_ID else ""
    return AssociationColumn(header, table.object_type.name, name, source=source), mapping


def in_order(requests: Sequence[ImportRequest]) -> list[int]:
    """Places of the imports such that whose records are named comes before who names them.

    Where two name each other, the order given stays.
    """
    waiting, order = list(range(len(requests))), []
    while waiting:
        free = [place for place in waiting if not _waits(requests, place, waiting)]
        order.append(free[0] if free else waiting[0])
        waiting.remove(order[-1])
    return order


def _waits(requests: Sequence[ImportRequest], place: int, waiting: Sequence[int]) -> bool:
    own = requests[place].object_name
    named = {each.object_name for each in requests[place].associations} - {own}
    return any(requests[other].object_name in named for other in waiting if other != place)


def share_key(
    requests: Sequence[ImportRequest], tables: Sequence[TableTogether], place: int, by: SharedColumn
) -> list[ImportRequest]:
    """The imports with one more association between two of them.

    Where nothing else finds the records that are named, the column does that too: who says that it
    names them wants no second one of the same name.
    """
    link, mapping = link_by_key(by.header, tables[by.place], by.key)
    changed = list(requests)
    own = {h: name for h, name in (changed[place].mapping or {}).items() if h != by.header}
    kept = [each for each in changed[place].associations if each.header != by.header]
    named = replace(changed[by.place], mapping=mapping)
    changed[by.place] = replace(named, key=named.key or _key_of(named, tables[by.place], by.key))
    changed[place] = replace(changed[place], mapping=own, associations=(*kept, link))
    return changed


def _key_of(request: ImportRequest, table: TableTogether, header: str) -> str | None:
    """The property of a column, where the import would find no record that is there already."""
    mapping = request.mapping or {}
    name, names = mapping.get(header), set(mapping.values())
    if name in (None, RECORD_ID) or request.mode is ImportMode.CREATE:
        return None
    found = table.found
    usual = default_key(table.object_type, names, found.trust, RECORD_ID in names, request.mode)
    return name if usual is None else None


def _called_like_a_key(header: str) -> bool:
    return fold(header).endswith(_KEY_ENDINGS)


def _finds(object_type: ObjectType, name: str) -> bool:
    if name == RECORD_ID:
        return True
    found = object_type.by_name.get(name)
    return found is not None and names_records(object_type, found)
