"""The columns of an export: what stands over them, and the SQL that prints their cells.

Cells are printed inside SQLite, for CSV whole rows at once, so that a choice's label is found by a
join with a temporary table that each connection gets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmdesk.core.backup.csv_rows import FREE_TEXT_TYPES
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.exports.content import FileColumn
from crmdesk.core.exports.labels import choice_labels, heading_labels, owner_labels
from crmdesk.core.exports.model import ExportFormat, ExportRequest, Naming
from crmdesk.core.files.formula_guard import guarded, guarded_sql
from crmdesk.core.records.association_rows import others_sql
from crmdesk.core.records.choices import Owner
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat, PropertyType

#: At most so many associated records stand in one cell; the file says that there are more.
MOST_ASSOCIATED = 1_000
_BETWEEN = ";"


@dataclass(frozen=True, slots=True)
class ExportColumn(FileColumn):
    """One column of a file of records.

    Attributes:
        sql: prints a cell, over the object's own table; NULL or empty is blank.
    """

    sql: str


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One value of a choice and what people read instead."""

    property_id: int
    value: str
    label: str


def chosen_properties(object_type: ObjectType, request: ExportRequest) -> list[Property]:
    """The properties of a request, in the order of the file.

    Raises:
        UserError: ``property_unknown``.
    """
    if request.columns is None:
        return [found for found in object_type.properties if not found.hidden]
    return [object_type.property(name) for name in request.columns]


def export_columns(
    object_type: ObjectType, chosen: Sequence[Property], request: ExportRequest
) -> list[ExportColumn]:
    """The columns of the file.

    The record id comes first, whether it was asked for or not: what was exported can be named.
    """
    wanted = [found for found in chosen if found.column != "id"]
    id_property = next(found for found in object_type.properties if found.column == "id")
    labels = heading_labels(object_type)
    columns = [ExportColumn(_header(id_property, request, labels), False, False, "id")]
    columns += [_column(found, request, labels) for found in wanted]
    return columns


def association_columns(
    object_type: ObjectType, others: Sequence[ObjectType], request: ExportRequest
) -> list[ExportColumn]:
    """Two columns for each object whose records are associated: their ids, and their names."""
    found = []
    for other in others:
        by_label = request.headers is Naming.LABEL
        ids = f"Associated {other.label} IDs" if by_label else f"associated_{other.name}_ids"
        names = f"Associated {other.plural_label}" if by_label else f"associated_{other.name}"
        if _is_guarded(request):
            ids, names = guarded(ids), guarded(names)
        found.append(ExportColumn(ids, True, False, _associated(object_type, other, "t.id")))
        name = _display_name(other)
        if _is_guarded(request):
            name = guarded_sql(name)
        found.append(ExportColumn(names, True, False, _associated(object_type, other, name)))
    return found


def count_cut(
    tx: Tx,
    object_type: ObjectType,
    others: Sequence[ObjectType],
    condition: tuple[str, Sequence[str | int]],
) -> int:
    """How many of the records have more associations than a cell holds.

    Args:
        condition: SQL over the object's table that is true for the records, and its parameters.
    """
    where, values = condition
    many = 0
    for other in others:
        row = tx.sql(
            f"SELECT count(*) FROM {quoted(object_type.table)} WHERE ({where}) "
            f"AND id IN ({_crowded(object_type, other)}) "
            f"AND (SELECT count(*) FROM {_live(object_type, other)}) > {MOST_ASSOCIATED}",
            values,
        ).fetchone()
        many += int(row[0])
    return many


def label_rows(chosen: Sequence[Property], owners: Sequence[Owner]) -> list[LabelRow]:
    """What the cells of choices and owners say to people."""
    names = owner_labels((owner.value, owner.name, owner.email) for owner in owners)
    return [
        LabelRow(found.id, value, label)
        for found in chosen
        for value, label in (
            names if found.format == PropertyFormat.OWNER else choice_labels(found)
        ).items()
    ]


