"""One record in its table: what may be written, and the writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_lowercase, ascii_uppercase

from crmdesk.core.access.keys import mac
from crmdesk.core.changes.change_set import (
    CellChange,
)
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted, unique_expression
from crmdesk.core.errors import UserError
from crmdesk.core.records.record import (
    Record,
    record_unknown,
)
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.values import same_value

_ASCII_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def tombstone_hash(key: bytes, email: str) -> bytes:
    """Keyed hash of an address, ASCII letters without their case, as uniqueness compares."""
    folded = email.strip().translate(_ASCII_LOWER)
    return mac(key, folded.encode("utf-8", "surrogatepass"))


def loggable(found: Property, value: str | None) -> str | None:
    """The value as an entry of the log may hold it."""
    return "masked" if found.sensitive and value is not None else value


def refuse_edit(object_type: ObjectType, record: Record, expected_version: int | None) -> None:
    """Raise ``record_in_recycle_bin``, or ``record_changed`` when somebody was faster."""
    if record.archived_at is not None:
        raise UserError(
            "record_in_recycle_bin",
            f"This {object_type.label.lower()} is in the recycle bin and cannot be edited.",
            "Restore it first.",
        )
    if expected_version is not None and record.version != expected_version:
        raise UserError(
            "record_changed",
            f"Somebody changed this {object_type.label.lower()} while you edited it. Your edit "
            "was not saved.",
            "Look at the new values and edit again.",
            version=record.version,
        )


def changed_cells(
    object_type: ObjectType, record: Record, values: Mapping[str, str | None]
) -> list[CellChange]:
    """The values that differ from what the record holds."""
    changed = []
    for name, new in values.items():
        column = object_type.by_name[name]
        if not same_value(record.values[name], new, column.type):
            changed.append(CellChange(column, record.values[name], new))
    return changed


def refuse_clearing_required(cells: Sequence[CellChange]) -> None:
    """Raise ``property_required`` for a required value that would be emptied."""
    for cell in cells:
        if cell.property.required and cell.new is None:
            raise UserError(
                "property_required",
                f"{cell.property.label} is required and cannot be cleared.",
                "Give it another value.",
                property=cell.property.name,
            )


def refuse_taken(
    tx: Tx, object_type: ObjectType, values: Mapping[str, str | None], record_id: int | None
) -> None:
    """Raise ``value_not_unique`` when another live record holds a unique value."""
    for column in object_type.unique_properties:
        value = values.get(column.name)
        if value is None:
            continue
        row = tx.sql(
            f"SELECT id FROM {quoted(object_type.table)} WHERE archived_at IS NULL AND "
            f"{quoted(column.column)} IS NOT NULL AND {unique_expression(column.column)} = "
            "lower(?) "
            "AND id IS NOT ?",
            (value, record_id),
        ).fetchone()
        if row is not None:
            raise UserError(
                "value_not_unique",
                f"Another {object_type.label.lower()} (record ID {row[0]}) has this "
                f"{column.label}.",
                "Change one of the two, or delete the one that is not needed.",
                property=column.name,
                record_id=row[0],
            )


def insert_record(tx: Tx, object_type: ObjectType, values: Mapping[str, str | None]) -> int:
    """Insert a live record and return its id."""
    given = [
        (object_type.by_name[name].column, value)
        for name, value in values.items()
        if value is not None
    ]
    names = "".join(f", {quoted(column)}" for column, _ in given)
    marks = ", ?" * len(given)
    cursor = tx.sql(
        f"INSERT INTO {quoted(object_type.table)} (created_at, updated_at, version{names}) "
        f"VALUES (?, ?, 1{marks})",
        (tx.now_text, tx.now_text, *(value for _, value in given)),
    )
    if cursor.lastrowid is None:
        raise record_unknown(object_type, 0)
    return cursor.lastrowid


def update_record(
    tx: Tx, object_type: ObjectType, record_id: int, cells: Sequence[CellChange]
) -> None:
    """Write values and count the version up."""
    assignments = ", ".join(f"{quoted(cell.property.column)} = ?" for cell in cells)
    tx.sql(
        f"UPDATE {quoted(object_type.table)} SET {assignments}, updated_at = ?, "
        "version = version + 1 WHERE id = ?",
        (*(cell.new for cell in cells), tx.now_text, record_id),
    )


def ids_in_state(
    tx: Tx, object_type: ObjectType, record_ids: Sequence[int], *, archived: bool | None
) -> list[int]:
    """Those ids that are live, in the recycle bin, or (``None``) either; ascending."""
    state = {None: "1", True: "archived_at IS NOT NULL", False: "archived_at IS NULL"}[archived]
    found: list[int] = []
    for start in range(0, len(record_ids), 500):
        some = list(record_ids[start : start + 500])
        marks = ", ".join("?" * len(some))
        rows = tx.sql(
            f"SELECT id FROM {quoted(object_type.table)} WHERE id IN ({marks}) AND {state}",
            some,
        )
        found += [row[0] for row in rows]
    return sorted(found)


def for_each(tx: Tx, text: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Run one statement for many rows."""
    tx.driver.executemany(text, rows)
