"""A record as services return it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crmdesk.core.clock import from_text, optional_from_text
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.errors import UserError
from crmdesk.core.files.plain_line import plain_line
from crmdesk.core.records.schema import ObjectType, Property

#: Stands in place of a sensitive value; a value can never be this, since NUL is refused.
MASKED = "\x00masked"


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Attributes:
        values: canonical text by property name; ``None`` is no value, :data:`MASKED` one that
            must be revealed first.
        version: goes up with every change.
    """

    object_type: str
    id: int
    values: Mapping[str, str | None]
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    archived_by: int | None
    version: int


@dataclass(frozen=True, slots=True)
class AssociationNote:
    """What a change associated a record with, or ended.

    Attributes:
        label, plural_label: what records of the other object are called.
        record_id, name: of the other record; ``None`` and empty where there were several.
        labels: what the other record became to this one, or was where the association ended.
        old_labels: what it was before, where labels were exchanged.
    """

    object_name: str
    label: str
    plural_label: str
    record_id: int | None
    name: str
    count: int
    labels: tuple[str, ...] = ()
    old_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of one value, of an association, or of the record as a whole.

    Attributes:
        property: internal name; ``None`` where it is about no value.
        association: what it is about where ``kind`` is associate, dissociate or relabel.
    """

    change_id: int
    at: datetime
    property: str | None
    kind: str
    old: str | None
    new: str | None
    source: str
    source_label: str
    user_id: int | None
    user_name: str
    job_id: str | None
    association: AssociationNote | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """When a record went to the recycle bin, and by whom (blank when no user did it)."""

    at: datetime
    by: str


def read_record(tx: Tx, object_type: ObjectType, record_id: int) -> Record:
    """Read a record, live or in the recycle bin, with nothing masked.

    Raises:
        UserError: ``record_unknown``.
    """
    columns = object_type.properties
    row = tx.sql(
        f"SELECT created_at, updated_at, archived_at, archived_by, version, {_names(columns)} "
        f"FROM {quoted(object_type.table)} WHERE id = ?",
        (record_id,),
    ).fetchone()
    if row is None:
        raise record_unknown(object_type, record_id)
    values = {column.name: _text(row[5 + place]) for place, column in enumerate(columns)}
    return Record(
        object_type.name,
        record_id,
        values,
        from_text(row[0]),
        from_text(row[1]),
        optional_from_text(row[2]),
        row[3],
        row[4],
    )


def read_rows(
    tx: Tx, object_type: ObjectType, ids: Sequence[int], columns: Sequence[Property]
) -> dict[int, tuple[str | None, ...]]:
    """Read some columns of some records by id, nothing masked; for a page of a table."""
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    names = f", {_names(columns)}" if columns else ""
    cursor: sqlite3.Cursor = tx.sql(
        f"SELECT id{names} FROM {quoted(object_type.table)} WHERE id IN ({marks})",
        list(ids),
    )
    return {row[0]: tuple(_text(value) for value in row[1:]) for row in cursor}


def read_deletions(tx: Tx, object_type: ObjectType, ids: Sequence[int]) -> dict[int, Deletion]:
    """When records went to the recycle bin and who did it; live ids are left out."""
    marks = ", ".join("?" * len(ids))
    cursor: sqlite3.Cursor = tx.sql(
        f"SELECT r.id, r.archived_at, u.full_name FROM {quoted(object_type.table)} r "
        f"LEFT JOIN users u ON u.id = r.archived_by "
        f"WHERE r.id IN ({marks}) AND r.archived_at IS NOT NULL",
        list(ids),
    )
    return {row[0]: Deletion(from_text(row[1]), row[2] or "") for row in cursor}


def record_unknown(object_type: ObjectType, record_id: int) -> UserError:
    """The refusal of an id that no record has."""
    return UserError(
        "record_unknown",
        f"There is no {object_type.label.lower()} with the record ID {record_id}.",
        "It may have been deleted for good.",
        object=object_type.name,
        record_id=record_id,
    )


def display_name(object_type: ObjectType, values: Mapping[str, str | None]) -> str:
    """What a record is called: its display properties, else its e-mail, else its id.

    It stands inside sentences, so that nothing in it breaks a line or turns the direction of text.
    """
    parts = [values.get(name) or "" for name in object_type.display_properties]
    name = " ".join(part for part in parts if part and part != MASKED)
    shown = name or (values.get("email") or "") or f"#{values.get('hs_object_id') or '?'}"
    return plain_line(shown)


def _names(columns: Sequence[Property]) -> str:
    return ", ".join(quoted(column.column) for column in columns)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
