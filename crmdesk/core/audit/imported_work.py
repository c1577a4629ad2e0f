"""The job that takes a log of another program into the list beside the own one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import insert

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.imported_file import StagedLog, staged_log
from crmdesk.core.audit.imported_json import taken_to_json
from crmdesk.core.audit.imported_model import LogFileSurvey
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db import sqlite_imported_logs as sql
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.stopping import stoppable
from crmdesk.core.db.tables import imported_logs
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import Job
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.single import workspace_zone


@dataclass(frozen=True, slots=True)
class LogImportWork:
    """Does what :meth:`ImportedLogs.start <crmdesk.core.audit.imported.ImportedLogs.start>` queues.

    Attributes:
        folder: for staging files; what a killed worker left there goes at the next start.
    """

    database: Database
    audit_log: AuditLog
    inbox: Inbox
    folder: Path

    def run(self, context: JobContext) -> None:
        """Read the file while nobody waits, then take what is new in one transaction.

        Raises:
            UserError: ``log_file_is_own``, ``log_file_not_recognised``, ``file_changed``,
                ``log_file_without_entries``, or what reading refuses; nothing was taken.
            Cancelled: nothing was taken.
        """
        path, order = Path(context.params["path"]), context.params["date_order"]
        total = int(context.params["rows"])

        def progress(rows: int) -> None:
            context.report("reading", rows, total)

        context.report("reading", 0, total)
        asked_order = None if order is None else DateOrder(order)
        cancelled = context.cancelled
        with staged_log(self.database, self.folder, path, asked_order, progress, cancelled) as log:
            if context.params["sha256"] not in ("", log.source.sha256):
                raise _changed(path)
            if log.stage.rows == log.stage.failed:
                raise _without_entries(path, log)
            context.report("comparing")
            found = log.survey(self.database, cancelled)
            context.stop_if_cancelled()
            context.report("writing")
            with self.database.write(log.stage.path) as tx, stoppable(tx, cancelled):
                self._complete(tx, context, found)

    def abandoned(self, tx: Tx, job: Job, actor: Actor) -> None:
        """Tell of a log that was not taken."""
        name = Path(job.params["path"]).name
        self.audit_log.log(
            tx,
            actor,
            kinds.LOG_IMPORTED,
            result=kinds.Result.FAILED,
            object_type="imported_log",
            job_id=job.id,
            subjects=0,
            details={"file": name, "state": job.state.value},
        )
        if job.user_id is not None:
            told = {"name": name, "state": job.state.value}
            if job.error is not None:
                told["message"] = job.error.message
            kind = NotificationKind.LOG_IMPORT_FAILED
            self.inbox.notify(tx, [job.user_id], kind, told, link="settings/audit")

    def _complete(self, tx: Tx, context: JobContext, found: LogFileSurvey) -> None:
        log_id, taken = None, found
        if found.added:
            log_id, taken = self._take(tx, context, found)
        days = (taken.first_at, taken.last_at)
        zone = workspace_zone(tx)
        link = "/".join(
            ["audit/days", *(each.astimezone(zone).date().isoformat() for each in days if each)]
        )
        if context.actor.user_id is not None:
            told = {"name": taken.file_name, "added": taken.added, "failed": taken.failed}
            self.inbox.notify(
                tx, [context.actor.user_id], NotificationKind.LOG_IMPORT_DONE, told, link=link
            )
        context.succeed(tx, taken_to_json(log_id, taken))

    def _take(
        self, tx: Tx, context: JobContext, found: LogFileSurvey
    ) -> tuple[int | None, LogFileSurvey]:
        """Take what is new; another import may have brought some of it since it was compared."""
        added = sql.count_new(tx)
        taken = replace(found, added=added, known=found.known + found.added - added)
        if not added:
            return None, taken
        facts = {
            "file_name": taken.file_name,
            "sha256": taken.sha256,
            "kind": taken.kind.value,
            "rows": taken.rows,
            "added": taken.added,
            "known": taken.known,
            "failed": taken.failed,
        }
        first, last = sql.span(tx)
        made = insert(imported_logs).values(
            **facts,
            first_at=first,
            last_at=last,
            imported_at=tx.now_text,
            user_id=context.actor.user_id,
        )
        log_id = int(tx.scalar(made.returning(imported_logs.c.id)))
        sql.take(tx, log_id)
        self.audit_log.log(
            tx,
            context.actor,
            kinds.LOG_IMPORTED,
            object_type="imported_log",
            object_id=str(log_id),
            job_id=context.job.id,
            subjects=taken.added,
            details={"file": facts.pop("file_name")} | facts,
        )
        return log_id, taken


def _changed(path: Path) -> UserError:
    return UserError(
        "file_changed",
        f"{path.name} is not as it was when it was looked at; nothing of it was taken.",
        "Look at it again.",
        path=str(path),
    )


def _without_entries(path: Path, log: StagedLog) -> UserError:
    first = log.stage.bad_rows[0] if log.stage.bad_rows else None
    where = "" if first is None else f" Line {first.line} is the first that cannot be read."
    return UserError(
        "log_file_without_entries",
        f"{path.name} has no entry that can be taken.{where}",
        "Choose the CSV file as HubSpot exported it.",
    )
