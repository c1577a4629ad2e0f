"""The import job: keeps the file, reads it, checks it, and writes it in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import imports
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.transfer.fill_processes import Reader, helpers_for_file, readers
from crmdesk.core.transfer.keeping import FileKeeper, KeptFile
from crmdesk.core.transfer.model import ImportRequest
from crmdesk.core.transfer.new_properties import NewProperties
from crmdesk.core.transfer.pieces import TiedRows, are_apart, cut_in_pieces, filled_pieces
from crmdesk.core.transfer.preparing import Prepared, Preparer
from crmdesk.core.transfer.request_json import request_from_json
from crmdesk.core.transfer.writing import ImportWriter, Reading


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
        with (
            readers(helpers_for_file(Path(request.path))) as helpers,
            self._files.kept(context, import_id, request) as kept,
        ):
            self._new_properties.make(context.actor, context.job.id, request)
            prepared = self._preparer.prepare(request, kept.path, kept.taken)
            if self._is_written(context, import_id, prepared, kept, helpers, is_last=is_last):
                return
        prepared = prepared.at(kept.path)
        # Somebody wrote while the file was read, or its pieces hang together. The second time the
        # records are found while the write lock is held, so that nobody can come between again.
        reading = Reading(context, prepared)
        with self._filled(prepared, reading, ()) as stages:
            writer = self._writer(context, import_id, prepared, kept, is_last=is_last)
            writer.write(stages, reading, settle_first=False, apart=False)

    def _is_written(
        self,
        context: JobContext,
        import_id: str,
        prepared: Prepared,
        kept: KeptFile,
        helpers: Sequence[Reader],
        *,
        is_last: bool,
    ) -> bool:
        """Write what is settled before the write lock is taken; False where that cannot be."""
        reading = Reading(context, prepared)
        with self._database.read() as tx:
            apart = are_apart(tx, prepared)
        writer = self._writer(context, import_id, prepared, kept, is_last=is_last)
        parts = cut_in_pieces(prepared, helpers) if apart else []
        filled = (
            filled_pieces(self._preparer.folder, prepared, parts, reading, helpers)
            if parts
            else self._filled(prepared, reading, helpers)
        )
        try:
            with filled as stages:
                writer.write(stages, reading, settle_first=True, apart=bool(parts))
        except TiedRows:
            return False
        except UserError as error:
            if error.code != "plan_outdated":
                raise
            return False
        return True

    @contextmanager
    def _filled(
        self, prepared: Prepared, reading: Reading, helpers: Sequence[Reader]
    ) -> Iterator[Iterator[Stage]]:
        """All rows in one stage, which is gone after the block."""
        stage = self._preparer.fill(prepared, None, reading, helpers)
        try:
            yield iter([stage])
        finally:
            stage.path.unlink(missing_ok=True)

    def _writer(
        self,
        context: JobContext,
        import_id: str,
        prepared: Prepared,
        kept: KeptFile,
        *,
        is_last: bool,
    ) -> ImportWriter:
        return ImportWriter(
            self._database,
            self._audit_log,
            self._inbox,
            context,
            import_id,
            prepared,
            kept,
            is_last=is_last,
        )

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


def _asked(params: Mapping[str, Any]) -> list[tuple[str, ImportRequest]]:
    """The imports of a job, in their order."""
    return [
        (str(each["import_id"]), request_from_json(each["request"]))
        for each in (params, *params.get("more", ()))
    ]
