"""Bulk edit and bulk delete: a plan in numbers first, then a job that does exactly that."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.changes.change_set import Source
from crmdesk.core.changes.plan import PlanCounts, Sample, plan_hash
from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import plans
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobKind
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.records.bulk_model import BulkChange, BulkKind, BulkPlan
from crmdesk.core.records.bulk_plans import keeping_stage, load_plan, new_plan_id, save_plan
from crmdesk.core.records.bulk_stage import stage_deletion, stage_edit
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.record import MASKED, display_name, read_rows
from crmdesk.core.records.schema import ObjectType, load_object_type

_NAMES_SHOWN = 5
_JOBS = {BulkKind.EDIT: JobKind.BULK_EDIT, BulkKind.DELETE: JobKind.BULK_DELETE}


class BulkEditor:
    """Changes many records of one object in one act.

    Args:
        folder: of staging files, inside the workspace.
    """

    def __init__(self, database: Database, guard: Guard, jobs: JobQueue, folder: Path) -> None:
        self._database = database
        self._guard = guard
        self._jobs = jobs
        self._folder = folder

    def plan_edit(
        self, actor: Actor, object_name: str, picked: Picked, changes: Sequence[BulkChange]
    ) -> BulkPlan:
        """Work out what a bulk edit would do, and keep that for a day; writes no record.

        Raises:
            UserError: ``value_invalid``, ``property_…``, ``nothing_chosen``, and what a query
                may raise.
            PermissionDenied: a property is sensitive, and the actor may not edit those.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        object_type = self._object_type(object_name)
        if any(object_type.property(change.property).sensitive for change in changes):
            self._guard.require(actor, Permission.EDIT_SENSITIVE)
        stage, counts = stage_edit(self._database, self._folder, object_type, picked, changes)
        asked = [[each.property, each.action.value, each.value] for each in changes]
        params = {"object": object_name, "changes": asked}
        return self._keep(actor, BulkKind.EDIT, stage, counts, params)

    def plan_delete(self, actor: Actor, object_name: str, picked: Picked) -> BulkPlan:
        """Work out what deleting many records would do, and keep that for a day.

        Raises:
            PermissionDenied: the actor may not delete records.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        object_type = self._object_type(object_name)
        stage, counts = stage_deletion(self._database, self._folder, object_type, picked)
        return self._keep(actor, BulkKind.DELETE, stage, counts, {"object": object_name})

    def start(self, actor: Actor, plan_id: str, source: Source = Source.CRM_UI_BULK_ACTION) -> str:
        """Queue the job that does what a plan describes, and return the job's id.

        Faces do the work of small plans (:attr:`BulkPlan.at_once`) themselves, and start a
        worker process for others.

        Raises:
            UserError: ``plan_unknown``, ``nothing_to_change``.
            PermissionDenied: the actor may no longer do this.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            plan = load_plan(tx, actor, plan_id)
        if plan.kind is BulkKind.DELETE:
            self._guard.require(actor, Permission.DELETE_RECORDS)
        if not plan.records_changing:
            raise UserError(
                "nothing_to_change",
                "There is nothing to change: every record is as you want it.",
                "Choose other records or another value.",
            )
        with self._database.write() as tx:
            # Once more under the lock: another window may have started it meanwhile.
            load_plan(tx, actor, plan_id)
            params = {
                "plan_id": plan_id,
                "plan_hash": plan.hash,
                "object": plan.object_name,
                "source": source.value,
            }
            job_id = self._jobs.enqueue(tx, actor, _JOBS[plan.kind], params)
            tx.execute(update(plans).where(plans.c.id == plan_id).values(used_at=tx.now_text))
        return job_id

    # -- within ------------------------------------------------------------------------------
    def _object_type(self, object_name: str) -> ObjectType:
        with self._database.read() as tx:
            return load_object_type(tx, object_name)

    def _keep(
        self,
        actor: Actor,
        kind: BulkKind,
        stage: Stage,
        counts: PlanCounts,
        params: Mapping[str, object],
    ) -> BulkPlan:
        plan_id = new_plan_id()
        with self._database.staging(stage.path) as tx:
            digest = plan_hash(tx, stage, json.dumps(params, sort_keys=True))
            plan = BulkPlan(
                id=plan_id,
                kind=kind,
                hash=digest,
                object_name=stage.object_type.name,
                records=counts.records_changing + counts.records_unchanged,
                records_changing=counts.records_changing,
                records_unchanged=counts.records_unchanged,
                properties=counts.properties,
                skipped=counts.skipped,
                samples=_masked(stage.object_type, counts.samples),
                names=_names(tx, stage),
                associations=_associations(tx, stage) if kind is BulkKind.DELETE else 0,
            )
        with keeping_stage(self._database, stage, self._folder, plan_id) as tx:
            plan = replace(plan, created_at=tx.now)
            save_plan(tx, actor, plan, params)
        return plan


def _names(tx: Tx, stage: Stage) -> tuple[str, ...]:
    object_type = stage.object_type
    ids = [
        row[0]
        for row in tx.sql(
            "SELECT record_id FROM stage.verdicts WHERE outcome = 'update' LIMIT ?",
            (_NAMES_SHOWN,),
        )
    ]
    wanted = dict.fromkeys((*object_type.display_properties, "email", "hs_object_id"))
    shown = [object_type.by_name[name] for name in wanted if name in object_type.by_name]
    shown = [found for found in shown if not found.sensitive]
    rows = read_rows(tx, object_type, ids, shown)
    return tuple(
        display_name(
            object_type, dict(zip((found.name for found in shown), rows[one], strict=True))
        )
        for one in ids
    )


def _masked(object_type: ObjectType, samples: Sequence[Sample]) -> tuple[Sample, ...]:
    return tuple(
        replace(
            sample,
            old=MASKED if sample.old is not None else None,
            new=MASKED if sample.new is not None else None,
        )
        if object_type.by_name[sample.property].sensitive
        else sample
        for sample in samples
    )


def _associations(tx: Tx, stage: Stage) -> int:
    """Associations with a record that is going to the bin."""
    going = "SELECT record_id FROM stage.verdicts WHERE outcome = 'update'"
    type_id = stage.object_type.id
    row = tx.sql(
        "SELECT count(*) FROM (SELECT from_type_id, from_id, to_type_id, to_id "
        f"FROM main.associations WHERE from_type_id = {type_id} AND from_id IN ({going}) "
        "UNION SELECT from_type_id, from_id, to_type_id, to_id "
        f"FROM main.associations WHERE to_type_id = {type_id} AND to_id IN ({going}))"
    ).fetchone()
    return int(row[0])
