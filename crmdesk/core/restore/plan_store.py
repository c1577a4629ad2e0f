"""Plans between review and restore: a row with the numbers, and the staging file beside it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, insert, select

from crmdesk.core.access.actor import Actor, SignInType
from crmdesk.core.changes.plan import ValueCounts
from crmdesk.core.changes.stage import Stage
from crmdesk.core.clock import from_text, optional_from_text, to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import plans
from crmdesk.core.errors import UserError
from crmdesk.core.restore.model import PlanSample, RestorePlan

PLANS_LAST = timedelta(hours=24)
#: Plans of bulk actions and of deleted records stand in the same table, and are read elsewhere.
_OURS = frozenset({"restore", "undo"})


def new_plan_id() -> str:
    """An id that is also the name of the staging file."""
    return secrets.token_hex(8)


def stage_path(folder: Path, plan_id: str) -> Path:
    """Where a plan's staging file lies."""
    return folder / f"{plan_id}.sqlite3"


@contextmanager
def keeping_stage(database: Database, stage: Stage, folder: Path, plan_id: str) -> Iterator[Tx]:
    """A write that gives a stage its plan's name and stores the plan; nothing is left if it fails.

    Both in one, since whoever sweeps asks in a write which files belong to a plan.
    """
    path = stage_path(folder, plan_id)
    try:
        with database.write() as tx:
            stage.path.rename(path)
            yield tx
    except BaseException:
        for left in (stage.path, path):
            left.unlink(missing_ok=True)
        raise


def save_plan(tx: Tx, actor: Actor, plan: RestorePlan, params: Mapping[str, Any]) -> None:
    """Keep a plan until it is used or lapses."""
    tx.execute(
        insert(plans).values(
            id=plan.id,
            kind=plan.kind,
            user_id=actor.user_id,
            created_at=to_text(plan.created_at),
            expires_at=to_text(tx.steady_now + PLANS_LAST),
            plan_hash=plan.hash,
            params=json.dumps(params),
            summary=json.dumps(_summary(plan)),
        )
    )


def load_plan(tx: Tx, actor: Actor, plan_id: str) -> tuple[RestorePlan, dict[str, Any]]:
    """Read a plan of the actor's own, with the parameters it was made from.

    Raises:
        UserError: ``plan_unknown`` for one that was used, has lapsed or is somebody else's.
    """
    row = tx.execute(select(plans).where(plans.c.id == plan_id)).first()
    if row is None or not _usable(tx, actor, row):
        raise plan_unknown()
    return read_summary(
        row.id, row.kind, row.plan_hash, json.loads(row.summary), actor
    ), json.loads(row.params)


def plan_object(tx: Tx, actor: Actor, plan_id: str) -> str:
    """Name of the object that a plan of the actor's own is about, without reading all of it.

    Raises:
        UserError: ``plan_unknown`` as :func:`load_plan`.
    """
    wanted = (
        plans.c.kind,
        plans.c.used_at,
        plans.c.expires_at,
        plans.c.user_id,
        func.json_extract(plans.c.summary, "$.object_name").label("object_name"),
    )
    row = tx.execute(select(*wanted).where(plans.c.id == plan_id)).first()
    if row is None or not _usable(tx, actor, row):
        raise plan_unknown()
    return str(row.object_name)


def _usable(tx: Tx, actor: Actor, row: Row[Any]) -> bool:
    lasts = row.used_at is None and from_text(row.expires_at) > tx.steady_now
    return lasts and row.user_id == actor.user_id and row.kind in _OURS


def plan_unknown() -> UserError:
    """The refusal of a plan that was used, has lapsed, was dropped or is somebody else's."""
    return UserError(
        "plan_unknown",
        "This plan was used already, is older than a day, or one of its records was deleted for "
        "good.",
        "Make the plan again; nothing was changed.",
    )


def _summary(plan: RestorePlan) -> dict[str, Any]:
    return {
        "source": plan.source,
        "source_name": plan.source_name,
        "snapshot_at": None if plan.snapshot_at is None else to_text(plan.snapshot_at),
        "object_name": plan.object_name,
        "properties": {name: asdict(counts) for name, counts in plan.properties.items()},
        "records_changing": plan.records_changing,
        "records_unchanged": plan.records_unchanged,
        "skipped": dict(plan.skipped),
        "samples": [_sample_facts(sample) for sample in plan.samples],
        "skips": [_sample_facts(sample) for sample in plan.skips],
        "lock_seconds": plan.lock_seconds,
        "created_since": plan.created_since,
        "automations": list(plan.automations),
        "undo_until": None if plan.undo_until is None else to_text(plan.undo_until),
        "created_at": to_text(plan.created_at),
    }


def read_summary(
    plan_id: str, kind: str, plan_hash: str, facts: Mapping[str, Any], actor: Actor
) -> RestorePlan:
    """The plan that a summary describes."""
    properties = {name: ValueCounts(**counts) for name, counts in facts["properties"].items()}
    return RestorePlan(
        id=plan_id,
        kind=kind,
        hash=plan_hash,
        source=facts["source"],
        source_name=facts["source_name"],
        snapshot_at=optional_from_text(facts["snapshot_at"]),
        object_name=facts["object_name"],
        properties=properties,
        records_changing=facts["records_changing"],
        records_unchanged=facts["records_unchanged"],
        skipped=facts["skipped"],
        samples=tuple(_sample(sample) for sample in facts["samples"]),
        skips=tuple(_sample(sample) for sample in facts["skips"]),
        lock_seconds=facts["lock_seconds"],
        created_since=facts["created_since"],
        automations=tuple(facts["automations"]),
        undo_until=optional_from_text(facts["undo_until"]),
        code_needed=code_needed(actor),
        created_at=from_text(facts["created_at"]),
    )


def code_needed(actor: Actor) -> bool:
    """A session that single sign-on began is not asked for a code again."""
    return actor.sign_in_type != SignInType.SSO.value


def _sample_facts(sample: PlanSample) -> dict[str, Any]:
    facts = asdict(sample)
    changed: datetime | None = sample.last_changed_at
    facts["last_changed_at"] = None if changed is None else to_text(changed)
    return facts


def _sample(facts: Mapping[str, Any]) -> PlanSample:
    return PlanSample(**{**facts, "last_changed_at": optional_from_text(facts["last_changed_at"])})
