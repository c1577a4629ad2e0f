"""Says what is in a file, before anything of it is taken."""

from __future__ import annotations

from collections.abc import Sequence

from crmdesk.core.files.table import Headers, Row
from crmdesk.core.records.dates import DateOrder, detect_date_order
from crmdesk.core.records.recognition import ColumnMatch
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyType
from crmdesk.core.transfer.columns import (
    RECORD_ID,
    default_key,
    importable,
    possible_keys,
    recognised,
)
from crmdesk.core.transfer.filling import SAMPLE_ROWS, sample_rows
from crmdesk.core.transfer.model import (
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
    columns = () if object_type is None else _columns(headers, faults, good, object_type, trust)
    names = {c.property for c in columns if c.property is not None}
    keys: tuple[str, ...] = ()
    key = None
    if object_type is not None:
        keys = possible_keys(object_type, names, trust, RECORD_ID in names)
        key = default_key(object_type, names, trust, RECORD_ID in names, ImportMode.UPSERT)
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
    )


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
    )


def _columns(
    headers: Sequence[str],
    faults: Sequence[HeaderFault | None],
    rows: Sequence[Sequence[str]],
    object_type: ObjectType,
    trust: Trust,
) -> tuple[ColumnSuggestion, ...]:
    matches = recognised(headers, rows, object_type)
    return tuple(
        _suggested(match, fault, place, rows, trust)
        for place, (match, fault) in enumerate(zip(matches, faults, strict=True))
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


def _suggested(
    match: ColumnMatch[Property],
    fault: HeaderFault | None,
    place: int,
    rows: Sequence[Sequence[str]],
    trust: Trust,
) -> ColumnSuggestion:
    cells = [row[place] for row in rows if place < len(row)]
    reason = importable(match, trust)
    target = match.property or match.suggestion
    is_date = target is not None and target.type in (PropertyType.DATE, PropertyType.DATETIME)
    shown = (cell for cell in cells if cell.strip())
    return ColumnSuggestion(
        header=match.header,
        property=None if match.property is None or reason else match.property.name,
        how=match.how,
        confidence=match.confidence,
        reason=reason,
        suggestion=match.suggestion,
        samples=tuple(text for text, _ in zip(shown, range(_SAMPLES), strict=False)),
        date_order=detect_date_order(cells) if is_date else None,
        fault=fault,
    )


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
