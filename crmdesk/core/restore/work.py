"""The restore job: checks the plan once more and writes it, in one transaction."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Row, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.apply import Applied, apply_stage
from crmdesk.core.changes.change_set import Source, history_digest, open_change_set
from crmdesk.core.changes.history_rows import scratch_of_history
from crmdesk.core.changes.plan import plan_hash
from crmdesk.core.changes.stage import Stage, reopen_stage
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.stopping import stoppable
from crmdesk.core.db.tables import imports, plans, restores
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.records.schema import load_object_type
from crmdesk.core.restore.outdated import definition_changed, plan_altered, records_changed
from crmdesk.core.restore.plan_store import stage_path
from crmdesk.core.restore.skips import MOST_KEPT, skipped_path, write_skipped


@dataclass(frozen=True, slots=True)
class _Task:
    restore_id: str
    plan_id: str
    plan_hash: str
    undo: bool


@dataclass(frozen=True, slots=True)
class _Planned:
    """What the plan said of the work to come."""

    lock_seconds: float
    values: int
    skipped: int


@dataclass(frozen=True, slots=True)
class _Done:
    """What one restore wrote."""

    row: Row[tuple[object, ...]]
    name: str
    change_id: int
    applied: Applied
    skipped: Mapping[str, int]

    def result(self) -> dict[str, object]:
        """What the job's row tells."""
        return {
            "import_id": self.row.import_id,
            "records_changed": self.applied.updated,
            "values_written": self.applied.values,
            "skipped": self.skipped,
        }


