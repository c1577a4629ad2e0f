"""The records of an entry that tells of many: which they were, and what happened to each."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.kinds import Action, Category
from crmdesk.core.changes.change_set import RecordChange
from crmdesk.core.db.engine import Tx
from crmdesk.core.records.record import MASKED, display_name, read_deletions, read_rows
from crmdesk.core.records.schema import ObjectType, load_object_types

_MOST = 1000
_KINDS = {
    Action.CREATE: RecordChange.CREATE,
    Action.DELETE: RecordChange.ARCHIVE,
    Action.RESTORE: RecordChange.UNARCHIVE,
    Action.PURGE: RecordChange.PURGE,
    Action.MERGE: RecordChange.MERGE,
}


class Standing(StrEnum):
    """Where a record is now."""

    LIVE = "live"
    DELETED = "deleted"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class BulkRecords:
    """What a bulk entry told of.

    Attributes:
        object_type: API name; empty when nothing is known of the records any more.
        ids: record ids, ascending.
        changes: the change sets that hold what happened to each; none where only ids are known.
    """

    object_type: str
    ids: array[int]
    changes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value of one record, from old to new; sensitive values are masked."""

    property: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class BulkRecord:
    """One record of a bulk entry, as it is called now, and the values that it got then."""

    id: int
    name: str
    standing: Standing
    values: tuple[ValueChange, ...]


def bulk_records(tx: Tx, event: AuditEvent) -> BulkRecords:
    """The records of an entry; one that tells of no records has none."""
    object_type = _object_type(tx, event.object)
    if object_type is None:
        return BulkRecords("", array("q"))
    changes = changes_of(tx, event)
    found = _changed(tx, event, object_type, changes)
    if not found:
        named = event.detail.get("record_ids")
        found = sorted(each for each in named if isinstance(each, int)) if named else []
        changes = ()
    return BulkRecords(object_type.name, array("q", found), changes)


def read_bulk(tx: Tx, records: BulkRecords, ids: Sequence[int]) -> list[BulkRecord]:
    """Some of the records, in this order, up to 1,000 of them."""
    object_type = _object_type(tx, records.object_type)
    if object_type is None:
        return []
    wanted = list(ids)[:_MOST]
    columns = [
        each
        for each in object_type.properties
        if each.name in {*object_type.display_properties, "email", "hs_object_id"}
    ]
    rows = read_rows(tx, object_type, wanted, columns)
    deleted = read_deletions(tx, object_type, wanted)
    values = _values(tx, object_type, records.changes, wanted)
    hidden = {each.name for each in columns if each.sensitive}

    def read(record_id: int) -> BulkRecord:
        cells = values.get(record_id, ())
        if record_id not in rows:
            return BulkRecord(record_id, f"#{record_id}", Standing.GONE, cells)
        pairs = zip(columns, rows[record_id], strict=True)
        shown = {each.name: value for each, value in pairs if each.name not in hidden}
        name = display_name(object_type, {"hs_object_id": str(record_id)} | shown)
        standing = Standing.DELETED if record_id in deleted else Standing.LIVE
        return BulkRecord(record_id, name, standing, cells)

    return [read(record_id) for record_id in wanted]


def _object_type(tx: Tx, name: str | None) -> ObjectType | None:
    return next((each for each in load_object_types(tx) if each.name == name), None)


def changes_of(tx: Tx, event: AuditEvent) -> tuple[int, ...]:
    """The change sets of the act: named by the entry, else those of its job."""
    named = event.detail.get("change", event.detail.get("change_id"))
    if isinstance(named, int):
        return (named,)
    if event.job_id is None:
        return ()
    rows = tx.sql("SELECT id FROM change_sets WHERE job_id = ? ORDER BY id", (event.job_id,))
    return tuple(row[0] for row in rows)


def _changed(
    tx: Tx, event: AuditEvent, object_type: ObjectType, changes: Sequence[int]
) -> list[int]:
    found: set[int] = set()
    only = _KINDS.get(Action(event.action)) if event.category == Category.CRM_OBJECT else None
    for change_id in changes:
        given = (change_id, object_type.id)
        if only is None:
            found.update(row[0] for row in tx.sql(_BY_VALUE, given))
        if event.category != Category.PROPERTY_VALUE:
            rows = tx.sql(_BY_RECORD, (*given, only, only))
            found.update(row[0] for row in rows)
    return sorted(found)


_BY_VALUE = "SELECT record_id FROM value_history WHERE change_id = ? AND object_type_id = ?"
_BY_RECORD = (
    "SELECT record_id FROM record_history WHERE change_id = ? AND object_type_id = ? "
    "AND (? IS NULL OR kind = ?)"
)
_CELLS = (
    "SELECT cells FROM value_history WHERE change_id = ? AND object_type_id = ? AND record_id = ?"
)


def _values(
    tx: Tx, object_type: ObjectType, changes: Sequence[int], ids: Sequence[int]
) -> dict[int, tuple[ValueChange, ...]]:
    names = {
        row[0]: (row[1], bool(row[2]))
        for row in tx.sql(
            "SELECT id, name, is_sensitive FROM properties WHERE object_type_id = ?",
            (object_type.id,),
        )
    }
    found: dict[int, tuple[ValueChange, ...]] = {}
    for change_id in changes:
        for record_id in ids:
            row = tx.sql(_CELLS, (change_id, object_type.id, record_id)).fetchone()
            if row is not None:
                cells = (_change(names, *cell) for cell in json.loads(row[0]))
                found[record_id] = found.get(record_id, ()) + tuple(cells)
    return found


def _change(
    names: dict[int, tuple[str, bool]], property_id: int, old: str | None, new: str | None
) -> ValueChange:
    name, sensitive = names.get(property_id, (f"#{property_id}", True))
    if sensitive:
        old, new = (None if value is None else MASKED for value in (old, new))
    return ValueChange(name, old, new)
