"""Samples of a plan, with the names of their records and who changed them last."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import desc, select

from crmdesk.core.changes.plan import PlanCounts
from crmdesk.core.changes.stage import Stage
from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import change_sets, property_history, users
from crmdesk.core.records.record import MASKED, display_name, read_rows
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.restore.model import PlanSample
from crmdesk.core.restore.skips import skipped_values

SKIPS_SHOWN = 200


def plan_samples(tx: Tx, stage: Stage, counts: PlanCounts) -> tuple[PlanSample, ...]:
    """The plan's samples, ready to be shown; sensitive values masked."""
    object_type = stage.object_type
    names = record_names(tx, object_type, [sample.record_id for sample in counts.samples])
    return tuple(
        changed_sample(
            tx,
            stage,
            sample.record_id,
            names.get(sample.record_id, ""),
            object_type.property(sample.property),
            sample.old,
            sample.new,
        )
        for sample in counts.samples
    )


def changed_sample(
    tx: Tx,
    stage: Stage,
    record_id: int,
    name: str,
    column: Property,
    old: str | None,
    new: str | None,
) -> PlanSample:
    """One value that would change, with who changed it last; masked where it is sensitive."""
    who, when = _last_change(tx, stage.object_type, record_id, column)
    return PlanSample(
        record_id,
        name,
        column.name,
        hide(column, old),
        hide(column, new),
        last_changed_by=who,
        last_changed_at=None if when is None else from_text(when),
    )


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


def _last_change(
    tx: Tx, object_type: ObjectType, record_id: int, column: Property
) -> tuple[str, str | None]:
    row = tx.execute(
        select(users.c.full_name, change_sets.c.source_label, change_sets.c.at)
        .select_from(property_history)
        .join(change_sets, change_sets.c.id == property_history.c.change_id)
        .outerjoin(users, users.c.id == change_sets.c.user_id)
        .where(
            property_history.c.object_type_id == object_type.id,
            property_history.c.record_id == record_id,
            property_history.c.property_id == column.id,
        )
        .order_by(desc(property_history.c.change_id))
        .limit(1)
    ).first()
    if row is None:
        return "", None
    return row.source_label or row.full_name or "", row.at