def keep_labels(connection: sqlite3.Connection, labels: Sequence[LabelRow]) -> None:
    """Give one connection the table that :func:`export_columns` looks labels up in."""
    connection.execute(
        "CREATE TEMP TABLE export_labels (property_id INTEGER, value TEXT, label TEXT, "
        "PRIMARY KEY (property_id, value)) WITHOUT ROWID"
    )
    connection.executemany(
        "INSERT OR IGNORE INTO temp.export_labels VALUES (?, ?, ?)",
        ((row.property_id, row.value, row.label) for row in labels),
    )
    known = {(row.property_id, row.value): row.label for row in labels}

    def several(property_id: int, text: str | None) -> str | None:
        if text is None:
            return None
        return _BETWEEN.join(known.get((property_id, one), one) for one in text.split(_BETWEEN))

    connection.create_function("export_labels_of", 2, several, deterministic=True)


def _crowded(object_type: ObjectType, other: ObjectType) -> str:
    """SQL for ids that may have too many: counted in the order of an index, with nothing kept."""
    counted = (
        "SELECT {own}_id FROM main.associations "
        f"WHERE {{own}}_type_id = {object_type.id:d} AND {{other}}_type_id = {other.id:d} "
        "GROUP BY {own}_id HAVING count(*) > {most}"
    )
    forward = {"own": "from", "other": "to", "most": MOST_ASSOCIATED}
    backward = {"own": "to", "other": "from", "most": MOST_ASSOCIATED}
    if object_type.id != other.id:
        # One row whichever side it is looked at from, the object of the smaller id first.
        return counted.format(**(forward if object_type.id < other.id else backward))
    # Within one object they may stand half on either side.
    half = {"most": MOST_ASSOCIATED // 2}
    return " UNION ".join(counted.format(**(side | half)) for side in (forward, backward))


def _live(object_type: ObjectType, other: ObjectType) -> str:
    """SQL that follows FROM: the live records, as ``t``, associated with the row at hand."""
    inside = others_sql(object_type.id, other.id, f"{quoted(object_type.table)}.id")
    return f"main.{quoted(other.table)} t WHERE t.archived_at IS NULL AND t.id IN ({inside})"


def _associated(object_type: ObjectType, other: ObjectType, shown: str) -> str:
    return (
        f"(SELECT group_concat(shown, '{_BETWEEN}') FROM (SELECT {shown} AS shown "
        f"FROM {_live(object_type, other)} ORDER BY t.id LIMIT {MOST_ASSOCIATED}))"
    )


def _display_name(other: ObjectType) -> str:
    """What an associated record is called: nothing sensitive, for nobody asked for that."""
    named = [other.by_name[name] for name in other.display_properties if name in other.by_name]
    parts = [f"coalesce(t.{quoted(each.column)}, '')" for each in named if not each.sensitive]
    return f"trim({_by_spaces(parts)})"


def _by_spaces(parts: Sequence[str]) -> str:
    return " || ' ' || ".join(parts) or "''"


def _column(found: Property, request: ExportRequest, labels: Mapping[str, str]) -> ExportColumn:
    sql = quoted(found.column)
    if request.choices is Naming.LABEL and _has_labels(found):
        sql = _labelled(found, sql)
    is_text = found.type.value in FREE_TEXT_TYPES
    if is_text and _is_guarded(request):
        sql = guarded_sql(sql, is_phone=found.type is PropertyType.PHONE)
    return ExportColumn(
        _header(found, request, labels), is_text, found.type is PropertyType.NUMBER, sql
    )


def _is_guarded(request: ExportRequest) -> bool:
    """Cells of a workbook say themselves that they are text."""
    return request.for_spreadsheets and request.format is ExportFormat.CSV


def _has_labels(found: Property) -> bool:
    return bool(found.options) or found.format == PropertyFormat.OWNER


def _labelled(found: Property, sql: str) -> str:
    if found.type is PropertyType.MULTI_ENUMERATION:
        return f"export_labels_of({found.id:d}, {sql})"
    return (
        "coalesce((SELECT l.label FROM temp.export_labels l "
        f"WHERE l.property_id = {found.id:d} AND l.value = {sql}), {sql})"
    )


def _header(found: Property, request: ExportRequest, labels: Mapping[str, str]) -> str:
    header = labels[found.name] if request.headers is Naming.LABEL else found.name
    return guarded(header) if _is_guarded(request) else header
