"""Segments in their tables, and what a query that is narrowed to one asks of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import segments
from crmdesk.core.errors import UserError
from crmdesk.core.records.filters import Group, RecordQuery, from_json
from crmdesk.core.records.filters_sql import any_group, conditions
from crmdesk.core.records.periods import Moment
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.single import workspace_zone


class SegmentKind(StrEnum):
    """How a segment gets its members."""

    ACTIVE = "active"
    """A filter: whatever fits it now."""
    STATIC = "static"
    """Records that were put into it."""


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment as stored."""

    id: int
    object_type_id: int
    name: str
    kind: SegmentKind
    groups: tuple[Group, ...]
    owner_id: int | None


def read_segment(tx: Tx, segment_id: int) -> SegmentRow:
    """Read a segment.

    Raises:
        UserError: ``segment_unknown``.
    """
    row = tx.execute(
        select(segments).where(segments.c.id == segment_id, segments.c.archived_at.is_(None))
    ).first()
    if row is None:
        raise segment_unknown(segment_id)
    kind = SegmentKind(row.kind)
    return SegmentRow(
        row.id, row.object_type_id, row.name, kind, from_json(row.filters), row.owner_id
    )


def segment_unknown(reference: object) -> UserError:
    """The refusal of a segment that is not there."""
    return UserError(
        "segment_unknown",
        f"There is no segment “{reference}”.",
        "It may have been deleted. The segments are listed under Records.",
    )


def query_conditions(
    tx: Tx, object_type: ObjectType, query: RecordQuery
) -> tuple[str, list[str | int]]:
    """SQL that follows WHERE for a query, its segment included, and its parameters.

    Raises:
        UserError: ``property_unknown``, ``segment_unknown``, ``filter_invalid``.
    """
    moment = Moment(tx.now, workspace_zone(tx))
    text, values = conditions(object_type, query, moment)
    if query.segment is None:
        return text, [*values]
    inside, more = membership(object_type, read_segment(tx, query.segment), moment)
    return f"{text} AND {inside}", [*values, *more]


def membership(
    object_type: ObjectType, segment: SegmentRow, moment: Moment
) -> tuple[str, list[str | int]]:
    """SQL that is true for members of a segment; those in the recycle bin are no members.

    Raises:
        UserError: ``segment_unknown`` for one of another object, ``property_unknown``.
    """
    if segment.object_type_id != object_type.id:
        raise segment_unknown(segment.name)
    if segment.kind is SegmentKind.STATIC:
        return "id IN (SELECT record_id FROM segment_members WHERE segment_id = ?)", [segment.id]
    refuse_sensitive(object_type, [each.property for group in segment.groups for each in group])
    text, values = any_group(object_type, segment.groups, moment)
    return text, [*values]


def count_members(tx: Tx, object_type: ObjectType, segment: SegmentRow) -> int | None:
    """How many live records a segment has; ``None`` when a property it asks for is gone."""
    try:
        where, values = query_conditions(
            tx, object_type, RecordQuery(object_type.name, segment=segment.id)
        )
    except UserError:
        return None
    table = quoted(object_type.table)
    return int(tx.sql(f"SELECT count(*) FROM {table} WHERE {where}", values).fetchone()[0])


def refuse_sensitive(object_type: ObjectType, names: Sequence[str]) -> None:
    """Raise ``property_sensitive``: filtering by a masked value would tell what it is."""
    for name in names:
        found = object_type.property(name)
        if found.sensitive:
            raise UserError(
                "property_sensitive",
                f"{found.label} is sensitive and cannot be filtered or sorted by.",
                "Reveal the value in a record instead; that is logged.",
            )
