"""Brings records back from the recycle bin within a transaction, set by set."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import (
    CellChange,
    RecordChange,
    Source,
    history_digest,
    open_change_set,
)
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.association_counts import recount, recount_around
from crmdesk.core.records.bin_time import refuse_past_time
from crmdesk.core.records.picking import keep_ids
from crmdesk.core.records.record import read_record, read_rows
from crmdesk.core.records.record_entries import RecordEntries
from crmdesk.core.records.recycle_bin_conflicts import Clash, answered, find_clashes
from crmdesk.core.records.recycle_bin_model import Answer, BroughtBack, Wish, bin_key
from crmdesk.core.records.recycle_bin_plan import coming_back
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.single_rows import update_record

_IDS_AT_ONCE = 500
#: Up to so many records that lose a value have an entry each, with the value.
_ENTRIES = 100
_Records = Mapping[ObjectType, Sequence[int]]
_Cells = Mapping[int, Sequence[CellChange]]


class BinWriter:
    """Writes what a :class:`Wish` says, with history and entries."""

    def __init__(self, audit_log: AuditLog) -> None:
        self._audit_log = audit_log
        self._entries = RecordEntries(audit_log)

    def restore(self, tx: Tx, actor: Actor, wish: Wish, job_id: str | None = None) -> BroughtBack:
        """Bring records back under one change set.

        Raises:
            UserError: ``bin_conflicts``, ``bin_time_over``; the transaction must not commit then.
        """
        coming = coming_back(tx, wish.keys)
        everything = coming.all(children=wish.children)
        clashes = answered(tx, find_clashes(tx, everything), wish)
        staying = {clash.key for clash, answer in clashes if answer is Answer.LEAVE}
        left = len(staying) + coming.merged
        records = _without(everything, staying)
        if not records:
            return BroughtBack(None, {}, left)
        change_id = open_change_set(tx, actor, Source.RECYCLING_BIN, job_id=job_id)
        solved = _Solved(tx, change_id)
        for clash, answer in clashes:
            if clash.key not in staying:
                solved.note(clash, answer)
        solved.write()
        for object_type, ids in records.items():
            _unarchive(tx, object_type, ids, change_id)
        self._tell(tx, actor, (records, change_id), job_id)
        self._tell_values(tx, actor, solved, job_id)
        return BroughtBack(change_id, {each.name: ids for each, ids in records.items()}, left)

    def _tell(self, tx: Tx, actor: Actor, done: tuple[_Records, int], job_id: str | None) -> None:
        """One entry an object; those of a job vouch for all rows."""
        records, change_id = done
        facts: dict[str, Any] = {}
        if job_id is not None:
            facts = {"change": change_id, "history_digest": history_digest(tx, change_id)}
        for object_type, ids in records.items():
            self._entries.records(
                tx, actor, object_type, ids, Action.RESTORE, job_id=job_id, **facts
            )

    def _tell_values(self, tx: Tx, actor: Actor, solved: _Solved, job_id: str | None) -> None:
        for object_type, cells in solved.written:
            if len(cells) > _ENTRIES:
                self._tell_many(tx, actor, object_type, (cells, solved.change_id), job_id)
                continue
            for record_id, own in cells.items():
                record = read_record(tx, object_type, record_id)
                self._entries.values(tx, actor, object_type, record, own)

    def _tell_many(
        self,
        tx: Tx,
        actor: Actor,
        object_type: ObjectType,
        written: tuple[_Cells, int],
        job_id: str | None,
    ) -> None:
        cells, change_id = written
        self._audit_log.log(
            tx,
            actor,
            kinds.property_value(object_type.name),
            object_type=object_type.name,
            job_id=job_id,
            subjects=len(cells),
            details={
                "properties": sorted({c.property.name for own in cells.values() for c in own}),
                "records_changed": len(cells),
                "change": change_id,
                "history_digest": history_digest(tx, change_id),
            },
        )


class _Solved:
    """Values that are cleared so that a unique one has one holder.

    Attributes:
        written: by object, the values that records lost; known after :meth:`write`.
    """

    def __init__(self, tx: Tx, change_id: int) -> None:
        self._tx = tx
        self.change_id = change_id
        self._types: dict[int, ObjectType] = {}
        self._losing: dict[int, dict[int, set[str]]] = {}
        self.written: list[tuple[ObjectType, _Cells]] = []

    def note(self, clash: Clash, answer: Answer) -> None:
        """Note what loses the value."""
        loses = clash.holder_id if answer is Answer.TAKE else clash.record_id
        self._types[clash.object_type.id] = clash.object_type
        by_record = self._losing.setdefault(clash.object_type.id, {})
        by_record.setdefault(loses, set()).add(clash.unique.name)

    def write(self) -> None:
        """Clear the values, with their history."""
        for type_id, losing in self._losing.items():
            object_type = self._types[type_id]
            cells = _held(self._tx, object_type, losing)
            self._tx.driver.executemany(
                "INSERT INTO main.value_history (change_id, object_type_id, record_id, cells) "
                "VALUES (?, ?, ?, ?)",
                ((self.change_id, type_id, one, _text(own)) for one, own in cells.items()),
            )
            for record_id, own in cells.items():
                update_record(self._tx, object_type, record_id, own)
            self.written.append((object_type, cells))


def _held(tx: Tx, object_type: ObjectType, losing: Mapping[int, set[str]]) -> _Cells:
    """What each record loses, read by the page."""
    columns = object_type.unique_properties
    ids = sorted(losing)
    found = dict[int, list[CellChange]]()
    for start in range(0, len(ids), _IDS_AT_ONCE):
        rows = read_rows(tx, object_type, ids[start : start + _IDS_AT_ONCE], columns)
        for record_id, values in rows.items():
            held = zip(columns, values, strict=True)
            found[record_id] = [
                CellChange(column, value, None)
                for column, value in held
                if column.name in losing[record_id]
            ]
    return found


def _text(cells: Sequence[CellChange]) -> str:
    return json.dumps([[c.property.id, c.old, c.new] for c in cells], ensure_ascii=False)


def _without(
    everything: Mapping[ObjectType, Sequence[int]], staying: set[int]
) -> dict[ObjectType, list[int]]:
    found = {}
    for object_type, ids in everything.items():
        first = bin_key(object_type.id, 0)
        found[object_type] = [one for one in ids if first + one not in staying]
    return {each: ids for each, ids in found.items() if ids}


def _unarchive(tx: Tx, object_type: ObjectType, ids: Sequence[int], change_id: int) -> None:
    refuse_past_time(tx, object_type, ids)
    keep_ids(tx, ids)
    tx.sql(
        f"UPDATE main.{quoted(object_type.table)} SET archived_at = NULL, archived_by = NULL, "
        "version = version + 1 WHERE id IN (SELECT id FROM temp.picked)"
    )
    tx.sql(
        "INSERT INTO main.record_history (change_id, object_type_id, record_id, kind) "
        "SELECT ?, ?, id, ? FROM temp.picked ORDER BY id",
        (change_id, object_type.id, RecordChange.UNARCHIVE.value),
    )
    recount(tx, object_type, ids)
    recount_around(tx, object_type, ids)
