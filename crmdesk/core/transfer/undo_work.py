"""The job that takes an import back: planned once more, then written in one transaction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import Source, history_digest, open_change_set
from crmdesk.core.changes.stage import scratch_path
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.stopping import stoppable
from crmdesk.core.db.tables import import_details, imports
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.records.schema import load_object_type
from crmdesk.core.transfer.undo_rows import undo_refusal
from crmdesk.core.transfer.undo_stage import (
    UndoStage,
    Written,
    apply_import_undo,
    stage_import_undo,
)


class UndoWork:
    """Takes imports back.

    Args:
        folder: of staging files, inside the workspace.
    """

    def __init__(self, database: Database, audit_log: AuditLog, inbox: Inbox, folder: Path) -> None:
        self._database = database
        self._audit_log = audit_log
        self._inbox = inbox
        self._folder = folder

    def run(self, context: JobContext) -> None:
        """Work of the job.

        Raises:
            UserError: ``plan_outdated``, ``undo_impossible``; nothing was written.
            Cancelled: before the commit; nothing was written.
        """
        with self._database.read() as tx:
            row = _row(tx, str(context.params["import_id"]))
            object_type = load_object_type(tx, row.object_name)
        context.report("checking")
        path = scratch_path(self._folder)
        found = stage_import_undo(self._database, path, object_type, row.change_id)
        try:
            if found.hash != context.params["plan_hash"]:
                raise _outdated()
            context.stop_if_cancelled()
            context.report("writing", seconds=found.counts.lock_seconds)
            with self._database.write(stage=path) as tx, stoppable(tx, context.cancelled):
                if undo_refusal(tx, row) is not None:
                    raise _outdated()
                self._write(tx, context, row, found)
        finally:
            path.unlink(missing_ok=True)

    def abandoned(self, tx: Tx, job: Job, actor: Actor) -> None:
        """Put the row of an undo that did not happen in the job's state."""
        undo_id = str(job.params["undo_id"])
        error = None if job.error is None else job.error.to_json()
        values = {"state": job.state.value, "finished_at": tx.now_text, "error": error}
        tx.execute(update(imports).where(imports.c.id == undo_id).values(values))
        row = _row(tx, undo_id)
        self._audit_log.log(
            tx,
            actor,
            kinds.IMPORT_UNDONE,
            result=Result.FAILED,
            object_type=row.object_name,
            object_id=str(job.params["import_id"]),
            job_id=job.id,
            subjects=0,
            details={"state": job.state.value, "name": row.name},
        )
        if job.user_id is not None and job.state is not JobState.CANCELLED:
            self._inbox.notify(
                tx,
                [job.user_id],
                NotificationKind.IMPORT_FAILED,
                {"name": row.name, "state": job.state.value},
                link=f"imports/{undo_id}",
            )

    def _write(self, tx: Tx, context: JobContext, row: Row[Any], found: UndoStage) -> None:
        undo_id = str(context.params["undo_id"])
        change_id = open_change_set(
            tx,
            context.actor,
            Source.ACTIVITY_LOG_REVERT,
            source_id=undo_id,
            source_label=f"Undo of {row.name}",
            job_id=context.job.id,
            undoes=row.change_id,
        )
        done = apply_import_undo(tx, found.stage, row.change_id, change_id)
        _finish_rows(tx, row.id, undo_id, change_id, done, found)
        self._tell(tx, context, row, change_id, done, found)
        context.succeed(
            tx,
            {
                "import_id": undo_id,
                "deleted": done.deleted,
                "updated": done.updated,
                "associations": done.associations,
                "left_alone": found.left_alone,
            },
        )

    def _tell(
        self,
        tx: Tx,
        context: JobContext,
        row: Row[Any],
        change_id: int,
        done: Written,
        found: UndoStage,
    ) -> None:
        undo_id = str(context.params["undo_id"])
        self._audit_log.log(
            tx,
            context.actor,
            kinds.IMPORT_UNDONE,
            object_type=row.object_name,
            object_id=row.id,
            job_id=context.job.id,
            subjects=done.deleted + done.updated,
            link=f"imports/{undo_id}",
            details={
                "name": row.name,
                "records_deleted": done.deleted,
                "records_changed": done.updated,
                "values_written": done.values,
                "associations_removed": done.associations,
                "left_alone": found.left_alone,
                "plan_hash": found.hash,
                "history_digest": history_digest(tx, change_id),
            },
        )
        if context.actor.user_id is not None:
            self._inbox.notify(
                tx,
                [context.actor.user_id],
                NotificationKind.IMPORT_UNDONE,
                {"name": row.name, "deleted": done.deleted, "updated": done.updated},
                link=f"imports/{undo_id}",
            )


def _row(tx: Tx, import_id: str) -> Row[Any]:
    return tx.execute(
        select(imports, import_details.c.undo_until)
        .outerjoin(import_details, import_details.c.import_id == imports.c.id)
        .where(imports.c.id == import_id)
    ).one()


def _finish_rows(
    tx: Tx, import_id: str, undo_id: str, change_id: int, done: Written, found: UndoStage
) -> None:
    tx.execute(
        update(imports)
        .where(imports.c.id == undo_id)
        .values(
            state=JobState.SUCCEEDED.value,
            finished_at=tx.now_text,
            change_id=change_id,
            row_count=done.deleted + done.updated,
            updated=done.deleted + done.updated,
        )
    )
    facts = {"notes": found.left_alone, "deleted": done.deleted}
    tx.execute(
        update(import_details)
        .where(import_details.c.import_id == undo_id)
        .values(facts=json.dumps(facts), associated=done.associations)
    )
    known = update(import_details).where(import_details.c.import_id == import_id)
    if not tx.execute(known.values(undone_by=undo_id)).rowcount:
        tx.execute(import_details.insert().values(import_id=import_id, undone_by=undo_id))


def _outdated() -> UserError:
    return UserError(
        "plan_outdated",
        "Records changed since the review, so nothing was undone.",
        "Look at the undo again: it is worked out anew in moments.",
    )
