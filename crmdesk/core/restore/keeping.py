"""Keeps a settled stage as a plan: its hash, its samples, and the file it is written from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crmdesk.core.access.actor import Actor
from crmdesk.core.changes.plan import PlanCounts, plan_hash
from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Database
from crmdesk.core.restore.describe import plan_samples, plan_skips
from crmdesk.core.restore.model import RestorePlan
from crmdesk.core.restore.plan_store import code_needed, keeping_stage, new_plan_id, save_plan
from crmdesk.core.settings import read_setting


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a plan comes from, and what was counted before staging.

    Attributes:
        kind: ``restore`` or ``undo``.
        params: what was asked, as JSON keeps it; the plan's hash covers it.
    """

    kind: str
    params: Mapping[str, Any]
    source: str
    source_name: str
    snapshot_at: datetime | None = None
    unchanged: int = 0
    created_since: int = 0


def keep_plan(
    database: Database,
    folder: Path,
    actor: Actor,
    stage: Stage,
    counts: PlanCounts,
    origin: Origin,
) -> RestorePlan:
    """Give the stage its plan's name and store the plan for a day.

    Args:
        folder: of staging files, inside the workspace.
    """
    plan_id = new_plan_id()
    with database.staging(stage.path) as tx:
        digest = plan_hash(tx, stage, json.dumps(origin.params, sort_keys=True))
        samples, skips = plan_samples(tx, stage, counts), plan_skips(tx, stage)
    with keeping_stage(database, stage, folder, plan_id) as tx:
        plan = RestorePlan(
            id=plan_id,
            kind=origin.kind,
            hash=digest,
            source=origin.source,
            source_name=origin.source_name,
            snapshot_at=origin.snapshot_at,
            object_name=stage.object_type.name,
            properties=counts.properties,
            records_changing=counts.records_changing,
            records_unchanged=counts.records_unchanged + origin.unchanged,
            skipped=counts.skipped,
            samples=samples,
            skips=skips,
            lock_seconds=counts.lock_seconds,
            created_since=origin.created_since,
            automations=(),
            undo_until=tx.now + timedelta(days=int(read_setting(tx, "restore.undo_days"))),
            code_needed=code_needed(actor),
            created_at=tx.now,
        )
        save_plan(tx, actor, plan, origin.params)
    return plan
