"""A backup file that this workspace did not make: which tables it has, and what their columns are.

Nobody vouches for such a file. It is read as a file from a stranger, its record ids mean nothing
here, and whatever is said about it is marked as unverified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from crmdesk.core.backup.browsed import BrowsedTable
from crmdesk.core.backup.manifest import ManifestColumn
from crmdesk.core.backup.open_tables import (
    OpenTables,
    columns_of,
    open_cursor,
    open_tables,
    stamp_of,
)
from crmdesk.core.backup.problems import ProblemCode
from crmdesk.core.backup.table_cursor import RawRow, TableCursor
from crmdesk.core.compare.definitions import ObjectThere, PropertyThere, objects_of
from crmdesk.core.compare.model import LeftOut, LeftOutReason
from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import load_catalogue
from crmdesk.core.records.recognition import recognise_columns, recognise_object
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat
from crmdesk.core.transfer.opened import object_definition

_SAMPLE_ROWS = 50


@dataclass(frozen=True, slots=True)
class ForeignTable:
    """A table whose records can be found here by a value that tells them apart.

    Attributes:
        columns: place in the file's rows and the property here that it goes to.
        keys: properties whose values tell records apart, the surest first.
        sensitive: names of properties that are sensitive where the file was made.
    """

    table: BrowsedTable
    object_type: ObjectType
    columns: tuple[tuple[int, Property], ...]
    keys: tuple[Property, ...]
    sensitive: frozenset[str]

    @property
    def layout(self) -> tuple[ManifestColumn, ...]:
        """As a backup of this workspace would list these columns, the record id first.

        What records are called by comes last where the file has it not: of records here it is
        known, and their names are told in full.
        """
        known = self.object_type
        number = next(p for p in known.properties if _is_record_id(p))
        found = {p.name: p for p in (number, *(target for _, target in self.columns))}
        for name in known.display_properties:
            found.setdefault(name, known.property(name))
        return tuple(ManifestColumn(p.name, p.label, p.type.value, p.id) for p in found.values())

    def there(self) -> ObjectThere:
        """The object as far as the file has it, called as it is here."""
        properties = {
            found.name: PropertyThere(
                found.name,
                found.label,
                found.type.value,
                None,
                {"sensitive": found.sensitive or found.name in self.sensitive},
            )
            for _, found in self.columns
        }
        known = self.object_type
        return ObjectThere(known.name, known.label, known.custom, properties, {})


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A file from elsewhere, opened.

    Attributes:
        left_out: tables that cannot be compared, with the reason.
        defined: the definitions that its manifest tells; None where it has no manifest.
    """

    opened: OpenTables
    at: datetime
    tables: Mapping[str, ForeignTable]
    left_out: tuple[LeftOut, ...]
    defined: Mapping[str, ObjectThere] | None


@contextmanager
def reading(
    opened: OpenTables, table: BrowsedTable, cancelled: Callable[[], bool]
) -> Iterator[TableCursor]:
    """A table at its first row.

    Raises:
        UserError: what is wrong with the table.
        Cancelled: ``cancelled`` said so.
    """
    place = replace(opened.place, file=table.file)
    with closing(open_cursor(opened, table, place, cancelled)) as cursor:
        yield cursor


def open_foreign(
    path: Path,
    known_key: bytes,
    object_types: Sequence[ObjectType],
    cancelled: Callable[[], bool],
) -> ForeignFile:
    """Look into a file from elsewhere.

    Raises:
        UserError: why the file cannot be read.
        Cancelled: ``cancelled`` said so.
    """
    opened = open_tables(stamp_of(path), known_key)
    tables: dict[str, ForeignTable] = {}
    left_out: list[LeftOut] = []
    for table in opened.tables:
        found = _table(opened, table, object_types, cancelled)
        if isinstance(found, LeftOut):
            left_out.append(found)
        elif found.object_type.name in tables:
            left_out.append(LeftOut(table.object, table.label, LeftOutReason.SECOND_TABLE))
        else:
            tables[found.object_type.name] = found
    return ForeignFile(opened, _made_at(opened, path), tables, tuple(left_out), _defined(opened))


