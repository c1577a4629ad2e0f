"""The plain values that the backup engine takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crmdesk.core.backup.csv_rows import FREE_TEXT_TYPES

RECORD_ID = "hs_object_id"


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """One property of an object, and the table column that holds it.

    Args:
        property_name: internal name, the heading in the CSV.
        column_name: column of the object's table; differs when a name was used before.
        type: one of the property types, e.g. ``"string"`` or ``"number"``.
        definition_id: id of the definition; None for what no definition describes.
        label: what people call it.
    """

    property_name: str
    column_name: str
    type: str
    definition_id: int | None = None
    label: str = ""

    @property
    def is_free_text(self) -> bool:
        """Whether the value stands in quotes in the CSV."""
        return self.type in FREE_TEXT_TYPES


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """One object type: where its records are, and which columns go into the file.

    Args:
        name: API name, e.g. ``"contacts"``.
        entry_name: name of the CSV in the zip; the caller keeps these apart.
        table: table of the records, with ``id`` and ``archived_at``.
        columns: in the order of the file; the first is the record id (column ``id``).
        label: what people call the object.
    """

    name: str
    entry_name: str
    table: str
    columns: tuple[ColumnShape, ...]
    label: str = ""

    def __post_init__(self) -> None:
        """Hold the one rule that reading and comparing stand on."""
        if not self.columns or self.columns[0].column_name != "id":
            raise ValueError(f"the first column of {self.name} must be the record id")


@dataclass(frozen=True, slots=True)
class BackupContext:
    """What the manifest tells beside the files.

    Args:
        definitions: pipelines, stages, options and whatever else explains the values (JSON).
        audit_head: signed head of the audit log (JSON), None where there is none yet.
        verify_key: the 32 raw bytes of the Ed25519 key that checks the signature.
        schema: version of the database's schema, told where its rows are inside.
    """

    workspace_id: str
    workspace_name: str
    program_version: str
    verify_key: bytes
    definitions: Mapping[str, object] = field(default_factory=dict)
    audit_head: Mapping[str, object] | None = None
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a backup is.

    Args:
        object: API name of the object being written; "" while the file is read back.
        rows: rows written of all objects; ``rows_total`` was counted at the start.
        bytes: size of the zip so far.
    """

    object: str
    objects_done: int
    objects: int
    rows: int
    rows_total: int
    bytes: int


@dataclass(frozen=True, slots=True)
class EntryResult:
    """One CSV as it was written: rows, bytes of CSV, SHA-256 of the CSV in hex."""

    object: str
    file: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupResult:
    """A finished, verified backup: ``bytes`` and ``sha256`` are those of the zip itself."""

    entries: tuple[EntryResult, ...]
    records: int
    bytes: int
    sha256: str
    snapshot_at: datetime
