"""What a record is associated with, as pages of names and labels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.association_labels import Label, load_labels
from crmdesk.core.records.association_rows import others_sql
from crmdesk.core.records.record import MASKED, display_name, read_rows
from crmdesk.core.records.schema import ObjectType, load_object_types


@dataclass(frozen=True, slots=True)
class AssociationGroup:
    """How many live records of one object a record is associated with."""

    object_name: str
    label: str
    plural_label: str
    icon: str
    count: int


@dataclass(frozen=True, slots=True)
class AssociatedRecord:
    """A record that another is associated with.

    Attributes:
        labels: what it is to the other; none for an association without a label.
        added_at: when the first of its associations was made.
    """

    object_name: str
    id: int
    name: str
    labels: tuple[str, ...]
    added_at: datetime


def list_groups(tx: Tx, one: ObjectType, record_id: int) -> list[AssociationGroup]:
    """Every object with its number of associated live records, also where there is none."""
    groups = []
    for other in load_object_types(tx):
        row = tx.sql(
            f"SELECT count(*) FROM {quoted(other.table)} WHERE archived_at IS NULL AND id IN "
            f"({others_sql(one.id, other.id, '?')})",
            [record_id] * (2 if one.id == other.id else 1),
        ).fetchone()
        groups.append(
            AssociationGroup(other.name, other.label, other.plural_label, other.icon, int(row[0]))
        )
    return groups


def list_associated(
    tx: Tx, one: ObjectType, record_id: int, other: ObjectType, *, limit: int, offset: int
) -> list[AssociatedRecord]:
    """One page, the newest association first."""
    cursor = tx.sql(
        f"SELECT a.id, min(a.at), json_group_array(json_array(a.label_id, a.first)) "
        f"FROM ({_rows_sql(one, other)}) a JOIN {quoted(other.table)} x ON x.id = a.id "
        "WHERE x.archived_at IS NULL GROUP BY a.id ORDER BY min(a.at) DESC, a.id DESC "
        "LIMIT ? OFFSET ?",
        [record_id] * (2 if one.id == other.id else 1) + [limit, offset],
    )
    rows = [(row[0], row[1], _pairs(row[2])) for row in cursor]
    names = names_of(tx, other, [row[0] for row in rows])
    labels = {label.id: label for label in load_labels(tx, one, other)}
    return [
        AssociatedRecord(
            other.name, found, names[found], _texts(labels, one, marks), from_text(since)
        )
        for found, since, marks in rows
    ]


def _rows_sql(one: ObjectType, other: ObjectType) -> str:
    """Rows between them, and whether the record asked about is the first of each."""
    forward = (
        "SELECT to_id AS id, label_id, 1 AS first, added_at AS at FROM associations "
        f"WHERE from_type_id = {one.id} AND from_id = ? AND to_type_id = {other.id}"
    )
    backward = (
        "SELECT from_id AS id, label_id, 0 AS first, added_at AS at FROM associations "
        f"WHERE to_type_id = {one.id} AND to_id = ? AND from_type_id = {other.id}"
    )
    if one.id < other.id:
        return forward
    return backward if one.id > other.id else f"{forward} UNION ALL {backward}"


def _pairs(text: str) -> Sequence[tuple[int, bool]]:
    return [(label_id, bool(first)) for label_id, first in json.loads(text)]


def _texts(
    labels: dict[int, Label], one: ObjectType, marks: Sequence[tuple[int, bool]]
) -> tuple[str, ...]:
    found = [
        (labels[label_id].position, labels[label_id].seen_from(one.id, first=first))
        for label_id, first in marks
        if label_id in labels
    ]
    return tuple(text for _, text in sorted(found))


def names_of(tx: Tx, object_type: ObjectType, ids: Sequence[int]) -> dict[int, str]:
    """Display names by record id; a sensitive value is no part of one."""
    wanted = [
        column
        for name in (*object_type.display_properties, "email")
        if (column := object_type.by_name.get(name)) is not None
    ]
    rows = read_rows(tx, object_type, ids, wanted)
    found = {}
    for record_id, values in rows.items():
        shown = {
            column.name: MASKED if column.sensitive and value is not None else value
            for column, value in zip(wanted, values, strict=True)
        }
        found[record_id] = display_name(object_type, shown | {"hs_object_id": str(record_id)})
    return found
