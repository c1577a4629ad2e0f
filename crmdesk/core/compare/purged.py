"""Records that were deleted for good after they were compared: a comparison forgets them too."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import func, select

from crmdesk.core.changes.change_set import RecordChange
from crmdesk.core.compare.model import Change, Comparison, DifferingRecord, ObjectDifference
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import change_sets, object_types, record_history


def newest_change(tx: Tx) -> int:
    """Number of the newest change; 0 where there is none."""
    return int(tx.scalar(select(func.max(change_sets.c.id))) or 0)


def purged_since(tx: Tx, change: int) -> Mapping[str, Sequence[int]]:
    """Ids of the records that newer changes deleted for good, by object."""
    rows = tx.execute(
        select(object_types.c.name, record_history.c.record_id)
        .join(object_types, object_types.c.id == record_history.c.object_type_id)
        .where(
            record_history.c.change_id > change,
            record_history.c.kind == RecordChange.PURGE.value,
        )
    )
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[row.name].append(row.record_id)
    return found


def without(found: Comparison, gone: Sequence[DifferingRecord]) -> Comparison:
    """A comparison whose numbers do not count these differing records any more."""
    by_object: dict[str, list[DifferingRecord]] = defaultdict(list)
    for record in gone:
        by_object[record.object].append(record)
    return replace(
        found, objects=tuple(_without(each, by_object[each.name]) for each in found.objects)
    )


def _without(found: ObjectDifference, gone: Sequence[DifferingRecord]) -> ObjectDifference:
    changes = Counter(record.change for record in gone)
    values = Counter(
        value.property
        for record in gone
        if record.change is Change.CHANGED
        for value in record.values
    )
    left = {name: count - values[name] for name, count in found.properties.items()}
    return replace(
        found,
        added=found.added - changes[Change.ADDED],
        removed=found.removed - changes[Change.REMOVED],
        changed=found.changed - changes[Change.CHANGED],
        properties={name: count for name, count in left.items() if count},
    )
