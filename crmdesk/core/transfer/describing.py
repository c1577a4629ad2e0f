"""What is said of an import that is prepared: its name, its mapping, values that would change."""

from __future__ import annotations

from crmdesk.core.changes.plan import Sample
from crmdesk.core.records.record import MASKED
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.transfer.column_plan import RECORD_ID
from crmdesk.core.transfer.preparing import Prepared
from crmdesk.core.transfer.settling import Settled


def import_name(prepared: Prepared) -> str:
    """The file's name, with the table's where there are several."""
    opened = prepared.opened
    if opened.table is None or opened.table.name == opened.path.name:
        return opened.path.name
    several = len(opened.tables) > 1
    return f"{opened.path.name} - {opened.table.name}" if several else opened.path.name


def full_mapping(prepared: Prepared) -> dict[str, str]:
    """Columns and their properties, that of the record ids among them."""
    mapping = {column.header: column.target.name for column in prepared.plan.columns}
    if prepared.plan.id_index is not None:
        mapping[prepared.source.headers.names[prepared.plan.id_index]] = RECORD_ID
    return mapping


def masked_samples(settled: Settled, object_type: ObjectType) -> tuple[Sample, ...]:
    """Values that would change; sensitive ones masked."""
    hidden = {p.name for p in object_type.properties if p.sensitive}
    return tuple(
        sample
        if sample.property not in hidden
        else Sample(
            sample.record_id,
            sample.property,
            None if sample.old is None else MASKED,
            None if sample.new is None else MASKED,
        )
        for sample in settled.counts.samples
    )
