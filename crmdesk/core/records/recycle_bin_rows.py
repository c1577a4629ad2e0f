"""Reading the recycle bin: keys over all objects, rows of a page, who deleted."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.filters_sql import search_condition
from crmdesk.core.records.merge_rows import winner_of
from crmdesk.core.records.periods import Moment, bounds, days_of
from crmdesk.core.records.record import display_name
from crmdesk.core.records.recycle_bin_model import (
    Answer,
    BinQuery,
    BinRow,
    Wish,
    bin_key,
    key_parts,
)
from crmdesk.core.records.schema import ObjectType, load_object_types
from crmdesk.core.records.single import workspace_zone

_KEYS_AT_ONCE = 10_000


def list_keys(tx: Tx, query: BinQuery) -> array[int]:
    """Keys of the deleted records that match, last deleted first."""
    parts: list[str] = []
    values: list[str | int] = []
    for object_type in load_object_types(tx):
        if query.object_name not in (None, object_type.name):
            continue
        where, more = _conditions(tx, object_type, query)
        key = f"id + {bin_key(object_type.id, 0)}"
        parts.append(
            f"SELECT {key} AS key, archived_at AS at FROM {quoted(object_type.table)} WHERE {where}"
        )
        values += more
    found = array("q")
    if not parts:
        return found
    cursor = tx.sql(f"{' UNION ALL '.join(parts)} ORDER BY at DESC, key DESC", values)
    while batch := cursor.fetchmany(_KEYS_AT_ONCE):
        found.extend([row[0] for row in batch])
    return found


def _conditions(tx: Tx, object_type: ObjectType, query: BinQuery) -> tuple[str, list[str | int]]:
    parts, values = ["archived_at IS NOT NULL"], list[str | int]()
    if query.deleted_by is not None:
        parts.append("archived_by IS ?" if query.deleted_by else "archived_by IS NULL")
        values += [query.deleted_by] if query.deleted_by else []
    if query.within:
        zone = workspace_zone(tx)
        parts.append("archived_at BETWEEN ? AND ?")
        values += bounds(*days_of(query.within, Moment(tx.now, zone).today), zone)
    if query.search.strip():
        text, more = search_condition(object_type, query.search.strip())
        parts.append(text)
        values += more
    return " AND ".join(parts), values


def grouped(tx: Tx, keys: Iterable[int]) -> dict[ObjectType, list[int]]:
    """Record ids by object; keys of objects that are gone are passed over."""
    by_id: dict[int, list[int]] = {}
    for key in keys:
        type_id, record_id = key_parts(key)
        by_id.setdefault(type_id, []).append(record_id)
    types = {each.id: each for each in load_object_types(tx)}
    return {types[type_id]: ids for type_id, ids in by_id.items() if type_id in types}


def clears_sensitive(tx: Tx, wish: Wish) -> bool:
    """Whether an answer may clear the value of a sensitive property."""
    types = {each.id: each for each in load_object_types(tx)}
    if wish.otherwise is Answer.WITHOUT:
        # What comes along may be of any object.
        coming = set(types) if wish.children else {key_parts(key)[0] for key in wish.keys}
        if any(p.sensitive for one in coming & set(types) for p in types[one].unique_properties):
            return True
    for (key, name), answer in wish.answers.items():
        own = types.get(key_parts(key)[0])
        found = None if own is None else own.by_name.get(name)
        if answer is not Answer.LEAVE and found is not None and found.sensitive:
            return True
    return False


def read_bin_rows(tx: Tx, keys: Sequence[int], days: int) -> dict[int, BinRow]:
    """Rows of a page by key; records that are no longer in the bin are left out."""
    found = {}
    for object_type, ids in grouped(tx, keys).items():
        for row in _rows_of(tx, object_type, ids, days):
            found[row.key] = row
    return found


def _rows_of(tx: Tx, object_type: ObjectType, ids: list[int], days: int) -> Iterable[BinRow]:
    columns = name_columns(object_type)
    shown = "".join(f", r.{quoted(object_type.by_name[name].column)}" for name in columns)
    marks = ", ".join("?" * len(ids))
    cursor = tx.sql(
        f"SELECT r.id, r.archived_at, u.full_name{shown} FROM {quoted(object_type.table)} r "
        "LEFT JOIN users u ON u.id = r.archived_by "
        f"WHERE r.id IN ({marks}) AND r.archived_at IS NOT NULL",
        ids,
    )
    for row in cursor.fetchall():
        values = dict(zip(columns, row[3:], strict=True))
        deleted_at = from_text(row[1])
        yield BinRow(
            key=bin_key(object_type.id, row[0]),
            object_name=object_type.name,
            record_id=row[0],
            name=display_name(object_type, {"hs_object_id": str(row[0]), **values}),
            deleted_at=deleted_at,
            deleted_by=row[2] or "",
            days_left=days_left(deleted_at, days, tx.now),
            merged_into=winner_of(tx, object_type, row[0]),
        )


def days_left(deleted_at: datetime, days: int, now: datetime) -> int:
    """Whole days, a begun one counted, until a deleted record may be purged."""
    left = deleted_at + timedelta(days=days) - now
    return max(0, -(-left // timedelta(days=1)))


def name_columns(object_type: ObjectType) -> list[str]:
    """What a record is called by; nothing sensitive."""
    names = dict.fromkeys((*object_type.display_properties, "email"))
    known = object_type.by_name
    return [name for name in names if name in known and not known[name].sensitive]


def list_deleters(tx: Tx) -> list[tuple[int, str]]:
    """User id and name of everybody who deleted what is in the bin; 0 stands for nobody."""
    ids: set[int | None] = set()
    for object_type in load_object_types(tx):
        rows = tx.sql(
            f"SELECT DISTINCT archived_by FROM {quoted(object_type.table)} "
            "WHERE archived_at IS NOT NULL"
        )
        ids.update(row[0] for row in rows)
    known = dict(tx.sql("SELECT id, full_name FROM users").fetchall())
    people = [(one, str(known.get(one, f"#{one}"))) for one in ids if one is not None]
    nobody = [(0, "")] if None in ids else []
    return [*sorted(people, key=lambda person: person[1].casefold()), *nobody]
