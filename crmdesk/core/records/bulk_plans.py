"""Plans of bulk actions between review and job: a row with the numbers, and the staging file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import insert, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.changes.plan import Sample, ValueCounts
from crmdesk.core.clock import from_text, to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import plans
from crmdesk.core.records.bulk_model import BulkKind, BulkPlan
from crmdesk.core.restore.plan_store import (
    PLANS_LAST,
    keeping_stage,
    new_plan_id,
    plan_unknown,
    stage_path,
)

__all__ = ["PLANS_LAST", "keeping_stage", "load_plan", "new_plan_id", "save_plan", "stage_path"]


def save_plan(tx: Tx, actor: Actor, plan: BulkPlan, params: Mapping[str, Any]) -> None:
    """Keep a plan until it is used or lapses."""
    summary = {
        "object_name": plan.object_name,
        "records": plan.records,
        "records_changing": plan.records_changing,
        "records_unchanged": plan.records_unchanged,
        "properties": {name: asdict(counts) for name, counts in plan.properties.items()},
        "skipped": dict(plan.skipped),
        "samples": [asdict(sample) for sample in plan.samples],
        "names": plan.names,
        "associations": plan.associations,
    }
    tx.execute(
        insert(plans).values(
            id=plan.id,
            kind=plan.kind.value,
            user_id=actor.user_id,
            created_at=tx.now_text,
            expires_at=to_text(tx.steady_now + PLANS_LAST),
            plan_hash=plan.hash,
            params=json.dumps(params, sort_keys=True),
            summary=json.dumps(summary),
        )
    )


def load_plan(tx: Tx, actor: Actor, plan_id: str) -> BulkPlan:
    """Read a plan of the actor's own that was not used yet.

    Raises:
        UserError: ``plan_unknown`` for one that was used, has lapsed or is somebody else's.
    """
    row = tx.execute(select(plans).where(plans.c.id == plan_id)).first()
    good = row is not None and row.used_at is None and from_text(row.expires_at) > tx.steady_now
    if row is None or not good or row.user_id != actor.user_id or row.kind not in set(BulkKind):
        raise plan_unknown()
    facts = json.loads(row.summary)
    return BulkPlan(
        id=row.id,
        kind=BulkKind(row.kind),
        hash=row.plan_hash,
        object_name=facts["object_name"],
        records=facts["records"],
        records_changing=facts["records_changing"],
        records_unchanged=facts["records_unchanged"],
        properties={name: ValueCounts(**each) for name, each in facts["properties"].items()},
        skipped=facts["skipped"],
        samples=tuple(Sample(**each) for each in facts["samples"]),
        names=tuple(facts["names"]),
        associations=facts["associations"],
        created_at=from_text(row.created_at),
    )
