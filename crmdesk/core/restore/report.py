"""The report of a restore: one CSV of every value it wrote and of all that it left alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import properties, property_history, restores
from crmdesk.core.files.csv_writer import write_rows
from crmdesk.core.records.record import MASKED
from crmdesk.core.records.schema import ObjectType, load_object_type
from crmdesk.core.restore.describe import record_names
from crmdesk.core.restore.skips import skipped_parts

_HEADING = ("hs_object_id", "record", "property", "before", "after", "outcome")
_AT_ONCE = 1_000

_Line = tuple[int, str, str | None, str | None, str]
"""Record id, property, before, after, outcome."""


def write_report(database: Database, restore_id: str, skipped: Path, file: BinaryIO) -> None:
    """Write what a restore did to ``file``, records by id, sensitive values masked.

    Args:
        skipped: the list that was kept with the restore; nothing is skipped where it is missing.
    """
    with database.read() as tx:
        row = tx.execute(select(restores).where(restores.c.id == restore_id)).one()
        object_type = load_object_type(tx, row.object_name)
        parts = chain(_written(tx, row.change_id), _left_alone(skipped))
        write_rows(file, _HEADING, _named(tx, object_type, parts), for_spreadsheets=True)


def _written(tx: Tx, change_id: int | None) -> Iterator[list[_Line]]:
    rows = tx.execute(
        select(property_history, properties.c.name, properties.c.is_sensitive)
        .join(properties, properties.c.id == property_history.c.property_id)
        .where(property_history.c.change_id == change_id)
        .order_by(property_history.c.record_id, property_history.c.property_id)
    )
    for part in rows.partitions(_AT_ONCE):
        yield [
            (
                row.record_id,
                row.name,
                _hidden(row.old, row.is_sensitive),
                _hidden(row.new, row.is_sensitive),
                "written" if row.new is not None else "cleared",
            )
            for row in part
        ]


def _left_alone(skipped: Path) -> Iterator[list[_Line]]:
    if not skipped.is_file():
        return
    for part in skipped_parts(skipped, _AT_ONCE):
        yield [(record_id, name, None, None, reason) for record_id, name, reason in part]


def _hidden(value: str | None, sensitive: int) -> str | None:
    return MASKED if sensitive and value is not None else value


def _named(
    tx: Tx, object_type: ObjectType, parts: Iterable[list[_Line]]
) -> Iterator[tuple[object | None, ...]]:
    """The lines with the names of their records, which are read a part at a time."""
    for lines in parts:
        names = record_names(tx, object_type, [line[0] for line in lines])
        for record_id, *rest in lines:
            yield record_id, names.get(record_id, ""), *rest
