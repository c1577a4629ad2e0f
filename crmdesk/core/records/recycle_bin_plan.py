"""What comes back together, and what a purge takes away, in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crmdesk.core.changes.change_set import RecordChange
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.association_counts import ACTIVITIES
from crmdesk.core.records.association_rows import others_sql
from crmdesk.core.records.bin_time import kept_since
from crmdesk.core.records.merge_rows import merged_ids, merged_into
from crmdesk.core.records.picking import keep_ids
from crmdesk.core.records.recycle_bin_model import PurgePlan
from crmdesk.core.records.recycle_bin_rows import grouped
from crmdesk.core.records.schema import ObjectType, load_object_types
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
    binned = [each for each in load_object_types(tx) if _any_binned(tx, each)]
    for object_type, ids in picked.items():
        keep_ids(tx, ids)
        for other in _associated(tx, object_type, binned):
            rows = _binned_with(tx, object_type, other)
            found.setdefault(other, set()).update(rows)
    for object_type, ids in picked.items():
        found.get(object_type, set()).difference_update(ids)
    children = {each: _whole(tx, each, sorted(some)) for each, some in found.items()}
    return {each: ids for each, ids in children.items() if ids}


def _any_binned(tx: Tx, object_type: ObjectType) -> bool:
    row = tx.sql(
        f"SELECT 1 FROM {quoted(object_type.table)} WHERE archived_at IS NOT NULL LIMIT 1"
    ).fetchone()
    return row is not None


def _associated(tx: Tx, own: ObjectType, others: Iterable[ObjectType]) -> list[ObjectType]:
    """Those with any association at all: asking for each record of the rest takes seconds."""
    pairs = {
        each.id
        for each in others
        if tx.sql(
            "SELECT 1 FROM main.associations WHERE from_type_id = ? AND to_type_id = ? LIMIT 1",
            (min(own.id, each.id), max(own.id, each.id)),
        ).fetchone()
    }
    return [each for each in others if each.id in pairs]


def _whole(tx: Tx, object_type: ObjectType, record_ids: Sequence[int]) -> list[int]:
    """Those that are not part of another record by now."""
    parts = merged_ids(tx, object_type)
    return [one for one in record_ids if one not in parts]


def _binned_with(tx: Tx, own: ObjectType, other: ObjectType) -> list[int]:
    """Deleted records associated with the kept ids: activities, and those of the same act.

    What lies there past its days stays: it must not keep the others from coming back.
    """
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
        f"WHERE x.archived_at > ?4 AND {together}",
        (other.id, own.id, RecordChange.ARCHIVE.value, kept_since(tx)),
    )
    return [row[0] for row in rows]


def returning_associations(tx: Tx, coming: dict[ObjectType, list[int]]) -> int:
    """Associations that are seen again: the other record is live, or comes back too."""
    total = 0
    types = load_object_types(tx)
    for object_type, ids in coming.items():
        keep_ids(tx, ids)
        for other in _associated(tx, object_type, types):
            row = tx.sql(
                f"SELECT count(*) FROM temp.picked p JOIN {quoted(other.table)} x "
                f"ON x.id IN ({others_sql(object_type.id, other.id, 'p.id')}) "
                "WHERE x.archived_at IS NULL"
            ).fetchone()
            total += int(row[0])
    return total


def plan_purge(tx: Tx, keys: Iterable[int]) -> PurgePlan:
    """What deleting these for good would take away; what is not in the bin is passed over."""
    return count_purge(tx, *purgeable(tx, keys))


def count_purge(tx: Tx, groups: Mapping[ObjectType, Sequence[int]], merged: int) -> PurgePlan:
    """What deleting existing records for good would take away."""
    people = [(each, ids) for each, ids in groups.items() if each.name == "contacts"]
    return PurgePlan(
        records={each.name: len(ids) for each, ids in groups.items()},
        history_entries=sum(_history(tx, each, ids) for each, ids in groups.items()),
        associations=sum(_links(tx, each, ids) for each, ids in groups.items()),
        contacts_with_address=sum(_addresses(tx, each, ids) for each, ids in people),
        merged=merged,
    )


def purgeable(tx: Tx, keys: Iterable[int]) -> tuple[dict[ObjectType, list[int]], int]:
    """The picked records of the bin with what was merged into them, and how many those are."""
    found, merged = dict[ObjectType, list[int]](), 0
    for object_type, ids in grouped(tx, keys).items():
        binned = ids_in_state(tx, object_type, ids, archived=True)
        parts = set(merged_into(tx, object_type, binned)).difference(binned)
        merged += len(parts)
        if binned:
            found[object_type] = sorted({*binned, *parts})
    return found, merged


def _history(tx: Tx, object_type: ObjectType, ids: Sequence[int]) -> int:
    keep_ids(tx, ids)
    row = tx.sql(
        "SELECT (SELECT coalesce(sum(json_array_length(cells)), 0) FROM value_history "
        "WHERE object_type_id = ?1 AND record_id IN (SELECT id FROM temp.picked)) "
        "+ (SELECT count(*) FROM record_history "
        "WHERE object_type_id = ?1 AND record_id IN (SELECT id FROM temp.picked))",
        (object_type.id,),
    ).fetchone()
    return int(row[0])


def _links(tx: Tx, object_type: ObjectType, ids: Sequence[int]) -> int:
    keep_ids(tx, ids)
    total = 0
    for other in _associated(tx, object_type, load_object_types(tx)):
        inside = others_sql(object_type.id, other.id, "p.id")
        row = tx.sql(
            f"SELECT count(*) FROM temp.picked p JOIN {quoted(other.table)} x ON x.id IN ({inside})"
        ).fetchone()
        total += int(row[0])
    return total


def _addresses(tx: Tx, object_type: ObjectType, ids: Sequence[int]) -> int:
    email = object_type.by_name.get("email")
    if email is None:
        return 0
    keep_ids(tx, ids)
    row = tx.sql(
        f"SELECT count(*) FROM {quoted(object_type.table)} WHERE {quoted(email.column)} "
        "IS NOT NULL AND id IN (SELECT id FROM temp.picked)"
    ).fetchone()
    return int(row[0])
