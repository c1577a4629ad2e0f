"""The export job: counts, tells whoever wants to know, writes the file, and only then counts."""

from __future__ import annotations

import json
from dataclasses import dataclass
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
from crmdesk.core.backup.snapshot import Snapshot
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import exports
from crmdesk.core.errors import PermissionDenied
from crmdesk.core.exports.alerts import tell_outcome, tell_started
from crmdesk.core.exports.asking import asked_records
from crmdesk.core.exports.columns import (
    association_columns,
    chosen_properties,
    count_cut,
    export_columns,
    label_rows,
)
from crmdesk.core.exports.csv_file import MOST_ROWS, write_csv
from crmdesk.core.exports.model import ExportFormat, ExportRequest, ExportState
from crmdesk.core.exports.request_json import request_from_json
from crmdesk.core.exports.rows import ExportRows, count_rows, opened_rows
from crmdesk.core.exports.vault_files import remove_files_of
from crmdesk.core.exports.xlsx_file import write_xlsx
from crmdesk.core.files.digest import sha256_of
from crmdesk.core.files.names import safe_file_name
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.records.schema import ObjectType, load_object_type
from crmdesk.core.records.segment_rows import query_conditions
from crmdesk.core.records.single import owners
from crmdesk.core.settings import Settings


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
        request = request_from_json(context.params["request"])
        context.report("counting")
        with self._database.write() as tx:
            tx.execute(
                update(exports)
                .where(exports.c.id == export_id)
                .values(state=ExportState.RUNNING.value)
            )
        with self._database.read() as tx:
            object_type, rows, notes = self._rows(tx, context.actor, request)
        with opened_rows(self._database.path, rows, context.cancelled) as snapshot:
            total = count_rows(snapshot, rows)
            with self._database.write() as tx:
                tx.execute(update(exports).where(exports.c.id == export_id).values(records=total))
                tell_started(tx, self._inbox, export_id, total)
            target = self._vault / file_name(export_id, request.format, total)
            try:
                notes |= self._write(context, snapshot, rows, request, total, target)
                # Reading all of it takes its time: nobody waits for the database meanwhile.
                done = _described(target, total, notes)
                with self._database.write() as tx:
                    self._complete(tx, context, export_id, request, object_type, done)
            except BaseException:
                # Whatever stopped it: no row that was committed already may lose its file.
                if not self._is_made(export_id):
                    target.unlink(missing_ok=True)
                raise

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

    def _rows(
        self, tx: Tx, actor: Actor, request: ExportRequest
    ) -> tuple[ObjectType, ExportRows, dict[str, int]]:
        object_type = load_object_type(tx, request.query.object_type)
        chosen = chosen_properties(object_type, request)
        if any(found.sensitive for found in chosen) and actor.user_id is not None:
            standing = self._guard.standing(tx, actor.user_id)
            if standing is None or not standing.allows(Permission.VIEW_SENSITIVE):
                raise PermissionDenied(
                    "permission_denied",
                    "Whoever asked for this export may no longer see sensitive values.",
                    "Export without them, or ask a Super Admin.",
                    permission=Permission.VIEW_SENSITIVE.value,
                )
        others = [load_object_type(tx, name) for name in request.associated]
        where, values = query_conditions(tx, object_type, request.query)
        columns = export_columns(object_type, chosen, request)
        columns += association_columns(object_type, others, request)
        cut = count_cut(tx, object_type, others, asked_records(tx, object_type, request))
        rows = ExportRows(
            object_type.table,
            tuple(columns),
            where,
            tuple(values),
            request.ids,
            tuple(label_rows(chosen, owners(tx))),
        )
        return object_type, rows, {"associations_cut": cut} if cut else {}

    def _write(
        self,
        context: JobContext,
        snapshot: Snapshot,
        rows: ExportRows,
        request: ExportRequest,
        total: int,
        target: Path,
    ) -> dict[str, int]:
        name = safe_file_name(request.name)[:200]

        def reported(done: int) -> None:
            context.stop_if_cancelled()
            context.report("writing", done, total)

        if request.format is ExportFormat.XLSX:
            return write_xlsx(snapshot, rows, target, name=name, reported=reported)
        write_csv(snapshot, rows, total, target, name=name, bom=request.bom, reported=reported)
        return {"parts": -(-total // MOST_ROWS)} if total > MOST_ROWS else {}

    def _complete(
        self,
        tx: Tx,
        context: JobContext,
        export_id: str,
        request: ExportRequest,
        object_type: ObjectType,
        done: _Written,
    ) -> None:
        keep = timedelta(days=self._settings.number(tx, "exports.keep_days"))
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
            "name": request.name,
            "source": request.source.value,
            "source_name": request.source_name,
            "records": done.records,
            "bytes": done.bytes,
            "sha256": done.sha256,
        }
        self._tell(tx, context, request, object_type, facts)
        tell_outcome(tx, export_id, ExportState.SUCCEEDED.value)
        context.succeed(tx, facts | {"notes": done.notes})

    def _tell(
        self,
        tx: Tx,
        context: JobContext,
        request: ExportRequest,
        object_type: ObjectType,
        facts: dict[str, Any],
    ) -> None:
        chosen = chosen_properties(object_type, request)
        link = f"exports/{facts['export_id']}"
        self._audit_log.log(
            tx,
            context.actor,
            kinds.EXPORT_CREATED,
            object_type=object_type.name,
            object_id=facts["export_id"],
            job_id=context.job.id,
            subjects=facts["records"],
            link=link,
            details=facts
            | {
                "format": request.format.value,
                "columns": [found.name for found in chosen],
                "sensitive": [found.label for found in chosen if found.sensitive],
                "associated": list(request.associated),
            },
        )
        if context.actor.user_id is not None:
            self._inbox.notify(
                tx,
                [context.actor.user_id],
                NotificationKind.EXPORT_DONE,
                {"name": request.name, "records": facts["records"], "bytes": facts["bytes"]},
                link=link,
            )


def _described(path: Path, records: int, notes: dict[str, int]) -> _Written:
    with path.open("rb") as file:
        digest = sha256_of(file)
    return _Written(path, records, digest, path.stat().st_size, notes)


def file_name(export_id: str, file_format: ExportFormat, records: int) -> str:
    """Name of an export's file in the vault; CSV in parts comes as a zip."""
    if file_format is ExportFormat.CSV and records > MOST_ROWS:
        return f"{export_id}.zip"
    return f"{export_id}.{file_format.value}"
