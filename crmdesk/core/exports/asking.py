"""What an export would hold: its columns, its records, its size, and whether it has to wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import balanced, quoted
from crmdesk.core.db.sqlite_sheet import marked_row
from crmdesk.core.exports.columns import chosen_properties, export_columns
from crmdesk.core.exports.model import ExportFormat, ExportRequest, Naming
from crmdesk.core.exports.sheet_rows import bytes_of_a_row
from crmdesk.core.records.picking import keep_ids
from crmdesk.core.records.schema import ObjectType, Property, load_object_type
from crmdesk.core.records.segment_rows import query_conditions, refuse_sensitive
from crmdesk.core.settings import Settings

_SAMPLED = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """The columns of an export, and those that "every property" leaves out."""

    object_type: ObjectType
    columns: tuple[Property, ...]
    left_out: tuple[Property, ...]

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Labels of sensitive columns that are in it."""
        return tuple(found.label for found in self.columns if found.sensitive)


def choose(tx: Tx, guard: Guard, actor: Actor, request: ExportRequest) -> Chosen:
    """The columns that a request asks for.

    Raises:
        UserError: ``object_unknown``, ``property_unknown``, ``property_sensitive``.
    """
    object_type = load_object_type(tx, request.query.object_type)
    # How many records a filter finds would tell a masked value as a list of them does.
    asked = [each.property for group in request.query.groups for each in group]
    refuse_sensitive(object_type, asked)
    for name in request.associated:
        load_object_type(tx, name)
    chosen = chosen_properties(object_type, request)
    if request.columns is not None or _may_see_sensitive(tx, guard, actor):
        return Chosen(object_type, tuple(chosen), ())
    return Chosen(
        object_type,
        tuple(found for found in chosen if not found.sensitive),
        tuple(found for found in chosen if found.sensitive),
    )


def must_wait(
    tx: Tx, guard: Guard, settings: Settings, actor: Actor, records: int, *, sensitive: bool
) -> bool:
    """Whether somebody has to approve it first; Super Admins are exempt."""
    if actor.user_id is None or not settings.flag(tx, "exports.approval"):
        return False
    standing = guard.standing(tx, actor.user_id)
    if standing is not None and standing.super_admin:
        return False
    return sensitive or records > settings.number(tx, "exports.approval_records")


def _may_see_sensitive(tx: Tx, guard: Guard, actor: Actor) -> bool:
    if actor.user_id is None:
        return True
    standing = guard.standing(tx, actor.user_id)
    return standing is not None and standing.allows(Permission.VIEW_SENSITIVE)


def asked_records(
    tx: Tx, object_type: ObjectType, request: ExportRequest
) -> tuple[str, list[str | int]]:
    """SQL over the object's table that is true for the records, and its parameters."""
    where, values = query_conditions(tx, object_type, request.query)
    if request.ids:
        keep_ids(tx, request.ids)
        where = f"({where}) AND id IN (SELECT id FROM temp.picked)"
    return where, values


def count_asked(tx: Tx, object_type: ObjectType, request: ExportRequest) -> int:
    """How many records it would be."""
    where, values = asked_records(tx, object_type, request)
    table = quoted(object_type.table)
    return int(tx.sql(f"SELECT count(*) FROM {table} WHERE {where}", values).fetchone()[0])


def measured(
    tx: Tx, object_type: ObjectType, chosen: Sequence[Property], request: ExportRequest
) -> tuple[int, int]:
    """Records, and bytes of the file as the first records suggest."""
    records = count_asked(tx, object_type, request)
    where, values = asked_records(tx, object_type, request)
    plain = replace(request, choices=Naming.NAME, for_spreadsheets=False)
    columns = export_columns(object_type, chosen, plain)
    some = f"FROM {quoted(object_type.table)} WHERE {where} LIMIT {_SAMPLED}"
    if request.format is ExportFormat.XLSX:
        row = marked_row([(one.sql, one.is_number) for one in columns])
        rows = tx.sql(f"SELECT CAST({row} AS BLOB) {some}", values)
        return records, round(bytes_of_a_row(row[0] for row in rows) * records)
    # SQLite refuses a sum of a thousand terms that are nested one in the other.
    sizes = balanced([f"(coalesce(length({one.sql}), 0) + 3)" for one in columns], " + ")
    size = tx.sql(f"SELECT avg(size) FROM (SELECT {sizes} AS size {some})", values).fetchone()[0]
    return records, round((size or 0) * records)
