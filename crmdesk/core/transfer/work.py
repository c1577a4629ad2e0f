"""The import job: keeps the file, reads it, checks it, and writes it in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.apply import Applied, plan_outdated
from crmdesk.core.changes.change_set import Source, history_digest, open_change_set
from crmdesk.core.changes.stage import Stage
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.stopping import stoppable
from crmdesk.core.db.tables import import_details, imports
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.settings import read_setting
from crmdesk.core.transfer.error_file import first_problems, write_error_file
from crmdesk.core.transfer.fill_processes import Reader, helpers_for_file, readers
from crmdesk.core.transfer.keeping import FileKeeper
from crmdesk.core.transfer.links import Linked, write_links_found
from crmdesk.core.transfer.model import ImportRequest
from crmdesk.core.transfer.new_properties import NewProperties
from crmdesk.core.transfer.preparing import Prepared, Preparer
from crmdesk.core.transfer.request_json import request_from_json
from crmdesk.core.transfer.settling import (
    Settled,
    apply_import,
    conflicts,
    remember_sources,
    settle_import,
)

_ERRORS_KEPT = 100


class ImportWork:
    """Does imports.

    Args:
        vault: the folder that keeps imported files and error files.
    """

    def __init__(
        self,
        database: Database,
        audit_log: AuditLog,
        inbox: Inbox,
        preparer: Preparer,
        vault: Path,
    ) -> None:
        self._database = database
        self._audit_log = audit_log
        self._inbox = inbox
        self._preparer = preparer
        self._vault = vault
        self._files = FileKeeper(database, vault)
        self._new_properties = NewProperties(database, audit_log)

    def run(self, context: JobContext) -> None:
        """Work of an import job: one import, or several that were started together.

        Each is a transaction of its own; where one fails, those before it stand.

        Raises:
            UserError: why nothing was imported, e.g. ``file_changed``.
            Cancelled: before the commit; nothing was written.
        """
        asked = _asked(context.params)
        for number, (import_id, request) in enumerate(asked, start=1):
            context.stop_if_cancelled()
            self._run_one(context, import_id, request, is_last=number == len(asked))

    def _run_one(
        self, context: JobContext, import_id: str, request: ImportRequest, *, is_last: bool
    ) -> None:
        with readers(helpers_for_file(Path(request.path))) as helpers:
            stored, taken = self._files.keep(context, import_id, request)
            self._new_properties.make(context.actor, context.job.id, request)
            prepared = self._preparer.prepare(request, stored, taken)
            filled = self._fill(context, prepared, helpers)
        try:
            self._import(context, import_id, prepared, filled, settle_first=True, is_last=is_last)
        except UserError as error:
            if error.code != "plan_outdated":
                raise
            # Somebody wrote while the file was read. The second time the records are found
            # while the write lock is held, so that nobody can come between again.
            filled = self._fill(context, prepared, ())
            self._import(context, import_id, prepared, filled, settle_first=False, is_last=is_last)

    def abandoned(self, tx: Tx, job: Job, actor: Actor) -> None:
        """Put the rows of imports that did not happen in the job's state, and clean up."""
        for import_id, request in _asked(job.params):
            row = tx.execute(select(imports).where(imports.c.id == import_id)).one()
            if row.state != JobState.SUCCEEDED.value:
                self._abandon(tx, job, actor, row, request)

    def _abandon(
        self, tx: Tx, job: Job, actor: Actor, row: Row[Any], request: ImportRequest
    ) -> None:
        import_id = row.id
        self._new_properties.take_back(tx, actor, job, request)
        error = None if job.error is None else job.error.to_json()
        tx.execute(
            update(imports)
            .where(imports.c.id == import_id)
            .values(state=job.state.value, finished_at=tx.now_text, error=error, stored_file=None)
        )
        self._audit_log.log(
            tx,
            actor,
            kinds.IMPORT,
            result=Result.FAILED,
            object_type=row.object_name,
            object_id=import_id,
            job_id=job.id,
            subjects=0,
            details={"state": job.state.value, "file": row.file_name, "sha256": request.sha256},
        )
        if job.user_id is not None and job.state is not JobState.CANCELLED:
            self._inbox.notify(
                tx,
                [job.user_id],
                NotificationKind.IMPORT_FAILED,
                {"name": row.name, "state": job.state.value},
                link=f"imports/{import_id}",
            )
        self._files.forget(tx, row)

    # -- reading, checking, writing --------------------------------------------------------
    def _fill(self, context: JobContext, prepared: Prepared, helpers: Sequence[Reader]) -> Stage:
        total = 0 if prepared.opened.table is None else prepared.opened.table.rows or 0

        def reported(done: int) -> None:
            context.stop_if_cancelled()
            context.report("reading", done, total)

        return self._preparer.fill(prepared, None, reported, helpers)

    def _import(
        self,
        context: JobContext,
        import_id: str,
        prepared: Prepared,
        stage: Stage,
        *,
        settle_first: bool,
        is_last: bool,
    ) -> None:
        """Check and write a filled stage, which is gone afterwards."""
        error_file = self._vault / f"{import_id}-errors.csv"
        try:
            settled = None
            if settle_first:
                context.report("checking", 0, 0)
                with (
                    self._database.staging(stage.path) as tx,
                    stoppable(tx, context.cancelled),
                ):
                    settled = settle_import(tx, stage, prepared.rules, sample_size=0)
                if not prepared.rules.links.columns:
                    write_error_file(
                        self._database, stage, prepared.source, prepared.plan, error_file
                    )
                context.stop_if_cancelled()
            context.report("writing", 0, 0 if settled is None else settled.rows)
            with self._database.write(stage=stage.path) as tx:
                result = self._write(tx, context, import_id, prepared, stage, settled)
                if is_last:
                    context.succeed(tx, result)
            # Only the writing finds what the records that rows name have become.
            if settled is None or prepared.rules.links.columns:
                self._errors_later(stage, prepared, import_id, error_file)
        except BaseException:
            error_file.unlink(missing_ok=True)
            raise
        finally:
            stage.path.unlink(missing_ok=True)

    def _errors_later(
        self, stage: Stage, prepared: Prepared, import_id: str, error_file: Path
    ) -> None:
        if write_error_file(self._database, stage, prepared.source, prepared.plan, error_file):
            with self._database.write() as tx:
                tx.execute(
                    update(imports)
                    .where(imports.c.id == import_id)
                    .values(error_file=error_file.name)
                )

    def _write(
        self,
        tx: Tx,
        context: JobContext,
        import_id: str,
        prepared: Prepared,
        stage: Stage,
        settled: Settled | None,
    ) -> dict[str, object]:
        was_settled = settled is not None
        if settled is None:
            settled = settle_import(tx, stage, prepared.rules, sample_size=0)
        elif conflicts(tx, stage, prepared.rules.matching, settled):
            raise plan_outdated(1)
        name = tx.scalar(select(imports.c.name).where(imports.c.id == import_id))
        change_id = open_change_set(
            tx,
            context.actor,
            Source.IMPORT,
            source_id=import_id,
            source_label=name,
            job_id=context.job.id,
        )
        restores = settled.archived_matches > 0
        applied = apply_import(tx, stage, change_id, beside=was_settled, restores=restores)
        remember_sources(tx, stage, prepared.rules.matching)
        linked = write_links_found(tx, stage, prepared.rules.links, change_id)
        self._finish_rows(tx, import_id, change_id, settled, linked)
        result = {
            "import_id": import_id,
            "rows": settled.rows,
            **_numbers(settled),
            "notes": settled.notes,
            "associated": linked.added,
            "not_associated": linked.failed,
        }
        self._tell(tx, context, prepared, result, applied, change_id, str(name))
        return result

    def _finish_rows(
        self, tx: Tx, import_id: str, change_id: int, settled: Settled, linked: Linked
    ) -> None:
        """Put the rows of the import in their final state."""
        problems = first_problems(tx, _ERRORS_KEPT)
        error_name = f"{import_id}-errors.csv"
        has_errors = (self._vault / error_name).is_file()
        tx.execute(
            update(imports)
            .where(imports.c.id == import_id)
            .values(
                state=JobState.SUCCEEDED.value,
                finished_at=tx.now_text,
                change_id=change_id,
                row_count=settled.rows,
                errors=json.dumps([_kept(asdict(p)) for p in problems], ensure_ascii=False),
                error_file=error_name if has_errors else None,
                **_numbers(settled),
            )
        )
        days = int(read_setting(tx, "import.undo_days"))
        tx.execute(
            update(import_details)
            .where(import_details.c.import_id == import_id)
            .values(
                undo_until=to_text(tx.steady_now + timedelta(days=days)),
                associated=linked.added,
                facts=json.dumps({"notes": settled.notes, "not_associated": linked.failed}),
            )
        )

    def _tell(
        self,
        tx: Tx,
        context: JobContext,
        prepared: Prepared,
        result: dict[str, object],
        applied: Applied,
        change_id: int,
        name: str,
    ) -> None:
        request = prepared.request
        self._audit_log.log(
            tx,
            context.actor,
            kinds.IMPORT,
            object_type=prepared.object_type.name,
            object_id=result["import_id"],
            job_id=context.job.id,
            subjects=applied.created + applied.updated,
            link=f"imports/{result['import_id']}",
            details={
                **result,
                "file": Path(request.path).name,
                "sha256": request.sha256,
                "mode": request.mode.value,
                "key": prepared.plan.key,
                "mapping": dict(request.mapping or {}),
                "values_written": applied.values,
                "history_digest": history_digest(tx, change_id, applied.printed),
            },
        )
        if context.actor.user_id is not None:
            self._inbox.notify(
                tx,
                [context.actor.user_id],
                NotificationKind.IMPORT_DONE,
                {"name": name, **{k: v for k, v in result.items() if isinstance(v, int)}},
                link=f"imports/{result['import_id']}",
            )


def _asked(params: Mapping[str, Any]) -> list[tuple[str, ImportRequest]]:
    """The imports of a job, in their order."""
    return [
        (str(each["import_id"]), request_from_json(each["request"]))
        for each in (params, *params.get("more", ()))
    ]


def _numbers(settled: Settled) -> dict[str, int]:
    return {
        "created": settled.created,
        "updated": settled.updated,
        "unchanged": settled.unchanged,
        "failed": settled.failed,
    }


def _kept(problem: dict[str, object]) -> dict[str, object]:
    """A problem without its cell: the row outlives the erasing of a person, the file does not."""
    return {**problem, "value": ""}
