"""Says what is in a file, before anything of it is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmdesk.core.files.table import Headers, Row
from crmdesk.core.records.dates import DateOrder, detect_date_order
from crmdesk.core.records.recognition import ColumnMatch, MatchedBy
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyType
from crmdesk.core.transfer.association_headings import association_of
from crmdesk.core.transfer.column_plan import RECORD_ID
from crmdesk.core.transfer.columns import default_key, importable, possible_keys, recognised
from crmdesk.core.transfer.filling import SAMPLE_ROWS, sample_rows
from crmdesk.core.transfer.model import (
    AssociationColumn,
    ColumnSuggestion,
    FileOptions,
    HeaderFault,
    ImportMode,
    Inspection,
    ObjectKnownBy,
    Question,
    Trust,
)
from crmdesk.core.transfer.opened import OpenedFile
from crmdesk.core.transfer.preparing import trusted

PREVIEW_ROWS = 20
_SAMPLES = 5


def inspect_file(
    opened: OpenedFile, options: FileOptions, object_types: dict[str, ObjectType]
) -> Inspection:
    """Describe the chosen table of an open file, or the tables to choose from."""
    chosen = options.object_name
    table = opened.table
    name = chosen or (table.object_name if table else None)
    found_by = table.known_by if table else ObjectKnownBy.NOTHING
    known_by = ObjectKnownBy.CHOSEN if chosen else found_by
    object_type = object_types.get(name or "")
    source = opened.source
    rows = [] if source is None else sample_rows(source, SAMPLE_ROWS)
    good = [row.cells for row in rows if row.problem is None]
    trust = opened.trust if object_type is None else trusted(opened, object_type)
    headers = () if source is None else source.headers.names
    faults = () if source is None else _header_faults(source.headers)
    columns = (
        ()
        if object_type is None
        else _Table(good, object_type, object_types, trust).columns(headers, faults)
    )
    keys, key = _keys(object_type, columns, trust)
    manifest = None if opened.backup is None else opened.backup.manifest
    return Inspection(
        path=str(opened.path),
        name=opened.path.name,
        kind=opened.kind,
        bytes=opened.bytes,
        sha256=opened.sha256,
        trust=trust,
        workspace_name="" if manifest is None else manifest.workspace_name,
        snapshot_at=None if manifest is None else manifest.snapshot_at,
        tables=opened.tables,
        options=_settled_options(opened, options),
        object_name=None if object_type is None else object_type.name,
        known_by=known_by,
        dialect=None if source is None else source.dialect,
        headers=headers,
        preview=tuple(tuple(cells) for cells in good[:PREVIEW_ROWS]),
        rejected=sum(row.problem is not None for row in rows),
        columns=columns,
        keys=keys,
        key=key,
        questions=_questions(opened, object_type, columns, rows),
        looks_like=table.object_name if table else None,
        looks_by=found_by,
    )


def _keys(
    object_type: ObjectType | None, columns: Sequence[ColumnSuggestion], trust: Trust
) -> tuple[tuple[str, ...], str | None]:
    """By what records can be found, and by what they are unless somebody says it."""
    if object_type is None:
        return (), None
    names = {each.property for each in columns if each.property is not None}
    has_ids = RECORD_ID in names
    keys = possible_keys(object_type, names, trust, has_ids)
    return keys, default_key(object_type, names, trust, has_ids, ImportMode.UPSERT)


def _settled_options(opened: OpenedFile, options: FileOptions) -> FileOptions:
    """The options with what was found out, so that the import reads the file the same way."""
    source = opened.source
    if source is None:
        return options
    several = len(opened.tables) > 1
    dialect = source.dialect
    return FileOptions(
        table=opened.table.name if several and opened.table else options.table,
        object_name=options.object_name,
        encoding=options.encoding if dialect is None else dialect.encoding,
        delimiter=options.delimiter if dialect is None else dialect.delimiter,
        has_header=source.has_header,
        max_bytes=options.max_bytes,
        guarded=options.guarded,
    )


def _header_faults(headers: Headers) -> tuple[HeaderFault | None, ...]:
    """Which columns the file does not name, or names as an earlier one."""
    if headers.line is None:
        return (None,) * len(headers)
    found: list[HeaderFault | None] = []
    seen: set[str] = set()
    for original in headers.originals:
        name = " ".join(original.split()).casefold()
        fault = HeaderFault.BLANK if not name else None
        found.append(HeaderFault.REPEATED if name in seen and name else fault)
        seen.add(name)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Table:
    """The first rows of a table, and what they are looked at for."""

    rows: Sequence[Sequence[str]]
    object_type: ObjectType
    object_types: Mapping[str, ObjectType]
    trust: Trust

    def columns(
        self, headers: Sequence[str], faults: Sequence[HeaderFault | None]
    ) -> tuple[ColumnSuggestion, ...]:
        """Where each column would go."""
        matches = recognised(headers, self.rows, self.object_type)
        return tuple(
            self._suggested(match, fault, place)
            for place, (match, fault) in enumerate(zip(matches, faults, strict=True))
        )

    def _suggested(
        self, match: ColumnMatch[Property], fault: HeaderFault | None, place: int
    ) -> ColumnSuggestion:
        cells = [row[place] for row in self.rows if place < len(row)]
        shown = [cell for cell in cells if cell.strip()]
        named = None if match.property is not None else self._association(match.header, shown)
        # What names other records is no value of the record itself.
        target = match.property or (None if named else match.suggestion)
        reason = importable(match, self.trust)
        is_date = target is not None and target.type in (PropertyType.DATE, PropertyType.DATETIME)
        return ColumnSuggestion(
            header=match.header,
            property=None if match.property is None or reason else match.property.name,
            how=MatchedBy.ASSOCIATION if named else match.how,
            confidence=match.confidence,
            reason=reason,
            suggestion=None if named else match.suggestion,
            samples=tuple(shown[:_SAMPLES]),
            date_order=detect_date_order(cells) if is_date else None,
            fault=fault,
            association=named,
            tells_rows_apart=bool(shown) and len({*shown}) == len(self.rows),
        )

    def _association(self, header: str, cells: Sequence[str]) -> AssociationColumn | None:
        return association_of(header, cells, self.object_type, [*self.object_types.values()])


def _questions(
    opened: OpenedFile,
    object_type: ObjectType | None,
    columns: Sequence[ColumnSuggestion],
    rows: Sequence[Row],
) -> tuple[Question, ...]:
    asked = []
    source = opened.source
    if source is None:
        asked.append(Question.TABLE)
    if object_type is None:
        asked.append(Question.OBJECT)
    if source is not None and source.dialect is not None and not source.dialect.certain:
        asked.append(Question.DIALECT)
    undecided = [
        c for c in columns if c.property is not None and c.date_order is DateOrder.UNDECIDED
    ]
    if rows and undecided:
        asked.append(Question.DATE_ORDER)
    return tuple(asked)
