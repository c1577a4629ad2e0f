"""What the numbers of a comparison come to when only some records were asked for."""

from __future__ import annotations

from dataclasses import replace

from crmdesk.core.db.engine import Database
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.restore.model import PlanRequest
from crmdesk.core.restore.planning import Compared
from crmdesk.core.restore.sources import TrustedBackup


def of_chosen(compared: Compared, request: PlanRequest) -> Compared:
    """Count as equal only records that were asked for; the comparison passes over all."""
    if request.record_ids is None:
        return compared
    counts = compared.counts
    staged = counts.records_changing + counts.records_unchanged + sum(compared.missing.values())
    return replace(compared, equal_records=max(len(set(request.record_ids)) - staged, 0))


def created_since(
    database: Database,
    backup: TrustedBackup,
    object_type: ObjectType,
    compared: Compared,
    request: PlanRequest,
) -> int:
    """Live records that the backup does not hold; a restore never touches them."""
    if request.record_ids is not None:
        return 0
    known = backup.file.entry_of(object_type.name).rows - sum(compared.missing.values())
    with database.read() as tx:
        row = tx.sql(
            f"SELECT count(*) FROM {quoted(object_type.table)} WHERE archived_at IS NULL"
        ).fetchone()
    return max(int(row[0]) - known, 0)