def _table(
    opened: OpenTables,
    table: BrowsedTable,
    object_types: Sequence[ObjectType],
    cancelled: Callable[[], bool],
) -> ForeignTable | LeftOut:
    with reading(opened, table, cancelled) as rows:
        sample = [cells for cells, _ in _some(rows)]
        headings = rows.heading.originals
    known = {found.name: found for found in object_types}
    object_type = known.get(table.object)
    if object_type is None and not table.object:
        custom = [object_definition(found) for found in object_types if found.custom]
        name, _ = recognise_object(table.file, headings, load_catalogue(), custom)
        object_type = known.get(name or "")
    if object_type is None:
        return LeftOut(table.object, table.label, LeftOutReason.NOT_HERE)
    matches = recognise_columns(
        headings, sample, object_definition(object_type), object_type.properties
    )
    columns = tuple(
        (place, match.property)
        for place, match in enumerate(matches)
        if match.property is not None and _comparable(match.property)
    )
    keys = _keys(object_type, [found for _, found in columns])
    if not keys:
        return LeftOut(object_type.name, object_type.plural_label, LeftOutReason.NO_KEY)
    told = columns_of(opened, table, rows.heading, object_types)
    sensitive = frozenset(found.name for place, found in columns if told[place].sensitive)
    return ForeignTable(table, object_type, columns, keys, sensitive)


def _some(rows: TableCursor) -> list[RawRow]:
    found: list[RawRow] = []
    while len(found) < _SAMPLE_ROWS and (row := rows.take()) is not None:
        found.append(row)
    return found


def _comparable(found: Property) -> bool:
    """Owners are user ids of the other workspace: here the same numbers are other people."""
    return not found.calculated and found.format != PropertyFormat.OWNER


def _is_record_id(found: Property) -> bool:
    return found.format == PropertyFormat.RECORD_ID


def _keys(object_type: ObjectType, there: Sequence[Property]) -> tuple[Property, ...]:
    """Unique properties first, then those that this kind of object is known by, as a domain."""
    known = object_definition(object_type).match_properties
    unique = [found for found in there if found.unique]
    others = [found for found in there if found.name in known and not found.unique]
    return (*unique, *others)


def _made_at(opened: OpenTables, path: Path) -> datetime:
    manifest = opened.file.manifest
    if manifest is not None:
        return manifest.snapshot_at
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _defined(opened: OpenTables) -> dict[str, ObjectThere] | None:
    """Definitions without their ids, which are numbers of the other workspace."""
    manifest = opened.file.manifest
    if manifest is None:
        return None
    try:
        told = objects_of(manifest.definitions, manifest)
    except (KeyError, TypeError, ValueError, AttributeError):
        # Nobody vouches for what stands there; the records can be compared all the same.
        return None
    return {
        name: replace(
            found,
            properties={
                key: replace(each, definition_id=None) for key, each in found.properties.items()
            },
        )
        for name, found in told.items()
    }


def of_one_maker(first: ForeignFile, second: ForeignFile) -> bool:
    """Whether one other workspace signed both: then an id means the same record in either."""
    keys = set()
    for file in (first.opened.file, second.opened.file):
        sound = {problem.code for problem in file.problems} == {ProblemCode.OTHER_KEY}
        keys.add(file.manifest.verify_key if sound and file.manifest is not None else None)
    return len(keys) == 1 and None not in keys


def refuse_unmatched(file: ForeignFile) -> None:
    """Refuse a file of which no record could be found elsewhere.

    Raises:
        UserError: ``comparison_impossible``.
    """
    if file.tables:
        return
    path = file.opened.place.path
    tables = ", ".join(each.label for each in file.left_out)
    held = f" It holds: {tables}." if tables else " It holds no table."
    raise UserError(
        "comparison_impossible",
        f"No record of {path.name} can be found here: its record IDs are not of this workspace, "
        "and no table has a column that tells records apart, such as the e-mail address of "
        f"contacts or the domain of companies.{held}",
        "Compare a backup of this workspace, or look at the records of this file with “Browse”.",
        path=str(path),
    )
