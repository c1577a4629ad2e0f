"""Queues what a plan describes: the code is spent, the rows are written, all in one transaction."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.step_up import StepUpPurpose, spend_step_up
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.stage import reopen_stage
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import imports, plans, restores
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobKind, JobState
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.records.schema import ObjectType, load_object_type
from crmdesk.core.restore.choosing import planned_facts
from crmdesk.core.restore.model import RestorePlan
from crmdesk.core.restore.outdated import definition_changed
from crmdesk.core.restore.plan_store import load_plan, stage_path
from crmdesk.core.settings import read_setting

LOCK = "restore"
_KINDS = {StepUpPurpose.RESTORE: JobKind.RESTORE, StepUpPurpose.RESTORE_UNDO: JobKind.UNDO}


@dataclass(frozen=True, slots=True)
class _Queued:
    """The ids of what is being queued."""

    restore_id: str
    import_id: str
    job_id: str


class RestoreStarter:
    """Starts restores and undos. Callers have checked the permission.

    Args:
        folder: of staging files, inside the workspace.
    """

    def __init__(
        self, database: Database, audit_log: AuditLog, jobs: JobQueue, folder: Path
    ) -> None:
        self._database = database
        self._audit_log = audit_log
        self._jobs = jobs
        self._folder = folder

    def start(self, actor: Actor, plan_id: str, purpose: StepUpPurpose, step_up_id: str) -> str:
        """Queue the job of a plan, and return the id of the restore.

        Raises:
            SecondFactorRefused, Busy: nothing was queued.
            UserError: ``plan_unknown``, ``plan_outdated``, ``nothing_to_restore``.
        """
        kind = _KINDS[purpose]
        with self._database.read() as tx:
            plan, params = load_plan(tx, actor, plan_id)
            object_type = load_object_type(tx, plan.object_name)
        self._refuse_unusable(plan, kind, object_type)
        with self._database.write() as tx:
            method = spend_step_up(tx, actor, step_up_id, purpose, plan.hash)
            queued = self._enqueue(tx, actor, kind, plan)
            tx.execute(update(plans).where(plans.c.id == plan_id).values(used_at=tx.now_text))
            _insert_import(tx, actor, kind, plan, object_type, queued)
            _insert_restore(tx, actor, plan, params, queued)
            self._audit_log.log(
                tx,
                actor,
                kinds.RESTORE_PLANNED,
                object_type=plan.object_name,
                object_id=queued.restore_id,
                job_id=queued.job_id,
                details={"plan_hash": plan.hash, "two_factor": method, "plan": planned_facts(plan)},
            )
        return queued.restore_id

    def _enqueue(self, tx: Tx, actor: Actor, kind: JobKind, plan: RestorePlan) -> _Queued:
        restore_id = secrets.token_hex(8)
        job_id = self._jobs.enqueue(
            tx,
            actor,
            kind,
            {"restore_id": restore_id, "plan_id": plan.id, "plan_hash": plan.hash},
        )
        self._jobs.take_lock(tx, LOCK, job_id, actor)
        return _Queued(restore_id, secrets.token_hex(8), job_id)

    def _refuse_unusable(self, plan: RestorePlan, kind: JobKind, object_type: ObjectType) -> None:
        if plan.kind != kind.value:
            raise UserError(
                "plan_unknown",
                "This plan is of another kind.",
                "Make a plan for what you want to do; nothing was changed.",
            )
        if not plan.records_changing:
            raise nothing_to_restore()
        if reopen_stage(stage_path(self._folder, plan.id), object_type) is None:
            raise definition_changed()


def nothing_to_restore() -> UserError:
    """What a plan without a change is refused with, before a code is asked for."""
    return UserError(
        "nothing_to_restore",
        "There is nothing to restore: every chosen value is as it was.",
        "Choose other properties or another backup.",
    )


def _insert_import(
    tx: Tx,
    actor: Actor,
    kind: JobKind,
    plan: RestorePlan,
    object_type: ObjectType,
    queued: _Queued,
) -> None:
    """The line among the completed imports, where the changed records can be seen."""
    name = f"Data Restore - {object_type.label}"
    tx.execute(
        insert(imports).values(
            id=queued.import_id,
            job_id=queued.job_id,
            kind=kind.value,
            name=f"Undo of {name}" if kind is JobKind.UNDO else name,
            object_type_id=object_type.id,
            object_name=object_type.name,
            state=JobState.QUEUED.value,
            created_at=tx.now_text,
            user_id=actor.user_id,
            file_name=plan.source_name,
        )
    )


def _insert_restore(
    tx: Tx, actor: Actor, plan: RestorePlan, params: Mapping[str, Any], queued: _Queued
) -> None:
    undo_until = tx.steady_now + timedelta(days=int(read_setting(tx, "restore.undo_days")))
    tx.execute(
        insert(restores).values(
            id=queued.restore_id,
            job_id=queued.job_id,
            import_id=queued.import_id,
            plan_id=plan.id,
            plan_hash=plan.hash,
            state=JobState.QUEUED.value,
            backup=plan.source,
            object_name=plan.object_name,
            properties=json.dumps(list(plan.properties)),
            planned=json.dumps(planned_facts(plan)),
            created_at=tx.now_text,
            user_id=actor.user_id,
            undo_until=None if plan.undo_until is None else to_text(undo_until),
            undoes=params.get("restore_id"),
        )
    )
