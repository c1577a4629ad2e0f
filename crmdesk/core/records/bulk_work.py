"""The job of a bulk action: checks the plan once more and writes it, in one transaction."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action, Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.apply import apply_stage, plan_outdated
from crmdesk.core.changes.change_set import (
    RecordChange,
    Source,
    history_digest,
    open_change_set,
)
from crmdesk.core.changes.plan import plan_hash
from crmdesk.core.changes.stage import Stage, reopen_stage
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.stopping import stoppable
from crmdesk.core.db.tables import plans
from crmdesk.core.errors import PermissionDenied
from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.records.association_counts import recount_around
from crmdesk.core.records.bulk_model import AT_ONCE
from crmdesk.core.records.bulk_plans import stage_path
from crmdesk.core.records.schema import load_object_type

_NAMED = 1000


class BulkWork:
    """Does bulk edits and bulk deletions.

    Args:
        folder: of staging files, inside the workspace.
    """

    def __init__(
        self, database: Database, guard: Guard, audit_log: AuditLog, inbox: Inbox, folder: Path
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._inbox = inbox
        self._folder = folder

    def edit(self, context: JobContext) -> None:
        """Work of a bulk edit.

        Raises:
            UserError: ``plan_outdated``; nothing was written.
            Cancelled: before the commit; nothing was written.
        """
        stage = self._stage(context)
        context.report("applying")
        with self._database.write(stage=stage.path) as tx, stoppable(tx, context.cancelled):
            row = self._checked(tx, context, stage)
            change_id = self._open(tx, context, Source(str(context.params["source"])))
            applied = apply_stage(tx, stage, change_id)
            facts = {
                "records_changed": applied.updated,
                "values_written": applied.values,
                "skipped": json.loads(row.summary)["skipped"],
            }
            self._tell(tx, context, stage, change_id, facts)
        stage.path.unlink(missing_ok=True)

    def delete(self, context: JobContext) -> None:
        """Work of a bulk deletion; raises like :meth:`edit`.

        Records that somebody deleted since the review are passed over.
        """
        stage = self._stage(context)
        context.report("applying")
        with self._database.write(stage=stage.path) as tx, stoppable(tx, context.cancelled):
            self._checked(tx, context, stage)
            change_id = self._open(tx, context, Source.DELETE_OBJECTS)
            ids = _archive(tx, context.actor, stage, change_id)
            self._tell(tx, context, stage, change_id, {"records_changed": len(ids)}, ids)
        stage.path.unlink(missing_ok=True)

    def abandoned(self, tx: Tx, job: Job, actor: Actor) -> None:
        """Tell of a bulk action that did not happen, and sweep its staging file."""
        plan_id, name = str(job.params["plan_id"]), str(job.params["object"])
        self._audit_log.log(
            tx,
            actor,
            _kind(job.kind, name),
            result=Result.FAILED,
            object_type=name,
            job_id=job.id,
            subjects=0,
            details={"state": job.state.value},
        )
        if actor.user_id is not None and job.state is not JobState.CANCELLED:
            values = {"object": name, "state": job.state.value}
            self._inbox.notify(
                tx,
                [actor.user_id],
                NotificationKind.BULK_FAILED,
                values,
                link=f"records/{name}",
            )
        path = stage_path(self._folder, plan_id)
        tx.after_commit(functools.partial(path.unlink, missing_ok=True))

    def _stage(self, context: JobContext) -> Stage:
        plan_id = str(context.params["plan_id"])
        with self._database.read() as tx:
            object_type = load_object_type(tx, str(context.params["object"]))
        stage = reopen_stage(stage_path(self._folder, plan_id), object_type)
        if stage is None:
            raise plan_outdated(1)
        return stage

    def _checked(self, tx: Tx, context: JobContext, stage: Stage) -> Row[Any]:
        """A stage that was altered since the review is refused, and a right that went since."""
        row = _plan(tx, str(context.params["plan_id"]))
        if plan_hash(tx, stage, row.params) != context.params["plan_hash"]:
            raise plan_outdated(1)
        if any(column.sensitive for column in stage.columns):
            self._refuse_without_sensitive(tx, context.actor)
        context.stop_if_cancelled()
        return row

    def _refuse_without_sensitive(self, tx: Tx, actor: Actor) -> None:
        standing = None if actor.user_id is None else self._guard.standing(tx, actor.user_id)
        if standing is None or not standing.allows(Permission.EDIT_SENSITIVE):
            raise PermissionDenied(
                "permission_denied",
                "You may no longer edit sensitive values. Nothing was changed.",
                "A Super Admin can give you the permission.",
            )

    def _open(self, tx: Tx, context: JobContext, source: Source) -> int:
        return open_change_set(
            tx,
            context.actor,
            source,
            source_id=str(context.params["plan_id"]),
            job_id=context.job.id,
        )

    def _tell(
        self,
        tx: Tx,
        context: JobContext,
        stage: Stage,
        change_id: int,
        facts: dict[str, Any],
        ids: list[int] | None = None,
    ) -> None:
        """One entry that vouches for all rows, the note to who asked, and the job's end."""
        name, records = stage.object_type.name, int(facts["records_changed"])
        properties = [column.name for column in stage.columns]
        self._audit_log.log(
            tx,
            context.actor,
            _kind(context.job.kind, name),
            object_type=name,
            job_id=context.job.id,
            subjects=records,
            details={
                "properties": properties,
                **facts,
                **({} if ids is None else {"record_ids": ids[:_NAMED]}),
                "change": change_id,
                "history_digest": history_digest(tx, change_id),
            },
        )
        if context.actor.user_id is not None and records > AT_ONCE:
            values = {"object": name, "records": records, "deleted": ids is not None}
            self._inbox.notify(
                tx,
                [context.actor.user_id],
                NotificationKind.BULK_DONE,
                values,
                link=f"records/{name}",
            )
        context.succeed(tx, {"object": name, "change_id": change_id, **facts})


def _kind(job_kind: JobKind, object_name: str) -> kinds.EventKind:
    if job_kind is JobKind.BULK_DELETE:
        return kinds.crm_object(object_name, Action.DELETE)
    return kinds.property_value(object_name)


def _plan(tx: Tx, plan_id: str) -> Row[Any]:
    return tx.execute(select(plans).where(plans.c.id == plan_id)).one()


def _archive(tx: Tx, actor: Actor, stage: Stage, change_id: int) -> list[int]:
    """Put the staged records that are still live into the recycle bin; returns their ids."""
    object_type = stage.object_type
    table = f"main.{quoted(object_type.table)}"
    tx.sql(
        "INSERT INTO main.record_history (change_id, object_type_id, record_id, kind) "
        f"SELECT ?, ?, o.id, ? FROM stage.verdicts v JOIN {table} o ON o.id = v.record_id "
        "WHERE v.outcome = 'update' AND o.archived_at IS NULL ORDER BY o.id",
        (change_id, object_type.id, RecordChange.ARCHIVE.value),
    )
    tx.sql(
        f"UPDATE {table} SET archived_at = ?, archived_by = ?, version = version + 1 "
        "WHERE archived_at IS NULL AND id IN "
        "(SELECT record_id FROM main.record_history WHERE change_id = ?)",
        (tx.now_text, actor.user_id, change_id),
    )
    ids = [
        row[0]
        for row in tx.sql(
            "SELECT record_id FROM main.record_history WHERE change_id = ? ORDER BY record_id",
            (change_id,),
        )
    ]
    recount_around(tx, object_type, ids)
    return ids