class RestoreWork:
    """Does restores and undos, which are restores from history.

    Args:
        folder: the workspace's folder.
    """

    def __init__(self, database: Database, audit_log: AuditLog, inbox: Inbox, folder: Path) -> None:
        self._database = database
        self._audit_log = audit_log
        self._inbox = inbox
        self._staging = folder / "staging"
        self._imports = folder / "vault" / "imports"

    def restore(self, context: JobContext) -> None:
        """Work of a restore job.

        Raises:
            UserError: ``plan_outdated``; nothing was written.
            Cancelled: before the commit; nothing was written.
        """
        self._run(context, undo=False)

    def undo(self, context: JobContext) -> None:
        """Work of an undo job; raises like :meth:`restore`."""
        self._run(context, undo=True)

    def abandoned(self, tx: Tx, job: Job, actor: Actor) -> None:
        """Put the rows of a restore that did not happen in the job's state."""
        restore_id = str(job.params["restore_id"])
        error = None if job.error is None else job.error.to_json()
        values = {"state": job.state.value, "finished_at": tx.now_text, "error": error}
        tx.execute(update(restores).where(restores.c.id == restore_id).values(values))
        tx.execute(update(imports).where(imports.c.job_id == job.id).values(values))
        row = _row(tx, restore_id)
        self._audit_log.log(
            tx,
            actor,
            kinds.RESTORE_COMPLETED,
            result=Result.FAILED,
            object_type=row.object_name,
            object_id=restore_id,
            job_id=job.id,
            subjects=0,
            details={"state": job.state.value, "backup": row.backup},
        )
        if job.user_id is not None and job.state is not JobState.CANCELLED:
            self._inbox.notify(
                tx,
                [job.user_id],
                NotificationKind.RESTORE_FAILED,
                {"object": row.object_name, "state": job.state.value},
                link=f"restore/{restore_id}",
            )
        stage = stage_path(self._staging, str(job.params["plan_id"]))
        for path in (
            stage,
            scratch_of_history(stage),
            skipped_path(self._imports, restore_id),
        ):
            tx.after_commit(functools.partial(path.unlink, missing_ok=True))

    def _run(self, context: JobContext, *, undo: bool) -> None:
        task = _Task(
            str(context.params["restore_id"]),
            str(context.params["plan_id"]),
            str(context.params["plan_hash"]),
            undo,
        )
        stage, planned = self._stage(task)
        skipped_file = self._keep_skipped(context, stage, task, planned)
        try:
            context.report("applying", seconds=planned.lock_seconds, values=planned.values)
            with (
                self._database.write(stage=stage.path) as tx,
                stoppable(tx, context.cancelled),
            ):
                self._refuse_other_plan(tx, stage, task)
                context.stop_if_cancelled()
                self._apply(tx, context, stage, task, skipped_file)
        except BaseException:
            if skipped_file is not None:
                skipped_file.unlink(missing_ok=True)
            raise
        stage.path.unlink(missing_ok=True)

    def _keep_skipped(
        self, context: JobContext, stage: Stage, task: _Task, planned: _Planned
    ) -> Path | None:
        """List what is left alone, before the lock is taken: that may be many lines."""
        path = skipped_path(self._imports, task.restore_id)
        total = min(planned.skipped, MOST_KEPT)

        def reported(done: int) -> None:
            context.stop_if_cancelled()
            context.report("listing", done, total)

        context.report("checking")
        return path if write_skipped(self._database, stage, path, reported) else None

    def _stage(self, task: _Task) -> tuple[Stage, _Planned]:
        with self._database.read() as tx:
            row = _row(tx, task.restore_id)
            object_type = load_object_type(tx, row.object_name)
            summary = tx.scalar(select(plans.c.summary).where(plans.c.id == task.plan_id))
        stage = reopen_stage(stage_path(self._staging, task.plan_id), object_type)
        if stage is None or summary is None:
            raise definition_changed()
        facts = json.loads(summary)
        values = sum(
            counts["set"] + counts["overwrite"] + counts["clear"]
            for counts in facts["properties"].values()
        )
        skipped = sum(facts["skipped"].values())
        return stage, _Planned(float(facts["lock_seconds"]), values, skipped)

    def _refuse_other_plan(self, tx: Tx, stage: Stage, task: _Task) -> None:
        """The code was given for one plan: a stage that was altered since is refused."""
        params = tx.scalar(select(plans.c.params).where(plans.c.id == task.plan_id))
        stored = json.dumps(json.loads(params), sort_keys=True) if params else ""
        if plan_hash(tx, stage, stored) != task.plan_hash:
            raise plan_altered()

    def _apply(
        self, tx: Tx, context: JobContext, stage: Stage, task: _Task, skipped_file: Path | None
    ) -> None:
        row = _row(tx, task.restore_id)
        name = tx.scalar(select(imports.c.name).where(imports.c.id == row.import_id))
        change_id = open_change_set(
            tx,
            context.actor,
            Source.ACTIVITY_LOG_REVERT if task.undo else Source.PROPERTY_RESTORE,
            source_id=task.restore_id,
            source_label=name,
            job_id=context.job.id,
            undoes=self._undone_change(tx, row),
        )
        applied = _written(tx, stage, change_id)
        skipped = json.loads(row.planned)["skipped"]
        done = _Done(row, str(name), change_id, applied, skipped)
        _finish_rows(tx, done, skipped_file)
        self._tell(tx, context, task, done)
        context.succeed(tx, {"restore_id": task.restore_id, **done.result()})

    def _tell(self, tx: Tx, context: JobContext, task: _Task, done: _Done) -> None:
        """The entry in the log, and the note to who asked."""
        row = done.row
        self._audit_log.log(
            tx,
            context.actor,
            kinds.RESTORE_UNDONE if task.undo else kinds.RESTORE_COMPLETED,
            object_type=row.object_name,
            object_id=task.restore_id,
            job_id=context.job.id,
            subjects=done.applied.updated,
            link=f"imports/{row.import_id}",
            details={
                "backup": row.backup,
                "object": row.object_name,
                "properties": json.loads(row.properties),
                "records_changed": done.applied.updated,
                "values_written": done.applied.values,
                "skipped": done.skipped,
                "plan_hash": task.plan_hash,
                "history_digest": history_digest(tx, done.change_id, done.applied.printed),
            },
        )
        if context.actor.user_id is not None:
            self._inbox.notify(
                tx,
                [context.actor.user_id],
                NotificationKind.RESTORE_UNDONE if task.undo else NotificationKind.RESTORE_DONE,
                {
                    "name": done.name,
                    "records": done.applied.updated,
                    "values": done.applied.values,
                },
                link=f"imports/{row.import_id}",
            )

    def _undone_change(self, tx: Tx, row: Row[tuple[object, ...]]) -> int | None:
        if not row.undoes:
            return None
        found: int | None = tx.scalar(
            select(restores.c.change_id).where(restores.c.id == row.undoes)
        )
        return found


def _row(tx: Tx, restore_id: str) -> Row[tuple[object, ...]]:
    return tx.execute(select(restores).where(restores.c.id == restore_id)).one()


def _written(tx: Tx, stage: Stage, change_id: int) -> Applied:
    """Write the plan, or say how many records changed since the review, and how."""
    try:
        return apply_stage(tx, stage, change_id, beside=True)
    except UserError as error:
        if error.code == "plan_outdated":
            raise records_changed(tx, stage) from error
        raise


def _finish_rows(tx: Tx, done: _Done, skipped_file: Path | None) -> None:
    """Put the rows of the restore and of its import in their final state."""
    row, applied = done.row, done.applied
    common = {
        "state": JobState.SUCCEEDED.value,
        "finished_at": tx.now_text,
        "change_id": done.change_id,
    }
    tx.execute(
        update(restores)
        .where(restores.c.id == row.id)
        .values(
            records_changed=applied.updated,
            values_written=applied.values,
            skipped=json.dumps(done.skipped),
            **common,
        )
    )
    tx.execute(
        update(imports)
        .where(imports.c.id == row.import_id)
        .values(
            row_count=applied.updated,
            updated=applied.updated,
            error_file=None if skipped_file is None else skipped_file.name,
            **common,
        )
    )
    if row.undoes:
        tx.execute(update(restores).where(restores.c.id == row.undoes).values(undone_by=row.id))
