"""What comes back together, and the unique values that are in the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmdesk.core.changes.change_set import RecordChange
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted, unique_expression
from crmdesk.core.records.association_counts import ACTIVITIES
from crmdesk.core.records.association_rows import others_sql
from crmdesk.core.records.merge_rows import merged_ids
from crmdesk.core.records.picking import keep_ids, twins_of_kept
from crmdesk.core.records.record import MASKED, display_name, read_record
from crmdesk.core.records.recycle_bin_model import Answer, Conflict, bin_key
from crmdesk.core.records.recycle_bin_rows import grouped, name_columns
from crmdesk.core.records.schema import ObjectType, Property, load_object_types
from crmdesk.core.records.single_rows import ids_in_state


@dataclass(frozen=True, slots=True)
class Coming:
    """What could come back: the picked records and their children, by object."""

    picked: dict[ObjectType, list[int]]
    children: dict[ObjectType, list[int]]
    merged: int

    def all(self, *, children: bool) -> dict[ObjectType, list[int]]:
        """Ids by object, with or without the children."""
        found = {each: list(ids) for each, ids in self.picked.items()}
        for each, ids in self.children.items() if children else ():
            found[each] = sorted({*found.get(each, ()), *ids})
        return found


def coming_back(tx: Tx, keys: Iterable[int]) -> Coming:
    """Sort out what of the picked records is in the bin, and what belongs to them there."""
    picked: dict[ObjectType, list[int]] = {}
    merged = 0
    for object_type, ids in grouped(tx, keys).items():
        binned = ids_in_state(tx, object_type, ids, archived=True)
        good = _whole(tx, object_type, binned)
        merged += len(binned) - len(good)
        if good:
            picked[object_type] = good
    return Coming(picked, _children(tx, picked), merged)


def _children(tx: Tx, picked: dict[ObjectType, list[int]]) -> dict[ObjectType, list[int]]:
    found: dict[ObjectType, set[int]] = {}
    types = load_object_types(tx)
    for object_type, ids in picked.items():
        keep_ids(tx, ids)
        for other in types:
            rows = _binned_with(tx, object_type, other)
            found.setdefault(other, set()).update(rows)
    for object_type, ids in picked.items():
        found.get(object_type, set()).difference_update(ids)
    children = {each: _whole(tx, each, sorted(some)) for each, some in found.items()}
    return {each: ids for each, ids in children.items() if ids}


def _whole(tx: Tx, object_type: ObjectType, record_ids: Sequence[int]) -> list[int]:
    """Those that are not part of another record by now."""
    parts = merged_ids(tx, object_type)
    return [one for one in record_ids if one not in parts]


def _binned_with(tx: Tx, own: ObjectType, other: ObjectType) -> list[int]:
    """Deleted records associated with the kept ids: activities, and those of the same act."""
    together = (
        "1"
        if other.name in ACTIVITIES
        else (
            "(SELECT max(change_id) FROM record_history WHERE object_type_id = ?1 "
            "AND record_id = x.id AND kind = ?3) = (SELECT max(change_id) FROM record_history "
            "WHERE object_type_id = ?2 AND record_id = p.id AND kind = ?3)"
        )
    )
    rows = tx.sql(
        f"SELECT DISTINCT x.id, ?1, ?2, ?3 FROM temp.picked p JOIN {quoted(other.table)} x "
        f"ON x.id IN ({others_sql(own.id, other.id, 'p.id')}) "
        f"WHERE x.archived_at IS NOT NULL AND {together}",
        (other.id, own.id, RecordChange.ARCHIVE.value),
    )
    return [row[0] for row in rows]


def returning_associations(tx: Tx, coming: dict[ObjectType, list[int]]) -> int:
    """Associations that are seen again: the other record is live, or comes back too."""
    total = 0
    types = load_object_types(tx)
    for object_type, ids in coming.items():
        keep_ids(tx, ids)
        for other in types:
            row = tx.sql(
                f"SELECT count(*) FROM temp.picked p JOIN {quoted(other.table)} x "
                f"ON x.id IN ({others_sql(object_type.id, other.id, 'p.id')}) "
                "WHERE x.archived_at IS NULL"
            ).fetchone()
            total += int(row[0])
    return total


def find_conflicts(tx: Tx, coming: dict[ObjectType, list[int]]) -> list[Conflict]:
    """Unique values of records that come back which another record holds, or gets first."""
    found = []
    for object_type, ids in coming.items():
        keep_ids(tx, ids)
        for unique in object_type.unique_properties:
            for record_id, holder_id, live in _holders(tx, object_type, unique):
                found.append(_conflict(tx, object_type, unique, record_id, holder_id, live))
    return found


def _holders(tx: Tx, object_type: ObjectType, unique: Property) -> Sequence[tuple[int, int, bool]]:
    table, column = quoted(object_type.table), quoted(unique.column)
    mine, theirs = (unique_expression(unique.column, side) for side in ("o", "x"))
    same = f"o.{column} IS NOT NULL AND x.{column} IS NOT NULL AND x.id <> o.id"
    live = tx.sql(
        f"SELECT o.id, x.id, 1 FROM temp.picked p JOIN {table} o ON o.id = p.id "
        f"JOIN {table} x ON {theirs} = {mine} WHERE x.archived_at IS NULL AND {same}"
    ).fetchall()
    taken = {row[0] for row in live}
    # Of several that come back with one value, the one with the smallest id keeps it.
    twins = [(*row, 0) for row in tx.sql(twins_of_kept(object_type, unique))]
    return [*live, *(row for row in twins if row[0] not in taken)]


def _conflict(
    tx: Tx, object_type: ObjectType, unique: Property, record_id: int, holder_id: int, live: bool
) -> Conflict:
    value = read_record(tx, object_type, record_id).values[unique.name] or ""
    answers = [Answer.LEAVE]
    if not unique.required:
        answers = [*([Answer.TAKE] if live else []), Answer.WITHOUT, Answer.LEAVE]
    return Conflict(
        key=bin_key(object_type.id, record_id),
        object_name=object_type.name,
        record_id=record_id,
        name=name_of(tx, object_type, record_id),
        property=unique.name,
        label=unique.label,
        value=MASKED if unique.sensitive else value,
        holder_id=holder_id,
        holder_name=name_of(tx, object_type, holder_id),
        answers=tuple(answers),
    )


def name_of(tx: Tx, object_type: ObjectType, record_id: int) -> str:
    """What a record is called, without anything sensitive."""
    record = read_record(tx, object_type, record_id)
    shown = {name: record.values[name] for name in name_columns(object_type)}
    return display_name(object_type, {"hs_object_id": str(record_id), **shown})
