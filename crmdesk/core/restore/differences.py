"""Everything that a plan would change or leave alone, read page by page from its stage."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import compress

from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.restore.describe import changed_samples, record_names
from crmdesk.core.restore.model import PlanSample
from crmdesk.core.restore.skips import skip_names

#: A list longer than this is read by property, or not at all: 8 bytes a number.
MOST_LISTED = 1_000_000


class DifferenceKind(StrEnum):
    """Which differences are wanted."""

    ALL = "all"
    SET = "set"
    OVERWRITE = "overwrite"
    CLEAR = "clear"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list.

    Attributes:
        property: internal name; empty for every property.
    """

    kind: DifferenceKind = DifferenceKind.ALL
    property: str = ""


def list_differences(tx: Tx, stage: Stage, wanted: Wanted) -> array[int]:
    """Numbers of the differences, by record; at most :data:`MOST_LISTED` of them.

    A change has the number ``row * columns + position``; values that are left alone have even
    negative numbers and records that are left alone odd ones, by their place in the stage.
    """
    if wanted.kind is DifferenceKind.SKIPPED:
        return _skipped(tx, stage, wanted.property)
    width = len(stage.columns)
    places = [
        place for place, column in enumerate(stage.columns) if wanted.property in ("", column.name)
    ]
    found = array("q")
    if not places:
        return found
    conditions = [_condition(stage, place, wanted.kind) for place in places]
    flags = ", ".join(conditions)
    rows = tx.sql(
        f"SELECT r.row, {flags} FROM {stage.join} WHERE {' OR '.join(conditions)} ORDER BY r.row"
        if width == 1 or len(places) == 1
        else f"SELECT r.row, {flags} FROM {stage.join} ORDER BY r.row"
    )
    for row, *changed in rows:
        found.extend(row * width + place for place in compress(places, changed))
        if len(found) >= MOST_LISTED:
            return found[:MOST_LISTED]
    return found


def read_differences(tx: Tx, stage: Stage, numbers: Sequence[int]) -> dict[int, PlanSample]:
    """The differences of these numbers, without those whose record is gone; masked if sensitive."""
    changes = [number for number in numbers if number >= 0]
    skips = [number for number in numbers if number < 0]
    return _changes(tx, stage, changes) | _skips(tx, stage, skips)


def _condition(stage: Stage, place: int, kind: DifferenceKind) -> str:
    changed, live, new = stage.changed(place), stage.live(place), f"r.c{place}"
    return {
        DifferenceKind.SET: f"({changed} AND {live} IS NULL)",
        DifferenceKind.OVERWRITE: f"({changed} AND {live} IS NOT NULL AND {new} IS NOT NULL)",
        DifferenceKind.CLEAR: f"({changed} AND {new} IS NULL)",
    }.get(kind, changed)


def _changes(tx: Tx, stage: Stage, numbers: Sequence[int]) -> dict[int, PlanSample]:
    if not numbers:
        return {}
    width = len(stage.columns)
    cells = {number: divmod(number, width) for number in numbers}
    places = sorted({place for _, place in cells.values()})
    staged = "".join(f", {stage.live(place)}, r.c{place}" for place in places)
    wanted = sorted({row for row, _ in cells.values()})
    marks = ", ".join("?" * len(wanted))
    rows = {
        row: (record_id, values)
        for row, record_id, *values in tx.sql(
            f"SELECT r.row, o.id{staged} FROM stage.rows r "
            f"JOIN main.{quoted(stage.object_type.table)} o ON o.id = r.record_id "
            f"WHERE r.row IN ({marks})",
            wanted,
        )
    }
    known = [number for number, (row, _) in cells.items() if row in rows]
    changes = []
    for number in known:
        row, place = cells[number]
        record_id, values = rows[row]
        at = places.index(place) * 2
        changes.append((record_id, stage.columns[place], values[at], values[at + 1]))
    return dict(zip(known, changed_samples(tx, stage.object_type, changes), strict=True))


def _skipped(tx: Tx, stage: Stage, name: str) -> array[int]:
    values, records = "SELECT record_id, position, -2 * rowid AS number FROM stage.skips", ""
    if name:
        places = [str(place) for place, p in enumerate(stage.columns) if p.name == name]
        values += f" WHERE position IN ({', '.join(places) or 'NULL'})"
    else:
        records = (
            " UNION ALL SELECT record_id, -1, -2 * row - 1 FROM stage.verdicts "
            "WHERE outcome = 'skipped'"
        )
    rows = tx.sql(f"{values}{records} ORDER BY 1, 2 LIMIT ?", (MOST_LISTED,))
    return array("q", (number for _, _, number in rows))


def _skips(tx: Tx, stage: Stage, numbers: Sequence[int]) -> dict[int, PlanSample]:
    if not numbers:
        return {}
    cells = [-number // 2 for number in numbers if not number % 2]
    records = [(-number - 1) // 2 for number in numbers if number % 2]
    rows = tx.sql(
        "SELECT -2 * rowid, record_id, position, reason FROM stage.skips "
        f"WHERE rowid IN ({', '.join('?' * len(cells))}) UNION ALL "
        "SELECT -2 * row - 1, record_id, NULL, reason FROM stage.verdicts "
        f"WHERE row IN ({', '.join('?' * len(records))})",
        (*cells, *records),
    ).fetchall()
    called = skip_names(tx, stage, [row[2] for row in rows])
    names = record_names(tx, stage.object_type, [row[1] for row in rows])
    return {
        number: PlanSample(
            record_id, names.get(record_id, ""), called.get(place, ""), None, None, reason
        )
        for number, record_id, place, reason in rows
    }
