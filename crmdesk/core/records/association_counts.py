"""Calculated properties that tell of associations: counts, and the day of the last activity.

They are written in the transaction of the change that causes them. They are no edit: a record's
version, its modified date and its history stay as they are. What counts is live records only, so
that deleting a record to the recycle bin, and bringing it back, is such a change too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.association_rows import others_sql
from crmdesk.core.records.schema import ObjectType, Property, load_object_types, object_type_by_id
from crmdesk.core.records.types import PropertyFormat

#: Objects that are activities, and the property that says when one took place.
ACTIVITIES = {"calls": "hs_timestamp", "conversations": "", "tasks": "hs_timestamp"}
_IDS_AT_ONCE = 500


def recount(
    tx: Tx, object_type: ObjectType, record_ids: Iterable[int], of: Collection[str] | None = None
) -> None:
    """Write the calculated properties of some records anew; unknown ids are ignored.

    Args:
        of: only what tells of associations with these objects; all of it by default.
    """
    assignments = calculations(tx, object_type, of)
    if not assignments:
        return
    ids = sorted(set(record_ids))
    table = quoted(object_type.table)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        marks = ", ".join("?" * len(some))
        settings = ", ".join(f"{column} = {value}" for column, value in assignments.items())
        tx.sql(f"UPDATE main.{table} SET {settings} WHERE id IN ({marks})", some)


def recount_around(tx: Tx, object_type: ObjectType, record_ids: Sequence[int]) -> None:
    """Count anew for every record that is associated with one of these.

    Call it after records went to the recycle bin, came back, or an activity took place at
    another time; before they are deleted for good, with what they are still associated with read
    by :func:`neighbours`.
    """
    recount_all(tx, neighbours(tx, object_type, record_ids), {object_type.name})


def recount_all(
    tx: Tx, records: Iterable[tuple[int, int]], of: Collection[str] | None = None
) -> None:
    """Count anew for records given as (object type id, record id); ``of`` as in recount."""
    by_type: dict[int, list[int]] = {}
    for type_id, record_id in records:
        by_type.setdefault(type_id, []).append(record_id)
    for type_id, ids in by_type.items():
        object_type = object_type_by_id(tx, type_id)
        if object_type is not None:
            recount(tx, object_type, ids, of)


def neighbours(tx: Tx, object_type: ObjectType, record_ids: Sequence[int]) -> set[tuple[int, int]]:
    """(object type id, record id) of everything associated with some records."""
    found: set[tuple[int, int]] = set()
    for start in range(0, len(record_ids), _IDS_AT_ONCE):
        some = list(record_ids[start : start + _IDS_AT_ONCE])
        marks = ", ".join("?" * len(some))
        cursor = tx.sql(
            "SELECT to_type_id, to_id FROM main.associations "
            f"WHERE from_type_id = ? AND from_id IN ({marks}) "
            "UNION SELECT from_type_id, from_id FROM main.associations "
            f"WHERE to_type_id = ? AND to_id IN ({marks})",
            (object_type.id, *some, object_type.id, *some),
        )
        found.update((row[0], row[1]) for row in cursor)
    return found


def recount_after(tx: Tx, change_id: int) -> None:
    """Count anew for every record whose associations a change set touched."""
    names = {each.id: each.name for each in load_object_types(tx)}
    touched: dict[tuple[int, str], list[tuple[int, int]]] = {}
    cursor = tx.sql(
        "SELECT from_type_id, from_id, to_type_id FROM main.association_history "
        "WHERE change_id = ? UNION SELECT to_type_id, to_id, from_type_id "
        "FROM main.association_history WHERE change_id = ?",
        (change_id, change_id),
    )
    for own, record_id, other in cursor:
        touched.setdefault((own, names.get(other, "")), []).append((own, record_id))
    for (_own, other_name), records in touched.items():
        recount_all(tx, records, {other_name})


def follow_activities(tx: Tx, object_type: ObjectType, change_id: int) -> None:
    """Write the last activity anew where a change set moved an activity in time.

    To be called after values of records were written with their history.
    """
    when = object_type.by_name.get(ACTIVITIES.get(object_type.name, ""))
    if when is None:
        return
    cursor = tx.sql(
        "SELECT h.record_id FROM main.value_history h WHERE h.change_id = ? "
        "AND h.object_type_id = ? AND EXISTS "
        "(SELECT 1 FROM json_each(h.cells) c WHERE c.value ->> 0 = ?)",
        (change_id, object_type.id, when.id),
    )
    recount_around(tx, object_type, [row[0] for row in cursor])


def calculations(
    tx: Tx, object_type: ObjectType, of: Collection[str] | None = None
) -> dict[str, str]:
    """SQL for each calculated property that tells of associations, by its quoted column.

    The record is the row of the object's table that is updated or read, under the table's name.

    Args:
        of: only what depends on associations with these objects.
    """
    others = {each.name: each for each in load_object_types(tx)}
    record = f"{quoted(object_type.table)}.id"
    found = {}
    for column in object_type.properties:
        if not column.calculated:
            continue
        if column.format == PropertyFormat.ASSOCIATION_COUNT:
            name = column.name.rpartition("_associated_")[2]
            if of is not None and name not in of:
                continue
            counted = others.get(name)
            found[quoted(column.column)] = (
                "NULL" if counted is None else _count(object_type, counted, record)
            )
        elif column.format == PropertyFormat.LAST_ACTIVITY:
            if of is not None and not ACTIVITIES.keys() & set(of):
                continue
            found[quoted(column.column)] = _last_activity(object_type, others, record)
    return found


def _count(own: ObjectType, counted: ObjectType, record: str) -> str:
    """No association is no value: blank is NULL and nothing else."""
    return (
        f"(SELECT CAST(nullif(count(*), 0) AS TEXT) FROM main.{quoted(counted.table)} x "
        f"WHERE x.archived_at IS NULL AND x.id IN ({others_sql(own.id, counted.id, record)}))"
    )


def _last_activity(own: ObjectType, others: dict[str, ObjectType], record: str) -> str:
    parts = [
        f"SELECT {_moment(activity)} AS at FROM main.{quoted(activity.table)} x "
        f"WHERE x.archived_at IS NULL AND x.id IN ({others_sql(own.id, activity.id, record)})"
        for name in ACTIVITIES
        if (activity := others.get(name)) is not None
    ]
    return f"(SELECT max(at) FROM ({' UNION ALL '.join(parts)}))" if parts else "NULL"


def _moment(activity: ObjectType) -> str:
    when: Property | None = activity.by_name.get(ACTIVITIES[activity.name])
    return "x.created_at" if when is None else f"coalesce(x.{quoted(when.column)}, x.created_at)"
