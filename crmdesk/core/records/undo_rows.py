"""Takes one act back record by record, where each still is as the act left it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from crmdesk.core.access.actor import Actor
from crmdesk.core.changes.change_set import CellChange, RecordChange, write_cells
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted, unique_expression
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_counts import follow_activities, recount_around
from crmdesk.core.records.picking import keep_ids, twins_of_kept
from crmdesk.core.records.record import Record, read_record
from crmdesk.core.records.schema import ObjectType, object_type_by_id
from crmdesk.core.records.single import checked_values
from crmdesk.core.records.single_rows import refuse_clearing_required, refuse_taken, update_record

_OPPOSITES = {
    RecordChange.CREATE: RecordChange.ARCHIVE,
    RecordChange.UNARCHIVE: RecordChange.ARCHIVE,
    RecordChange.ARCHIVE: RecordChange.UNARCHIVE,
}
#: Deleting first frees the unique values that others are to have back.
_ORDER = (RecordChange.CREATE, RecordChange.UNARCHIVE, RecordChange.ARCHIVE)


@dataclass(slots=True)
class TakenBack:
    """What was taken back so far.

    Attributes:
        records: by object and what happened to them as a whole, their ids.
        cells: by object and record, the values that were written.
        left_alone: by object, record and property id, why a value was left alone.
        refused: what else was left alone, by reason.
        settled: object type and id of records whose values are done with.
    """

    records: dict[tuple[str, RecordChange], list[int]] = field(default_factory=dict)
    cells: dict[tuple[str, int], list[CellChange]] = field(default_factory=dict)
    left_alone: dict[tuple[str, int, int], str] = field(default_factory=dict)
    settled: set[tuple[int, int]] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def skipped(self) -> dict[str, int]:
        """How much was left alone, by reason."""
        return dict(self.refused + Counter(self.left_alone.values()))

    @property
    def ids(self) -> dict[str, list[int]]:
        """Ids of everything that was touched, by object."""
        found: dict[str, set[int]] = {}
        for (name, _), ids in self.records.items():
            found.setdefault(name, set()).update(ids)
        for name, record_id in self.cells:
            found.setdefault(name, set()).add(record_id)
        return {name: sorted(ids) for name, ids in found.items()}


def take_back(tx: Tx, actor: Actor, act_id: int, undo_id: int, *, staged: str = "") -> TakenBack:
    """Take back what a change set did to records, and to their values.

    Args:
        staged: name of an object whose values are staged, and written by the caller.
    """
    done = TakenBack()
    types = _object_types(tx, act_id)
    for kind in _ORDER:
        for object_type in types.values():
            _records_back(tx, actor, object_type, kind, (act_id, undo_id), done)
    written = {type_id: each for type_id, each in types.items() if each.name != staged}
    _all_values_back(tx, written, (act_id, undo_id), done)
    return done


def _all_values_back(
    tx: Tx, types: dict[int, ObjectType], ids: tuple[int, int], done: TakenBack
) -> None:
    act_id, undo_id = ids
    rows = tx.sql(
        "SELECT object_type_id, record_id, cells FROM value_history WHERE change_id = ? "
        "ORDER BY object_type_id, record_id",
        (act_id,),
    ).fetchall()
    known = [row for row in rows if row[0] in types and (row[0], row[1]) not in done.settled]
    # What another record of the same act still holds is free in the second pass.
    waiting = [
        row for row in known if _values_back(tx, types[row[0]], row[1], row[2], undo_id, done)
    ]
    for row in waiting:
        reason = _values_back(tx, types[row[0]], row[1], row[2], undo_id, done)
        if reason:
            done.refused[reason] += 1
    for object_type in types.values():
        follow_activities(tx, object_type, undo_id)


def _object_types(tx: Tx, act_id: int) -> dict[int, ObjectType]:
    ids = tx.sql(
        "SELECT object_type_id FROM value_history WHERE change_id = ?1 "
        "UNION SELECT object_type_id FROM record_history WHERE change_id = ?1",
        (act_id,),
    ).fetchall()
    found = {row[0]: object_type_by_id(tx, row[0]) for row in ids}
    return {type_id: each for type_id, each in found.items() if each is not None}


def _records_back(
    tx: Tx,
    actor: Actor,
    object_type: ObjectType,
    kind: RecordChange,
    ids: tuple[int, int],
    done: TakenBack,
) -> None:
    """Set by set: a bulk deletion has any number of records."""
    act_id, undo_id = ids
    acted = [
        row[0]
        for row in tx.sql(
            "SELECT record_id FROM record_history WHERE change_id = ? AND object_type_id = ? "
            "AND kind = ? ORDER BY record_id",
            (act_id, object_type.id, kind.value),
        )
    ]
    if not acted:
        return
    good = _still_so(tx, object_type, kind, act_id)
    if len(acted) > len(good):
        done.refused["changed_since"] += len(acted) - len(good)
    if kind is RecordChange.ARCHIVE:
        good = _without_taken(tx, object_type, good, done)
    if not good:
        return
    opposite = _OPPOSITES[kind]
    state = (tx.now_text, actor.user_id) if opposite is RecordChange.ARCHIVE else (None, None)
    tx.driver.executemany(
        f"UPDATE {quoted(object_type.table)} SET archived_at = ?, archived_by = ?, "
        "version = version + 1 WHERE id = ?",
        [(*state, record_id) for record_id in good],
    )
    tx.driver.executemany(
        "INSERT INTO record_history (change_id, object_type_id, record_id, kind) "
        "VALUES (?, ?, ?, ?)",
        [(undo_id, object_type.id, record_id, opposite.value) for record_id in good],
    )
    if kind is RecordChange.UNARCHIVE:
        _values_of_returned(tx, object_type, good, ids, done)
    recount_around(tx, object_type, good)
    done.records.setdefault((object_type.name, opposite), []).extend(good)


def _values_of_returned(
    tx: Tx, object_type: ObjectType, good: list[int], ids: tuple[int, int], done: TakenBack
) -> None:
    """Values that records lost when they came back: in the bin no live record is in their way.

    Nothing happened to these records since, so that they hold what the act wrote.
    """
    act_id, undo_id = ids
    keep_ids(tx, good)
    by_id = {found.id: found for found in object_type.writable}
    rows = tx.sql(
        "SELECT record_id, cells FROM value_history WHERE change_id = ? AND object_type_id = ? "
        "AND record_id IN (SELECT id FROM temp.picked)",
        (act_id, object_type.id),
    ).fetchall()
    for record_id, kept in rows:
        done.settled.add((object_type.id, record_id))
        cells = [CellChange(by_id[p], new, old) for p, old, new in json.loads(kept) if p in by_id]
        if cells:
            write_cells(tx, undo_id, object_type, record_id, cells)
            update_record(tx, object_type, record_id, cells)
            done.cells[(object_type.name, record_id)] = cells


def _still_so(tx: Tx, object_type: ObjectType, kind: RecordChange, act_id: int) -> list[int]:
    """Records that nothing happened to since, and that are where the act put them."""
    binned = "IS NOT NULL" if kind is RecordChange.ARCHIVE else "IS NULL"
    later = " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM {table} x WHERE x.object_type_id = h.object_type_id "
        "AND x.record_id = h.record_id AND x.change_id > h.change_id)"
        for table in ("record_history", "value_history")
    )
    rows = tx.sql(
        f"SELECT h.record_id FROM record_history h JOIN {quoted(object_type.table)} o "
        "ON o.id = h.record_id WHERE h.change_id = ? AND h.object_type_id = ? AND h.kind = ? "
        f"AND o.archived_at {binned} AND {later} ORDER BY h.record_id",
        (act_id, object_type.id, kind.value),
    )
    return [row[0] for row in rows]


def _without_taken(
    tx: Tx, object_type: ObjectType, record_ids: list[int], done: TakenBack
) -> list[int]:
    """Those whose unique values no live record took meanwhile, nor one that comes back first."""
    keep_ids(tx, record_ids)
    table = quoted(object_type.table)
    taken: set[int] = set()
    for found in object_type.unique_properties:
        mine, theirs = (unique_expression(found.column, side) for side in ("o", "x"))
        rows = tx.sql(
            f"SELECT o.id FROM temp.picked p JOIN {table} o ON o.id = p.id JOIN {table} x "
            f"ON {theirs} = {mine} WHERE x.archived_at IS NULL "
            f"AND x.{quoted(found.column)} IS NOT NULL AND x.id <> o.id"
        )
        taken.update(row[0] for row in rows)
        # Where the property was made unique after they were deleted, two of them may share one.
        taken.update(row[0] for row in tx.sql(twins_of_kept(object_type, found)))
    if taken:
        done.refused["not_unique"] += len(taken)
    return [record_id for record_id in record_ids if record_id not in taken]


def _values_back(
    tx: Tx, object_type: ObjectType, record_id: int, kept: str, undo_id: int, done: TakenBack
) -> str:
    """Write the values of one record back; why they cannot stand again, or nothing."""
    cells = _standing(tx, object_type, record_id, json.loads(kept), done)
    if not cells:
        return ""
    reason = refusal_of(tx, object_type, read_record(tx, object_type, record_id), cells)
    if reason:
        return reason
    write_cells(tx, undo_id, object_type, record_id, cells)
    update_record(tx, object_type, record_id, cells)
    done.cells[(object_type.name, record_id)] = cells
    return ""


def _standing(
    tx: Tx, object_type: ObjectType, record_id: int, kept: list[list[Any]], done: TakenBack
) -> list[CellChange]:
    """Values of a live record that still are what the act wrote; the others are counted once."""
    by_id = {found.id: found for found in object_type.writable}
    record = _live(tx, object_type, record_id)
    cells = []
    for property_id, old, new in kept:
        found = by_id.get(property_id)
        if record is not None and found is not None and record.values[found.name] == new:
            cells.append(CellChange(found, new, old))
            continue
        reason = "changed_since" if record is not None else "in_recycle_bin"
        done.left_alone[(object_type.name, record_id, property_id)] = (
            "property_gone" if found is None else reason
        )
    return cells


def _live(tx: Tx, object_type: ObjectType, record_id: int) -> Record | None:
    try:
        record = read_record(tx, object_type, record_id)
    except UserError:
        return None
    return record if record.archived_at is None else None


def refusal_of(tx: Tx, object_type: ObjectType, record: Record, cells: list[CellChange]) -> str:
    """Why values cannot stand again, or nothing.

    ``not_unique``: a live record holds one; ``required``: blank is none any more;
    ``option_gone``: an option or stage is.
    """
    wanted = {cell.property.name: cell.new for cell in cells}
    try:
        refuse_clearing_required(cells)
        typed = {name: value or "" for name, value in wanted.items()}
        checked_values(tx, object_type, typed, current=record.values)
        refuse_taken(tx, object_type, wanted, record.id)
    except UserError as error:
        return {"value_not_unique": "not_unique", "property_required": "required"}.get(
            error.code, "option_gone"
        )
    return ""
