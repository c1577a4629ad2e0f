"""A change set: one act that changed records, to which every line of history belongs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sqlalchemy import insert

from crmdesk.core.access.actor import Actor
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import change_sets, record_history, value_history
from crmdesk.core.records.schema import ObjectType, Property

#: SQL: what the digest of a history says of one record.
HISTORY_LINE = "CAST(record_id || ' ' || length(cells) || ' ' || cells || char(10) AS BLOB)"
_LINES_AT_ONCE = 1_000


class Source(StrEnum):
    """Where a value came from, in the field's own words."""

    CRM_UI = "CRM_UI"
    CRM_UI_BULK_ACTION = "CRM_UI_BULK_ACTION"
    COMMAND_LINE = "API"
    IMPORT = "IMPORT"
    PROPERTY_RESTORE = "PROPERTY_RESTORE"
    RESTORE_OBJECTS = "RESTORE_OBJECTS"
    RECYCLING_BIN = "RECYCLING_BIN"
    DELETE_OBJECTS = "DELETE_OBJECTS"
    MERGE_OBJECTS = "MERGE_OBJECTS"
    MERGE_REVERT_OBJECTS = "MERGE_REVERT_OBJECTS"
    PIPELINE_SETTINGS = "PIPELINE_SETTINGS"
    PROPERTY_SETTINGS = "PROPERTY_SETTINGS"
    ACTIVITY_LOG_REVERT = "ACTIVITY_LOG_REVERT"
    AUTOMATION_PLATFORM = "AUTOMATION_PLATFORM"


class RecordChange(StrEnum):
    """What happened to a record as a whole."""

    CREATE = "create"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    PURGE = "purge"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class CellChange:
    """One value of one record: what it was and what it became; ``None`` is no value."""

    property: Property
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a write changed, so that each screen can decide whether to refresh."""

    object_type: str
    record_ids: tuple[int, ...]
    change_id: int | None = None


class Digest(Protocol):
    """A SHA-256 that more can be added to."""

    def update(self, data: bytes, /) -> None:
        """Add bytes."""

    def copy(self) -> Digest:
        """Another one over the same bytes."""

    def hexdigest(self) -> str:
        """The digest of all bytes so far, in hex."""


@dataclass(frozen=True, slots=True)
class Printed:
    """History of values that was printed by the record's number, and what it comes to.

    Attributes:
        records: how many changed, with those of the stages before.
        values: how many of this stage changed.
        digest: over the lines of all these records; None where the stages are not in the order
            of the records' numbers.
        last: the highest number among them.
    """

    records: int
    values: int
    digest: Digest | None
    last: int


def open_change_set(
    tx: Tx,
    actor: Actor,
    source: Source,
    *,
    source_id: str = "",
    source_label: str = "",
    job_id: str | None = None,
    undoes: int | None = None,
) -> int:
    """Insert a change set and return its id."""
    result = tx.execute(
        insert(change_sets).values(
            at=tx.now_text,
            source=source.value,
            source_id=source_id,
            source_label=source_label,
            user_id=actor.user_id,
            job_id=job_id,
            undoes=undoes,
        )
    )
    return int(result.lastrowid)


def write_cells(
    tx: Tx, change_id: int, object_type: ObjectType, record_id: int, cells: Iterable[CellChange]
) -> None:
    """Keep the old and new values of one record."""
    kept = [[cell.property.id, cell.old, cell.new] for cell in cells]
    if kept:
        tx.execute(
            insert(value_history).values(
                change_id=change_id,
                object_type_id=object_type.id,
                record_id=record_id,
                cells=json.dumps(kept, ensure_ascii=False),
            )
        )


def write_record_change(
    tx: Tx, change_id: int, object_type: ObjectType, record_ids: Iterable[int], kind: RecordChange
) -> None:
    """Keep what happened to records as a whole."""
    rows = [
        {
            "change_id": change_id,
            "object_type_id": object_type.id,
            "record_id": record_id,
            "kind": kind.value,
        }
        for record_id in record_ids
    ]
    if rows:
        tx.execute(insert(record_history), rows)


def history_digest(tx: Tx, change_id: int, printed: Printed | None = None) -> str:
    """SHA-256 over the history of a change set: its one entry in the log vouches for all rows.

    Args:
        printed: what is known of its values already, where they are of one object.
    """
    digest = None if printed is None else _begun(tx, change_id, printed)
    if digest is None:
        digest = hashlib.sha256()
        for (line,) in tx.sql(
            f"SELECT {HISTORY_LINE} FROM value_history WHERE change_id = ? "
            "ORDER BY object_type_id, record_id",
            (change_id,),
        ):
            digest.update(line)
    kinds = tx.sql(
        "SELECT CAST(record_id || ' ' || kind || char(10) AS BLOB) FROM record_history "
        "WHERE change_id = ? ORDER BY object_type_id, record_id",
        (change_id,),
    )
    while lines := kinds.fetchmany(_LINES_AT_ONCE):
        digest.update(b"".join(line for (line,) in lines))
    for row in tx.sql(
        "SELECT from_type_id, from_id, to_type_id, to_id, label_id, kind FROM association_history "
        "WHERE change_id = ? ORDER BY from_type_id, from_id, to_type_id, to_id, label_id",
        (change_id,),
    ):
        digest.update(f"{' '.join(map(str, row))}\n".encode())
    return digest.hexdigest()


def _begun(tx: Tx, change_id: int, printed: Printed) -> Digest | None:
    """The digest so far; None where a change of these values made others as well."""
    many = tx.sql(
        "SELECT count(*) FROM value_history WHERE change_id = ?", (change_id,)
    ).fetchone()[0]
    if printed.digest is None or many != printed.records:
        return None
    return printed.digest.copy()
