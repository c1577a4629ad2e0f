"""What an import is asked, what is found in its file, what it would do, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from crmdesk.core.changes.plan import Sample, ValueCounts
from crmdesk.core.files.dialect import CsvDialect
from crmdesk.core.jobs.job import JobState
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.numbers import DecimalMark
from crmdesk.core.records.recognition import MatchedBy


class ImportMode(StrEnum):
    """What may become of a row."""

    UPSERT = "upsert"
    CREATE = "create"
    UPDATE = "update"


class ArchivedMatches(StrEnum):
    """What becomes of a row whose record lies in the recycle bin.

    ``SKIP``, the default, fails the row and says where its record is, so that bringing it back
    stays a choice of its own; ``RESTORE`` brings it back and updates it; ``CREATE`` makes a new
    record beside it.
    """

    SKIP = "skip"
    RESTORE = "restore"
    CREATE = "create"


class Trust(StrEnum):
    """Whose file it is. Record ids count only in ``OURS``: signed here, and as it was written."""

    OURS = "ours"
    FOREIGN = "foreign"
    EDITED = "edited"
    UNSIGNED = "unsigned"


class ObjectKnownBy(StrEnum):
    """What gave away which object a table holds."""

    CHOSEN = "chosen"
    MANIFEST = "manifest"
    FILE_NAME = "file_name"
    HEADERS = "headers"
    NOTHING = "nothing"


class Question(StrEnum):
    """What a person must be asked before the import may start."""

    TABLE = "table"
    OBJECT = "object"
    DIALECT = "dialect"
    DATE_ORDER = "date_order"


class HeaderFault(StrEnum):
    """What is odd about the name of a column."""

    BLANK = "blank"
    REPEATED = "repeated"


class ImportNotice(StrEnum):
    """What a person should know before the import writes."""

    #: No key and no record ids: every row makes a new record, and again the next time.
    NOTHING_FINDS_RECORDS = "nothing_finds_records"
    #: No column goes to what a record is called by.
    NO_NAME = "no_name"
    BLANK_HEADERS = "blank_headers"
    REPEATED_HEADERS = "repeated_headers"
    #: The file looks like another object than the one that was chosen.
    ANOTHER_OBJECT = "another_object"


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How a file is to be read; what is ``None`` is found out.

    Attributes:
        table: the sheet of a workbook, or the file inside a zip.
        object_name: API name of the object it holds.
        guarded: the file was exported for spreadsheets, and apostrophes before what looks like a
            formula are taken off again; ``None`` does so with exports of this workspace.
    """

    table: str | None = None
    object_name: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    has_header: bool | None = None
    max_bytes: int | None = None
    guarded: bool | None = None


@dataclass(frozen=True, slots=True)
class AssociationColumn:
    """A column whose cells name records of another object, several of them by ";".

    Attributes:
        object_name: API name of the other object; it may be the same one.
        property: what the cells give: ``hs_object_id`` for record ids, which count as in any
            import, a unique property, or the name that records are shown by.
        label: what the other record is to the imported one; empty for none.
        label_header: the column that gives the label; where it is blank, ``label`` holds.
        source: whose record ids the cells are, see :func:`file_family`; empty for anybody's.
    """

    header: str
    object_name: str
    property: str = "hs_object_id"
    label: str = ""
    label_header: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """One table of one file into one object.

    Attributes:
        mapping: column name → internal name of the property; ``None`` takes the columns that are
            recognised. Columns that are not in it are not imported. A column mapped to
            ``hs_object_id`` gives the ids the records had where they come from.
        key: property that finds the record; ``None`` for the default: record ids in a backup of
            this workspace, else the object's unique property, else what its catalogue matches by.
        date_order: how dates of numbers are written; ``None`` where the file shows it.
        new_properties: made before the rows are read; ``mapping`` may name them.
        sha256: digest of the file that was looked at; another file is refused.
        dialect: how the text of that file is written, so that nobody has to find out again.
        associations: columns that name other records. What is wrong with one costs the
            association, never the row.
        static: internal names of properties, and the one value that every row gets.
        date_orders: column name → how it writes its dates, whatever the file shows.
        lifecycle_back: whether the lifecycle stage may go back.
    """

    path: str
    object_name: str
    mapping: Mapping[str, str] | None = None
    mode: ImportMode = ImportMode.UPSERT
    key: str | None = None
    archived_matches: ArchivedMatches = ArchivedMatches.SKIP
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark = DecimalMark.POINT
    new_properties: tuple[PropertyDefinition, ...] = ()
    options: FileOptions = field(default_factory=FileOptions)
    sha256: str | None = None
    dialect: CsvDialect | None = None
    associations: tuple[AssociationColumn, ...] = ()
    static: Mapping[str, str] = field(default_factory=dict)
    date_orders: Mapping[str, DateOrder] = field(default_factory=dict)
    lifecycle_back: bool = False


@dataclass(frozen=True, slots=True)
class TableInfo:
    """One table in a file: a sheet, a CSV in a zip, or the file itself.

    Attributes:
        object_name: what it is taken for; ``None`` when nothing tells.
        rows: as the manifest says; ``None`` when nobody counted.
    """

    name: str
    object_name: str | None
    known_by: ObjectKnownBy
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class ColumnSuggestion:
    """One column of the file and where its values would go.

    Attributes:
        property: internal name, ``None`` when it stays out.
        reason: code of why it stays out although it is known: ``calculated``,
            ``owners_of_another_workspace``; empty otherwise.
        suggestion: the property that could be made for it.
        samples: its first values.
        date_order: of a column of dates; ``UNDECIDED`` means that a person must be asked.
        fault: set when the file gives it no name, or one that an earlier column has.
        association: the other records that it names, where its heading says so.
        tells_rows_apart: no value stands twice in the first thousand rows, and none is blank.
    """

    header: str
    property: str | None
    how: MatchedBy
    confidence: float
    reason: str = ""
    suggestion: PropertyDefinition | None = None
    samples: tuple[str, ...] = ()
    date_order: DateOrder | None = None
    fault: HeaderFault | None = None
    association: AssociationColumn | None = None
    tells_rows_apart: bool = False


