"""How large a backup would be, from a sample of every object."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from crmdesk.core.backup.complete_parts import Part, complete_parts, part_count, part_sample
from crmdesk.core.backup.deflate import USUAL_LEVEL, deflate_piece
from crmdesk.core.backup.shapes import ObjectShape
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.sqlite_backup import row_expression

_PLACES = 20
_ROWS_AT_A_PLACE = 50
_FRAME_BYTES = 4_096
_COLUMN_BYTES = 110


def count_records(tx: Tx, shape: ObjectShape) -> int:
    """Live records of an object."""
    row = tx.sql(f"SELECT count(*) FROM {quoted(shape.table)} WHERE archived_at IS NULL").fetchone()
    return int(row[0])


def estimate_bytes(tx: Tx, shapes: Sequence[ObjectShape], definitions: Mapping[str, object]) -> int:
    """Estimated size of the zip.

    Args:
        definitions: what the manifest will explain; it is stored without deflating.
    """
    manifest = len(json.dumps(definitions, sort_keys=True, separators=(",", ":")))
    for shape in shapes:
        if count_records(tx, shape):
            manifest += len(shape.columns) * _COLUMN_BYTES
    return _FRAME_BYTES + manifest + sum(_object_bytes(tx, shape) for shape in shapes)


def estimate_parts(tx: Tx, shapes: Sequence[ObjectShape]) -> int:
    """Estimated bytes of what a complete backup holds beside the CSVs."""
    return sum(_part_bytes(tx, part) for part in complete_parts(tx.driver, shapes))


def _part_bytes(tx: Tx, part: Part) -> int:
    if part.path is not None:
        # What is imported is often packed already.
        return part.path.stat().st_size + len(part.file)
    rows = part_count(tx.driver, part)
    if not rows:
        return 0
    sampled, found = part_sample(tx.driver, part)
    frame = len(part.columns) * _COLUMN_BYTES + len(part.file)
    return frame + round(len(deflate_piece(sampled, USUAL_LEVEL)) * rows / max(found, 1))


def _object_bytes(tx: Tx, shape: ObjectShape) -> int:
    records = count_records(tx, shape)
    if not records:
        return 0
    sampled, rows = _sample(tx, shape)
    if not rows:
        return 0
    return round(len(deflate_piece(sampled, USUAL_LEVEL)) * records / rows)


def _sample(tx: Tx, shape: ObjectShape) -> tuple[bytes, int]:
    """CSV of some rows, spread evenly over the ids, and their number."""
    table = quoted(shape.table)
    low, high = tx.sql(f"SELECT min(id), max(id) FROM {table}").fetchone()
    expression = row_expression([(c.column_name, c.is_free_text) for c in shape.columns])
    step = max((high - low) // _PLACES, 1)
    parts: list[str] = []
    last = low - 1
    for place in range(_PLACES + 1):
        cursor = tx.sql(
            f"SELECT id, {expression} FROM {table} WHERE archived_at IS NULL AND id > ? "
            "AND id >= ? ORDER BY id LIMIT ?",
            (last, low + place * step, _ROWS_AT_A_PLACE),
        )
        for record_id, row in cursor:
            last = record_id
            parts.append(row)
    return "".join(parts).encode("utf-8", "surrogatepass"), len(parts)
