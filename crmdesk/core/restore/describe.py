"""Samples of a plan, with the names of their records and who changed them last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmdesk.core.changes.plan import PlanCounts
from crmdesk.core.changes.stage import Stage
from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.records.record import MASKED, display_name, read_rows
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.restore.model import PlanSample
from crmdesk.core.restore.skips import skipped_values

SKIPS_SHOWN = 200

Changed = tuple[int, Property, str | None, str | None]
"""Record id, property, value now, value to come."""


def plan_samples(tx: Tx, stage: Stage, counts: PlanCounts) -> tuple[PlanSample, ...]:
    """The plan's samples, ready to be shown; sensitive values masked."""
    changes = [
        (sample.record_id, stage.object_type.property(sample.property), sample.old, sample.new)
        for sample in counts.samples
    ]
    return tuple(changed_samples(tx, stage.object_type, changes))


def changed_samples(
    tx: Tx, object_type: ObjectType, changes: Sequence[Changed]
) -> list[PlanSample]:
    """Values that would change, with who changed them last; masked where they are sensitive."""
    ids = sorted({change[0] for change in changes})
    names = record_names(tx, object_type, ids)
    last: dict[tuple[int, int], tuple[str, str]] = {}
    for start in range(0, len(ids), 500):
        last |= _last_changes(tx, object_type, ids[start : start + 500])
    found = []
    for record_id, column, old, new in changes:
        who, when = last.get((record_id, column.id), ("", None))
        found.append(
            PlanSample(
                record_id,
                names.get(record_id, ""),
                column.name,
                hide(column, old),
                hide(column, new),
                last_changed_by=who,
                last_changed_at=None if when is None else from_text(when),
            )
        )
    return found


def plan_skips(tx: Tx, stage: Stage) -> tuple[PlanSample, ...]:
    """The first values that are left alone, each with its reason."""
    skipped = list(skipped_values(tx, stage, SKIPS_SHOWN))
    names = record_names(tx, stage.object_type, [record_id for record_id, _, _ in skipped])
    return tuple(
        PlanSample(record_id, names.get(record_id, ""), name, None, None, reason)
        for record_id, name, reason in skipped
    )


def record_names(tx: Tx, object_type: ObjectType, ids: Iterable[int]) -> dict[int, str]:
    """What records are called, by id; a sensitive display property stays hidden."""
    wanted = (*object_type.display_properties, "email")
    columns = [
        object_type.by_name[name]
        for name in dict.fromkeys(wanted)
        if name in object_type.by_name and not object_type.by_name[name].sensitive
    ]
    found: dict[int, str] = {}
    unique = sorted(set(ids))
    for start in range(0, len(unique), 500):
        rows = read_rows(tx, object_type, unique[start : start + 500], columns)
        for record_id, row in rows.items():
            values = {column.name: value for column, value in zip(columns, row, strict=True)}
            found[record_id] = display_name(object_type, {**values, "hs_object_id": str(record_id)})
    return found


def hide(column: Property, value: str | None) -> str | None:
    """The value, or the mask where it is sensitive."""
    return MASKED if column.sensitive and value is not None else value


def _last_changes(
    tx: Tx, object_type: ObjectType, ids: Sequence[int]
) -> dict[tuple[int, int], tuple[str, str]]:
    """Who changed each value of these records last, and when, by record and property id."""
    rows = tx.sql(
        "SELECT h.record_id, h.property_id, s.source_label, u.full_name, s.at, max(h.change_id) "
        "FROM property_history h JOIN change_sets s ON s.id = h.change_id "
        "LEFT JOIN users u ON u.id = s.user_id "
        f"WHERE h.object_type_id = ? AND h.record_id IN ({', '.join('?' * len(ids))}) "
        "GROUP BY h.record_id, h.property_id",
        (object_type.id, *ids),
    )
    return {(row[0], row[1]): (row[2] or row[3] or "", row[4]) for row in rows}