@dataclass(frozen=True, slots=True)
class Inspection:
    """A file that was looked at; nothing was written anywhere.

    Attributes:
        kind: ``csv``, ``xlsx``, ``xls``, ``ods`` or ``zip``.
        preview: the first rows, cells as text.
        rejected: lines among the first thousand rows that are no rows of this table.
        keys: properties that may find records; ``key`` is the default, ``None`` for none.
        questions: what must be asked before the import may start.
        looks_like, looks_by: the object that the file itself speaks for, chosen or not.
    """

    path: str
    name: str
    kind: str
    bytes: int
    sha256: str
    trust: Trust
    workspace_name: str
    snapshot_at: datetime | None
    tables: tuple[TableInfo, ...]
    options: FileOptions
    object_name: str | None
    known_by: ObjectKnownBy
    dialect: CsvDialect | None
    headers: tuple[str, ...]
    preview: tuple[tuple[str, ...], ...]
    rejected: int
    columns: tuple[ColumnSuggestion, ...]
    keys: tuple[str, ...]
    key: str | None
    questions: tuple[Question, ...]
    looks_like: str | None = None
    looks_by: ObjectKnownBy = ObjectKnownBy.NOTHING

    @property
    def associations(self) -> tuple[AssociationColumn, ...]:
        """Columns that name other records by their heading."""
        return tuple(c.association for c in self.columns if c.association is not None)

    @property
    def another_object(self) -> str | None:
        """What the file looks like, where something else was chosen for it."""
        found = self.looks_like
        return found if self.object_name and found != self.object_name else None

    @property
    def mapping(self) -> dict[str, str]:
        """Recognised columns and their properties."""
        return {c.header: c.property for c in self.columns if c.property is not None}

    def request(self, *, create_properties: bool = False) -> ImportRequest:
        """The import as it is proposed; change parts of it with ``dataclasses.replace``.

        Args:
            create_properties: make a property for each column that has none.
        """
        proposed = ImportRequest(
            self.path,
            self.object_name or "",
            self.mapping,
            options=self.options,
            sha256=self.sha256,
            associations=self.associations,
        )
        if not create_properties:
            return proposed
        new = [c for c in self.columns if c.property is None and c.suggestion is not None]
        return replace(
            proposed,
            mapping=self.mapping | {c.header: c.suggestion.name for c in new if c.suggestion},
            new_properties=tuple(c.suggestion for c in new if c.suggestion),
        )


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One thing wrong with one row.

    Attributes:
        row: the line of the file, from 1, the header counted.
        column: as the file names it; empty when the whole row is at fault.
        type: an :class:`ImportErrorType`.
        value: the cell; ``REDACTED`` when its property is sensitive.
    """

    row: int
    column: str
    type: str
    message: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Problems of one type in one column, with the first of them."""

    column: str
    type: str
    count: int
    examples: tuple[ImportProblem, ...]


@dataclass(frozen=True, slots=True)
class Preflight:
    """What the import would do; nothing was written.

    Attributes:
        whole: all rows were read; otherwise the first thousand.
        archived_matches: rows whose record lies in the recycle bin.
        notes: values left alone, by reason, e.g. ``lifecycle_backwards``.
        lock_seconds: how long the writing would hold others up.
        notices: what the choice of columns leads to.
        associations: records named by the rows that are there, or that the file makes.
    """

    whole: bool
    rows: int
    created: int
    updated: int
    unchanged: int
    failed: int
    archived_matches: int
    key: str | None
    properties: Mapping[str, ValueCounts]
    problems: tuple[ProblemGroup, ...]
    notes: Mapping[str, int]
    samples: tuple[Sample, ...]
    lock_seconds: float
    notices: tuple[ImportNotice, ...] = ()
    associations: int = 0


@dataclass(frozen=True, slots=True)
class Import:
    """An import, or a restore that is listed among them.

    Attributes:
        kind: ``import``, ``restore`` or ``undo``.
        rows: always created + updated + unchanged + failed once it is done.
        errors: the first hundred; all of them are in ``error_file``.
        notes: values left alone, by reason.
        error: why the whole of it failed: code, message, hint.
        deleted: records that an undo put in the recycle bin; they are among ``updated``.
        associated: associations that were made; of an undo, those it removed.
        not_associated: records that rows name and that could not be associated.
        group_id: the same for imports that were started together.
        undoes: the import that this undo took back.
        undone_by: the undo that took this import back.
        no_undo: why it cannot be taken back; empty when it can.
        undo_until: how long it can, by the steady clock.
        restore_id: the restore that this line is of, or the undo of one; there it is taken back.
        backup_at: of when the backup is that a restore took values from, where the vault lists it.
    """

    id: str
    job_id: str | None
    kind: str
    name: str
    object_name: str
    state: JobState
    created_at: datetime
    finished_at: datetime | None
    user_id: int | None
    user_name: str
    file_name: str
    error_file: str | None
    rows: int
    created: int
    updated: int
    unchanged: int
    failed: int
    errors: tuple[ImportProblem, ...]
    notes: Mapping[str, int]
    error: Mapping[str, str] | None
    deleted: int = 0
    associated: int = 0
    not_associated: int = 0
    group_id: str | None = None
    undoes: str | None = None
    undone_by: str | None = None
    no_undo: str = ""
    undo_until: datetime | None = None
    restore_id: str | None = None
    backup_at: datetime | None = None
