"""The export job: counts, tells whoever wants to know, writes the file, and only then counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import exports
from crmdesk.core.exports.alerts import tell_outcome, tell_started
from crmdesk.core.exports.content import Content
from crmdesk.core.exports.csv_file import MOST_ROWS, write_csv
from crmdesk.core.exports.jsonl_file import write_jsonl
from crmdesk.core.exports.making import Making
from crmdesk.core.exports.model import (
    OF_RECORDS,
    OF_SUPER_ADMINS,
    ExportFormat,
    ExportSource,
    ExportState,
)
from crmdesk.core.exports.record_making import opened_records
from crmdesk.core.exports.request_json import is_report, request_from_json
from crmdesk.core.exports.vault_files import remove_files_of
from crmdesk.core.files.digest import sha256_of
from crmdesk.core.files.names import safe_file_name
from crmdesk.core.jobs.job import REQUIRED, Job, JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.settings import Settings
from crmdesk.core.workspace_folder import refuse_lost


@dataclass(frozen=True, slots=True)
class _Written:
    """A file that stands in the vault."""

    path: Path
    records: int
    sha256: str
    bytes: int
    notes: dict[str, int]


class ExportWork:
    """Makes exports.

    Args:
        vault: the folder of the workspace's exports.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        settings: Settings,
        inbox: Inbox,
        vault: Path,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._settings = settings
        self._inbox = inbox
        self._vault = vault

    def run(self, context: JobContext) -> None:
        """Work of an export job.

        Raises:
            UserError: e.g. ``property_unknown`` for a property that was archived meanwhile, or
                what the disk said; nothing is left behind.
            PermissionDenied: the actor may no longer see sensitive values that are in it.
            Cancelled: nothing is left behind.
        """
        export_id = str(context.params["export_id"])
        refuse_lost(self._vault)
        context.report("counting")
        with self._database.write() as tx:
            tx.execute(
                update(exports)
                .where(exports.c.id == export_id)
                .values(state=ExportState.RUNNING.value)
            )
        with self._opened(context) as (making, content):
            with self._database.write() as tx:
                tx.execute(
                    update(exports).where(exports.c.id == export_id).values(records=content.total)
                )
                if making.source in OF_RECORDS:
                    tell_started(tx, self._inbox, export_id, content.total)
            target = self._vault / file_name(export_id, making.format, content.total)
            try:
                # Outside of any transaction: nobody waits for the database meanwhile.
                done = self._write(context, making, content, target)
                with self._database.write() as tx:
                    self._complete(tx, context, export_id, making, done)
            except BaseException:
                # Whatever stopped it: no row that was committed already may lose its file.
                if not self._is_made(export_id):
                    target.unlink(missing_ok=True)
                raise

    def _opened(self, context: JobContext) -> AbstractContextManager[tuple[Making, Content]]:
        """What the job's request asks for; which of the two kinds it is, its own words tell."""
        facts = context.params["request"]
        if is_report(facts):
            # Imported for the few exports that need it: most wait longer for imports than for rows.
            from crmdesk.core.exports.report_json import report_from_json
            from crmdesk.core.exports.report_making import opened_report

            report = report_from_json(facts)
            return opened_report(self._database, self._guard, context.actor, report)
        records = request_from_json(facts)
        cancelled = context.cancelled
        return opened_records(self._database, self._guard, context.actor, records, cancelled)

    def _is_made(self, export_id: str) -> bool:
        with self._database.read() as tx:
            state = tx.scalar(select(exports.c.state).where(exports.c.id == export_id))
        return bool(state == ExportState.SUCCEEDED.value)

    def abandoned(self, tx: Tx, job: Job, actor: Actor) -> None:
        """Put the row of an export that was not made in the job's state, and tell of it."""
        export_id = str(job.params["export_id"])
        row = tx.execute(select(exports).where(exports.c.id == export_id)).first()
        if row is None:
            return
        error = None if job.error is None else job.error.to_json()
        tx.execute(
            update(exports)
            .where(exports.c.id == export_id)
            .values(state=job.state.value, finished_at=tx.now_text, error=error)
        )
        cancelled = job.state is JobState.CANCELLED
        self._audit_log.log(
            tx,
            actor,
            kinds.EXPORT_CANCELLED if cancelled else kinds.EXPORT_CREATED,
            result=Result.OK if cancelled else Result.FAILED,
            object_type=row.object_name,
            object_id=export_id,
            job_id=job.id,
            link=f"exports/{export_id}",
            details={"name": row.name, "state": job.state.value},
        )
        if job.user_id is not None:
            self._inbox.notify(
                tx,
                [job.user_id],
                NotificationKind.EXPORT_FAILED,
                {"name": row.name, "state": job.state.value},
                link=f"exports/{export_id}",
            )
        tell_outcome(tx, export_id, job.state.value)
        tx.after_commit(lambda: remove_files_of(self._vault, {export_id}))

    def _write(
        self, context: JobContext, making: Making, content: Content, target: Path
    ) -> _Written:
        name, total = safe_file_name(making.name)[:200], content.total
        notes, digest = dict(content.notes), None

        def reported(done: int) -> None:
            context.stop_if_cancelled()
            context.report("writing", done, total)

        if making.format is ExportFormat.XLSX:
            from crmdesk.core.exports.xlsx_file import write_xlsx

            notes |= write_xlsx(content, target, name=name, reported=reported)
        elif making.format is ExportFormat.JSONL:
            write_jsonl(content, target, reported=reported)
        else:
            digest = write_csv(content, target, name=name, bom=making.bom, reported=reported)
            notes |= {"parts": -(-total // MOST_ROWS)} if total > MOST_ROWS else {}
        return _Written(
            target,
            total,
            digest or _digest_of(target, context.stop_if_cancelled),
            target.stat().st_size,
            notes,
        )

    def _complete(
        self,
        tx: Tx,
        context: JobContext,
        export_id: str,
        making: Making,
        done: _Written,
    ) -> None:
        keep = timedelta(days=self._settings.number(tx, "exports.keep_days"))
        if self._was_disallowed(tx, context, making):
            done = replace(done, notes=done.notes | {"asker_disallowed": 1})
        tx.execute(
            update(exports)
            .where(exports.c.id == export_id)
            .values(
                state=ExportState.SUCCEEDED.value,
                finished_at=tx.now_text,
                file_name=done.path.name,
                sha256=done.sha256,
                bytes=done.bytes,
                notes=json.dumps(done.notes),
                expires_at=to_text(tx.steady_now + keep),
            )
        )
        facts = {
            "export_id": export_id,
            "name": making.name,
            "source": making.source.value,
            "source_name": making.source_name,
            "records": done.records,
            "bytes": done.bytes,
            "sha256": done.sha256,
        }
        self._tell(tx, context, making, facts | {"notes": done.notes})
        tell_outcome(tx, export_id, ExportState.SUCCEEDED.value)
        context.succeed(tx, facts | {"notes": done.notes})

    def _was_disallowed(self, tx: Tx, context: JobContext, making: Making) -> bool:
        """Whether the one who asked lost the right meanwhile: it is finished, and that is said."""
        user_id = context.actor.user_id
        standing = None if user_id is None else self._guard.standing(tx, user_id)
        right = REQUIRED[context.job.kind]
        if making.source in OF_SUPER_ADMINS:
            right = Permission.SUPER_ADMIN
        allowed = standing is not None and standing.allows(right)
        return user_id is not None and not allowed

    def _tell(self, tx: Tx, context: JobContext, making: Making, facts: dict[str, Any]) -> None:
        link = f"exports/{facts['export_id']}"
        of_users = making.source is ExportSource.USERS
        self._audit_log.log(
            tx,
            context.actor,
            kinds.USERS_EXPORTED if of_users else kinds.EXPORT_CREATED,
            object_type=making.object_name,
            object_id=facts["export_id"],
            job_id=context.job.id,
            subjects=facts["records"],
            link=link,
            details=facts
            | {
                "format": making.format.value,
                "columns": list(making.columns),
                "sensitive": list(making.sensitive),
            }
            | dict(making.details),
        )
        if making.sensitive:
            self._audit_log.log(
                tx,
                context.actor,
                kinds.SENSITIVE_EXPORTED,
                object_type=making.object_name,
                object_id=facts["export_id"],
                job_id=context.job.id,
                subjects=facts["records"],
                link=link,
                details={"properties": list(making.sensitive)},
            )
        if context.actor.user_id is not None:
            if making.source is ExportSource.AUDIT_LOG:
                # Loaded where it is needed: an export of records writes to nobody.
                from crmdesk.core.exports.report_letter import write_to_asker

                write_to_asker(tx, context.actor.user_id, facts)
            self._inbox.notify(
                tx,
                [context.actor.user_id],
                NotificationKind.EXPORT_DONE,
                {
                    "name": making.name,
                    "source": making.source.value,
                    "records": facts["records"],
                    "bytes": facts["bytes"],
                },
                link=link,
            )


def _digest_of(path: Path, told: Callable[[], None]) -> str:
    with path.open("rb") as file:
        return sha256_of(file, told)


def file_name(export_id: str, file_format: ExportFormat, records: int) -> str:
    """Name of an export's file in the vault; CSV in parts comes as a zip."""
    if file_format is ExportFormat.CSV and records > MOST_ROWS:
        return f"{export_id}.zip"
    return f"{export_id}.{file_format.value}"
